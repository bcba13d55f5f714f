//! The abuses, each by its name.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use crate::site::Site;
use crate::{bodies, connections};

type Abuse = fn(Arc<Site>, Instant) -> Pin<Box<dyn Future<Output = anyhow::Result<String>> + Send>>;

pub const ALL: [(&str, Abuse); 15] = [
    ("silent connections", |site, until| Box::pin(connections::silent(site, until))),
    ("half a head", |site, until| Box::pin(connections::half_a_head(site, until))),
    ("half a body", |site, until| Box::pin(connections::half_a_body(site, until))),
    ("slow heads", |site, until| Box::pin(connections::slow_heads(site, until))),
    ("unread files", |site, until| Box::pin(connections::unread_files(site, until))),
    ("unread streams", |site, until| Box::pin(connections::unread_streams(site, until))),
    ("reopened connections", |site, until| Box::pin(connections::reopened(site, until))),
    ("bodies of lines", |site, until| Box::pin(bodies::bodies_of_lines(site, until))),
    ("bodies of JSON", |site, until| Box::pin(bodies::bodies_of_json(site, until))),
    ("enormous files", |site, until| Box::pin(bodies::files(site, until))),
    ("a full disk", |site, until| Box::pin(bodies::a_full_disk(site, until))),
    ("costly questions", |site, until| Box::pin(bodies::questions(site, until))),
    ("pages", |site, until| Box::pin(bodies::pages(site, until))),
    ("selections", |site, until| Box::pin(bodies::selections(site, until))),
    ("described calls", |site, until| Box::pin(bodies::described_calls(site, until))),
];

/// All of them, but for the fuzzer, whose own answers would be late.
pub async fn all_at_once(site: &Arc<Site>, until: Instant) -> anyhow::Result<String> {
    let abuses = ALL.iter().filter(|(name, _)| *name != "described calls");
    let done = futures::future::join_all(abuses.map(|(_, abuse)| abuse(Arc::clone(site), until))).await;
    // Abusers hinder each other: what counts is what honest clients see.
    Ok(format!("{} of {} to their end", done.iter().filter(|it| it.is_ok()).count(), done.len()))
}
