//! Item 18: a server that speaks only HTTP/2.

use std::io::Write;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::every::judge;
use super::run::{Crawl, Run};
use super::text;

/// The server's configuration, and the PEM of the authority that vouches for it.
fn identity() -> (ServerConfig, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["two.test".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (config, authority.pem())
}

async fn serve(listener: std::net::TcpListener, config: ServerConfig) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                let status = if request.uri().path() == "/robots.txt" { 404 } else { 200 };
                let head = http::Response::builder().status(status);
                let head = head.header("Content-Type", "text/html").body(()).unwrap();
                let mut body = respond.send_response(head, false).unwrap();
                let title = format!("<title>{}</title>", request.uri().path());
                body.send_data(title.into(), true).unwrap();
            }
        });
    }
}

fn crawl(flags: &[&str]) -> (Crawl, Run) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (config, authority) = identity();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(serve(listener, config));
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let fixed = format!("*:443:127.0.0.1:{port}");
    let crawl = Crawl::with(&[
        "--contact",
        "desk@warraq.test",
        "--allow-private",
        "--delay",
        "0",
        "--ca-file",
        path,
        "--resolve",
        &fixed,
        "--retries",
        "0",
    ]);
    let run = crawl.run(&[&["https://two.test/"], flags].concat());
    (crawl, run)
}

#[test]
fn what_came_over_http2_is_written_as_text_and_says_so() {
    for flags in [&["--allow-h2"][..], &["--transport", "reqwest"]] {
        let (crawl, run) = crawl(flags);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let url = "https://two.test/";
        let response = crawl.records_of("response", url).remove(0);
        assert_eq!(response.header.get("WARC-Protocol"), Some("h2"), "{flags:?}");
        let want = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>/</title>";
        assert_eq!(text(&response), want);
        let asked = text(&crawl.records_of("request", url).remove(0));
        assert!(asked.starts_with("GET / HTTP/1.1\r\nHost: two.test\r\n"), "{asked}");
        let told = text(&crawl.records_of("metadata", url).remove(0));
        assert!(told.contains("\r\nfidelity: reconstructed\r\n"), "{told}");
        judge(&crawl);
    }
}

#[test]
fn without_being_asked_for_it_is_a_failure_with_a_remedy() {
    let (crawl, run) = crawl(&[]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let told = text(&crawl.records_of("metadata", "https://two.test/robots.txt").remove(0));
    assert!(told.contains("speaks only HTTP/2; try --allow-h2\r\n"), "{told}");
    assert_eq!(crawl.end("https://two.test/robots.txt"), "failed http2-only");
}
