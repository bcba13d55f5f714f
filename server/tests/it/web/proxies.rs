//! Behind a reverse proxy: our own address is that of the settings, and who asks is who the proxy says.

use std::time::Duration;

use base::config::{PublicUrl, TrustedProxies};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::harness::{System, entry, knows_the_stock};

/// A request as a proxy passes it on for somebody.
fn of(client: &Client, base: &str, address: &str, path: &str) -> RequestBuilder {
    client.get(format!("{base}{path}")).header("host", "stock.example").header("x-forwarded-for", address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_says_who_asks_and_the_settings_where() {
    let mut system = System::new().await;
    system.start();
    system.publish_all((0..17).map(|it| entry(&format!("{it}"), &json!({"warehouse_id": format!("w{it}")})))).await;
    system.caught_up().await;
    let (base, stop) = system
        .serve_with(|settings| {
            settings.public_url = Some(PublicUrl::parse("https://stock.example").unwrap());
            settings.trusted_proxies = TrustedProxies::parse("127.0.0.0/8").unwrap();
        })
        .await;
    knows_the_stock(&base).await;
    let client = Client::new();

    let page = of(&client, &base, "192.0.2.1", "/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["strict-transport-security"], "max-age=31536000; includeSubDomains");
    let elsewhere = client.get(format!("{base}/")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(elsewhere.status(), 421);
    let post = |origin: &str| {
        client.post(format!("{base}/lang/en")).header("host", "stock.example").header("origin", origin).send()
    };
    assert_eq!(post("http://stock.example").await.unwrap().status(), 403);
    assert_ne!(post("https://stock.example").await.unwrap().status(), 403);

    // Sixteen selections of one client; another one has its own.
    let watch = |address: &'static str, number: usize| {
        of(&client, &base, address, &format!("/api/v1/live?warehouse=w{number}")).send()
    };
    let mut streams: Vec<Response> = Vec::new();
    for number in 0..16 {
        let stream = watch("192.0.2.1", number).await.unwrap();
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let refused = watch("192.0.2.1", 16).await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (429, true));
    assert_eq!(watch("192.0.2.1", 3).await.unwrap().status(), 200, "one that it watches already");
    assert_eq!(watch("192.0.2.2", 16).await.unwrap().status(), 200);
    drop(streams);
    stop.cancel();
    system.end().await;
}

/// Small bodies that do not come take none of the room for large ones, whoever sends them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_do_not_come_keep_nobody_from_sending() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve_with(|it| it.trusted_proxies = TrustedProxies::parse("127.0.0.0/8").unwrap()).await;
    let address = base.trim_start_matches("http://");
    let mut halves = Vec::new();
    for number in 1..=6 {
        let mut half = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/v1/entries HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.{number}\r\nContent-Length: 100\r\n\r\n{{"
        );
        half.write_all(head.as_bytes()).await.unwrap();
        halves.push(half);
    }
    let sent = Client::new().post(format!("{base}/api/v1/entries")).header("x-forwarded-for", "192.0.2.1");
    let sent = sent.body(entry("small", &json!({}))).timeout(Duration::from_secs(5)).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    let line = entry("large", &json!({}));
    let spaces = " ".repeat(400_000);
    let sent = Client::new().post(format!("{base}/api/v1/entries")).header("x-forwarded-for", "192.0.2.2");
    let sent = sent.body(line + &spaces).timeout(Duration::from_secs(8)).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    drop(halves);
    stop.cancel();
    system.end().await;
}
