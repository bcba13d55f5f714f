//! `findings`: keys that deviate, with both sides' numbers. Written down before anything is repaired; never changed but for what
//! became of them.

use base::business_time::utc_moment;
use chrono::NaiveDateTime;
use model::audit::{Book, Evidence, Finding, FindingCause, Nrs, Resolution, ResolveAs, Verdict};
use sqlx::QueryBuilder;

use crate::audits::stock_snapshot::key_of;
use crate::sql::error::with_timeout;
use crate::{Error, Lease, Records};

/// Which findings of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingsFilter {
    /// Of this verdict.
    pub verdict: Option<Verdict>,
    /// Of this cause.
    pub cause: Option<FindingCause>,
    /// Those that somebody has dealt with, or those that nobody has.
    pub is_resolved: Option<bool>,
    /// After this number.
    pub after: i32,
    /// At most so many.
    pub limit: i64,
}

impl Default for FindingsFilter {
    /// All: no run stores more.
    fn default() -> Self {
        Self { verdict: None, cause: None, is_resolved: None, after: 0, limit: 100_000 }
    }
}

from_row! {
    struct Row {
        number: i32,
        warehouse_id: String,
        product_id: String,
        rrs: i64,
        rrs_in: i64,
        rrs_entries: i64,
        nrs_state: String,
        nrs: Option<i64>,
        nrs_in: Option<i64>,
        nrs_entries: Option<i64>,
        verdict: String,
        cause: String,
        evidence: Option<String>,
        repaired: bool,
        flag: String,
        resolution: Option<String>,
        note: Option<String>,
        resolved_by: Option<String>,
        resolved_at: Option<NaiveDateTime>,
    }
}

impl Row {
    fn into_finding(self) -> Result<Finding, Error> {
        let odd = |what: &str| Error::Inconsistent(format!("finding {} has no {what}", self.number));
        let nrs = match (self.nrs_state.as_str(), self.nrs, self.nrs_in, self.nrs_entries) {
            ("sums", Some(stock), Some(gross_in), Some(entries)) => Nrs::Book(Book { stock, gross_in, entries }),
            ("missing", ..) => Nrs::Missing,
            ("unreadable", ..) => Nrs::Unreadable,
            _ => return Err(odd("NRS")),
        };
        Ok(Finding {
            verdict: Verdict::parse(&self.verdict).ok_or_else(|| odd("verdict"))?,
            cause: FindingCause::parse(&self.cause).ok_or_else(|| odd("cause"))?,
            number: self.number,
            rrs: Book { stock: self.rrs, gross_in: self.rrs_in, entries: self.rrs_entries },
            nrs,
            // A process from before the last change of the schema writes words.
            evidence: self.evidence.map(|it| serde_json::from_str(&it).unwrap_or(Evidence::Words { words: it })),
            repaired: self.repaired,
            is_resolved: self.flag == "T",
            resolution: self.resolution.as_deref().and_then(ResolveAs::parse).zip(self.resolved_at).map(|(way, at)| {
                Resolution {
                    way,
                    note: self.note.clone().unwrap_or_default(),
                    who: self.resolved_by.clone().unwrap_or_default(),
                    at: utc_moment(at),
                }
            }),
            key: key_of(self.warehouse_id, self.product_id)?,
        })
    }
}

