//! The folder: killed, locked, torn, emptied, filled up; and the same crawl again and again (faults 60-69).

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::run::{Crawl, watched};
use super::web::{Step, Web, page, reply};

/// A small site: a home page and 30 pages behind it; `/slow` answers when nobody waits any more.
fn small() -> Web {
    Web::new(|asked| match asked.path.as_str() {
        "/" => {
            let links: String = (0..30).map(|at| format!("<a href=/p{at}>{at}</a>")).collect();
            Some(page(&format!("<title>Home</title>{links}")))
        }
        "/slow" => Some(vec![Step::Hang]),
        path if path.starts_with("/p") => {
            Some(page(&format!("<title>{path}</title>{}", path.repeat(50))))
        }
        _ => None,
    })
}

const SEED: &[&str] = &["http://a.test/", "--depth", "1"];

fn captured(crawl: &Crawl) -> usize {
    crawl.ends().values().filter(|end| end.ends_with(" 200")).count()
}

#[test]
fn five_runs_on_one_folder() {
    let web = small();
    let crawl = Crawl::of(&web);
    let mut sizes = Vec::new();
    for round in 1..=5_u64 {
        let run = crawl.run(if round % 2 == 1 { SEED } else { &["--depth", "1"] });
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(captured(&crawl), 31);
        let last = crawl.ledger().last().unwrap()["run"].as_u64();
        assert_eq!(last, Some(round));
        sizes.push(crawl.files().iter().map(|file| file.metadata().unwrap().len()).sum::<u64>());
    }
    let of =
        |kind: &str| crawl.records().iter().filter(|entry| entry.kind.to_string() == kind).count();
    assert_eq!(of("revisit"), 4 * 31, "every later capture is a revisit");
    assert_eq!(web.asked().len(), 5 * 31 + 1, "robots.txt is remembered");
    let growth: Vec<u64> = sizes.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(growth.iter().max().unwrap() - growth.iter().min().unwrap() < 2_000, "{growth:?}");
}

#[test]
fn two_at_once_are_one_too_many() {
    let web = small();
    let crawl = Crawl::of(&web);
    let quiet = |args: &[&str]| {
        crawl.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut first =
        quiet(&["http://a.test/slow", "--idle-timeout", "60s", "--total-timeout", "60s"]);
    let began = Instant::now();
    while web.times("a.test/slow") == 0 {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = crawl.run(SEED);
    assert_eq!(second.code, Some(5), "{}", second.stderr);
    assert!(second.stderr.contains(&first.id().to_string()), "{}", second.stderr);
    first.kill().unwrap();
    first.wait().unwrap();
    let third = crawl.run(&["http://a.test/", "--depth", "1"]);
    assert_eq!(captured(&crawl), 31, "{}", third.stderr);
    crawl.records();
}

#[test]
fn killed_at_start_and_at_the_end() {
    let web = small();
    let crawl = Crawl::of(&web);
    crawl.run(SEED);
    for round in 0..40_u64 {
        let mut child =
            crawl.command(SEED).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 4));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let last = crawl.run(SEED);
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    assert_eq!(captured(&crawl), 31);
    crawl.records();
    let known = [
        "groups.jsonl",
        "index.cdxj",
        "indexes",
        "job.json",
        "known",
        "ledger.jsonl",
        "report.html",
        "report.json",
        "report.md",
        "state",
        "summary.json",
        "unclosed.jsonl",
        "warraq.lock",
    ];
    for entry in fs::read_dir(crawl.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".warc.gz") || known.contains(&name.as_str()), "left over: {name}");
    }
    for entry in fs::read_dir(crawl.path().join("indexes")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".warc.gz.cdxj"), "left over: {name}");
    }
}

