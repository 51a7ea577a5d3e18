//! WARCs of anybody, whole and damaged.

use std::path::Path;

use proptest::prelude::*;
use warraq::pack::Leaning;
use warraq::wacz::check::check;
use warraq::wacz::hash;
use warraq::wacz::package::MultiPackage;
use warraq::wacz::reader::Package;

use super::warcs::{article, members, one_member, page, revisit};
use super::{names, packed, put};

const EN: &str = "https://mill.example/en/mill";
const AR: &str = "https://mill.example/ar/mill";

/// `en.warc.gz` and, not compressed, `ar.warc`: an article in two languages.
fn two_files(folder: &Path) {
    let en = article("en", "ar", "The miller grinds the corn and keeps the old stones turning. ");
    let ar = article("ar", "en", "يطحن الطحّان القمح ويُبقي الحجارة القديمة تدور كل صباح. ");
    put(folder, "en.warc.gz", &members(&[page(EN, 1, &en)]));
    put(folder, "ar.warc", &page(AR, 2, &ar));
}

fn is_whole(path: &Path) -> Package {
    let package = Package::open(path).unwrap();
    assert_eq!(check(&package).iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
    package
}

#[test]
fn several_packages_share_groups_and_a_manifest() {
    let dir = tempfile::tempdir().unwrap();
    two_files(dir.path());
    let split = |job: &mut warraq::pack::Job| job.size_limit = Some(1);
    let (told, _) = packed(dir.path(), &["en.warc.gz", "ar.warc"], "mill.wacz", split);
    let told = told.unwrap();
    assert_eq!((told.warcs, told.captures, told.articles, told.groups), (2, 2, 2, 1));
    let made: Vec<&str> =
        told.files.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(made, ["mill-00001.wacz", "mill-00002.wacz", "mill.json"]);

    let groups: Vec<Option<String>> = told.files[..2]
        .iter()
        .map(|(path, _)| is_whole(path).pages().unwrap().unwrap().next().unwrap().unwrap().group)
        .collect();
    assert!(groups[0].is_some() && groups[0] == groups[1], "{groups:?}");

    let manifest = std::fs::read(dir.path().join("mill.json")).unwrap();
    let manifest: MultiPackage = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest.profile, "multi-wacz-package");
    for (resource, (path, bytes)) in manifest.resources.iter().zip(&told.files) {
        assert_eq!(dir.path().join(&resource.path), *path);
        assert_eq!(
            (resource.bytes, &resource.hash),
            (*bytes, &hash::of(&std::fs::read(path).unwrap()))
        );
    }
    assert_eq!(manifest.resources.len(), 2);
    // What fits is one package, whatever the limit.
    let wide = |job: &mut warraq::pack::Job| job.size_limit = Some(1 << 20);
    let (told, _) = packed(dir.path(), &["en.warc.gz", "ar.warc"], "one.wacz", wide);
    assert_eq!(told.unwrap().files.len(), 1);
}

#[test]
fn a_revisit_whose_original_is_elsewhere_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let text = article("en", "ar", "The miller grinds the corn and keeps the old stones turning. ");
    put(dir.path(), "old.warc.gz", &members(&[page(EN, 1, &text)]));
    put(dir.path(), "new.warc.gz", &members(&[revisit(EN, 1), page(AR, 3, "x"), revisit(EN, 1)]));
    let alone = packed(dir.path(), &["new.warc.gz"], "alone.wacz", |_| ()).0.unwrap().leaning;
    let want = Leaning {
        revisits: 2,
        files: vec!["new.warc.gz".into()],
        originals: vec![format!("{EN} at 2026-11-22T09:30:01Z")],
    };
    assert_eq!(alone, want);
    // In whichever order they come.
    for (number, inputs) in
        [["old.warc.gz", "new.warc.gz"], ["new.warc.gz", "old.warc.gz"]].iter().enumerate()
    {
        let both = packed(dir.path(), inputs, &format!("{number}.wacz"), |_| ()).0.unwrap();
        assert_eq!(both.leaning, Leaning::default());
    }
}

/// Files that do not go in, beside two that do.
fn refused_files(at: &Path) {
    two_files(at);
    std::fs::create_dir(at.join("empty")).unwrap();
    std::fs::create_dir(at.join("other")).unwrap();
    put(&at.join("other"), "ar.warc", b"");
    put(at, "is.wacz", b"");
    put(at, "arc.warc", b"filedesc://x 0.0.0.0 20260101 text/plain 1\n");
    put(at, "back\\slash.warc", b"");
    put(at, "page.warc", b"<html>no WARC</html>");
    put(at, "none.warc", b"");
    put(at, "none.warc.gz", b"");
    put(at, "noise.warc.gz", b"noise, and nothing else");
    put(at, "short.warc.gz", b"n");
    put(at, "z.warc.zst", b"\x28\xb5\x2f\xfd\0\0");
    put(at, "plain.warc.gz", &page(EN, 1, "a"));
    put(at, "packed.warc", &one_member(&page(EN, 1, "a")));
    put(at, "zip.warc", b"PK\x03\x04\x14\0\0\0");
    let pages = [page(EN, 1, "a"), page(AR, 2, "b")].concat();
    put(at, "shared.warc.gz", &one_member(&pages));
}