impl Lease {
    /// Writes findings down, and how many there are by now. `false`: the run is not ours any more.
    pub async fn write_findings(&self, findings: &[Finding]) -> Result<bool, Error> {
        if findings.is_empty() {
            return Ok(true);
        }
        with_timeout("writing findings down", async {
            let unavailable = Error::unavailable("writing findings down");
            let mut transaction = self.records().pool.begin().await.map_err(&unavailable)?;
            if !self.lock_lease(&mut transaction).await? {
                return Ok(false);
            }
            let evidence: Vec<Option<String>> = findings
                .iter()
                .map(|it| it.evidence.as_ref().map(serde_json::to_string).transpose())
                .collect::<Result<_, _>>()
                .map_err(|cause| unavailable(sqlx::Error::Encode(Box::new(cause))))?;
            let mut statement = QueryBuilder::new(
                "INSERT INTO findings (audit_id, number, warehouse_id, product_id, rrs, rrs_in, rrs_entries, nrs_state, nrs, nrs_in,
                   nrs_entries, verdict, cause, evidence, flag) ",
            );
            statement.push_values(findings.iter().zip(&evidence), |mut row, (it, evidence)| {
                let (state, book) = match it.nrs {
                    Nrs::Book(book) => ("sums", Some(book)),
                    Nrs::Missing => ("missing", None),
                    Nrs::Unreadable => ("unreadable", None),
                };
                row.push_bind(self.number())
                    .push_bind(it.number)
                    .push_bind(it.key.warehouse_id.as_str())
                    .push_bind(it.key.product_id.as_str())
                    .push_bind(it.rrs.stock)
                    .push_bind(it.rrs.gross_in)
                    .push_bind(it.rrs.entries)
                    .push_bind(state)
                    .push_bind(book.map(|it| it.stock))
                    .push_bind(book.map(|it| it.gross_in))
                    .push_bind(book.map(|it| it.entries))
                    .push_bind(it.verdict.as_str())
                    .push_bind(it.cause.as_str())
                    .push_bind(evidence)
                    .push_bind(if it.is_resolved { "T" } else { "F" });
            });
            statement.build().execute(&mut *transaction).await.map_err(&unavailable)?;
            sqlx::query("UPDATE audits SET findings = findings + ? WHERE id = ?")
                .bind(i64::try_from(findings.len()).unwrap_or(i64::MAX))
                .bind(self.number())
                .execute(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(true)
        })
        .await
    }

    /// Writes down that keys were put right.
    pub async fn findings_repaired(&self, numbers: &[i32]) -> Result<(), Error> {
        if numbers.is_empty() {
            return Ok(());
        }
        with_timeout("writing down what was repaired", async {
            let mut statement = QueryBuilder::new("UPDATE findings SET repaired = TRUE WHERE audit_id = ");
            statement.push_bind(self.number()).push(" AND number IN (");
            let mut list = statement.separated(", ");
            for number in numbers {
                list.push_bind(*number);
            }
            statement.push(")");
            statement
                .build()
                .execute(&self.records().pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("writing down what was repaired"))
        })
        .await
    }
}

impl Records {
    /// Findings of an audit, by number.
    pub async fn findings(&self, audit: i64, wanted: FindingsFilter) -> Result<Vec<Finding>, Error> {
        with_timeout("reading findings", async {
            let mut statement = QueryBuilder::new(
                "SELECT number, warehouse_id, product_id, rrs, rrs_in, rrs_entries, nrs_state, nrs, nrs_in, nrs_entries, verdict,
                   cause, evidence, repaired, flag, resolution, note, resolved_by, resolved_at FROM findings WHERE audit_id = ",
            );
            statement.push_bind(audit).push(" AND number > ").push_bind(wanted.after);
            if let Some(verdict) = wanted.verdict {
                statement.push(" AND verdict = ").push_bind(verdict.as_str());
            }
            if let Some(cause) = wanted.cause {
                statement.push(" AND cause = ").push_bind(cause.as_str());
            }
            if let Some(is_resolved) = wanted.is_resolved {
                statement.push(" AND flag = ").push_bind(if is_resolved { "T" } else { "F" });
            }
            statement.push(" ORDER BY number LIMIT ").push_bind(wanted.limit);
            let rows: Vec<Row> =
                statement.build_query_as().fetch_all(&self.pool).await.map_err(Error::unavailable("reading findings"))?;
            rows.into_iter().map(Row::into_finding).collect()
        })
        .await
    }
}
