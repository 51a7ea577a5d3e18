//! The peer: a second look at where `reqwest` has connected, before it sends a byte.
//!
//! The resolver hands out vetted addresses only, and literal ones are checked in the URL; this
//! layer round the connector checks the address of the socket itself, so that no way past those
//! two (a resolver put in between, a proxy, a later version of the client) leads into a private
//! network. It opens nothing and knows no request.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

use super::guard::{Denied, Guard};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct CheckPeer(pub(super) Guard);

/// A connector whose connections are looked at.
#[derive(Clone, Debug)]
pub(super) struct Checked<S> {
    inner: S,
    guard: Guard,
}

impl<S> Layer<S> for CheckPeer {
    type Service = Checked<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Checked { inner, guard: self.0 }
    }
}

impl<S, To> Service<To> for Checked<S>
where
    S: Service<To, Error = BoxError>,
    S::Response: Connection,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, to: To) -> Self::Future {
        let (connecting, guard) = (self.inner.call(to), self.guard);
        Box::pin(async move {
            let connection = connecting.await?;
            let mut extras = http::Extensions::new();
            connection.connected().get_extras(&mut extras);
            // What does not tell its address is no connection we know.
            let peer = extras.get::<HttpInfo>().map(HttpInfo::remote_addr);
            let peer = peer.ok_or("the connection does not tell its address")?;
            guard.check_address(peer.ip()).map_err(Denied::Rule)?;
            Ok(connection)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    async fn ask(guard: Guard, port: u16) -> Result<reqwest::Response, reqwest::Error> {
        super::super::tls::install_provider();
        // No other guard stands here: the address is a literal, and nobody looks at the URL.
        let client = reqwest::Client::builder().no_proxy().connector_layer(CheckPeer(guard));
        let client = client.timeout(Duration::from_secs(20)).build().unwrap();
        client.get(format!("http://127.0.0.1:{port}/")).send().await
    }

    #[tokio::test]
    async fn a_private_peer_hears_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = std::thread::spawn(move || {
            let mut heard = Vec::new();
            listener.accept().unwrap().0.read_to_end(&mut heard).unwrap();
            heard
        });
        let why = ask(Guard::new(false), port).await.unwrap_err();
        let denied = super::super::guard::denial(&why).expect("the policy speaks");
        assert!(matches!(denied, Denied::Rule(crate::lead::Rule::PrivateAddress)), "{denied}");
        assert_eq!(heard.join().unwrap(), b"");
    }
}
