//! A correction: rows become what the queue says, totals become what the rows make, under the lease of the run
//! (docs/consistency.md#a-correction).
//!
//! It is made part by part: keys whose rows share tables are corrected together, in one transaction that holds the cursors of all
//! partitions: no batch is half recorded meanwhile, so rows and totals stand still. Whoever has it made looks at the rows again before
//! each part, as nobody holds them between two; what somebody deletes by hand in the moment between that look and its transaction is
//! taken for right. Very many rows are put right in transactions before, some thousand at a time: as long as the totals do not follow,
//! nothing proves these keys. Killed in the middle, it is made again: what
//! is right already stays as it is, and what was dealt with is not touched.
//!
//! No audit or rebuild can be under way meanwhile: one run at a time. So a correction needs no place of its own in the journal: every cut
//! is either before it, and then its run is over, or after it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::audit::replay::Bill;
use model::audit::{Book, ResolveAs};
use model::ids::ProductId;
use model::stock::StockKey;
use sqlx::MySqlConnection;

use crate::audits::decisions::resolve_in_all_audits;
use crate::cursors;
use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::day_tables::statements;
use crate::replays::correction::{Corrected, Correction, CorrectionReason};
use crate::replays::levels::{Touched, correct_levels};
use crate::replays::rows::{Changes, change_rows, changes, register};
use crate::replays::totals::{books, day_sums, total_anew, total_keys, unprove};
use crate::sql::error::{SqlFailure, sql_failure, with_timeout, with_timeout_of};
use crate::sql::rows::json_rows;
use crate::trail;
use crate::trail::TrailEvent;
use crate::{Error, Lease, Records};
use base::kill_point;

/// A step that takes longer is given up.
const LIMIT: Duration = Duration::from_mins(1);
/// A deadlock is tried again so often.
const TRIES: usize = 5;
/// So many rows are changed in one transaction.
const AT_ONCE: usize = 5000;

impl Lease {
    /// Makes a correction, or a part of one. Not made to its end, it is to be made again.
    pub async fn correct(&self, correction: &Correction) -> Result<Corrected, Error> {
        // On the heap: it is a large future, and made once in a while.
        Box::pin(self.correct_all(correction)).await
    }

    async fn correct_all(&self, correction: &Correction) -> Result<Corrected, Error> {
        let records = self.records();
        let mut register = records.register().await?;
        let bills: Vec<&Bill> = correction.bills.iter().filter(|it| it.kind.is_corrected()).collect();
        let (before, last) = bills.split_at(bills.len().saturating_sub(1) / AT_ONCE * AT_ONCE);
        for bills in before.chunks(AT_ONCE) {
            match self.make(Step { correction, changes: changes(records, &register, bills)?, totals: None }).await? {
                Corrected::Done => {}
                other => return Ok(other),
            }
            kill_point("correction-rows");
            // Tables may have been made for these.
            register = records.register().await?;
        }
        let products: BTreeSet<&ProductId> = correction.all_totals_of.iter().map(|it| &it.product_id).collect();
        let own = products.into_iter().flat_map(|it| register.tables_of(it));
        // What was found where it does not belong counted there.
        let strays = bills.iter().filter_map(|it| register.get(it.found_in.as_deref()?));
        let totals = Some(own.chain(strays).cloned().collect());
        self.make(Step { correction, changes: changes(records, &register, last)?, totals }).await
    }

    async fn make(&self, step: Step<'_>) -> Result<Corrected, Error> {
        let all = step.tables();
        self.records().make_again(&all).await?;
        let ids = self.records().ensure_tables(all).await?;
        for attempt in 1.. {
            match with_timeout_of(LIMIT, "correcting the records", Box::pin(self.try_step(&step, &ids))).await {
                Err(Error::Unavailable { cause, .. })
                    if attempt < TRIES && sql_failure(&cause) == SqlFailure::Retryable => {}
                done => return done,
            }
        }
        Ok(Corrected::Lost)
    }

    async fn try_step(&self, step: &Step<'_>, ids: &TableIds) -> Result<Corrected, Error> {
        let unavailable = Error::unavailable("correcting the records");
        let (records, part) = (self.records(), step.correction);
        let mut transaction = records.pool.begin().await.map_err(&unavailable)?;
        if !self.lock_lease(&mut transaction).await? {
            return Ok(Corrected::Lost);
        }
        if !is_ready(&mut transaction, part).await? {
            return Ok(Corrected::NotReady);
        }
        cursors::lock_all_cursors(&mut transaction, &records.topic).await.map_err(&unavailable)?;
        change_rows(&mut transaction, part, &step.changes).await?;
        register(&mut transaction, &step.changes, ids).await?;
        unprove(&mut transaction, step.changes.keys().filter_map(|it| ids.get(it))).await?;
        if step.totals.is_some() {
            let before = books(&mut transaction, &part.keys).await?;
            let tables = step.tables();
            total_anew(&mut transaction, records.layout, &tables, ids, &part.all_totals_of).await?;
            let is = day_sums(&mut transaction, records.layout, &tables, &part.all_totals_of).await?;
            total_keys(&mut transaction, &part.all_totals_of, &is).await?;
            let how = (records.layout, records.business_time);
            let changed = step.changes.keys().collect();
            let touched = Touched { tables: &tables, changed, keys: &part.all_totals_of };
            correct_levels(&mut transaction, how, &touched).await?;
            let after = books(&mut transaction, &part.keys).await?;
            deal_with(&mut transaction, part, &before, &after).await?;
        }
        transaction.commit().await.map_err(&unavailable)?;
        Ok(Corrected::Done)
    }
}

