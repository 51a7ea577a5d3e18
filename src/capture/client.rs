//! The second transport: a real `reqwest::Client` behind the same seam.
//!
//! For servers that speak only HTTP/2, and by choice (`--transport reqwest`). What it captures is
//! *reconstructed*: a status line and fields written from parsed ones, the body without its
//! transfer coding, `Transfer-Encoding` left out; every record made of it says so.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HOST, HeaderValue, TRANSFER_ENCODING};
use reqwest::{Version, redirect, retry};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::cut::{Cut, Speed};
use super::guard::{Denied, FixedResolver, Guard, GuardedResolver, denial, is_for};
use super::peer::CheckPeer;
use super::spool::{self, Spool};
use super::tls::{self, Tls, Trust};
use super::{
    Capture, CaptureError, End, Fetch, Fidelity, Limits, Response, failed, refused, request, wire,
};
use crate::head::{Head, MAX_FIELDS};
use crate::lead::FailureKind;
use crate::moment::Clock;
use crate::settings::{Resolve, Settings};

/// The transport on `reqwest::Client`.
#[derive(Debug)]
pub struct Client {
    plain: reqwest::Client,
    /// A client for each fixed address: a resolver is told no port, so one cannot serve them all.
    fixed: Vec<(Resolve, reqwest::Client)>,
    resolver: GuardedResolver,
    guard: Guard,
    folder: Arc<Path>,
    clock: Clock,
    keepalive: bool,
    insecure: bool,
}

impl Client {
    /// The transport these settings ask for.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Self, CaptureError> {
        let trust = if settings.insecure_tls { Trust::Anything } else { Trust::Verified };
        let tls = Tls::new(settings, trust)?;
        let resolver = GuardedResolver::new(settings, clock.clone());
        let guard = resolver.guard();
        let fixed = settings.resolve.iter().map(|rule| {
            let address = SocketAddr::new(rule.addr, rule.to_port);
            let builder =
                builder(settings, &tls, guard).dns_resolver(FixedResolver { guard, address });
            Ok((rule.clone(), builder.build()?))
        });
        Ok(Self {
            fixed: fixed.collect::<Result<_, CaptureError>>()?,
            plain: builder(settings, &tls, guard).dns_resolver(resolver.clone()).build()?,
            resolver,
            guard,
            folder: spool::folder(&settings.into),
            clock,
            keepalive: settings.keepalive,
            insecure: settings.insecure_tls,
        })
    }

    /// Sends `request` and waits for the head.
    async fn head(
        &self,
        mut request: reqwest::Request,
        limits: &Limits,
        total: Instant,
    ) -> Result<reqwest::Response, End> {
        let url = request.url().clone();
        let mut client = &self.plain;
        if let Some((rule, fixed)) = self.fixed.iter().find(|(rule, _)| is_for(rule, &url)) {
            client = fixed;
            redirect_port(&mut request, rule.to_port);
        }
        let until = total.min(Instant::now() + limits.connect + limits.head);
        match timeout_at(until, client.execute(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(why)) => Err(describe(&url, &why)),
            Err(_) => {
                let host = url.host_str().unwrap_or_default();
                Err(failed(FailureKind::Timeout, format!("{host}: no response head in time")))
            }
        }
    }

    /// Reads the body into a block behind the head written anew.
    async fn body(
        &self,
        mut response: reqwest::Response,
        limits: &Limits,
        total: Instant,
    ) -> (Option<(String, Cut)>, Result<Response, std::io::Error>) {
        let head = reconstructed(&response);
        let declared = response.content_length();
        let mut speed = Speed::new(limits, Instant::now());
        let mut spool = Spool::new(Arc::clone(&self.folder));
        let mut kept = spool.push(&head, false);
        let mut length = 0;
        let cut = loop {
            let now = Instant::now();
            if speed.is_too_low(length, now) {
                break Some(Cut::Slow);
            }
            let silent = now + limits.idle;
            let until = total.min(silent);
            match timeout_at(until, response.chunk()).await {
                Err(_) if until < silent => break Some(Cut::Long),
                Err(_) => break Some(Cut::Silent),
                Ok(Err(why)) => break Some(Cut::Lost(innermost(&why).to_string())),
                Ok(Ok(None)) => break None,
                Ok(Ok(Some(chunk))) => {
                    let room = usize::try_from(limits.max_body - length).unwrap_or(usize::MAX);
                    let within = chunk.get(..room.min(chunk.len())).unwrap_or_default();
                    length += within.len() as u64;
                    kept = kept.and_then(|()| spool.push(within, true));
                    if within.len() < chunk.len() {
                        break Some(Cut::Large);
                    }
                    if kept.is_err() || Instant::now() >= total {
                        break Some(Cut::Long);
                    }
                }
            }
        };
        let cut = cut.map(|cut| (cut.told(limits, length, declared), cut));
        (cut, kept.and_then(|()| assemble(spool, &head, length)))
    }
}

