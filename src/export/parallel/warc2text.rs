//! The layout of warc2text: a folder a language with `url.gz`, `text.gz`, `mime.gz`, `date.gz` and
//! `group.gz`, whose lines belong together; `text.gz` holds the text in base64, as bitextor's later
//! steps read it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::export::document::Document;
use crate::export::error::ExportError;
use crate::export::part::Part;
use crate::export::shards::{DATA, Output, Written};
use crate::moment::Moment;

/// The files of a language.
const FILES: [&str; 5] = ["url", "text", "mime", "date", "group"];

type Packer = GzEncoder<BufWriter<File>>;

/// The folders of an export.
pub(super) struct Folders {
    root: PathBuf,
    open: BTreeMap<String, Folder>,
}

struct Folder {
    files: Vec<(Part, Packer)>,
    documents: u64,
}

impl Folders {
    pub(super) fn new(output: &Output) -> Result<Self, ExportError> {
        match output {
            Output::Folder(root) => Ok(Self { root: root.join(DATA), open: BTreeMap::new() }),
            Output::File(path) => {
                Err(ExportError::output(path)(std::io::ErrorKind::NotADirectory.into()))
            }
            Output::Stdout => Err(ExportError::output(Path::new("standard output"))(
                std::io::ErrorKind::NotADirectory.into(),
            )),
        }
    }

    /// Writes a document to the folder of its language.
    pub(super) fn add(&mut self, document: &Document) -> Result<(), ExportError> {
        let lang = document.language.as_ref().map_or("und", |lang| lang.language()).to_owned();
        let path = self.root.join(&lang);
        let folder = match self.open.remove(&lang) {
            Some(folder) => Ok(folder),
            None => Folder::begin(&path),
        };
        let mut folder = folder.map_err(ExportError::output(&path))?;
        folder.add(document).map_err(ExportError::output(&path))?;
        self.open.insert(lang, folder);
        Ok(())
    }

    /// Ends all files.
    pub(super) fn finish(self) -> Result<Vec<Written>, ExportError> {
        let mut written = Vec::new();
        for (lang, folder) in self.open {
            for (part, packer) in folder.files {
                let path = part.path().to_owned();
                let done = packer.finish().and_then(|mut out| out.flush());
                let done = done.and_then(|()| part.finish());
                let bytes = done.map_err(ExportError::output(&path))?;
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let name = format!("{DATA}/{lang}/{file}");
                written.push(Written { name, documents: folder.documents, bytes });
            }
        }
        Ok(written)
    }
}

impl Folder {
    fn begin(path: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(path)?;
        let begin = |name: &str| {
            let (part, file) = Part::begin(path.join(format!("{name}.gz")))?;
            Ok((part, GzEncoder::new(BufWriter::new(file), Compression::default())))
        };
        let files = FILES.into_iter().map(begin).collect::<std::io::Result<_>>()?;
        Ok(Self { files, documents: 0 })
    }

    fn add(&mut self, document: &Document) -> std::io::Result<()> {
        let text = format!("{}\n{}\n", document.title, document.body().replace("\n\n", "\n"));
        let lines = [
            document.url.clone(),
            BASE64.encode(text.as_bytes()),
            "text/html".to_owned(),
            document.warc.date.map(Moment::warc_date).unwrap_or_default(),
            document.group.clone().unwrap_or_default(),
        ];
        for ((_, packer), line) in self.files.iter_mut().zip(lines) {
            writeln!(packer, "{line}")?;
        }
        self.documents += 1;
        Ok(())
    }
}