/// What one transaction does.
struct Step<'a> {
    correction: &'a Correction,
    changes: BTreeMap<DayTable, Changes<'a>>,
    /// The last one: the totals of these are made anew, and the part is right after it.
    totals: Option<BTreeSet<DayTable>>,
}

impl Step<'_> {
    /// All tables; those that a bill goes into for the first time are among the keys' tables now.
    fn tables(&self) -> BTreeSet<DayTable> {
        self.changes.keys().chain(self.totals.iter().flatten()).cloned().collect()
    }
}

impl Records {
    /// Makes tables that are gone, though they are registered.
    async fn make_again(&self, tables: &BTreeSet<DayTable>) -> Result<(), Error> {
        with_timeout("making day tables again", async {
            for table in tables {
                sqlx::query(statements::create_table(table))
                    .execute(&self.pool)
                    .await
                    .map_err(Error::unavailable("making a day table again"))?;
            }
            Ok(())
        })
        .await
    }
}

/// A replay is confirmed once; a finding is accepted once.
async fn is_ready(connection: &mut MySqlConnection, correction: &Correction) -> Result<bool, Error> {
    let unavailable = Error::unavailable("asking whether a correction may be made");
    let found: Option<i64> = match (&correction.reason, correction.keys.first()) {
        (CorrectionReason::Replay(replay), _) => {
            sqlx::query_scalar("SELECT id FROM replays WHERE id = ? AND state = 'ready' FOR UPDATE")
                .bind(replay)
                .fetch_optional(connection)
                .await
                .map_err(unavailable)?
        }
        (CorrectionReason::Accepted(..), Some(key)) => sqlx::query_scalar(
            "SELECT audit_id FROM findings
             WHERE audit_id = ? AND warehouse_id = ? AND product_id = ? AND flag = 'F' FOR UPDATE",
        )
        .bind(correction.audit)
        .bind(key.warehouse_id.as_str())
        .bind(key.product_id.as_str())
        .fetch_optional(connection)
        .await
        .map_err(unavailable)?,
        (CorrectionReason::Accepted(..), None) => None,
    };
    Ok(found.is_some())
}

/// The findings are dealt with, by how much RRS was changed; after the last part the replay is confirmed; all of it on record.
async fn deal_with(
    connection: &mut MySqlConnection,
    correction: &Correction,
    before: &BTreeMap<StockKey, Book>,
    after: &BTreeMap<StockKey, Book>,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("writing a correction down");
    let Correction { audit, who, .. } = correction;
    let (way, note) = match &correction.reason {
        CorrectionReason::Replay(replay) => (ResolveAs::Corrected, format!("corrected by replay {replay}")),
        CorrectionReason::Accepted(way, note) => (*way, note.clone()),
    };
    let (mut deeds, mut rows) = (Vec::new(), Vec::new());
    for key in &correction.keys {
        let (before, after) =
            (before.get(key).copied().unwrap_or_default(), after.get(key).copied().unwrap_or_default());
        let change = after.less(before);
        let (warehouse, product) = (key.warehouse_id.as_str(), key.product_id.as_str());
        rows.push((warehouse, product, change.stock, change.gross_in, change.entries));
        deeds.push(TrailEvent {
            who: who.clone(),
            action: format!("finding.{}", way.as_str()),
            subject: format!("audit {audit}, {warehouse} {product}: {note}"),
            before: Some(before.stock.to_string()),
            after: Some(after.stock.to_string()),
        });
    }
    sqlx::query(
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
           warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]', stock BIGINT PATH '$[2]',
           gross_in BIGINT PATH '$[3]', entries BIGINT PATH '$[4]')) AS j
         STRAIGHT_JOIN findings AS f ON f.audit_id = ? AND f.warehouse_id = j.warehouse_id AND f.product_id = j.product_id
         SET f.flag = 'T', f.resolution = ?, f.note = ?, f.resolved_by = ?, f.resolved_at = UTC_TIMESTAMP(3),
           f.corrected_stock = j.stock, f.corrected_in = j.gross_in, f.corrected_entries = j.entries
         WHERE f.flag = 'F'",
    )
    .bind(json_rows(rows.into_iter()).map_err(&unavailable)?)
    .bind(audit)
    .bind(way.as_str())
    .bind(&note)
    .bind(who)
    .execute(&mut *connection)
    .await
    .map_err(&unavailable)?;
    let names = correction.keys.iter().map(|it| (it.warehouse_id.as_str(), it.product_id.as_str()));
    resolve_in_all_audits(connection, *audit, names, who).await?;
    if let (CorrectionReason::Replay(replay), true) = (&correction.reason, correction.is_last) {
        sqlx::query(
            "UPDATE replays SET state = 'corrected', confirmed_by = ?, confirmed_at = UTC_TIMESTAMP(3) WHERE id = ?",
        )
        .bind(who)
        .bind(replay)
        .execute(&mut *connection)
        .await
        .map_err(&unavailable)?;
    }
    trail::record_in(connection, &deeds).await.map_err(unavailable)
}
