//! Abuses of what requests ask for: enormous bodies and files, pages that cost, selections, everything that is described.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::future::join_all;
use reqwest::multipart::{Form, Part};
use tokio::time::timeout;

use crate::site::{Site, client};

/// Asks so many at a time, again and again; answers how often which status came.
async fn flood<F: Future<Output = reqwest::Result<reqwest::Response>>>(
    until: Instant,
    at_once: usize,
    ask: impl Fn(usize) -> F,
) -> String {
    let mut statuses = std::collections::BTreeMap::<String, usize>::new();
    let mut number = 0;
    while Instant::now() < until {
        let left = until.saturating_duration_since(Instant::now());
        let asked = join_all((number..number + at_once).map(|it| timeout(left, ask(it)))).await;
        number += at_once;
        for answer in asked {
            let status = match answer {
                Ok(Ok(answer)) => answer.status().as_str().to_owned(),
                Ok(Err(_)) => "broken off".to_owned(),
                Err(_) => "under way".to_owned(),
            };
            *statuses.entry(status).or_default() += 1;
        }
    }
    statuses.iter().map(|(status, count)| format!("{count} x {status}")).collect::<Vec<_>>().join(", ")
}

pub async fn bodies_of_lines(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.10")?;
    let lines = bytes::Bytes::from("1\n".repeat(16 << 20));
    Ok(flood(until, 4, |_| {
        let asked = client.post(site.url("/api/v1/entries")).header("content-type", "application/x-ndjson");
        asked.body(lines.clone()).send()
    })
    .await)
}

pub async fn bodies_of_json(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.11")?;
    let bodies = [
        format!("[{}1]", "1,".repeat(16_000_000)),
        "[".repeat(30_000_000),
        format!("{{\"a\":\"{}\"}}", "x".repeat(30_000_000)),
    ];
    let bodies = bodies.map(bytes::Bytes::from);
    Ok(flood(until, 3, |number| {
        let asked = client.post(site.url("/api/v1/entries")).header("content-type", "application/json");
        asked.body(bodies[number % 3].clone()).send()
    })
    .await)
}

fn file(name: &str, content: String) -> (String, bytes::Bytes) {
    (name.to_owned(), bytes::Bytes::from(content))
}

async fn upload(
    client: &reqwest::Client,
    url: String,
    file: &(String, bytes::Bytes),
) -> reqwest::Result<reqwest::Response> {
    let length = u64::try_from(file.1.len()).unwrap_or_default();
    let part = Part::stream_with_length(file.1.clone(), length).file_name(file.0.clone());
    client.post(url).multipart(Form::new().part("file", part)).send().await
}

/// Files of a million columns, of a hundred thousand lines, of nothing but quotes; each looked at once it is there.
pub async fn files(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.12")?;
    let head = "product,warehouse,company,bill,time,quantity,drcr\n";
    let line = |it: usize| format!("apple,w1,c1,B-{it},2025-03-10 08:00:00,{it},1\n");
    let files = [
        file("wide.csv", format!("{}\n", "a,".repeat(1_000_000))),
        file("long.csv", (0..100_000).fold(head.to_owned(), |text, it| text + &line(it))),
        file("quotes.csv", "\"".repeat(20_000_000)),
    ];
    Ok(flood(until, 4, |number| upload(&client, site.url("/import"), &files[number % 3])).await)
}

/// Files of 32 MB, as many as go: the disk is not theirs.
pub async fn a_full_disk(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.13")?;
    let large = file("large.csv", format!("product,quantity\n{}", "apple,1\n".repeat(3_900_000)));
    Ok(flood(until, 4, |_| upload(&client, site.url("/import"), &large)).await)
}

/// Questions that read everything.
pub async fn questions(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.14")?;
    let paths = [
        "/api/v1/statistics?from=2020-01-01&to=2030-01-01&group_by=warehouse,product,company&interval=day&limit=1000",
        "/api/v1/records?text=e&limit=1000",
        "/statistics?period=30d&group_by=warehouse,product,company",
        "/records?text=nobody-wrote-this",
    ];
    Ok(flood(until, 20, |number| client.get(site.url(paths[number % paths.len()])).send()).await)
}

/// Pages, calls and files of the browser's part, as fast as they come.
pub async fn pages(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let client = client("203.0.113.15")?;
    let paths =
        ["/", "/wall", "/system", "/audits", "/names", "/api/v1/stock?limit=1000", "/api/v1/pipeline", "/nothing"];
    Ok(flood(until, 16, |number| client.get(site.url(paths[number % paths.len()])).send()).await)
}

/// Event streams of selections, of warehouses that there are and of invented ones.
pub async fn selections(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let abuser = client("203.0.113.16")?;
    let mut streams = Vec::new();
    let mut refused = 0;
    for number in 0_u32.. {
        if Instant::now() >= until || number == 1000 {
            break;
        }
        let pair = format!("warehouse=warehouse{}&warehouse=warehouse{}", number % 12, number / 12 % 12);
        let asked = if number.is_multiple_of(2) { pair } else { format!("warehouse=invented{number}") };
        let answer = abuser.get(site.url(&format!("/api/v1/live?{asked}"))).send().await?;
        if answer.status() == 200 { streams.push(answer) } else { refused += 1 }
    }
    let own =
        client("192.0.2.9")?.get(site.url("/api/v1/live?warehouse=warehouse0&warehouse=warehouse11")).send().await?;
    ensure!(own.status() == 200, "another client's selection: {}", own.status());
    tokio::time::sleep(until.saturating_duration_since(Instant::now())).await;
    Ok(format!("{} watched, {refused} refused", streams.len()))
}

/// Every call that is described, with values that are and that are not as described (fuzzing).
pub async fn described_calls(site: Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let Some(python) = &site.schemathesis else { return Ok("NOT RUN: there is no schemathesis".to_owned()) };
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../dev/fuzzing/schemathesis.toml");
    let run = tokio::process::Command::new(python)
        .args([
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
            "--config-file",
            config,
            "run",
            &site.url("/api/v1/openapi.json"),
        ])
        .args(["--header", "X-Forwarded-For: 203.0.113.17", "--no-color"])
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let most = until.saturating_duration_since(Instant::now()) + Duration::from_mins(3);
    let done = timeout(most, run).await.context("it does not end")??;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let tail: Vec<&str> = said.lines().rev().filter(|it| !it.trim().is_empty()).take(60).collect();
    ensure!(done.status.success(), "{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    Ok(tail.first().map(|it| it.trim_matches(['=', ' ']).to_owned()).unwrap_or_default())
}