/// Every damage to the state ends in a clear error without `--recover` and in a crawl with it.
#[test]
fn a_damaged_state_is_told_and_recovered() {
    let web = small();
    for damage in
        ["truncated", "flipped", "emptied", "zeroed", "deleted file", "deleted state", "conf gone"]
    {
        let crawl = Crawl::of(&web);
        let run = crawl.run(&["http://a.test/", "--depth", "1", "--max-pages", "12"]);
        assert_eq!(run.code, Some(14), "{}", run.stderr);
        let before: Vec<_> = crawl.files().iter().map(|file| fs::read(file).unwrap()).collect();
        harm(&crawl, damage);
        let plain = crawl.run(SEED);
        assert!(matches!(plain.code, Some(0 | 22)), "{damage}: {}", plain.stderr);
        let recovered = crawl.run(&["http://a.test/", "--depth", "1", "--recover"]);
        assert_eq!(recovered.code, Some(0), "{damage}: {}", recovered.stderr);
        assert_eq!(captured(&crawl), 31, "{damage}");
        for (file, old) in crawl.files().iter().zip(before) {
            assert_eq!(fs::read(file).unwrap(), old, "{damage}: a sealed file was changed");
        }
        crawl.records();
    }
}

fn harm(crawl: &Crawl, damage: &str) {
    let state = crawl.path().join("state");
    let mut files = Vec::new();
    let mut folders = vec![state.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    let db = files
        .iter()
        .max_by_key(|file| (file.ends_with("db"), file.metadata().unwrap().len()))
        .unwrap();
    let bytes = fs::read(db).unwrap();
    match damage {
        "truncated" => fs::write(db, &bytes[..bytes.len() / 2]).unwrap(),
        "flipped" => {
            let flipped: Vec<u8> = bytes
                .iter()
                .enumerate()
                .map(|(at, byte)| if at % 997 == 13 { !byte } else { *byte })
                .collect();
            fs::write(db, flipped).unwrap();
        }
        "emptied" => fs::write(db, b"").unwrap(),
        "zeroed" => fs::write(db, vec![0; bytes.len()]).unwrap(),
        "deleted file" => fs::remove_file(db).unwrap(),
        "deleted state" => fs::remove_dir_all(state).unwrap(),
        _ => files
            .iter()
            .filter(|file| file.ends_with("conf"))
            .for_each(|file| fs::remove_file(file).unwrap()),
    }
}

#[test]
fn a_deleted_state_costs_no_second_fetch() {
    let web = small();
    let crawl = Crawl::of(&web);
    crawl.run(&["http://a.test/", "--depth", "1", "--max-pages", "12"]);
    fs::remove_dir_all(crawl.path().join("state")).unwrap();
    let run = crawl.run(SEED);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let asked = web.asked();
    let pages = asked.iter().filter(|url| url.as_str() != "a.test/robots.txt").count();
    assert_eq!(pages, 31, "{asked:?}");
    let mut rebuild = std::process::Command::new(env!("CARGO_BIN_EXE_warraq"));
    rebuild.args(["state", "rebuild"]).arg(crawl.path());
    let told = watched(rebuild);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert_eq!(captured(&crawl), 31);
}

#[test]
fn a_deleted_warc_is_no_origin() {
    let web = small();
    let crawl = Crawl::of(&web);
    crawl.run(SEED);
    for file in crawl.files() {
        fs::remove_file(file).unwrap();
    }
    let run = crawl.run(SEED);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let responses =
        crawl.records().iter().filter(|entry| entry.kind.to_string() == "response").count();
    eprintln!("{responses} responses after the archive was deleted; {}", run.stderr);
    assert_eq!(responses, 31, "revisits of what is no longer there");
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let web = Web::new(|asked| match asked.path.as_str() {
        "/" => Some(page(&(0..60).map(|at| format!("<a href=/p{at}>x</a>")).collect::<String>())),
        path if path.starts_with("/p") => {
            // Noise does not compress.
            let mut seed: u64 = path[2..].parse().unwrap_or(1) + 1;
            let noise: Vec<u8> = std::iter::repeat_with(|| {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                seed.to_le_bytes()[3]
            })
            .take(100_000)
            .collect();
            Some(reply(200, &["Content-Type: application/octet-stream"], &noise))
        }
        _ => None,
    });
    let crawl = Crawl::of(&web);
    let inner = crawl.command(SEED);
    let mut command = std::process::Command::new("bash");
    // A file of 2 MB at most: `write` fails as it does on a full disk.
    command.args(["-c", "ulimit -f 2000; trap '' XFSZ; \"$@\"", "limited"]);
    command.arg(inner.get_program()).args(inner.get_args());
    let run = watched(command);
    assert_eq!(run.code, Some(22), "{}", run.stderr);
    let again = crawl.run(SEED);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert_eq!(captured(&crawl), 61);
    crawl.records();
}
