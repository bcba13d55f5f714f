//! A rogue server in MySQL's place, which asks for the password in clear with its first word: it gets none where the URL wants a proof.

use std::sync::{Arc, Mutex};

use base::clock::Clock;
use base::config::SecretUrl;
use records::Records;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::harness::settings;

/// The first packet of a server of MySQL's protocol 10 that knows no TLS and names `mysql_clear_password`.
fn handshake() -> Vec<u8> {
    let mut packet = vec![10];
    packet.extend(b"8.4.0\0");
    packet.extend([7, 0, 0, 0]); // connection
    packet.extend([1; 8]); // a part of the challenge
    packet.push(0);
    packet.extend(0x8208_u16.to_le_bytes()); // with a database, protocol 4.1, secure connection
    packet.push(45); // utf8mb4
    packet.extend([2, 0]); // status
    packet.extend(0x0008_u16.to_le_bytes()); // plugins
    packet.push(21);
    packet.extend([0; 10]);
    packet.extend([1; 12]);
    packet.push(0);
    packet.extend(b"mysql_clear_password\0");
    let length = u8::try_from(packet.len()).unwrap();
    [vec![length, 0, 0, 0], packet].concat()
}

/// What a rogue server hears of whoever connects as this URL says.
async fn heard(parameters: &str) -> (String, Vec<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("mysql://clerk:S3cretPassw0rd@127.0.0.1:{}/x{parameters}", listener.local_addr().unwrap().port());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let rogue = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            client.write_all(&handshake()).await.unwrap();
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = client.read(&mut bytes).await {
                ear.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        }
    });
    let mut config = settings();
    config.records.url = SecretUrl::parse(&url, &["mysql"]).unwrap();
    let records = Records::new(&config.records, "topic", config.entry.business_time, Clock::system()).unwrap();
    let asked = tokio::time::timeout(std::time::Duration::from_secs(3), records.ping()).await;
    rogue.abort();
    let error = asked.map_or_else(|_| "it waits for more".to_owned(), |it| base::status::explain(&it.unwrap_err()));
    let heard = heard.lock().unwrap().clone();
    (error, heard)
}

fn holds_the_password(bytes: &[u8]) -> bool {
    bytes.windows(14).any(|it| it == b"S3cretPassw0rd")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_told_the_password_who_does_not_prove_who_it_is() {
    let (error, bytes) = heard("?ssl-mode=VERIFY_IDENTITY").await;
    assert!(!holds_the_password(&bytes), "{error}");
    assert!(!error.contains("S3cret"), "{error}");
    // The rogue does what it is there for: without the proof it is told.
    let (_, bytes) = heard("?ssl-mode=DISABLED").await;
    assert!(holds_the_password(&bytes));
}
