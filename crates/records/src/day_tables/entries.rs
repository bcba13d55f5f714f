//! Entries as they are recorded: those of some day tables between two moments, newest first, and the lines of a bill.

use chrono::NaiveDateTime;
use model::entries::{EntriesQuestion, EntryPlace, RecordedEntry};
use model::entry::Kind;
use model::ids::BillId;
use model::quantity::Direction;
use model::time::Millis;
use sqlx::{MySql, QueryBuilder};

use crate::day_tables::statements;
use crate::totals::question::{push_filter, push_ids};
use crate::{Error, TotalsSnapshot};
use base::business_time::{utc_moment, utc_text};

/// So many day tables in one statement.
const TABLES_AT_ONCE: usize = 32;

/// As many tables or fewer are each sorted by the database.
const FEW_TABLES: usize = 8;

/// How the rows of each of some tables are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arms {
    /// All of them, up to a limit for all tables together: where that is reached, some are missing.
    Plain,
    /// The newest of each.
    Limited,
}

/// So many rows are read at the most without being sorted first.
fn most_plain(wanted: &EntriesFilter<'_>) -> usize {
    wanted.limit.saturating_mul(8).max(1000)
}

/// An entry and its place.
pub type Placed = (EntryPlace, RecordedEntry);

/// Entries of some tables: from the newest that is not at or before `after`, down to `from`; at most so many.
#[derive(Debug)]
pub struct EntriesFilter<'a> {
    /// Conditions but for the period: that is `from` and `to`.
    pub question: &'a EntriesQuestion,
    /// The tables to look in.
    pub tables: &'a [String],
    /// The oldest moment that is looked at.
    pub from: Millis,
    /// Before this moment.
    pub to: Millis,
    /// Where the last page ended.
    pub after: Option<&'a EntryPlace>,
    /// How many at the most.
    pub limit: usize,
}

from_row! {
    struct Row {
        table_name: String,
        id: i64,
        product_id: String,
        quantity: i32,
        drcr: i8,
        company_id: String,
        warehouse_id: String,
        bill_id: String,
        line_no: i32,
        kind: String,
        create_time: NaiveDateTime,
        description: String,
        recorded_at: NaiveDateTime,
        partition_id: i32,
        kafka_offset: i64,
    }
}

impl TotalsSnapshot {
    /// Reads them, newest first.
    pub async fn entries(&mut self, wanted: &EntriesFilter<'_>) -> Result<Vec<Placed>, Error> {
        let mut found = Vec::new();
        for names in wanted.tables.chunks(TABLES_AT_ONCE) {
            // Of many tables each brings few: sorting each by itself would cost more than to sort all of them here.
            let mut rows = None;
            if names.len() > FEW_TABLES {
                rows = Some(self.rows_of(names, wanted, Arms::Plain).await?).filter(|it| it.len() < most_plain(wanted));
            }
            let rows = match rows {
                Some(rows) => rows,
                None => self.rows_of(names, wanted, Arms::Limited).await?,
            };
            for row in rows {
                found.push(placed(row)?);
            }
        }
        found.sort_by(|(a, _), (b, _)| b.cmp(a));
        found.truncate(wanted.limit);
        Ok(found)
    }

