//! Items 13 to 20, 22 and 23 on a crawl of every kind of answer.

use std::io::{Read, Write};
use std::net::TcpListener;

use super::every::judge;
use super::run::Crawl;
use super::text;
use super::web::{Script, Step, Web, head, moved, page, reply};

fn send(bytes: &[u8]) -> Step {
    Step::Send(bytes.to_vec())
}

/// A host for each kind, so that none waits for another.
fn answer(host: &str, path: &str) -> Option<Script> {
    if path == "/robots.txt" {
        return None;
    }
    let length = |said: usize, body: &[u8]| {
        send(&[head(200, &[format!("Content-Length: {said}")]).as_slice(), body].concat())
    };
    Some(match host {
        "interim.test" => vec![
            send(b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n"),
            length(4, b"late"),
        ],
        "nobody.test" => vec![send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\nexcess")],
        "same.test" => vec![send(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\nexcess")],
        "disconnect.test" => vec![length(99, b"short")],
        "time.test" => vec![length(99, b"short"), Step::Hang],
        "length.test" => {
            vec![send(&head(200, &["Content-Type: video/x"])), Step::Endless(vec![b'x'; 4096])]
        }
        "chunked.test" => vec![send(
            &[
                head(200, &["tRANSFER-encoding: chunked"]).as_slice(),
                b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n",
            ]
            .concat(),
        )],
        "moved.test" => moved("http://gone.test/"),
        "gone.test" => reply(404, &[], b"gone"),
        "denied.test" => reply(403, &[], b"denied"),
        "broken.test" => reply(500, &[], b"broken"),
        "reset.test" => vec![Step::Reset],
        "other.test" => vec![send(b"220 mail ready\r\n")],
        _ => page("<title>Here</title>"),
    })
}

#[test]
fn every_kind_of_answer_is_archived_as_it_came() {
    let web = Web::new(|asked| answer(&asked.host, &asked.path));
    let crawl = Crawl::of(&web);
    let hosts = [
        "interim",
        "nobody",
        "same",
        "disconnect",
        "time",
        "length",
        "chunked",
        "moved",
        "denied",
        "broken",
        "reset",
        "other",
        "plain",
    ];
    let seeds: Vec<String> = hosts.iter().map(|host| format!("http://{host}.test/")).collect();
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["--max-body", "64KiB", "--retries", "0"]);
    crawl.run(&args);
    judge(&crawl);
    let one =
        |kind: &str, host: &str| crawl.records_of(kind, &format!("http://{host}.test/")).pop();
    let response =
        |host: &str| one("response", host).unwrap_or_else(|| panic!("{host}: no response"));
    let told = |host: &str| text(&one("metadata", host).unwrap());

    let late = response("interim");
    assert!(text(&late).starts_with("HTTP/1.1 200 ") && text(&late).ends_with("\r\n\r\nlate"));
    assert!(
        told("interim").contains("\r\ninterim: HTTP/1.1 103 Early Hints\\r\\nLink: "),
        "{}",
        told("interim")
    );
    for host in ["nobody", "same"] {
        assert!(text(&response(host)).ends_with("\r\n\r\n"), "{host}: a body that is none");
        let told = told(host);
        assert!(
            told.contains("\r\nexcess: excess\r\n") && told.contains("\r\nexcessLength: 6\r\n"),
            "{told}"
        );
    }
    for (host, why) in [("disconnect", "disconnect"), ("time", "time"), ("length", "length")] {
        assert_eq!(response(host).header.get("WARC-Truncated"), Some(why), "{host}");
    }
    assert_eq!(
        response("length").block.len(),
        text(&response("length")).find("\r\n\r\n").unwrap() as u64 + 4 + (64 << 10)
    );
    let chunked = response("chunked");
    assert!(text(&chunked).contains("\r\ntRANSFER-encoding: chunked\r\n"), "names as on the wire");
    assert!(text(&chunked).ends_with("3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"));
    let entity = warraq::digest::Digest::of(b"abcde").to_string();
    assert_eq!(chunked.header.get("WARC-Payload-Digest"), Some(entity.as_str()));
    for (host, status) in
        [("moved", 302), ("gone", 404), ("denied", 403), ("broken", 500), ("plain", 200)]
    {
        assert!(text(&response(host)).starts_with(&format!("HTTP/1.1 {status} ")), "{host}");
    }
    // All hosts answer alike: the first is a response, the others refer to it.
    let robots = "http://plain.test/robots.txt";
    let kept = ["response", "revisit"].map(|kind| crawl.records_of(kind, robots).len());
    assert_eq!(kept.iter().sum::<usize>(), 1, "a robots.txt that is not there is a capture, too");
    for host in ["reset", "other"] {
        assert!(one("response", host).is_none() && one("request", host).is_some(), "{host}");
        assert!(told(host).contains("\r\nfailure: "), "{}", told(host));
    }
    assert!(told("other").contains("\r\ndebris: 220 mail ready\\r\\n\r\n"), "{}", told("other"));
}

#[test]
fn an_ipv6_peer_is_named_in_its_one_form() {
    let listener = TcpListener::bind("[::1]:0").expect("this machine has no IPv6 loopback");
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap_or(0);
            let told = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".as_bytes();
            let _ = stream.write_all(&[told, &head[..length]].concat());
        }
    });
    let crawl = Crawl::with(&["--contact", "desk@warraq.test", "--allow-private", "--delay", "0"]);
    let fixed = format!("six.test:80:[0:0:0:0:0:0:0:1]:{port}");
    let literal = format!("http://[::1]:{port}/");
    let run = crawl.run(&["http://six.test/", &literal, "--resolve", &fixed]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for url in ["http://six.test/", &literal] {
        for kind in ["request", "response"] {
            let record = crawl.records_of(kind, url).pop();
            let record = record.unwrap_or_else(|| panic!("no {kind} of {url}: {:?}", crawl.ends()));
            assert_eq!(record.header.get("WARC-IP-Address"), Some("::1"), "{kind} {url}");
        }
    }
    judge(&crawl);
}
