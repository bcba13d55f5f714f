//! `/audits` and `/audits/{id}`: from what is stored to what the pages show.

use app::number::grouped;
use app::pages::audits::view::{AuditDetail, AuditLine, AuditsPage, BillLine, FindingLine, FindingsQuery, ReplayView};
use model::audit::replay::{Bill, BillContent};
use model::audit::{AuditState, Book, Finding, Nrs, ResolveAs};
use model::live::part_since;
use model::names::NameOf;
use model::time::Millis;

use crate::audit::{Auditor, due_in};
use crate::live::{Hub, clock};
use crate::web::audits::query::findings;
use crate::web::http::page::cut_to_page;
use crate::web::http::params::Params;
use crate::web::names::find::named;
use base::business_time::{BusinessTime, utc_moment};
use base::config::AuditConfig;
use records::{Error, FindingsFilter, Names, StoredAudit};

/// Audits on a page.
const LINES: i64 = 30;
/// Findings on a page.
const FINDINGS: i64 = 100;
/// Bills on a page; all are over HTTP.
const BILLS: i64 = 200;

/// Reads audits for pages. Cheap to clone.
#[derive(Clone)]
pub struct AuditsReader {
    /// Who makes them.
    pub auditor: Auditor,
    pub rules: AuditConfig,
    pub hub: Hub,
    /// The zone of clocks.
    pub zone: BusinessTime,
}

impl AuditsReader {
    pub async fn page(&self, query: &str, now: Millis) -> Result<AuditsPage, Error> {
        let records = &self.auditor.records;
        let before = Params::new(query).number("cursor", 1, i64::MAX);
        let clock = records.audit_clock().await?;
        let mut found = records.audits(before, LINES + 1).await?;
        let next = cut_to_page(&mut found, LINES, |it| it.id);
        let period = clock.period(self.rules.expiration);
        let seconds = |it: std::time::Duration| i64::try_from(it.as_secs()).unwrap_or(i64::MAX);
        let age = clock.age_ms.map(|it| it / 1000);
        Ok(AuditsPage {
            last_check: clock.last_check.map(|it| self.clock(utc_moment(it))),
            age_seconds: age,
            next_seconds: seconds(due_in(&clock, &self.rules).0),
            verification: clock.last_check.map(|_| clock.verification(&self.rules)),
            part_since: part_since(clock.recorded, clock.last_recorded.unwrap_or_default()),
            period_seconds: seconds(period),
            is_chosen: clock.expiration_seconds.is_some(),
            settings_seconds: seconds(self.rules.expiration),
            is_overdue: clock.is_overdue(&self.rules),
            running: found.iter().find(|it| it.state == AuditState::Running).map(|it| it.id),
            next,
            is_later: before.is_some(),
            lines: found.iter().map(|it| self.line(it)).collect(),
            as_of: time(self.zone, now),
        })
    }

    /// One of them. `None`: there is none.
    pub async fn one(&self, id: i64, query: &str) -> Result<Option<AuditDetail>, Error> {
        let records = &self.auditor.records;
        let Some(stored) = records.audit(id).await? else { return Ok(None) };
        let line = self.line(&stored);
        let wanted = FindingsFilter { limit: FINDINGS + 1, ..findings(&mut Params::new(query)) };
        let mut found = records.findings(id, wanted).await?;
        let next = cut_to_page(&mut found, FINDINGS, |it| it.number);
        let names = self.hub.names();
        Ok(Some(AuditDetail {
            line,
            step: stored.step,
            progress: (stored.keys_done, stored.keys_total),
            message: stored.message.clone(),
            cut: stored.cut.clone(),
            checks: stored.checks.clone(),
            log: stored.log.clone().map(|it| (it.state, it.flag, it.description)),
            last_check: records.audit_clock().await?.last_check.map(|it| self.clock(utc_moment(it))),
            stored: stored.findings,
            query: FindingsQuery {
                audit: id,
                verdict: wanted.verdict,
                is_resolved: wanted.is_resolved,
                after: wanted.after,
            },
            next,
            findings: found.into_iter().map(|it| self.finding(it, &names)).collect(),
            replay: self.replay(id, &names).await?,
            can_replay: stored.ended_at.is_some() && stored.open > 0,
            waiting: stored.waiting,
        }))
    }

    async fn replay(&self, audit: i64, names: &Names) -> Result<Option<ReplayView>, Error> {
        let records = &self.auditor.records;
        let Some(it) = records.replay_of(audit).await? else { return Ok(None) };
        let bills = records.replay_bills(it.id, 0, BILLS).await?;
        Ok(Some(ReplayView {
            id: it.id,
            state: it.state,
            read: it.messages_read,
            all: it.messages_all,
            took_ms: it.took_ms,
            message: it.message,
            counts: records.replay_counts(it.id).await?,
            bills: bills.into_iter().map(|(_, it)| bill(&it, names)).collect(),
            confirmed: it.confirmed.map(|(who, at)| (who, self.clock(at))),
        }))
    }

    fn line(&self, it: &StoredAudit) -> AuditLine {
        AuditLine {
            id: it.id,
            state: it.state,
            scope: it.scope,
            started: self.clock(it.started_at),
            took_ms: it.took_ms,
            by: it.started_by.clone(),
            cause: it.cause.clone(),
            keys: it.keys_compared,
            counts: it.counts,
            repaired: it.repaired,
            open: it.open,
        }
    }

    fn finding(&self, it: Finding, names: &Names) -> FindingLine {
        let sums = |it: Book| [it.stock, it.gross_in, it.entries];
        let ways = if it.is_resolved {
            Vec::new()
        } else {
            ResolveAs::ALL
                .into_iter()
                .filter(|way| way.fits(it.cause, it.repaired, matches!(it.nrs, Nrs::Book(_))))
                .collect()
        };
        FindingLine {
            number: it.number,
            warehouse: named(names, NameOf::Warehouse, it.key.warehouse_id.as_str()),
            product: named(names, NameOf::Product, it.key.product_id.as_str()),
            rrs: sums(it.rrs),
            nrs: if let Nrs::Book(book) = it.nrs { Some(sums(book)) } else { None },
            is_missing: it.nrs == Nrs::Missing,
            verdict: it.verdict,
            cause: it.cause,
            evidence: it.evidence,
            repaired: it.repaired,
            is_resolved: it.is_resolved,
            resolution: it.resolution.map(|it| (it.way, it.who, time(self.zone, it.at), it.note)),
            ways,
        }
    }

    fn clock(&self, at: Millis) -> String {
        time(self.zone, at)
    }
}

fn bill(it: &Bill, names: &Names) -> BillLine {
    BillLine {
        kind: it.kind,
        bill_id: it.bill_id.clone(),
        line_no: it.line_no,
        warehouse: named(names, NameOf::Warehouse, &it.warehouse_id),
        product: named(names, NameOf::Product, &it.product_id),
        origin: format!("{} \u{b7} {}", it.partition, grouped(it.offset)),
        found_in: it.found_in.clone(),
        queue: it.queue.as_ref().map(BillContent::movement),
        records: it.records.as_ref().map(BillContent::movement),
        effect: it.effect(),
    }
}

fn time(zone: BusinessTime, at: Millis) -> String {
    clock(zone, at, "%Y-%m-%d %H:%M:%S")
}
