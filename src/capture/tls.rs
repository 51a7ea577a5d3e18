//! TLS: one client configuration for all captures, and what is told of a session.
//!
//! Trust: the system's roots (Mozilla's when it has none) and those of `--ca-file`. With
//! `--insecure-tls` every certificate is accepted, but still judged: what is wrong with it goes
//! into the capture's defects.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::CaptureError;
use crate::settings::Settings;

/// Whether the certificates of a configuration are binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A certificate that does not verify ends the handshake.
    Verified,
    /// It is accepted.
    Anything,
}

/// The client configuration and the verifier that judges certificates.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) verifier: Arc<WebPkiServerVerifier>,
}

impl Tls {
    /// The configuration these settings ask for, without ALPN.
    pub(super) fn new(settings: &Settings, trust: Trust) -> Result<Self, CaptureError> {
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(roots(settings.ca_file.as_deref())?);
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
            .build()
            .map_err(|why| CaptureError::Tls(why.to_string()))?;
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|why| CaptureError::Tls(why.to_string()))?;
        let config = match trust {
            Trust::Verified => builder.with_webpki_verifier(Arc::clone(&verifier)),
            Trust::Anything => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AcceptAnything(provider))),
        };
        Ok(Self { config: Arc::new(config.with_no_client_auth()), verifier })
    }

    /// The same with these protocols offered (RFC 7301), the first preferred.
    pub(super) fn offering(self, protocols: &[&str]) -> Self {
        let mut config = ClientConfig::clone(&self.config);
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self { config: Arc::new(config), ..self }
    }

    /// What is wrong with the certificates a server has shown, if anything is.
    pub(super) fn judge(
        &self,
        shown: &[CertificateDer<'_>],
        name: &ServerName<'_>,
    ) -> Option<String> {
        let Some((leaf, rest)) = shown.split_first() else {
            return Some("no certificate".to_owned());
        };
        let verdict = self.verifier.verify_server_cert(leaf, rest, name, &[], UnixTime::now());
        verdict.err().map(|why| why.to_string())
    }
}

/// Makes `ring` the provider of the process: `reqwest::Client` panics without one.
pub(super) fn install_provider() {
    // An error only says that there is one already.
    let _ = CryptoProvider::install_default(ring::default_provider());
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, CaptureError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let Some(path) = ca_file else { return Ok(roots) };
    let refuse = |why: String| CaptureError::CaFile { path: path.to_owned(), why };
    let unreadable = |why| match why {
        pem::Error::Io(why) => refuse(why.to_string()),
        other => refuse(other.to_string()),
    };
    let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(unreadable)?;
        roots.add(certificate).map_err(|why| refuse(why.to_string()))?;
        added += 1;
    }
    if added == 0 {
        return Err(refuse("it holds no certificate".to_owned()));
    }
    Ok(roots)
}

/// The verifier of `--insecure-tls`. Signatures of the handshake are still checked: they cost
/// nothing and tell a broken connection from an untrusted one.
#[derive(Debug)]
struct AcceptAnything(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnything {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _rest: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, leaf, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
