//! What a key costs inside Redis: added to for the first time, added to again, compared and settled.

use std::process::ExitCode;

use model::batch::{BatchId, Delta, JournalLine, KeyDelta, Note};
use model::pipeline::Counts;
use model::stock::StockKey;
use serde_json::json;
use uuid::Uuid;

use base::config::Config;
use realtime::{Compared, Cut, May, Realtime, Settled};

/// Keys per call, as a batch of the wide bench has them, and as an audit compares them.
const BATCH: usize = 2000;
const CHUNK: usize = 100;
/// Commands, as the server counts their time.
const SCRIPTS: &str = "evalsha";

/// Measures and prints microseconds per key.
pub async fn run(config: &Config, keys: usize, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let mut config = config.realtime.clone();
    config.prefix = format!("tallyhouse_bench_{}", &Uuid::new_v4().simple().to_string()[..8]);
    let realtime = Realtime::new(&config, "bench")?;
    realtime.initialise("bench").await?;
    let all: Vec<StockKey> = (0..keys).map(key).collect::<anyhow::Result<_>>()?;
    let first = add(&realtime, &all, 0).await?;
    let again = add(&realtime, &all, 1).await?;
    let Cut::At(_) = realtime.cut("run", "").await? else { anyhow::bail!("no cut") };
    let during = add(&realtime, &all, 2).await?;
    let settled = settle(&realtime, "run", &all, [10, 10, 2]).await?;
    // What came after that cut is settled by the next; the one after it finds keys to which nothing came.
    let Cut::At(_) = realtime.cut("run 2", "run").await? else { anyhow::bail!("no cut") };
    settle(&realtime, "run 2", &all, [15, 15, 3]).await?;
    let Cut::At(_) = realtime.cut("run 3", "run 2").await? else { anyhow::bail!("no cut") };
    let clean = look(&realtime, "run 3", &all, [15, 15, 3]).await?;
    realtime.remove_everything().await?;
    if json_wanted {
        println!(
            "{}",
            json!({ "keys": keys, "first_us": first, "again_us": again, "during_us": during, "settle_us": settled, "quiet_us": clean })
        );
    } else {
        println!("microseconds per key inside Redis, over {keys} keys");
        println!("apply, new key           {first:>6.1}");
        println!("apply                    {again:>6.1}   (design 3.7, goal 7.4)");
        println!("apply, first after a cut {during:>6.1}");
        println!("settle                   {settled:>6.1}   (design 5.8, goal 11.6)");
        println!("looked at, nothing came  {clean:>6.1}");
    }
    Ok(ExitCode::SUCCESS)
}

fn key(n: usize) -> anyhow::Result<StockKey> {
    Ok(StockKey {
        warehouse_id: format!("warehouse{}", n % 40).try_into()?,
        product_id: format!("product{}", n / 40).try_into()?,
    })
}

async fn add(realtime: &Realtime, keys: &[StockKey], round: usize) -> anyhow::Result<f64> {
    let batches = keys.len().div_ceil(BATCH);
    let before = realtime.microseconds_of(SCRIPTS).await?;
    for (n, keys) in keys.chunks(BATCH).enumerate() {
        let number = i64::try_from(round * batches + n)?;
        let name = |number: i64| BatchId(format!("{number:032}"));
        let delta = Delta { net: 5, gross_in: 5, entries: 1 };
        realtime
            .apply(&JournalLine {
                partition: 0,
                batch_id: name(number),
                previous: (number > 0).then(|| name(number - 1)),
                from: number,
                to: number + 1,
                counts: Counts::default(),
                deltas: keys.iter().map(|key| KeyDelta { key: key.clone(), delta }).collect(),
                note: Note::default(),
            })
            .await?;
    }
    per_key(realtime, SCRIPTS, before, keys.len()).await
}

async fn settle(realtime: &Realtime, run: &str, keys: &[StockKey], rrs: [i64; 3]) -> anyhow::Result<f64> {
    let before = realtime.microseconds_of(SCRIPTS).await?;
    for keys in keys.chunks(CHUNK) {
        let compared = compared(keys, rrs);
        let answers = realtime.settle(run, &compared).await?;
        let agree = answers.is_some_and(|it| it.iter().all(|it| matches!(it, Settled::Done(_) | Settled::Already)));
        anyhow::ensure!(agree, "a key does not agree, or the run is over");
    }
    per_key(realtime, SCRIPTS, before, keys.len()).await
}

async fn look(realtime: &Realtime, run: &str, keys: &[StockKey], rrs: [i64; 3]) -> anyhow::Result<f64> {
    let before = realtime.microseconds_of(SCRIPTS).await?;
    for keys in keys.chunks(CHUNK) {
        let clean = realtime.check_clean(run, &compared(keys, rrs)).await?;
        anyhow::ensure!(clean.iter().all(|it| *it), "a key is not clean");
    }
    per_key(realtime, SCRIPTS, before, keys.len()).await
}

fn compared(keys: &[StockKey], rrs: [i64; 3]) -> Vec<Compared> {
    keys.iter().map(|key| Compared { key: key.clone(), rrs, may: May::SettleWhatAgrees }).collect()
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "figures for people")]
async fn per_key(realtime: &Realtime, command: &str, before: u64, keys: usize) -> anyhow::Result<f64> {
    Ok((realtime.microseconds_of(command).await? - before) as f64 / keys as f64)
}
