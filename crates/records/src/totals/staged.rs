//! Staged deltas (`pending_flows`): what batches did to hours, until the roll-up has added it to all levels (`fold.rs`). A batch stages one
//! line.

use std::collections::{BTreeMap, HashMap};

use model::statistics::Sums;
use model::time::Millis;
use serde::{Deserialize, Serialize};
use sqlx::MySqlConnection;

use crate::batch::Line;
use crate::sql::pipeline::StatementPipeline;
use crate::{Error, Records};
use base::business_time::BusinessTime;

/// The finest cell that levels tell apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// When its hour began.
    pub hour: Millis,
    pub product: String,
    pub warehouse: String,
    pub company: String,
}

/// What moved, by cell.
pub type Flows = BTreeMap<Cell, Sums>;

/// Flows as they are stored: ids once, then rows of numbers.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    ids: Vec<std::borrow::Cow<'a, str>>,
    /// Hour in minutes since 1970 UTC; product, warehouse and company as places in `ids`; then the sums.
    rows: Vec<[i64; 9]>,
}

/// What the fresh lines of a batch did. A moment beyond the years of dates has no hour; the decoder lets none through.
pub fn of_lines<'a>(lines: impl Iterator<Item = &'a Line>, zone: BusinessTime) -> Flows {
    let mut flows = Flows::new();
    for line in lines {
        let it = &line.entry;
        let Some(hour) = zone.hour_start(it.create_time) else { continue };
        let cell = Cell {
            hour,
            product: it.product_id.to_string(),
            warehouse: it.warehouse_id.to_string(),
            company: it.company_id.to_string(),
        };
        let sums = flows.entry(cell).or_default();
        *sums = sums.plus(Sums::of(it));
    }
    flows
}

/// Leaves a line for the fold.
pub async fn stage(trip: &mut StatementPipeline<'_>, flows: &Flows) -> Result<(), sqlx::Error> {
    let text = encode(flows).map_err(|cause| sqlx::Error::Encode(Box::new(cause)))?;
    trip.add("INSERT INTO pending_flows (flows) VALUES (?)", &[text.into()]).await
}

/// So many lines are read at a time.
const AT_ONCE: i64 = 256;

/// Lines that wait for the fold, the oldest first.
#[derive(Debug, Default)]
pub struct Pending {
    pub ids: Vec<i64>,
    /// What they add up to.
    pub flows: Flows,
    /// Do more wait?
    pub more: bool,
}

/// All of them.
pub async fn pending(connection: &mut MySqlConnection) -> Result<Flows, Error> {
    oldest(connection, usize::MAX, usize::MAX).await.map(|it| it.flows)
}

/// Until they are so many, or make so many cells: many small batches of the same cells are as little work as a few.
pub async fn oldest(connection: &mut MySqlConnection, lines: usize, cells: usize) -> Result<Pending, Error> {
    let mut pending = Pending::default();
    let Pending { ids, flows, more } = &mut pending;
    loop {
        let rows: Vec<(i64, String)> =
            sqlx::query_as("SELECT id, flows FROM pending_flows WHERE id > ? ORDER BY id LIMIT ?")
                .bind(ids.last().copied().unwrap_or(0))
                .bind(AT_ONCE)
                .fetch_all(&mut *connection)
                .await
                .map_err(Error::unavailable("reading pending flows"))?;
        let is_last = i64::try_from(rows.len()).is_ok_and(|it| it < AT_ONCE);
        for (id, text) in rows {
            if ids.len() >= lines || flows.len() >= cells {
                *more = true;
                return Ok(pending);
            }
            decode(&text, flows)
                .map_err(|cause| Error::Inconsistent(format!("pending flows {id} cannot be read: {cause}")))?;
            ids.push(id);
        }
        if is_last {
            return Ok(pending);
        }
    }
}

/// Lets lines go: exactly these, one that was committed meanwhile with a lower id is not among them.
pub async fn delete(connection: &mut MySqlConnection, ids: &[i64]) -> Result<(), Error> {
    let unavailable = Error::unavailable("letting go of pending flows");
    for chunk in ids.chunks(1000) {
        let mut statement = sqlx::QueryBuilder::new("DELETE FROM pending_flows WHERE id IN (");
        let mut list = statement.separated(", ");
        for id in chunk {
            list.push_bind(*id);
        }
        statement.push(")");
        let done = statement.build().execute(&mut *connection).await.map_err(&unavailable)?;
        if usize::try_from(done.rows_affected()).ok() != Some(chunk.len()) {
            return Err(Error::Inconsistent(format!(
                "{} of {} pending flows were there",
                done.rows_affected(),
                chunk.len()
            )));
        }
    }
    Ok(())
}

impl Records {
    /// How many lines wait for the fold.
    pub async fn pending_flows(&self) -> Result<i64, Error> {
        sqlx::query_scalar("SELECT COUNT(*) FROM pending_flows")
            .fetch_one(&self.pool)
            .await
            .map_err(Error::unavailable("counting pending flows"))
    }
}

fn encode(flows: &Flows) -> Result<String, serde_json::Error> {
    let mut places: HashMap<&str, i64> = HashMap::new();
    let mut ids = Vec::new();
    let mut place = |id| {
        *places.entry(id).or_insert_with(|| {
            ids.push(std::borrow::Cow::Borrowed(id));
            i64::try_from(ids.len()).unwrap_or(i64::MAX) - 1
        })
    };
    let rows = flows
        .iter()
        .map(|(cell, it)| {
            let [product, warehouse, company] =
                [&cell.product, &cell.warehouse, &cell.company].map(|id| place(id.as_str()));
            let hour = cell.hour.0.div_euclid(60_000);
            [hour, product, warehouse, company, it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries]
        })
        .collect();
    serde_json::to_string(&Stored { ids, rows })
}

fn decode(text: &str, flows: &mut Flows) -> Result<(), serde_json::Error> {
    use serde::de::Error as _;
    let stored: Stored<'_> = serde_json::from_str(text)?;
    let id = |place: i64| {
        let id = usize::try_from(place).ok().and_then(|place| stored.ids.get(place));
        id.map(ToString::to_string).ok_or_else(|| serde_json::Error::custom(format!("no id has place {place}")))
    };
    for [hour, product, warehouse, company, qty_in, qty_out, adjust_in, adjust_out, entries] in stored.rows {
        let hour = Millis(hour.saturating_mul(60_000));
        let cell = Cell { hour, product: id(product)?, warehouse: id(warehouse)?, company: id(company)? };
        let sums = flows.entry(cell).or_default();
        *sums = sums.plus(Sums { qty_in, qty_out, adjust_in, adjust_out, entries });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_and_added_up() {
        let cell = |hour, product: &str| Cell {
            hour: Millis(hour),
            product: product.to_owned(),
            warehouse: "同".to_owned(),
            company: "\"quoted\" \\ line".to_owned(),
        };
        let sums = |n| Sums { qty_in: n, qty_out: 2 * n, adjust_in: 3 * n, adjust_out: 4 * n, entries: n };
        let flows = Flows::from([(cell(0, "a"), sums(1)), (cell(3_600_000, "a"), sums(2)), (cell(0, "同"), sums(3))]);
        let text = encode(&flows).unwrap();
        let mut read = Flows::new();
        decode(&text, &mut read).unwrap();
        assert_eq!(read, flows);
        decode(&text, &mut read).unwrap();
        assert_eq!(read.values().map(|it| it.entries).sum::<i64>(), 12);
        assert!(decode(r#"{"ids":[],"rows":[[0,1,1,1,0,0,0,0,0]]}"#, &mut read).is_err());
    }
}
