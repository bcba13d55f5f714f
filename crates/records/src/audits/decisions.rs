//! What persons decide about findings: they acknowledge a repair that needed nobody, or accept the records for a key
//! that was left alone. On record, with a note; the audit that follows settles exactly what was accepted
//! (docs/consistency.md#a-correction).

use model::audit::{Book, FindingCause, ResolveAs, Verdict};
use model::stock::StockKey;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::audits::stock_snapshot::key_of;
use crate::sql::error::with_timeout;
use crate::sql::rows::json_rows;
use crate::trail;
use crate::trail::TrailEvent;
use crate::{Error, Records};

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// It is on record.
    Done,
    /// There is no such finding.
    NoSuch,
    /// Somebody has dealt with it already.
    Already,
    /// This is no way to deal with this finding.
    NotThisWay,
    /// The journal is not as that audit saw it.
    Changed,
    /// Its totals have to be made from its rows first: a correction does both. Nothing was done.
    ByCorrection,
}

/// A key that may be settled, whatever the sign, as long as it differs by what somebody saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Of which audit.
    pub audit: i64,
    /// Which of its findings.
    pub number: i32,
    /// Warehouse and product that may be settled.
    pub key: StockKey,
    /// RRS less NRS, as it was seen. Entries that came since change both sides by the same. `None`: the live stock held no number.
    pub lacks: Option<Book>,
}

from_row! {
    struct Row {
        audit_id: i64,
        number: i32,
        warehouse_id: String,
        product_id: String,
        stock: Option<i64>,
        gross_in: Option<i64>,
        entries: Option<i64>,
    }
}

impl Records {
    /// Puts a decision on record.
    pub async fn resolve_finding(
        &self,
        audit: i64,
        number: i32,
        way: ResolveAs,
        note: &str,
        who: &str,
    ) -> Result<Resolved, Error> {
        with_timeout("putting a decision on record", async {
            let unavailable = Error::unavailable("putting a decision on record");
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            let found: Option<(String, String, bool, String, bool, String, String)> = sqlx::query_as(
                "SELECT verdict, cause, repaired, flag, nrs_state = 'sums', warehouse_id, product_id FROM findings
                 WHERE audit_id = ? AND number = ? FOR UPDATE",
            )
            .bind(audit)
            .bind(number)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            let Some((verdict, cause, repaired, flag, is_counted, warehouse, product)) = found else {
                return Ok(Resolved::NoSuch);
            };
            if flag == "T" {
                return Ok(Resolved::Already);
            }
            if !FindingCause::parse(&cause).is_some_and(|it| way.fits(it, repaired, is_counted)) {
                return Ok(Resolved::NotThisWay);
            }
            if way != ResolveAs::Acknowledge && verdict == Verdict::RecordsIncomplete.as_str() {
                return Ok(Resolved::ByCorrection);
            }
            sqlx::query(
                "UPDATE findings SET flag = 'T', resolution = ?, note = ?, resolved_by = ?, resolved_at = UTC_TIMESTAMP(3)
                 WHERE audit_id = ? AND number = ?",
            )
            .bind(way.as_str())
            .bind(note)
            .bind(who)
            .bind(audit)
            .bind(number)
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            if way != ResolveAs::Acknowledge {
                let key = (warehouse.as_str(), product.as_str());
                resolve_in_all_audits(&mut transaction, audit, std::iter::once(key), who).await?;
            }
            let deed = TrailEvent {
                who: who.to_owned(),
                action: format!("finding.{}", way.as_str()),
                subject: format!("audit {audit}, finding {number}"),
                before: Some("F".to_owned()),
                after: Some(format!("T {note}")),
            };
            trail::record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(Resolved::Done)
        })
        .await
    }

    /// The decisions that no audit has followed yet.
    pub async fn decisions(&self) -> Result<Vec<Decision>, Error> {
        with_timeout("reading decisions", async {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT audit_id, number, warehouse_id, product_id, rrs + corrected_stock - nrs AS stock,
                   rrs_in + corrected_in - nrs_in AS gross_in, rrs_entries + corrected_entries - nrs_entries AS entries
                 FROM findings WHERE resolution IN ('accept_records', 'adjust', 'corrected') AND used_by IS NULL
                 ORDER BY audit_id, number",
            )
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading decisions"))?;
            let decision = |it: Row| {
                let sums = it.stock.zip(it.gross_in).zip(it.entries);
                let lacks = sums.map(|((stock, gross_in), entries)| Book { stock, gross_in, entries });
                let key = key_of(it.warehouse_id, it.product_id)?;
                Ok(Decision { audit: it.audit_id, number: it.number, key, lacks })
            };
            rows.into_iter().map(decision).collect()
        })
        .await
    }

    /// An audit has followed these.
    pub async fn consume(&self, decisions: &[Decision], by: i64) -> Result<(), Error> {
        if decisions.is_empty() {
            return Ok(());
        }
        with_timeout("marking decisions as used", async {
            let mut statement = QueryBuilder::new("UPDATE findings SET used_by = ");
            statement.push_bind(by).push(" WHERE (audit_id, number) IN ");
            statement.push_tuples(decisions, |mut pair, it| {
                pair.push_bind(it.audit).push_bind(it.number);
            });
            statement
                .build()
                .execute(&self.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("marking decisions as used"))
        })
        .await
    }
}

/// Keys (warehouse and product) that somebody dealt with in one audit are dealt with in every other that saw them: a failed audit is made
/// again every few minutes. What still differs the audit that follows finds anew. Repairs are acknowledged one by one.
pub async fn resolve_in_all_audits<'a>(
    connection: &mut MySqlConnection,
    audit: i64,
    keys: impl Iterator<Item = (&'a str, &'a str)>,
    who: &str,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("dealing with the findings of other audits");
    sqlx::query(
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
           warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]')) AS j
         STRAIGHT_JOIN findings AS f ON f.warehouse_id = j.warehouse_id AND f.product_id = j.product_id
         SET f.flag = 'T', f.resolution = ?, f.note = ?, f.resolved_by = ?, f.resolved_at = UTC_TIMESTAMP(3)
         WHERE f.flag = 'F' AND f.audit_id <> ? AND NOT f.repaired",
    )
    .bind(json_rows(keys).map_err(&unavailable)?)
    .bind(ResolveAs::Acknowledge.as_str())
    .bind(format!("dealt with as a finding of audit {audit}"))
    .bind(who)
    .bind(audit)
    .execute(connection)
    .await
    .map(drop)
    .map_err(unavailable)
}

/// What an audit wrote down before it broke off waits for nobody once another one has passed: it has looked at the same keys and tables.
pub async fn discard_incomplete(connection: &mut MySqlConnection, passed: i64) -> Result<(), Error> {
    sqlx::query(
        "UPDATE runs AS r STRAIGHT_JOIN findings AS f ON f.audit_id = r.id
         SET f.flag = 'T', f.resolution = ?, f.note = ?, f.resolved_by = 'audit', f.resolved_at = UTC_TIMESTAMP(3)
         WHERE r.state = 'error' AND r.id < ? AND f.flag = 'F'",
    )
    .bind(ResolveAs::Acknowledge.as_str())
    .bind(format!("its audit broke off; audit {passed} passed"))
    .bind(passed)
    .execute(connection)
    .await
    .map(drop)
    .map_err(Error::unavailable("dealing with the findings of audits that broke off"))
}
