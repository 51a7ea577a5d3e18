//! The folders of several jobs: none is that of another, or lies in one.
//!
//! Two jobs in one folder would leave each other's runs out, slot by slot, without anybody having
//! meant it. Links are followed; nothing is made.

use std::path::{Path, PathBuf};

use super::Stopped;

/// The folders given so far, as the file system has them, each with the file that names it.
#[derive(Debug, Default)]
pub(super) struct Folders(Vec<(PathBuf, PathBuf)>);

impl Folders {
    /// Takes the folder of a job, or says whose it is already.
    pub(super) fn take(&mut self, file: &Path, into: &Path) -> Result<(), Stopped> {
        let place = place(into);
        let twin =
            self.0.iter().find(|(taken, _)| taken.starts_with(&place) || place.starts_with(taken));
        let Some((taken, other)) = twin else {
            self.0.push((place, file.to_owned()));
            return Ok(());
        };
        let how =
            if *taken == place { "is that of" } else { "lies in that of, or around that of," };
        Err(Stopped::usage(format!(
            "{}: its folder {} {how} {} too; give each job its own (into)",
            file.display(),
            into.display(),
            other.display()
        )))
    }
}

/// Where a folder is, or will be.
fn place(into: &Path) -> PathBuf {
    let whole = std::path::absolute(into).unwrap_or_else(|_| into.to_owned());
    let there = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, real)) = there else { return whole };
    whole.strip_prefix(above).map_or(real.clone(), |rest| real.join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_however_it_is_called() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("news")).unwrap();
        std::os::unix::fs::symlink(at("news"), at("link")).unwrap();
        let mut folders = Folders::default();
        let mut take = |name: &str| folders.take(Path::new("job.toml"), &at(name)).is_ok();
        assert!(take("news") && take("newsroom") && take("other/not/made"));
        for taken in ["news", "news/", "link", "link/deep", "news/deep/er", "other", "./newsroom"] {
            assert!(!take(taken), "{taken}");
        }
    }
}
