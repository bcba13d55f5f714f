//! The screens of `bench fanout`: a process of their own, so that the server's memory is the server's. Says `open` once every
//! stream has begun; when its standard input ends it prints what each screen was told, and when:
//! `SCREEN BYTES`, then a line `SCREEN MS PARTITION:POSITION ...` for each event.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use base::clock::Clock;

/// What one screen was told.
#[derive(Default)]
struct Told {
    bytes: usize,
    events: Vec<(i64, Vec<(i32, i64)>)>,
}

/// Opens the streams and reads them until standard input ends.
pub async fn run(address: SocketAddr, streams: usize) -> anyhow::Result<ExitCode> {
    let (stop, open) = (CancellationToken::new(), Arc::new(Semaphore::new(0)));
    let mut screens = JoinSet::new();
    for _ in 0..streams {
        let (stop, open) = (stop.clone(), Arc::clone(&open));
        screens.spawn(async move {
            let mut told = Told::default();
            let read = read(address, &mut told, &open);
            tokio::select! {
                read = read => read?,
                () = stop.cancelled() => {}
            }
            anyhow::Ok(told)
        });
    }
    let _all = open.acquire_many(u32::try_from(streams)?).await?;
    println!("open");
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    stop.cancel();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (screen, told) in screens.join_all().await.into_iter().enumerate() {
        let told = told?;
        writeln!(out, "{screen} {}", told.bytes)?;
        for (at, positions) in told.events {
            let positions: Vec<_> = positions.iter().map(|(partition, to)| format!("{partition}:{to}")).collect();
            writeln!(out, "{screen} {at} {}", positions.join(" "))?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn read(address: SocketAddr, told: &mut Told, open: &Semaphore) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await.context("connecting")?;
    stream.write_all(format!("GET /api/v1/live HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).await?;
    let (mut reader, mut line, clock) = (BufReader::with_capacity(64 * 1024, stream), Vec::new(), Clock::system());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).await?;
        anyhow::ensure!(read > 0, "the server ended a stream");
        told.bytes += read;
        // An event is one line of data; the frames around it are lines of their own.
        let Some(positions) = line.strip_prefix(b"data: ").and_then(positions) else { continue };
        if told.events.is_empty() {
            open.add_permits(1);
        }
        told.events.push((clock.now().0, positions));
    }
}

/// The `offsets` of an event. Not the whole of its JSON: the machine is the server's.
fn positions(data: &[u8]) -> Option<Vec<(i32, i64)>> {
    const NAME: &str = "\"offsets\":{";
    let text = std::str::from_utf8(data).ok()?;
    let after = text.split_once(NAME)?.1;
    let inside = after.split_once('}')?.0;
    let pair = |it: &str| {
        let (partition, to) = it.split_once(':')?;
        Some((partition.trim_matches('"').parse().ok()?, to.parse().ok()?))
    };
    Some(inside.split(',').filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_in_an_event() {
        let data = br#"{"id":"x-1","totals":{"stock":1},"offsets":{"0":12,"7":3400},"more":{}}"#;
        assert_eq!(positions(data), Some(vec![(0, 12), (7, 3400)]));
        assert_eq!(positions(b"{\"time\":\"09:00:00\"}"), None);
    }
}