#[test]
fn what_cannot_be_packed_is_said_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    refused_files(at);
    let before = names(at);
    let cases: &[(&[&str], &str, &str)] = &[
        (&["ar.warc"], "x.zip", "the name of a package ends in .wacz"),
        (&["ar.warc"], "is.wacz", "is.wacz exists already; name another file"),
        (&["ar.warc"], "no/x.wacz", "nothing of it was left behind"),
        (&["gone"], "x.wacz", "gone: no such file or folder"),
        (&["empty"], "x.wacz", "empty: no WARC file here"),
        (&["is.wacz"], "x.wacz", "it is a package already"),
        (&["ar.warc", "other"], "x.wacz", "would have one name in the package"),
        (&["back\\slash.warc"], "x.wacz", "no package can hold a file of that name"),
        (&["en.warc.gz", "page.warc"], "x.wacz", "page.warc is no WARC file: no record begins"),
        (&["zip.warc"], "x.wacz", "zip.warc is no WARC file: it begins like a ZIP"),
        (&["plain.warc.gz"], "x.wacz", "is called NAME.warc.gz when it is compressed"),
        (&["z.warc.zst"], "x.wacz", "decompress it with `zstd -d` first"),
        (&["packed.warc"], "x.wacz", "and NAME.warc when it is not; rename it"),
        (&["none.warc.gz"], "x.wacz", "none.warc.gz: it is empty; leave it out"),
        (&["noise.warc.gz"], "x.wacz", "noise.warc.gz: it is no WARC file"),
        (&["short.warc.gz"], "x.wacz", "short.warc.gz: it is no WARC file"),
        (&["none.warc"], "x.wacz", "no WARC record can be read in it"),
        (&["en.warc.gz", "arc.warc"], "x.wacz", "arc.warc is no WARC file"),
        (
            &["en.warc.gz", "shared.warc.gz"],
            "x.wacz",
            "several records share this compressed member",
        ),
    ];
    for (inputs, out, words) in cases {
        let why = packed(at, inputs, out, |_| ()).0.unwrap_err().to_string();
        assert!(why.contains(words), "{inputs:?}: {why}");
        assert_eq!(names(at), before, "{inputs:?}");
    }
}

#[test]
fn one_taken_name_of_several_stops_all() {
    let dir = tempfile::tempdir().unwrap();
    two_files(dir.path());
    put(dir.path(), "mill.json", b"mine");
    let before = names(dir.path());
    let split = |job: &mut warraq::pack::Job| job.size_limit = Some(1);
    let (told, _) = packed(dir.path(), &["en.warc.gz", "ar.warc"], "mill.wacz", split);
    assert!(told.unwrap_err().to_string().contains("mill.json exists already"));
    assert_eq!(names(dir.path()), before);
}

#[test]
fn a_crowd_of_packages_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for number in 0..201 {
        put(dir.path(), &format!("{number}.warc"), b"x");
    }
    let split = |job: &mut warraq::pack::Job| job.size_limit = Some(1);
    let why = packed(dir.path(), &["."], "x.wacz", split).0.unwrap_err().to_string();
    assert_eq!(why, "201 packages would be made, and 200 are the most; raise --size-limit");
}

#[test]
fn a_damaged_file_goes_in_as_it_is_and_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = members(&[page(EN, 1, "a"), page(AR, 2, "b")]);
    bytes.truncate(bytes.len() - 9);
    put(dir.path(), "cut.warc.gz", &bytes);
    let (told, warnings) = packed(dir.path(), &["cut.warc.gz"], "x.wacz", |_| ());
    let told = told.unwrap();
    assert_eq!((told.captures, told.unreadable, warnings.len()), (1, 1, 1));
    assert!(warnings[0].starts_with("cut.warc.gz@"), "{warnings:?}");
    let package = is_whole(&dir.path().join("x.wacz"));
    assert_eq!(package.archives().next().unwrap().bytes, bytes.len() as u64);
}

#[test]
fn one_payload_of_one_url_is_one_page() {
    let dir = tempfile::tempdir().unwrap();
    let with_digest = |second| {
        let record = String::from_utf8(page(EN, second, "<title>a</title>")).unwrap();
        record.replace("Content-Type: app", "WARC-Payload-Digest: sha1:A\r\nContent-Type: app")
    };
    let file = [with_digest(1), with_digest(2)].concat();
    put(dir.path(), "a.warc", file.as_bytes());
    let told = packed(dir.path(), &["a.warc"], "x.wacz", |_| ()).0.unwrap();
    assert_eq!(told.captures, 2);
    let package = is_whole(&dir.path().join("x.wacz"));
    let extra = package.find("pages/extraPages.jsonl").unwrap();
    assert_eq!(package.pages_of(extra).unwrap().count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_damage_is_survived(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
        packed_up in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = [page(EN, 1, "<title>a</title>"), revisit(EN, 1), page(AR, 2, "b")].concat();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let (name, bytes) =
            if packed_up { ("a.warc.gz", one_member(&bytes)) } else { ("a.warc", bytes) };
        put(dir.path(), name, &bytes);
        if packed(dir.path(), &[name], "x.wacz", |_| ()).0.is_ok() {
            is_whole(&dir.path().join("x.wacz"));
        } else {
            prop_assert_eq!(names(dir.path()), [name]);
        }
    }
}