    async fn rows_of(&mut self, names: &[String], wanted: &EntriesFilter<'_>, arms: Arms) -> Result<Vec<Row>, Error> {
        let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        let mut statement = QueryBuilder::new("");
        for (place, name) in names.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { " UNION ALL (" });
            let is_ours = statements::push_entries_of(&mut statement, name);
            if !is_ours {
                return Err(Error::Inconsistent(format!("the register names a table {name:?} that is none of ours")));
            }
            restrict(&mut statement, name, wanted);
            if arms == Arms::Limited {
                statement.push(" ORDER BY create_time DESC, id DESC LIMIT ").push_bind(number(wanted.limit));
            }
            statement.push(")");
        }
        if arms == Arms::Plain {
            statement.push(" LIMIT ").push_bind(number(most_plain(wanted)));
        }
        statement
            .build_query_as()
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(Error::unavailable("reading entries"))
    }

    /// Those of some day tables that there are.
    pub async fn tables_that_exist(&mut self, names: &[String]) -> Result<Vec<String>, Error> {
        let mut statement = QueryBuilder::new("SELECT name FROM day_tables WHERE TRUE");
        push_ids(&mut statement, "name", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let unavailable = Error::unavailable("reading the register of day tables");
        statement.build_query_scalar().fetch_all(&mut *self.transaction).await.map_err(unavailable)
    }

    /// The tables that hold lines of a bill: all of them.
    pub async fn tables_of_bill(&mut self, bill: &BillId) -> Result<Vec<String>, Error> {
        sqlx::query_scalar(
            "SELECT t.name FROM (SELECT DISTINCT table_id FROM bill_lines WHERE bill_id = ?) AS b
             JOIN day_tables AS t ON t.id = b.table_id",
        )
        .bind(bill.as_str())
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(Error::unavailable("looking for a bill"))
    }
}

fn restrict(statement: &mut QueryBuilder<MySql>, name: &str, wanted: &EntriesFilter<'_>) {
    let question = wanted.question;
    statement.push(" WHERE create_time >= ").push_bind(utc_text(wanted.from));
    statement.push(" AND create_time < ").push_bind(utc_text(upper(name, wanted)));
    if let Some(after) = wanted.after.filter(|it| it.table == name) {
        statement
            .push(" AND (create_time < ")
            .push_bind(utc_text(after.at))
            .push(" OR id < ")
            .push_bind(after.row)
            .push(")");
    }
    push_filter(statement, &question.filter);
    push_ids(statement, "kind", &question.kinds.iter().map(|it| it.as_str()).collect::<Vec<_>>());
    if let Some(direction) = question.direction {
        statement.push(" AND drcr = ").push_bind(direction.sign());
    }
    if let Some(bill) = &question.bill {
        statement.push(" AND bill_id = ").push_bind(bill.as_str().to_owned());
    }
    if let Some(text) = &question.text {
        // The columns tell cases apart; a person who looks for words does not.
        statement.push(" AND LOWER(description) LIKE ").push_bind(like(text));
    }
}

/// Before which moment: within the millisecond of the last entry, tables go on in the order of their names.
fn upper(name: &str, wanted: &EntriesFilter<'_>) -> Millis {
    match wanted.after {
        Some(after) if name <= after.table.as_str() => wanted.to.min(Millis(after.at.0 + 1)),
        Some(after) => wanted.to.min(after.at),
        None => wanted.to,
    }
}

/// A text anywhere, as a pattern: its own `%`, `_` and `\` stand for themselves.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn placed(row: Row) -> Result<Placed, Error> {
    let damaged = |what: &str| Error::Inconsistent(format!("row {} of {} has {what}", row.id, row.table_name));
    let at = utc_moment(row.create_time);
    let entry = RecordedEntry {
        product_id: row.product_id.as_str().try_into().map_err(|_| damaged("no product"))?,
        quantity: i64::from(row.quantity),
        direction: Direction::try_from(i64::from(row.drcr)).map_err(|_| damaged("no direction"))?,
        company_id: row.company_id.as_str().try_into().map_err(|_| damaged("no company"))?,
        warehouse_id: row.warehouse_id.as_str().try_into().map_err(|_| damaged("no warehouse"))?,
        bill_id: row.bill_id.as_str().try_into().map_err(|_| damaged("no bill"))?,
        line_no: row.line_no,
        kind: Kind::parse(&row.kind).ok_or_else(|| damaged("no kind"))?,
        create_time: at,
        description: row.description.clone(),
        recorded_at: utc_moment(row.recorded_at),
        partition: row.partition_id,
        offset: row.kafka_offset,
    };
    Ok((EntryPlace { at, table: row.table_name, row: row.id }, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_what_was_typed() {
        assert_eq!(like("50%_A\\"), "%50\\%\\_a\\\\%");
    }
}