impl Fetch for Client {
    async fn fetch(&self, request: reqwest::Request, limits: &Limits) -> Capture {
        let mut capture = Capture::begin(self.clock.wall(), Fidelity::Reconstructed);
        let started = self.clock.steady();
        let total = Instant::now() + limits.total;
        let url = request.url().clone();
        let sent = request::render(&request, self.keepalive);
        let outcome = match (self.guard.check_url(&url), &sent) {
            (Err(rule), _) => Err(refused(&url, rule)),
            (_, Err(why)) => Err(failed(FailureKind::Internal, why.to_string())),
            (Ok(()), Ok(_)) => self.head(request, limits, total).await,
        };
        capture.look_up = self.resolver.looked_up(url.host_str().unwrap_or_default());
        match outcome {
            Err(end) => capture.end = end,
            Ok(response) => {
                capture.peer = response.remote_addr();
                capture.protocols.push(protocol(response.version()));
                capture.request = sent.unwrap_or_default();
                if self.insecure && url.scheme() == "https" {
                    capture.defects.push("certificates not verified: --insecure-tls".to_owned());
                }
                let (cut, kept) = self.body(response, limits, total).await;
                if let Some((told, cut)) = cut {
                    capture.cut = Some(told);
                    capture.end = End::Truncated(cut.truncated());
                }
                match kept {
                    Ok(response) => {
                        capture.received = response.head_length + response.payload_length;
                        capture.response = Some(response);
                    }
                    Err(why) => capture.end = wire::not_kept(&why),
                }
            }
        }
        capture.took = self.clock.steady().since(started);
        capture
    }
}

/// What all clients share: no proxy from the environment, no retry, no redirect, no decoding.
fn builder(settings: &Settings, tls: &Tls, guard: Guard) -> reqwest::ClientBuilder {
    tls::install_provider();
    let offered = tls.clone().offering(&["h2", "http/1.1"]);
    reqwest::Client::builder()
        .tls_backend_preconfigured(rustls::ClientConfig::clone(&offered.config))
        .connector_layer(CheckPeer(guard))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        // A connection that answers nothing is not asked again and again.
        .http2_keep_alive_interval(settings.idle_timeout)
        .http2_keep_alive_timeout(settings.idle_timeout)
        .http2_keep_alive_while_idle(true)
        .http1_title_case_headers()
        .http1_max_headers(MAX_FIELDS)
        .connect_timeout(settings.connect_timeout)
        .pool_idle_timeout(Duration::from_secs(15))
        .pool_max_idle_per_host(if settings.keepalive { settings.per_host } else { 0 })
}

/// Sends the request to another port under its own name.
fn redirect_port(request: &mut reqwest::Request, port: u16) {
    let authority = request::authority(request.url());
    if let Ok(host) = HeaderValue::from_str(&authority) {
        request.headers_mut().insert(HOST, host);
    }
    // Cannot fail on a URL with a host.
    let _ = request.url_mut().set_port(Some(port));
}

/// The head as HTTP/1.1 would have it, whatever came. Never an `HTTP/2` status line: readers of
/// archives break on one.
fn reconstructed(response: &reqwest::Response) -> Vec<u8> {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let mut head = format!("HTTP/1.1 {} {reason}\r\n", status.as_u16()).into_bytes();
    for (name, value) in response.headers() {
        if name != TRANSFER_ENCODING {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn assemble(spool: Spool, raw: &[u8], length: u64) -> std::io::Result<Response> {
    let head = Head::parse(raw);
    let head_length = raw.len() as u64;
    let entity = head_length..head_length + length;
    let (block, block_digest, payload_digest) = spool.finish(0..entity.end)?;
    Ok(Response {
        status: head.status().unwrap_or_default(),
        head,
        block,
        head_length,
        entity: if length > 0 { vec![entity] } else { Vec::new() },
        block_digest,
        payload_digest,
        payload_length: length,
    })
}

fn protocol(version: Version) -> String {
    match version {
        Version::HTTP_2 => "h2".to_owned(),
        Version::HTTP_10 => "http/1.0".to_owned(),
        _ => "http/1.1".to_owned(),
    }
}

/// What a reqwest error means in the words of this room.
fn describe(url: &Url, why: &reqwest::Error) -> End {
    let host = url.host_str().unwrap_or_default();
    match denial(why) {
        Some(Denied::Rule(rule)) => return refused(url, *rule),
        Some(Denied::Dns(detail)) => return failed(FailureKind::Dns, detail.clone()),
        None => {}
    }
    let cause = innermost(why);
    let is_tls = cause.is::<rustls::Error>();
    let kind = match () {
        () if is_tls => FailureKind::Tls,
        () if why.is_timeout() => FailureKind::Timeout,
        () if why.is_connect() => FailureKind::Connect,
        () if is_protocol(cause) => FailureKind::Protocol,
        () => FailureKind::Disconnect,
    };
    failed(kind, format!("{host}: {why} ({cause})"))
}

fn innermost(error: &reqwest::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        // An io::Error shows the source of what it wraps, not the thing itself.
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        match wrapped.map(|inner| inner as &(dyn std::error::Error + 'static)).or(cause.source()) {
            Some(deeper) => cause = deeper,
            None => return cause,
        }
    }
}

/// The engine inside reqwest keeps its error types to itself; their texts begin alike.
fn is_protocol(cause: &(dyn std::error::Error + 'static)) -> bool {
    let text = cause.to_string();
    text.starts_with("invalid") || text.starts_with("message head is too large")
}
