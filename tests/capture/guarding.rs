//! The address policy, over both transports.

use std::net::IpAddr;

use url::Url;
use warraq::capture::guard::{Denied, Guard, GuardedResolver};
use warraq::capture::{Client, End, Wire};
use warraq::lead::Rule;
use warraq::settings::{Resolve, Settings};

use super::fetch;
use super::server::{NEXT, Packets, Script, Server, clock};
use crate::server::After;

/// Each spelling of an address nobody outside may be sent to.
const PRIVATE: &[&str] = &[
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://１２７.0.0.１/",
    "http://0/",
    "http://10.1.2.3/",
    "http://172.31.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/",
    "http://100.64.0.1/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://198.19.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:0a00:0001::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://0x7f000001/",
    "http://0x7F.0X0.0.01/",
    "http://0300.0250.1.1/",
    "http://127.0.0.1./",
    "http://127%2e0%2e0%2e1/",
    "http://127。0。0。1/",
    "http://①②⑦.⓪.⓪.①/",
    "http:\\\\127.0.0.1\\",
    "http:127.0.0.1",
    "http://user@127.0.0.1/",
    "http://a.example@127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://0.0.0.0:443/",
    "http://[::]:443/",
    "http://240.0.0.1/",
    "http://203.0.113.9/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[2001::1]/",
    "http://[100::1]/",
];

#[test]
fn private_addresses_in_every_spelling() {
    let guard = Guard::new(false);
    for text in PRIVATE {
        let url = Url::parse(text).unwrap();
        assert_eq!(guard.check_url(&url), Err(Rule::PrivateAddress), "{text}");
        assert_eq!(Guard::new(true).check_url(&url), Ok(()), "{text}");
    }
}

#[test]
fn public_addresses_pass() {
    let public = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8"];
    for text in public {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(Guard::new(false).check_address(address), Ok(()), "{text}");
    }
}

#[test]
fn ports_and_schemes() {
    let check = |text: &str| Guard::new(false).check_url(&Url::parse(text).unwrap());
    for text in ["http://a.example:22/", "http://a.example:25/", "https://a.example:6379/"] {
        assert_eq!(check(text), Err(Rule::Port), "{text}");
    }
    for text in ["http://a.example:8080/", "https://a.example:8443/", "http://a.example/"] {
        assert_eq!(check(text), Ok(()), "{text}");
    }
    for text in ["ftp://a.example/", "file:///etc/passwd", "data:,x"] {
        assert_eq!(check(text), Err(Rule::Scheme), "{text}");
    }
}

#[tokio::test]
async fn names_are_judged_by_their_addresses() {
    let resolver = GuardedResolver::new(&Settings::new("x".into(), "desk@example.org"), clock());
    let denied = resolver.addresses(&Url::parse("http://localhost/").unwrap()).await.unwrap_err();
    assert!(matches!(denied, Denied::Rule(Rule::PrivateAddress)), "{denied}");
    // Not every resolver knows these; none may lead anywhere with them.
    for url in ["http://localhost./", "http://LOCALHOST:8080/", "http://a.localhost/"] {
        assert!(resolver.addresses(&Url::parse(url).unwrap()).await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn neither_transport_connects() {
    let script = Script { bytes: NEXT.to_vec(), packets: Packets::AtOnce, after: After::Keep };
    let server = Server::start(script).await;
    let mut settings = server.settings();
    settings.allow_private = false;
    let port = server.address.port();
    settings.resolve.push(Resolve {
        host: Some("other.example".into()),
        port: 8081,
        addr: server.address.ip(),
        to_port: port,
    });
    let wire = Wire::new(&settings, clock()).unwrap();
    let client = Client::new(&settings, clock()).unwrap();
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://[::ffff:7f00:1]:{port}/"),
        format!("http://localhost:{port}/"),
        "http://case.example/".to_owned(),
        "http://other.example:8081/".to_owned(),
    ];
    for url in &urls {
        for capture in [fetch(&wire, url).await, fetch(&client, url).await] {
            let End::Refused(refusal) = &capture.end else { panic!("{url}: {:?}", capture.end) };
            assert_eq!((refusal.rule, &refusal.url), (Rule::PrivateAddress, url));
            assert!(capture.request.is_empty() && capture.response.is_none());
        }
    }
    assert_eq!(server.connections.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_fixed_address_keeps_the_name() {
    let script = Script { bytes: NEXT.to_vec(), packets: Packets::AtOnce, after: After::Keep };
    let server = Server::start(script).await;
    let mut settings = server.settings();
    settings.resolve.iter_mut().for_each(|rule| rule.port = 8081);
    let client = Client::new(&settings, clock()).unwrap();
    let wire = Wire::new(&settings, clock()).unwrap();
    let url = "http://case.example:8081/a";
    for capture in [fetch(&client, url).await, fetch(&wire, url).await] {
        assert_eq!(capture.end, End::Complete);
        let request = String::from_utf8(capture.request).unwrap();
        assert!(request.contains("\r\nHost: case.example:8081\r\n"), "{request}");
    }
}
