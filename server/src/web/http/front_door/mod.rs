//! The front door: the accept loop of the web server (hyper), at which nobody can keep others out (slowloris, connection floods). Every connection has a
//! place, its requests must begin in time, and a reader that takes nothing is let go. The routes are built once for all of them.

mod places;

use std::convert::Infallible;
use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use base::config::TrustedProxies;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt as _};

use super::guard::client::Peer;
use super::held::held_until_sent;
use places::{Place, Places, Requests};

/// The most lines of a request's head.
const MAX_HEADERS: usize = 100;
/// The most bytes of a request's head, and of what waits to be written.
const MAX_BUFFER: usize = 64 << 10;
/// The most connections of an address for operations.
const MAX_MONITORS: u32 = 50;
/// Requests that are under way when the process is told to stop have so long.
const MAX_END: Duration = Duration::from_secs(5);
/// After an error of the listener it is asked again: descriptors may come free.
const AGAIN: Duration = Duration::from_millis(100);

/// Limits of the connections.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most of all.
    pub connections: u32,
    /// The most of one address; this machine itself, and proxies in front, may have all.
    pub per_address: u32,
    /// Proxies in front.
    pub proxies: TrustedProxies,
    /// Are proxies, and this machine, the only ones that are let in?
    pub only_proxies: bool,
    /// A request's head is whole within this, counted from when the connection began to wait for it: so long a silent connection lives.
    pub head: Duration,
    /// A peer that takes no byte for so long while there is something to send is gone.
    pub stall: Duration,
}

impl Limits {
    /// Those of an address for operations: monitors are few, and must not take the places of people.
    pub fn of_operations(&self) -> Self {
        Self { connections: MAX_MONITORS, per_address: MAX_MONITORS, only_proxies: false, ..self.clone() }
    }

    /// Those of the settings.
    pub fn of(config: &base::config::WebConfig) -> Self {
        let (head, stall) = (Duration::from_secs(20), Duration::from_secs(30));
        let (proxies, only_proxies) = (config.trusted_proxies.clone(), !config.listen.ip().is_loopback());
        Self {
            connections: config.max_connections,
            per_address: config.max_connections_per_address,
            proxies,
            only_proxies,
            head,
            stall,
        }
    }
}

/// Serves routes to whoever connects, until it is told to stop and the requests that are under way have ended.
pub async fn serve(listener: TcpListener, routes: Router, limits: Limits, stop: CancellationToken) {
    // Built here once: each connection shares them.
    let routes = routes.with_state(());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_headers(MAX_HEADERS).max_buf_size(MAX_BUFFER);
    let (only_proxies, proxies) = (limits.only_proxies, limits.proxies.clone());
    let places = Places::new(limits.connections, limits.per_address, limits.proxies);
    let (graceful, cut) = (GracefulShutdown::new(), CancellationToken::new());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            // Before it takes the place of another.
            Ok((_, peer)) if only_proxies && !proxies.is_here_or_one(peer.ip()) => {
                metrics::counter!("tallyhouse_connections_refused_total").increment(1);
            }
            Ok((stream, peer)) => match places.take(peer.ip()) {
                Some(place) => {
                    let io = TokioIo::new(Box::pin(stalling(stream, limits.stall)));
                    let connection =
                        http.serve_connection(io, TowerToHyperService::new(of_peer(&routes, peer, place.requests())));
                    tokio::spawn(run(graceful.watch(connection), peer, place, cut.clone()));
                }
                None => metrics::counter!("tallyhouse_connections_refused_total").increment(1),
            },
            // Of a peer that went before it was let in.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(MAX_END, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections are cut off: their requests did not end in time");
        cut.cancel();
    }
}

/// The routes, for a connection: each request knows who is at its other end, and the connection whether one is being answered.
fn of_peer(
    routes: &Router,
    peer: SocketAddr,
    requests: Requests,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + use<> {
    let routes = routes.clone();
    tower::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let begun = requests.begin().map(|it| (routes.clone().oneshot(request), it));
        async move {
            // Its place was taken away: the connection ends in a moment.
            let Some((answer, answering)) = begun else { return std::future::pending().await };
            let answer = answer.await?;
            Ok(held_until_sent(answer, answering))
        }
    })
}

fn stalling(stream: TcpStream, stall: Duration) -> TimeoutStream<TcpStream> {
    // It may fail where the peer is gone already: then the first read says so.
    let _nodelay = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(stall));
    stream
}

