//! The same bytes every time: threads, interruption, manifest.

use std::path::Path;

use warraq::export::error::ExportError;
use warraq::export::gather::{Gathering, Halt, gather};
use warraq::export::inputs::{Meter, resolve};
use warraq::export::job::Job;
use warraq::export::shards::Output;

use super::made::{Page, english, file, member};
use super::{files, job, read, run};

/// Files of pages with different subjects.
fn archive(folder: &Path, warcs: usize, pages: usize) {
    for warc in 0..warcs {
        let records: Vec<_> = (0..pages)
            .map(|page| {
                let url = format!("https://news.example/{warc}/{page}");
                member(
                    &Page::new(&url, english(&format!("bell {warc} of {page} towers"))).response(),
                )
            })
            .collect();
        file(folder, &format!("part-{warc}.warc.gz"), &records);
    }
}

fn exported(folder: &Path, tweak: impl FnOnce(&mut Job)) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let at = tempfile::tempdir().unwrap();
    let out = at.path().join("out");
    let mut job = job(&[folder], &out);
    job.manifest = true;
    tweak(&mut job);
    run(&job).unwrap();
    files(&out)
}

#[test]
fn threads_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 3, 20);
    let shards = |threads| {
        exported(folder.path(), |job| {
            job.threads = threads;
            job.plan.shard_size = Some(60_000);
        })
    };
    let one = shards(1);
    assert!(
        one.iter().filter(|(name, _)| name.to_string_lossy().contains("documents-")).count() > 2
    );
    assert!(one.iter().any(|(name, _)| name.ends_with("manifest.json")));
    assert_eq!(one, shards(1));
    assert_eq!(one, shards(4));
}

#[test]
fn an_interrupted_export_goes_on_and_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 3, 4);
    let whole = exported(folder.path(), |_| {});
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    let mut job = job(&[folder.path()], &out);
    job.manifest = true;
    let halt = job.halt.clone();
    job.threads = 1;
    halt.ask();
    assert!(matches!(run(&job), Err(ExportError::Interrupted)));
    assert!(!out.join("documents.jsonl").exists());

    let mut again = Job { halt: Halt::default(), ..job.clone() };
    let refused = run(&again).unwrap_err().to_string();
    assert!(refused.ends_with("go on with --resume, or empty it"), "{refused}");
    again.resume = true;
    again.filters.min_words = Some(1);
    let refused = run(&again).unwrap_err().to_string();
    assert!(refused.contains("other inputs, settings or another version"), "{refused}");
    again.filters.min_words = None;
    run(&again).unwrap();
    assert_eq!(files(&out), whole);
    assert!(!out.join(".warraq-export").exists());
}

#[test]
fn whole_segments_are_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 2, 3);
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("out");
    let begun = job(&[folder.path()], &out);
    begun.halt.ask();
    assert!(run(&begun).is_err());
    // The first file's segment as a whole reading would have left it, of other contents: it is
    // taken as it is.
    let other = tempfile::tempdir().unwrap();
    let gathering = Gathering {
        inputs: resolve(&[folder.path().join("part-0.warc.gz")]).unwrap(),
        folder: other.path().to_owned(),
        threads: 1,
        meter: Meter::default(),
        halt: Halt::default(),
    };
    gather(&gathering).unwrap();
    let name = "000000-0000000000000000.items";
    std::fs::copy(other.path().join(name), out.join(".warraq-export").join(name)).unwrap();
    std::fs::copy(
        other.path().join(name),
        out.join(".warraq-export/000001-0000000000000000.items"),
    )
    .unwrap();
    let again = Job { resume: true, halt: Halt::default(), ..begun };
    let (told, _) = run(&again).unwrap();
    assert_eq!(told.documents, 6, "both segments are that of the first file");
    let rows = read(&out.join("documents.jsonl"));
    assert!(rows.iter().all(|row| row["url"].as_str().unwrap().contains("/0/")));
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 1, 1);
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("thesis.txt"), "mine").unwrap();
    let refused = run(&job(&[folder.path()], out.path())).unwrap_err();
    assert!(refused.to_string().ends_with("the folder is not empty; export to another one"));
    let mut to_file = job(&[folder.path()], out.path());
    to_file.plan.output = Output::File(out.path().join("thesis.txt"));
    let refused = run(&to_file).unwrap_err();
    assert!(refused.to_string().contains("there is a file already"), "{refused}");
    assert_eq!(files(out.path()).len(), 1);
}

#[test]
fn a_manifest_sums_what_went_in_and_came_out() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 2, 2);
    let files = exported(folder.path(), |_| {});
    let find = |name: &str| &files.iter().find(|(path, _)| path.ends_with(name)).unwrap().1;
    let manifest: serde_json::Value = serde_json::from_slice(find("manifest.json")).unwrap();
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2);
    let output = &manifest["outputs"][0];
    assert_eq!((&output["name"], &output["documents"]), (&"documents.jsonl".into(), &4.into()));
    let sum = warraq::wacz::hash::of(find("documents.jsonl"));
    assert_eq!(output["sha256"].as_str(), sum.strip_prefix("sha256:"));
    assert_eq!(manifest["settings"]["format"], "jsonl");
}
