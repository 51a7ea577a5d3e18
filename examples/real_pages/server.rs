//! The pages of a folder, served under their own host names, plain and over TLS.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ServerConfig, crypto};
use url::Url;
use warraq::address::Address;

/// Pages by `host/path?query`.
pub(crate) struct Pages {
    bodies: HashMap<String, (String, Vec<u8>)>,
    urls: Vec<String>,
}

/// Where the server listens.
pub(crate) struct Ports {
    pub(crate) plain: u16,
    pub(crate) tls: u16,
}

impl Pages {
    /// Reads `gold.jsonl` and the gzip files it names.
    pub(crate) fn load(dir: &Path) -> io::Result<Self> {
        let (mut bodies, mut urls, mut seen) = (HashMap::new(), Vec::new(), HashSet::new());
        for line in std::fs::read_to_string(dir.join("gold.jsonl"))?.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let named = format!("http://page.test/{}", text("id"));
            let mut url = Url::parse(&text("url")).unwrap_or(Url::parse(&named).expect("an id"));
            url.set_fragment(None);
            // Some sets give every page of a site the address of its home page.
            if !seen.insert(Address::of(&url)) {
                url.query_pairs_mut().append_pair("page", &text("id"));
                seen.insert(Address::of(&url));
            }
            let media = format!("text/html; charset={}", text("charset"));
            bodies.insert(key(&url), (media, std::fs::read(dir.join(text("page")))?));
            urls.push(url.into());
        }
        Ok(Self { bodies, urls })
    }

    /// Every URL served.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.urls.clone()
    }
}

fn key(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{}{query}", url.host_str().unwrap_or_default(), url.path())
}

/// Serves on two ports of loopback, in threads of its own, and writes the CA's certificate.
pub(crate) fn serve(pages: Pages, ca: &Path) -> Ports {
    let (tls, pem) = tls();
    std::fs::write(ca, pem).expect("the CA certificate can be written");
    let runtime = Box::leak(Box::new(tokio::runtime::Runtime::new().expect("a runtime")));
    runtime.block_on(async {
        let pages = Arc::new(pages);
        let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let secure = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let ports = Ports { plain: port(&plain), tls: port(&secure) };
        tokio::spawn(listen(plain, None, Arc::clone(&pages)));
        tokio::spawn(listen(secure, Some(tls), pages));
        ports
    })
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().expect("an address").port()
}

async fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, pages: Arc<Pages>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, pages) = (tls.clone(), Arc::clone(&pages));
        tokio::spawn(async move {
            match tls {
                None => answer(stream, &pages).await,
                Some(tls) => answer(tls.accept(stream).await?, &pages).await,
            }
        });
    }
}

/// Answers the requests of one connection until it ends.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, pages: &Pages) -> io::Result<()> {
    let mut pending = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut pending).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&pending[..end]).into_owned();
        pending.drain(..end);
        let target = head.split(' ').nth(1).unwrap_or_default();
        let host = head.lines().find_map(|line| line.strip_prefix("Host: ")).unwrap_or_default();
        stream.write_all(&response(pages.bodies.get(&format!("{host}{target}")))).await?;
    }
}

fn response(page: Option<&(String, Vec<u8>)>) -> Vec<u8> {
    let Some((media, body)) = page else {
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
    };
    let length = body.len();
    let mut out = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Encoding: gzip\r\n\
         Content-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

/// A TLS acceptor that makes a certificate for any name, and its CA as PEM.
fn tls() -> (TlsAcceptor, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).expect("a CA").pem();
    let mint = Mint { issuer: Issuer::new(params, key), made: Mutex::default() };
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(mint));
    (TlsAcceptor::from(Arc::new(config)), pem)
}

/// Makes certificates as names are asked for.
struct Mint {
    issuer: Issuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Mint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mint")
    }
}

impl ResolvesServerCert for Mint {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name()?.to_owned();
        let mut made = self.made.lock().ok()?;
        if let Some(certified) = made.get(&name) {
            return Some(Arc::clone(certified));
        }
        let key = KeyPair::generate().ok()?;
        let params = CertificateParams::new(vec![name.clone()]).ok()?;
        let leaf = params.signed_by(&key, &self.issuer).ok()?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing = crypto::ring::sign::any_supported_type(&der).ok()?;
        let certified = Arc::new(CertifiedKey::new(vec![leaf.der().clone()], signing));
        made.insert(name, Arc::clone(&certified));
        Some(certified)
    }
}
