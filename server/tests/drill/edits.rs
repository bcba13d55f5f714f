//! Every fault of docs/consistency.md#which-store-was-wrong, injected into a running system, with what an audit must
//! make of it.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use model::audit::replay::BillKind;
use model::audit::{FindingCause, Verdict};
use model::stock::StockKey;
use queue::delete_before;
use rand::Rng as _;
use realtime::{Keys, member};

use crate::load::Content;
use crate::stage::{QUIET, Stage};

pub type Edit = for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, anyhow::Result<Expected>>;

/// What an audit must make of a fault.
pub struct Expected {
    /// Exactly these keys; `None`: all.
    pub keys: Option<Vec<StockKey>>,
    pub verdict: Verdict,
    pub cause: FindingCause,
    pub bills: Bills,
    pub end: End,
}

/// What a replay must name.
#[derive(Debug)]
pub enum Bills {
    Exactly(Vec<(BillKind, String)>),
    /// As a candidate, perhaps among others.
    Among(String),
}

/// How a fault must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The audit that found it has put it right.
    ByItself,
    /// That one or the next.
    ByTheNext,
    /// An auditor confirms what the replay says.
    Confirmed,
    /// An auditor accepts the records as they are.
    Accepted,
    /// An auditor has an adjusting entry posted.
    Adjusted,
}

/// Days that the load writes to, and days that nobody does.
const BUSY: &str = "2025-03-11";
const OLD: &str = "2024-05-06";
const LOST: &str = "2024-06-07";

/// Name and fault. Those that need the quiet partition whole come before the one that cuts it.
pub const ALL: &[(&str, Edit)] = &[
    ("Redis missed an in", |it| live(it, 1, [-1, -1, -1]).boxed_local()),
    ("Redis applied an out twice", |it| live(it, -1, [-1, 0, 1]).boxed_local()),
    ("Redis missed an out", |it| live(it, -1, [1, 0, -1]).boxed_local()),
    ("Redis applied an in twice", |it| live(it, 1, [1, 1, 1]).boxed_local()),
    ("Redis missed an in and an out alike", |it| live(it, 1, [0, -1, -2]).boxed_local()),
    ("a key edited to a lower number", |it| edited(it, -7).boxed_local()),
    ("a key edited to a higher number", |it| edited(it, 7).boxed_local()),
    ("a key edited, and the hall agrees", |it| counted(it).boxed_local()),
    ("a key edited to text", |it| text(it).boxed_local()),
    ("a key deleted", |it| deleted(it).boxed_local()),
    ("a row lost", |it| row(it, BUSY, LOSE).boxed_local()),
    ("a row lost, old table", |it| row(it, OLD, LOSE).boxed_local()),
    ("a row twice", |it| row(it, BUSY, TWICE).boxed_local()),
    ("a row twice, old table", |it| row(it, OLD, TWICE).boxed_local()),
    ("a row's quantity edited", |it| row(it, BUSY, ALTER).boxed_local()),
    ("a row's quantity edited, old table", |it| row(it, OLD, ALTER).boxed_local()),
    ("a row added by hand", |it| row(it, BUSY, ADD).boxed_local()),
    ("a row added by hand, old table", |it| row(it, OLD, ADD).boxed_local()),
    ("a running total edited", |it| total(it, "stock_totals", BUSY).boxed_local()),
    ("a day's total edited", |it| total(it, "day_totals", BUSY).boxed_local()),
    ("a day's total edited, old day", |it| total(it, "day_totals", OLD).boxed_local()),
    ("a poison message skipped", |it| skipped(it, None).boxed_local()),
    ("an entry skipped", |it| skipped(it, Some("skipped")).boxed_local()),
    ("a poison message's record lost", |it| rejection(it).boxed_local()),
    ("tables and totals of products lost", |it| tables(it).boxed_local()),
    ("the topic no longer holds it", |it| retention(it).boxed_local()),
];

