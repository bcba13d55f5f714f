//! Abuses of connections: silent, slow, half a request, never read, more than there are descriptors.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::site::Site;

/// Connections that are held for as long as the abuse goes on, each after this was said; answers how many still were open at the end.
async fn held(site: &Site, until: Instant, count: usize, said: impl Fn(usize) -> String) -> anyhow::Result<String> {
    let mut streams = Vec::new();
    for number in 0..count {
        if Instant::now() >= until {
            break;
        }
        if let Ok(Ok(mut stream)) = timeout(Duration::from_secs(1), TcpStream::connect(site.address)).await {
            let _may_be_gone = stream.write_all(said(number).as_bytes()).await;
            streams.push(stream);
        }
    }
    let (opened, files) = (streams.len(), site.open_files()?);
    sleep(until.saturating_duration_since(Instant::now())).await;
    let mut open = 0;
    for stream in &mut streams {
        let mut bytes = [0; 4096];
        let read = timeout(Duration::from_millis(1), stream.read(&mut bytes)).await;
        open += usize::from(!matches!(read, Ok(Ok(0) | Err(_))));
    }
    Ok(format!("{opened} opened, {open} left, {files} files"))
}

pub async fn silent(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    held(&site, until, 2000, |_| String::new()).await
}

pub async fn half_a_head(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    held(&site, until, 1500, |_| "GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: ".to_owned()).await
}

/// Bodies that are announced and never come.
pub async fn half_a_body(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    held(&site, until, 700, |_| {
        "POST /api/v1/entries HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.2\r\nContent-Type: application/x-ndjson\r\n\
         Content-Length: 30000000\r\n\r\n{"
            .to_owned()
    })
    .await
}

/// Heads of which a byte comes now and then.
pub async fn slow_heads(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let mut streams = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(site.address).await?;
        let _may_be_gone = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await;
        streams.push(stream);
    }
    let mut bytes = 0_u32;
    while Instant::now() < until {
        for stream in &mut streams {
            bytes += u32::from(stream.write_all(b"a").await.is_ok());
        }
        sleep(Duration::from_millis(500)).await;
    }
    Ok(format!("{bytes} bytes, one at a time"))
}

/// Files that are asked for and never read.
pub async fn unread_files(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let mut streams = Vec::new();
    while Instant::now() < until {
        if streams.len() < 60 {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(4096)?;
            let mut stream = socket.connect(site.address).await?;
            let path = [
                "/records.csv?from=2020-01-01&to=2035-01-01",
                "/records.xlsx?from=2020-01-01&to=2035-01-01",
                "/statistics.csv?period=30d",
            ][streams.len() % 3];
            let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.3\r\n\r\n");
            let _may_be_gone = stream.write_all(head.as_bytes()).await;
            streams.push(stream);
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(format!("{} files, none read", streams.len()))
}

/// Event streams of one client, more than there are descriptors, none of which is read.
pub async fn unread_streams(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    held(&site, until, 1500, |_| {
        "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.4\r\n\r\n".to_owned()
    })
    .await
}

/// Connections that are opened and closed as fast as it goes.
pub async fn reopened(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let mut opened = 0_u32;
    while Instant::now() < until {
        let streams: Vec<_> = futures::future::join_all((0..50).map(|_| TcpStream::connect(site.address))).await;
        opened += u32::try_from(streams.iter().filter(|it| it.is_ok()).count())?;
        drop(streams);
        tokio::task::yield_now().await;
    }
    Ok(format!("{opened} opened and closed"))
}
