//! The same bytes every time: threads, interruption, manifest.

use std::path::Path;

use warraq::export::corpus::Corpus;
use warraq::export::document::Document;
use warraq::export::error::ExportError;
use warraq::export::gather::{Gathering, Halt, gather, whole};
use warraq::export::inputs::{Meter, resolve};
use warraq::export::job::{self, Job};
use warraq::export::shards::Output;

use super::made::{Page, english, file, member};
use super::{files, job as job_of, run};

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
    let mut job = job_of(&[folder], &out);
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
        one.iter().filter(|(name, _)| name.to_string_lossy().contains("data/documents-")).count()
            > 2
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
    let mut job = job_of(&[folder.path()], &out);
    job.manifest = true;
    let halt = job.halt.clone();
    job.threads = 1;
    halt.ask();
    assert!(matches!(run(&job), Err(ExportError::Interrupted)));
    assert!(!out.join("data").exists());

    let mut again = Job { halt: Halt::default(), ..job.clone() };
    let refused = run(&again).unwrap_err().to_string();
    assert!(refused.ends_with("go on with --resume, or empty it"), "{refused}");
    again.resume = true;
    again.filters.min_words = Some(1);
    let refused = run(&again).unwrap_err().to_string();
    assert!(refused.contains("has other settings"), "{refused}");
    again.filters.min_words = None;
    run(&again).unwrap();
    assert_eq!(files(&out), whole);
    assert!(!out.join(".warraq-export").exists());
}

fn gathering(archive: &Path, spool: &Path, segment: u64) -> Gathering {
    Gathering {
        inputs: resolve(&[archive.to_owned()]).unwrap(),
        folder: spool.to_owned(),
        segment,
        threads: 2,
        meter: Meter::default(),
        halt: Halt::default(),
    }
}

fn documents(gathering: &Gathering) -> Vec<Document> {
    let corpus = job::gathered(gathering, |lost| panic!("{lost:?}")).unwrap();
    corpus.documents().map(|document| document.unwrap().1).collect()
}

#[test]
fn a_long_input_is_gathered_in_segments_and_only_missing_ones_are_read() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 2, 12);
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let want = documents(&gathering(folder.path(), one.path(), u64::MAX));
    assert_eq!((want.len(), files(one.path()).len()), (24, 2));
    let again = gathering(folder.path(), many.path(), 1_000);
    assert_eq!(documents(&again), want);
    let segments = files(many.path());
    assert!(segments.len() > 6, "{}", segments.len());
    // As an interruption leaves it: the later segments of each input are not there.
    for (name, _) in segments.iter().skip(3).step_by(2) {
        std::fs::remove_file(many.path().join(name)).unwrap();
    }
    assert_eq!(documents(&again), want);
    assert_eq!(files(many.path()), segments);
    // What is there is taken as it is, even where the input is gone.
    for warc in ["part-0.warc.gz", "part-1.warc.gz"] {
        std::fs::write(folder.path().join(warc), "gone").unwrap();
    }
    assert_eq!(documents(&again), want);
}

#[test]
fn a_halt_is_heeded_while_the_spool_is_surveyed() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 1, 4);
    let spool = tempfile::tempdir().unwrap();
    let gathering = gathering(folder.path(), spool.path(), u64::MAX);
    gather(&gathering).unwrap();
    gathering.halt.ask();
    let spooled = vec![(whole(spool.path(), 0).unwrap().0, None)];
    let ended = Corpus::survey(spooled, &gathering.halt, |lost| panic!("{lost:?}"));
    assert!(matches!(ended, Err(ExportError::Interrupted)));
}

/// The second is refused while the first reads, whatever the first writes.
#[test]
fn two_exports_to_one_place_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 1, 1);
    std::fs::write(folder.path().join("torn.warc"), "WARC/1.1\r\n").unwrap();
    let out = tempfile::tempdir().unwrap();
    for output in
        [Output::Folder(out.path().join("folder")), Output::File(out.path().join("file.jsonl"))]
    {
        let mut first = job_of(&[folder.path()], out.path());
        first.plan.output = output;
        let mut refused = Vec::new();
        job::run(&first, |_| {
            refused.push(run(&Job { resume: true, ..first.clone() }).unwrap_err());
        })
        .unwrap();
        assert!(matches!(refused[..], [ExportError::Locked { .. }]), "{refused:?}");
    }
    let left: Vec<_> = files(out.path()).into_iter().map(|(name, _)| name).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("warraq-export")), "{left:?}");
    assert!(left.contains(&"file.jsonl".into()), "{left:?}");
}

/// What a killed export to a file left is no hindrance, and is not taken for its own.
#[test]
fn a_file_is_begun_anew_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 1, 2);
    let out = tempfile::tempdir().unwrap();
    let mut job = job_of(&[folder.path()], out.path());
    job.plan.output = Output::File(out.path().join("a.jsonl"));
    run(&job).unwrap();
    let whole = files(out.path());
    std::fs::remove_file(out.path().join("a.jsonl")).unwrap();
    std::fs::write(out.path().join("a.jsonl.part"), "half").unwrap();
    let hidden = out.path().join(".a.jsonl.warraq-export");
    std::fs::create_dir(&hidden).unwrap();
    std::fs::write(hidden.join("000000-0000000000000000.items"), "of another time").unwrap();
    run(&job).unwrap();
    assert_eq!(files(out.path()), whole);
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path(), 1, 1);
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("thesis.txt"), "mine").unwrap();
    let refused = run(&job_of(&[folder.path()], out.path())).unwrap_err();
    assert!(refused.to_string().ends_with("the folder is not empty; export to another one"));
    let mut to_file = job_of(&[folder.path()], out.path());
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
    assert_eq!(
        (&output["name"], &output["documents"]),
        (&"data/documents.jsonl".into(), &4.into())
    );
    let sum = warraq::wacz::hash::of(find("documents.jsonl"));
    assert_eq!(output["sha256"].as_str(), sum.strip_prefix("sha256:"));
    assert_eq!(manifest["settings"]["format"], "jsonl");
}