/// Entries on days that nothing else writes to, and in the quiet partition.
pub async fn prepare(stage: &Stage) -> anyhow::Result<()> {
    for (name, day, products) in [("old", OLD, 6), ("lost", LOST, 3)] {
        for n in 0..24_i64 {
            let product = format!("{name} {}", n % products);
            let identity = ("company 0".to_owned(), format!("{name} {n}"), product, format!("warehouse {}", n / 12));
            let content = Content { quantity: n + 1, drcr: if n % 5 == 4 { -1 } else { 1 }, day: day.to_owned() };
            stage.publish_one(i32::try_from(n % 8)?, identity, content).await?;
        }
    }
    quiet(stage, "short", 9).await
}

/// An entry in the quiet partition, of a key of its own.
async fn quiet(stage: &Stage, name: &str, quantity: i64) -> anyhow::Result<()> {
    let identity = ("company 0".to_owned(), name.to_owned(), name.to_owned(), "warehouse 0".to_owned());
    stage.publish_one(QUIET, identity, Content { quantity, drcr: 1, day: OLD.to_owned() }).await
}

/// A row of a day table.
struct Row {
    table: String,
    company: String,
    bill: String,
    key: StockKey,
    quantity: i64,
}

fn key(warehouse: &str, product: &str) -> anyhow::Result<StockKey> {
    Ok(StockKey { warehouse_id: warehouse.try_into()?, product_id: product.try_into()? })
}

/// Any row of a day that went this way.
async fn pick(stage: &mut Stage, day: &str, drcr: i64) -> anyhow::Result<Row> {
    let (seed, mut connection) = (stage.random.random_range(0..1_000_000_i64), stage.connection().await?);
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM day_tables WHERE day = ? ORDER BY RAND(?)")
        .bind(day)
        .bind(seed)
        .fetch_all(&mut connection)
        .await?;
    for table in tables {
        let statement = format!(
            "SELECT company_id, bill_id, warehouse_id, product_id, CAST(quantity AS SIGNED) FROM `{table}`
             WHERE drcr = ? AND line_no = 1 ORDER BY RAND(?) LIMIT 1"
        );
        let found: Option<(String, String, String, String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .bind(drcr)
            .bind(seed)
            .fetch_optional(&mut connection)
            .await?;
        if let Some((company, bill, warehouse, product, quantity)) = found {
            return Ok(Row { table, company, bill, key: key(&warehouse, &product)?, quantity });
        }
    }
    anyhow::bail!("no row of {day}")
}

/// Moves the sums of a key of the live stock: net, gross in, entries.
async fn move_live(stage: &Stage, key: &StockKey, by: [i64; 3]) -> anyhow::Result<()> {
    let script = "local active = redis.call('HGET', KEYS[1], 'active_version')
        for place, sum in ipairs({'change', 'change_in', 'change_entries'}) do
          redis.call('HINCRBY', KEYS[1], sum .. '_v' .. active, ARGV[place])
        end";
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(redis_key(stage, key));
    for by in by {
        command.arg(by.to_string());
    }
    command.query_async::<()>(&mut stage.redis().await?).await.context("moving the live stock")
}

fn redis_key(stage: &Stage, key: &StockKey) -> String {
    Keys::new(&stage.world.config.realtime.prefix).stock(&member(key))
}

/// As if an entry that went one way had been missed, or had counted twice: times its quantity, quantity, one.
async fn live(stage: &mut Stage, drcr: i64, [net, gross_in, entries]: [i64; 3]) -> anyhow::Result<Expected> {
    let row = pick(stage, BUSY, drcr).await?;
    move_live(stage, &row.key, [net * row.quantity, gross_in * row.quantity, entries]).await?;
    let cause = match (net.signum(), entries) {
        (-1, -1) => FindingCause::LiveMissedIn,
        (-1, _) => FindingCause::LiveOutTwice,
        (1, -1) => FindingCause::LiveMissedOut,
        (1, _) => FindingCause::LiveInTwice,
        _ => FindingCause::LiveMissedBoth,
    };
    let (verdict, end) = match net.signum() {
        -1 => (Verdict::NrsMissing, End::ByItself),
        1 => (Verdict::Surplus, End::Confirmed),
        _ => (Verdict::FlowsDiffer, End::ByItself),
    };
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills: Bills::Among(row.bill), end })
}

