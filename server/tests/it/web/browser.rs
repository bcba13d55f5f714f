//! What a browser is told and what it may ask: headers of every answer, pages elsewhere, requests that name two hosts.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::System;

/// The status line and the headers of an answer to a request as it stands on the wire.
async fn raw(base: &str, request: &str) -> String {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let text = String::from_utf8_lossy(&bytes);
    text.split("\r\n\r\n").next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let client = reqwest::Client::new();
    let page = client.get(format!("{base}/")).send().await.unwrap().text().await.unwrap();
    let (_, version) = page.split_once("data-version=\"").unwrap();
    let version = version.split('"').next().unwrap();
    for script in page.split("<script").skip(1) {
        let (tag, text) = script.split_once('>').unwrap();
        assert!(tag.contains("src=") && text.starts_with("</script>"), "no script is written into the page: {script}");
    }
    let pkg = format!("/pkg/{version}");
    for (path, status, kept) in [
        ("/", 200, "no-store"),
        ("/records", 200, "no-store"),
        ("/nowhere", 404, "no-store"),
        ("/api/v1/pipeline", 200, "no-store"),
        ("/api/v1/nowhere", 404, "no-store"),
        ("/import/template.csv", 200, "no-store"),
        (&format!("{pkg}/tallyhouse.css"), 200, "public, max-age=31536000, immutable"),
        // Those that are not there yet may be there in a moment; others of the folder are nobody's business.
        (&format!("{pkg}/tallyhouse.txt"), 404, "no-store"),
        (&format!("{pkg}/.stamp"), 404, "no-store"),
    ] {
        let answer = client.get(format!("{base}{path}")).send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|it| it.to_str().unwrap()).unwrap_or_default();
        assert_eq!((answer.status().as_u16(), header("cache-control")), (status, kept), "{path}");
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("script-src 'self' 'wasm-"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{path}: {policy}");
        let told = ["x-content-type-options", "x-frame-options", "cross-origin-opener-policy"].map(header);
        assert_eq!(told, ["nosniff", "DENY", "same-origin"], "{path}");
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_elsewhere_may_lead_to_us_and_no_more() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let client = reqwest::Client::new();
    let from_elsewhere = [("sec-fetch-site", "cross-site")];
    let link = [from_elsewhere[0], ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let fetched = [from_elsewhere[0], ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "empty")];
    for (path, headers, status) in [
        ("/", &link[..], 200),
        ("/", &fetched[..], 403),
        ("/api/v1/live", &fetched[..], 403),
        ("/records.csv", &link[..], 403),
        ("/records.csv", &fetched[..], 403),
        ("/records.csv", &[("sec-fetch-site", "same-origin")][..], 200),
        ("/metrics", &fetched[..], 403),
    ] {
        let mut request = client.get(format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{path} {headers:?}");
    }
    let host = base.strip_prefix("http://").unwrap();
    let get = |host: &str, path: &str| format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    for (request, status) in [
        (get(&format!("Host: {host}\r\n"), "/healthz"), 200),
        (get(&format!("Host: {host}\r\nHost: evil.example\r\n"), "/healthz"), 400),
        (get(&format!("Host: {host}\r\n"), "http://evil.example/healthz"), 400),
        // A name that leads here without being ours (DNS rebinding).
        (get("Host: evil.example\r\n", "/metrics"), 421),
        (get("Host: evil.example\r\n", "/"), 421),
    ] {
        let answer = raw(&base, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{answer}");
    }
    let answer = client.get(format!("{base}/audits/abc/findings.csv")).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    // A body that breaks off is not said to be too large.
    let broken = format!(
        "POST /api/v1/entries HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n"
    );
    let answer = raw(&base, &broken).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    stop.cancel();
    system.end().await;
}
