//! Audits: what is compared, and what is said of it (docs/domain.md#verdicts-of-an-audit-per-key). The words that are
//! stored and shown as they are stand in `i18n/audits.rs`.

mod evidence;
mod finding;
pub mod replay;
mod run;

pub use evidence::Evidence;
pub use finding::{Book, Finding, FindingCause, Nrs, Resolution, ResolveAs, Verdict, VerdictCounts};
pub use run::{AuditState, Check, CheckOf, CutPlace, CutPlaces, Scope, Step};