async fn edited(stage: &mut Stage, by: i64) -> anyhow::Result<Expected> {
    let row = pick(stage, BUSY, 1).await?;
    move_live(stage, &row.key, [by, 0, 0]).await?;
    let (verdict, end) = if by < 0 { (Verdict::NrsMissing, End::ByItself) } else { (Verdict::Surplus, End::Confirmed) };
    let (keys, cause) = (Some(vec![row.key]), FindingCause::LiveEdited);
    Ok(Expected { keys, verdict, cause, bills: Bills::Exactly(Vec::new()), end })
}

async fn counted(stage: &mut Stage) -> anyhow::Result<Expected> {
    Ok(Expected { end: End::Adjusted, ..edited(stage, 11).await? })
}

async fn text(stage: &mut Stage) -> anyhow::Result<Expected> {
    let row = pick(stage, BUSY, 1).await?;
    let script = "redis.call('HSET', KEYS[1], 'base_v' .. redis.call('HGET', KEYS[1], 'active_version'), 'many')";
    let mut command = redis::cmd("EVAL");
    command.arg(script).arg(1).arg(redis_key(stage, &row.key));
    command.query_async::<()>(&mut stage.redis().await?).await.context("writing text")?;
    let (verdict, cause) = (Verdict::NrsMissing, FindingCause::LiveUnreadable);
    let bills = Bills::Exactly(Vec::new());
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills, end: End::ByTheNext })
}

/// Of a key that no entry makes anew before it is missed.
async fn deleted(stage: &mut Stage) -> anyhow::Result<Expected> {
    let row = pick(stage, OLD, 1).await?;
    redis::cmd("DEL").arg(redis_key(stage, &row.key)).query_async::<()>(&mut stage.redis().await?).await?;
    let (verdict, cause) = (Verdict::NrsMissing, FindingCause::LiveDeleted);
    let bills = Bills::Exactly(Vec::new());
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills, end: End::ByItself })
}

/// What is done to a row.
#[derive(Clone, Copy)]
struct OfRow {
    statement: &'static str,
    cause: FindingCause,
    kind: BillKind,
    /// Before the name of its bill, that which is named has this.
    prefix: &'static str,
}

const LOSE: OfRow = OfRow {
    statement: "DELETE FROM `{table}` WHERE {row}",
    cause: FindingCause::RowsLost,
    kind: BillKind::Missing,
    prefix: "",
};
const ALTER: OfRow = OfRow {
    statement: "UPDATE `{table}` SET quantity = quantity + 7 WHERE {row}",
    cause: FindingCause::RowsEdited,
    kind: BillKind::Altered,
    prefix: "",
};
const TWICE: OfRow = OfRow {
    statement: "INSERT INTO `{table}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
       description, recorded_at, partition_id, kafka_offset, back_dated)
     SELECT product_id, quantity, drcr, company_id, warehouse_id, bill_id, 2, kind, create_time, description, recorded_at,
       partition_id, kafka_offset, back_dated FROM `{table}` WHERE {row}",
    cause: FindingCause::RowsAdded,
    kind: BillKind::Extra,
    prefix: "",
};
const ADD: OfRow = OfRow {
    statement: "INSERT INTO `{table}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
       description, recorded_at, partition_id, kafka_offset, back_dated)
     SELECT product_id, 5, 1, company_id, warehouse_id, CONCAT('by hand ', bill_id), 1, kind, create_time, '', recorded_at,
       partition_id, 900000000, back_dated FROM `{table}` WHERE {row}",
    cause: FindingCause::RowsAdded,
    kind: BillKind::Extra,
    prefix: "by hand ",
};

