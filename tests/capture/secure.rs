//! TLS: who is trusted, and what is said about it.

use std::io::Write;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use warraq::capture::{CaptureError, Client, End, Fetch, Fidelity, Wire};
use warraq::lead::FailureKind;

use super::cases;
use super::server::{After, NEXT, Packets, Script, Server, clock, limits, read_request};
use super::{block_of, body_of, check, fetch, get};

/// A certificate authority and a server certificate for `name` by it.
pub(crate) fn identity(name: &str) -> (String, ServerConfig) {
    signed(&CertificateParams::new(vec![name.to_owned()]).unwrap())
}

/// A certificate authority and a server with a certificate of these terms by it.
fn signed(leaf: &CertificateParams) -> (String, ServerConfig) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let private = PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)
        .unwrap();
    (ca.pem(), config)
}

async fn serve(config: ServerConfig, answer: &'static [u8], notify: bool) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::with(move |stream, _| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            while read_request(&mut stream).await.is_some() {
                stream.write_all(answer).await.unwrap();
                stream.flush().await.unwrap();
                if answer != NEXT {
                    break;
                }
            }
            if notify {
                stream.shutdown().await.ok();
            }
        }
    })
    .await
}

pub(crate) fn pem_file(pem: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    file
}

#[tokio::test]
async fn a_named_authority_is_trusted() {
    let (ca, config) = identity("case.example");
    let server = serve(config, NEXT, true).await;
    let file = pem_file(&ca);
    let mut settings = server.settings();
    settings.ca_file = Some(file.path().to_owned());
    let wire = Wire::new(&settings, clock()).unwrap();
    for _ in 0..2 {
        let capture = fetch(&wire, "https://case.example/").await;
        assert_eq!(capture.end, End::Complete);
        assert_eq!(capture.protocols, ["http/1.1", "tls/1.3"]);
        assert!(capture.cipher.unwrap().starts_with("TLS_"));
        assert_eq!(block_of(&capture.response.unwrap()), NEXT);
        assert!(capture.defects.is_empty());
    }
    assert_eq!(server.connections.load(std::sync::atomic::Ordering::SeqCst), 1);
    let client = Client::new(&settings, clock()).unwrap();
    let capture = fetch(&client, "https://case.example/").await;
    assert_eq!(capture.fidelity, Fidelity::Reconstructed);
    assert_eq!(body_of(&capture), b"ordinary");
}

/// A server that plays `script` over TLS, and is ordinary for `/next`.
async fn plays(config: ServerConfig, script: Script) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::with(move |stream, _| {
        let (acceptor, script) = (acceptor.clone(), script.clone());
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            while let Some(request) = read_request(&mut stream).await {
                let is_next = request.contains(" /next ");
                let bytes = if is_next { NEXT } else { &script.bytes };
                stream.write_all(bytes).await.ok();
                stream.flush().await.ok();
                if !is_next && script.after != After::Keep {
                    break;
                }
            }
            stream.shutdown().await.ok();
        }
    })
    .await
}

#[tokio::test]
async fn every_case_comes_through_tls_as_well() {
    let (ca, config) = identity("case.example");
    let file = pem_file(&ca);
    // This server takes its leave properly.
    for case in cases::all().into_iter().filter(|case| case.after != After::Reset) {
        let script =
            Script { bytes: case.bytes.clone(), packets: Packets::AtOnce, after: case.after };
        let server = plays(config.clone(), script).await;
        let mut settings = server.settings();
        settings.ca_file = Some(file.path().to_owned());
        let wire = Wire::new(&settings, clock()).unwrap();
        let mut request = get("https://case.example/");
        if case.head {
            *request.method_mut() = reqwest::Method::HEAD;
        }
        let capture = wire.fetch(request, &limits()).await;
        check(&case, Packets::HeadThenBody, &capture, case.name);
        let next = fetch(&wire, "https://case.example/next").await;
        assert_eq!(block_of(next.response.as_ref().unwrap()), NEXT, "{}: the next", case.name);
    }
}

#[tokio::test]
async fn an_unknown_authority_or_another_name_is_refused() {
    let (ca, config) = identity("case.example");
    let server = serve(config, NEXT, true).await;
    let file = pem_file(&ca);
    let mut settings = server.settings();
    let strangers = [settings.clone(), {
        settings.ca_file = Some(file.path().to_owned());
        settings.clone()
    }];
    for (settings, url) in strangers.iter().zip(["https://case.example/", "https://other.example/"])
    {
        let wire = fetch(&Wire::new(settings, clock()).unwrap(), url).await;
        let client = fetch(&Client::new(settings, clock()).unwrap(), url).await;
        for capture in [wire, client] {
            let End::Failed(failure) = &capture.end else { panic!("{url}: {:?}", capture.end) };
            assert_eq!(failure.kind, FailureKind::Tls, "{url}: {}", failure.detail);
            assert!(capture.request.is_empty() && capture.response.is_none());
        }
    }
}

/// What may be wrong with a certificate that a known authority signed, and the word for it.
fn flawed() -> Vec<(&'static str, CertificateParams, &'static str)> {
    let named = |name: &str| CertificateParams::new(vec![name.to_owned()]).unwrap();
    let mut expired = named("case.example");
    (expired.not_before, expired.not_after) =
        (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
    let mut early = named("case.example");
    (early.not_before, early.not_after) = (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1));
    let mut authority = named("case.example");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut client = named("case.example");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    vec![
        ("expired", expired, "expired"),
        ("not yet", early, "not valid yet"),
        ("another name", named("other.example"), "other.example"),
        ("another depth", named("*.case.example"), "case.example"),
        ("no name", CertificateParams::new(Vec::new()).unwrap(), "case.example"),
        ("an authority", authority, "CaUsedAsEndEntity"),
        ("for clients", client, ""),
    ]
}

