//! TLS nobody vouches for: refused, unless the operator says otherwise (fault 47).

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::run::Crawl;

/// A server of one page for `name`, and the PEM of the authority that vouches for it.
fn serve(name: &str) -> (u16, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            std::thread::spawn(move || answer(StreamOwned::new(connection, stream)));
        }
    });
    (port, authority.pem())
}

fn answer(mut stream: StreamOwned<ServerConnection, std::net::TcpStream>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if std::io::Read::read_exact(&mut stream, &mut byte).is_err() {
            return;
        }
        head.push(byte[0]);
    }
    let robots = head.starts_with(b"GET /robots.txt");
    let (status, body) = if robots { ("404 Not Found", "none") } else { ("200 OK", "page") };
    let reply =
        format!("HTTP/1.1 {status}\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{body}");
    let _ = stream.write_all(reply.as_bytes());
    stream.conn.send_close_notify();
    let _ = stream.flush();
}

fn crawl(port: u16, flags: &[&str]) -> (Option<i32>, String, String, Crawl) {
    let shared = [
        "--contact",
        "desk@warraq.test",
        "--allow-private",
        "--delay",
        "0",
        "--retries",
        "1",
        "--retry-delay",
        "10ms",
    ];
    let crawl = Crawl::with(&shared);
    let resolve = format!("*:443:127.0.0.1:{port}");
    let run = crawl.run(&[&["https://a.test/x", "--resolve", &resolve], flags].concat());
    (run.code, crawl.end("https://a.test/x"), run.stderr, crawl)
}

#[test]
fn a_certificate_nobody_vouches_for_is_refused() {
    let (port, _) = serve("a.test");
    let (code, end, told, _) = crawl(port, &[]);
    assert_eq!(code, Some(3), "{told}");
    assert_eq!(end, "", "robots.txt could not be asked, so the page was not: {told}");
    assert!(told.to_lowercase().contains("certificate"), "{told}");
}

#[test]
fn the_operator_may_accept_it_and_the_archive_says_so() {
    let (port, _) = serve("a.test");
    let (code, end, told, crawl) = crawl(port, &["--insecure-tls"]);
    assert_eq!((code, end.as_str()), (Some(0), "captured 200"), "{told}");
    let said = crawl.records_of("metadata", "https://a.test/x");
    let said = String::from_utf8(said[0].block.first(100_000).unwrap().to_vec()).unwrap();
    assert!(said.contains("accepted by --insecure-tls"), "{said}");
}

#[test]
fn a_named_authority_is_trusted_for_its_names_only() {
    let (port, authority) = serve("a.test");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let (code, end, told, _) = crawl(port, &["--ca-file", path]);
    assert_eq!((code, end.as_str()), (Some(0), "captured 200"), "{told}");
    let (other, authority) = serve("b.test");
    file.as_file().set_len(0).unwrap();
    std::fs::write(path, authority).unwrap();
    let (code, end, told, _) = crawl(other, &["--ca-file", path]);
    assert_eq!((code, end.as_str()), (Some(3), ""), "{told}");
}
