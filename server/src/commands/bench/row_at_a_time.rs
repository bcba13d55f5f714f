//! What people write first: for each message one INSERT that commits by itself, one Redis command, one offset committed.

use std::time::{Duration, Instant};

use crate::startup::Parts;
use queue::{MessageReader, decode};
use records::PlainRows;

/// Handles so many messages of a world's topic; answers how long it took, without joining the group.
pub async fn run(parts: &Parts, messages: usize) -> anyhow::Result<Duration> {
    let reader = MessageReader::new(&parts.config.kafka, "bench-row-at-a-time")?;
    let mut rows = PlainRows::open(&parts.records).await?;
    let rules = parts.config.entry;
    let now = parts.clock.now();
    let mut started = Instant::now();
    for n in 0..=messages {
        reader
            .each(async |partition, offset, payload| {
                let entry = decode(payload, now, &rules).map_err(|it| anyhow::anyhow!(it.reason()))?;
                rows.insert(&entry, partition, offset).await?;
                let key = entry.key();
                parts.realtime.add_plainly(&key, entry.movement()).await?;
                anyhow::Ok(())
            })
            .await?;
        // The first one waits for the group.
        if n == 0 {
            started = Instant::now();
        }
    }
    Ok(started.elapsed())
}