async fn row(stage: &mut Stage, day: &str, what: OfRow) -> anyhow::Result<Expected> {
    let row = pick(stage, day, 1).await?;
    change_row(stage, &row, what.statement).await?;
    let bills = Bills::Exactly(vec![(what.kind, format!("{}{}", what.prefix, row.bill))]);
    let (verdict, cause) = (Verdict::RecordsIncomplete, what.cause);
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills, end: End::Confirmed })
}

async fn change_row(stage: &Stage, row: &Row, statement: &str) -> anyhow::Result<()> {
    let of_row = "company_id = ? AND bill_id = ? AND product_id = ? AND warehouse_id = ? AND line_no = 1";
    let statement = statement.replace("{table}", &row.table).replace("{row}", of_row);
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&row.company)
        .bind(&row.bill)
        .bind(row.key.product_id.as_str())
        .bind(row.key.warehouse_id.as_str())
        .execute(&mut stage.connection().await?)
        .await?;
    ensure!(done.rows_affected() == 1, "{} rows were changed", done.rows_affected());
    Ok(())
}

/// A total of a key, as it is kept beside its rows.
async fn total(stage: &mut Stage, table: &'static str, day: &str) -> anyhow::Result<Expected> {
    let row = pick(stage, day, 1).await?;
    let of_day = if table == "day_totals" { format!("AND day = '{day}'") } else { String::new() };
    let statement =
        format!("UPDATE {table} SET qty_in = qty_in + 3 WHERE warehouse_id = ? AND product_id = ? {of_day} LIMIT 1");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(row.key.warehouse_id.as_str())
        .bind(row.key.product_id.as_str())
        .execute(&mut stage.connection().await?)
        .await?;
    ensure!(done.rows_affected() == 1, "no total was changed");
    let (verdict, cause) = (Verdict::RecordsIncomplete, FindingCause::TotalsEdited);
    let bills = Bills::Exactly(Vec::new());
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills, end: End::Confirmed })
}

/// A message that nobody reads: the cursor is moved past it by hand, while the daemon is away. `entry`: it is one.
async fn skipped(stage: &mut Stage, entry: Option<&str>) -> anyhow::Result<Expected> {
    wait_for_quiet(stage).await?;
    stage.stop_daemons().await?;
    match entry {
        Some(name) => quiet(stage, name, 500).await?,
        None => stage.publish_poison(QUIET).await?,
    }
    // A cursor that does not fit its last message is refused.
    sqlx::query(
        "UPDATE ingest_offsets SET next_offset = next_offset + 1, last_timestamp = NULL, last_checksum = NULL
         WHERE partition_id = ?",
    )
    .bind(QUIET)
    .execute(&mut stage.connection().await?)
    .await?;
    stage.skipped += 1;
    stage.daemon("")?;
    quiet(stage, &format!("after {}", stage.skipped), 1).await?;
    wait_for_quiet(stage).await?;
    let missing = entry.map(|name| (BillKind::Missing, name.to_owned()));
    let (verdict, cause) = (Verdict::RecordsIncomplete, FindingCause::JournalBroken);
    let bills = Bills::Exactly(missing.into_iter().collect());
    Ok(Expected { keys: None, verdict, cause, bills, end: End::Confirmed })
}

/// Waits until both stores are at the end of the quiet partition.
async fn wait_for_quiet(stage: &Stage) -> anyhow::Result<()> {
    let at_end = async || {
        let end = stage.parts.topic.reach().await?.get(&QUIET).map_or(0, |(_, end)| *end);
        let cursor = stage.parts.records.cursors().await?.get(&QUIET).map_or(0, |it| it.next_offset);
        let live = stage.parts.realtime.meta().await?.place(QUIET).position;
        Ok((cursor != end || live != end).then(|| format!("end {end}, cursor {cursor}, live {live}")))
    };
    stage.wait("the quiet partition is read", Duration::from_mins(1), at_end).await.map(drop)
}