/// A connection until it ends or is cut off; its place is free then.
async fn run(
    connection: impl Future<Output = hyper::Result<()>>,
    peer: SocketAddr,
    place: Place,
    cut: CancellationToken,
) {
    let ended = tokio::select! {
        ended = connection => ended,
        () = cut.cancelled() => Ok(()),
        () = place.cut().cancelled_owned() => Ok(()),
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended");
    }
    drop(place);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures::StreamExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::Notify;
    use tokio::time::{Instant, timeout};

    use super::*;

    const SHORT: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_secs(10);

    fn limits() -> Limits {
        Limits {
            connections: 100,
            per_address: 100,
            proxies: TrustedProxies::default(),
            only_proxies: false,
            head: SHORT,
            stall: SHORT,
        }
    }

    async fn door(routes: Router, limits: Limits) -> (SocketAddr, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(serve(listener, routes, limits, stop.clone()));
        (address, stop)
    }

    fn hello() -> Router {
        Router::new().route("/", get(|| async { "hello" }))
    }

    /// What comes until the other side closes, and how long that took.
    async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
        let (began, mut bytes) = (Instant::now(), Vec::new());
        // A reset closes too.
        let _reset = timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("it is closed");
        (String::from_utf8(bytes).unwrap(), began.elapsed())
    }

    #[tokio::test]
    async fn connections_that_say_nothing_or_too_slowly_are_closed() {
        let (address, _stop) = door(hello(), limits()).await;
        let mut silent = TcpStream::connect(address).await.unwrap();
        let (said, took) = until_closed(&mut silent).await;
        assert!(said.is_empty() && took >= SHORT, "{said} {took:?}");

        let slow = TcpStream::connect(address).await.unwrap();
        let (mut reading, mut writing) = slow.into_split();
        let dripping = tokio::spawn(async move {
            for byte in
                b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                    .chunks(1)
            {
                if writing.write_all(byte).await.is_err() {
                    return;
                }
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        let mut rest = Vec::new();
        let _reset = timeout(LONG, reading.read_to_end(&mut rest)).await.expect("it is closed");
        assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
        dripping.abort();

        // One that was answered and asks nothing more.
        let mut idle = TcpStream::connect(address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let (said, took) = until_closed(&mut idle).await;
        assert!(said.ends_with("hello") && took >= SHORT, "{said} {took:?}");
    }

    /// Says when whoever held it is gone.
    struct OnDrop(Arc<Notify>);

    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    #[tokio::test]
    async fn a_reader_that_takes_nothing_is_let_go() {
        let gone = Arc::new(Notify::new());
        let told = Arc::clone(&gone);
        let endless = move || {
            let held = OnDrop(Arc::clone(&told));
            let chunks = futures::stream::repeat(Bytes::from_static(&[b'x'; 8192])).map(move |it| {
                let _held = &held;
                Ok::<_, std::io::Error>(it)
            });
            async { Body::from_stream(chunks) }
        };
        let (address, _stop) = door(Router::new().route("/", get(endless)), limits()).await;
        let mut reader = TcpStream::connect(address).await.unwrap();
        reader.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        timeout(LONG, gone.notified()).await.expect("what it held is free");
        drop(reader);
    }

    #[tokio::test]
    async fn who_finds_no_place_is_turned_away_and_silence_keeps_nobody_out() {
        let limits = Limits { connections: 2, head: LONG, ..limits() };
        let (address, stop) = door(hello().route("/endless", get(endless)), limits).await;
        let asks = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            stream
        };
        // Two that say nothing, and more that ask something: the silent ones go, the longest silent first.
        let mut silent = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
        assert!(until_closed(&mut asks("/").await).await.0.ends_with("hello"));
        assert_eq!(until_closed(&mut silent[0]).await.0, "");
        let mut at_work = [asks("/endless").await, asks("/endless").await];
        for stream in &mut at_work {
            stream.read_exact(&mut [0; 100]).await.unwrap();
        }
        assert_eq!(until_closed(&mut silent[1]).await.0, "");
        let mut fifth = TcpStream::connect(address).await.unwrap();
        assert_eq!(until_closed(&mut fifth).await.0, "", "those who are served keep their places");
        stop.cancel();
    }

    async fn endless() -> Body {
        Body::from_stream(futures::stream::repeat(Bytes::from_static(&[b'x'; 8192])).map(Ok::<_, std::io::Error>))
    }
}