#[tokio::test]
async fn a_flawed_certificate_is_refused_by_name_or_accepted_and_told() {
    for (name, params, word) in flawed() {
        let (ca, config) = signed(&params);
        let server = serve(config, NEXT, true).await;
        let file = pem_file(&ca);
        let mut settings = server.settings();
        settings.ca_file = Some(file.path().to_owned());
        let capture = fetch(&Wire::new(&settings, clock()).unwrap(), "https://case.example/").await;
        let End::Failed(failure) = &capture.end else { panic!("{name}: {:?}", capture.end) };
        assert_eq!(failure.kind, FailureKind::Tls, "{name}");
        assert!(failure.detail.contains("is not trusted ("), "{name}: {}", failure.detail);
        assert!(failure.detail.contains(word), "{name}: {}", failure.detail);
        assert!(capture.request.is_empty() && capture.response.is_none(), "{name}");
        settings.insecure_tls = true;
        let capture = fetch(&Wire::new(&settings, clock()).unwrap(), "https://case.example/").await;
        assert_eq!(capture.end, End::Complete, "{name}");
        let told = capture.defects.join("; ");
        assert!(told.starts_with("accepted by --insecure-tls: "), "{name}: {told}");
        assert!(told.contains(word), "{name}: {told}");
        assert_eq!(block_of(&capture.response.unwrap()), NEXT, "{name}");
    }
}

#[tokio::test]
async fn a_handshake_that_is_none_ends_in_words() {
    let hello_cut: &[u8] = b"\x16\x03\x03\x00\x7a\x02\x00";
    let huge = [&[0x16, 3, 3, 0x40, 0][..], &[2; 0x4000]].concat();
    for (name, answer) in [
        ("an alert", b"\x15\x03\x03\x00\x02\x02\x28".as_slice()),
        ("SSL 3.0 only", b"\x15\x03\x00\x00\x02\x02\x46"),
        ("cut in the hello", hello_cut),
        ("a message without end", &huge),
        ("closed at once", b""),
        ("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    ] {
        let answer = answer.to_vec();
        let server = Server::with(move |mut stream, _| {
            let answer = answer.clone();
            async move {
                // The hello of the client is read, so that closing resets nothing.
                tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await.ok();
                stream.write_all(&answer).await.ok();
            }
        })
        .await;
        for insecure in [false, true] {
            let mut settings = server.settings();
            settings.insecure_tls = insecure;
            let wire = Wire::new(&settings, clock()).unwrap();
            let capture = fetch(&wire, "https://case.example/").await;
            let End::Failed(failure) = &capture.end else { panic!("{name}: {:?}", capture.end) };
            assert_eq!(failure.kind, FailureKind::Tls, "{name}: {}", failure.detail);
            assert!(failure.detail.starts_with("case.example: "), "{name}: {}", failure.detail);
        }
    }
}

#[tokio::test]
async fn insecure_accepts_and_says_so() {
    let (_, config) = identity("case.example");
    let server = serve(config, NEXT, true).await;
    let mut settings = server.settings();
    settings.insecure_tls = true;
    let wire = Wire::new(&settings, clock()).unwrap();
    let client = Client::new(&settings, clock()).unwrap();
    for capture in
        [fetch(&wire, "https://case.example/").await, fetch(&client, "https://case.example/").await]
    {
        assert_eq!(capture.end, End::Complete);
        assert!(capture.defects.iter().any(|defect| defect.contains("--insecure-tls")));
    }
}

#[tokio::test]
async fn an_end_without_close_notify_is_told() {
    let body: &[u8] = b"HTTP/1.1 200 OK\r\n\r\nall of it";
    for notify in [true, false] {
        let (ca, config) = identity("case.example");
        let server = serve(config, body, notify).await;
        let file = pem_file(&ca);
        let mut settings = server.settings();
        settings.ca_file = Some(file.path().to_owned());
        let capture = fetch(&Wire::new(&settings, clock()).unwrap(), "https://case.example/").await;
        assert_eq!(capture.end, End::Complete);
        assert_eq!(capture.defects.is_empty(), notify, "{:?}", capture.defects);
        assert_eq!(block_of(&capture.response.unwrap()), body);
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls() {
    let server = Server::with(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
    })
    .await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let capture = fetch(&wire, "https://case.example/").await;
    let End::Failed(failure) = &capture.end else { panic!("{:?}", capture.end) };
    assert_eq!(failure.kind, FailureKind::Tls);
    assert!(failure.detail.starts_with("case.example: "), "{}", failure.detail);
}

#[test]
fn a_ca_file_must_hold_certificates() {
    let mut settings = warraq::settings::Settings::new("x".into(), "desk@example.org");
    for (path, words) in
        [("/no/such/file.pem", "/no/such/file.pem"), ("Cargo.toml", "no certificate")]
    {
        settings.ca_file = Some(path.into());
        let why = Wire::new(&settings, clock()).unwrap_err();
        assert!(matches!(why, CaptureError::CaFile { .. }));
        assert!(why.to_string().contains(words), "{why}");
    }
}