async fn rejection(stage: &mut Stage) -> anyhow::Result<Expected> {
    stage.publish_poison(QUIET).await?;
    wait_for_quiet(stage).await?;
    sqlx::query("DELETE FROM rejections WHERE partition_id = ? ORDER BY id DESC LIMIT 1")
        .bind(QUIET)
        .execute(&mut stage.connection().await?)
        .await?;
    let (verdict, cause) = (Verdict::RecordsIncomplete, FindingCause::JournalBroken);
    Ok(Expected { keys: None, verdict, cause, bills: Bills::Exactly(Vec::new()), end: End::Accepted })
}

/// Everything that the records know of some products, but the cursors.
async fn tables(stage: &mut Stage) -> anyhow::Result<Expected> {
    let mut connection = stage.connection().await?;
    let found: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT warehouse_id, product_id, bill_id FROM bill_lines WHERE day = ? ORDER BY bill_id, product_id",
    )
    .bind(LOST)
    .fetch_all(&mut connection)
    .await?;
    ensure!(found.len() == 24, "{} bill lines of {LOST}", found.len());
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM day_tables WHERE day = ?").bind(LOST).fetch_all(&mut connection).await?;
    for table in tables {
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE `{table}`"))).execute(&mut connection).await?;
    }
    for statement in [
        "DELETE t FROM day_table_totals AS t JOIN day_tables AS d ON d.id = t.table_id WHERE d.day = ?",
        "DELETE FROM day_totals WHERE day = ?",
        "DELETE s FROM stock_totals AS s JOIN bill_lines AS b USING (warehouse_id, product_id) WHERE b.day = ?",
        "DELETE FROM bill_lines WHERE day = ?",
    ] {
        sqlx::query(statement).bind(LOST).execute(&mut connection).await?;
    }
    let mut keys = Vec::new();
    for (warehouse, product, _) in &found {
        keys.push(key(warehouse, product)?);
    }
    keys.sort();
    keys.dedup();
    let bills = Bills::Exactly(found.into_iter().map(|(.., bill)| (BillKind::Missing, bill)).collect());
    let (verdict, cause) = (Verdict::RecordsIncomplete, FindingCause::TotalsEdited);
    Ok(Expected { keys: Some(keys), verdict, cause, bills, end: End::Confirmed })
}

/// What the queue no longer says, a person decides.
async fn retention(stage: &mut Stage) -> anyhow::Result<Expected> {
    wait_for_quiet(stage).await?;
    let end = stage.parts.topic.reach().await?.get(&QUIET).map_or(0, |(_, end)| *end);
    delete_before(&stage.world.config.kafka, QUIET, end).await?;
    let is_gone = async || {
        let begin = stage.parts.topic.reach().await?.get(&QUIET).map_or(0, |(begin, _)| *begin);
        Ok((begin != end).then(|| format!("begins at {begin}, ends at {end}")))
    };
    stage.wait("the topic has let go", Duration::from_mins(1), is_gone).await?;
    let found: (String, String) =
        sqlx::query_as("SELECT d.name, b.company_id FROM bill_lines AS b JOIN day_tables AS d ON d.id = b.table_id WHERE b.bill_id = 'short'")
            .fetch_one(&mut stage.connection().await?)
            .await?;
    let (table, company) = found;
    let row = Row { table, company, bill: "short".to_owned(), key: key("warehouse 0", "short")?, quantity: 9 };
    change_row(stage, &row, ALTER.statement).await?;
    let identity = (row.company, row.bill.clone(), "short".to_owned(), "warehouse 0".to_owned());
    stage.accept_content(&identity, row.quantity + 7)?;
    let bills = Bills::Exactly(vec![(BillKind::Undecidable, row.bill)]);
    let (verdict, cause) = (Verdict::RecordsIncomplete, FindingCause::RowsEdited);
    Ok(Expected { keys: Some(vec![row.key]), verdict, cause, bills, end: End::Accepted })
}
