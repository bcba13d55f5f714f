//! What a comparison means, and what may be done about it (docs/domain.md#verdicts-of-an-audit-per-key;
//! docs/consistency.md#which-store-was-wrong). Pure.

use model::audit::{Book, FindingCause, Nrs, Verdict};

/// What is said of a key, and whether the live stock may be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// What it means.
    pub verdict: Verdict,
    pub cause: FindingCause,
    /// May it be settled?
    pub may_settle: bool,
    /// Because a person decided so?
    pub is_decided: bool,
}

/// What may be settled beyond what needs nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowed {
    /// RRS < NRS, as the organisation wants it.
    pub surplus: bool,
    /// A difference of exactly this much, as a person saw it and accepted the records: RRS less NRS.
    pub lacking: Option<Book>,
}

/// Judges a key. `unproved` is why the records do not prove themselves for it; that wins over every comparison. `None`: it agrees.
pub fn judge(rrs: Book, nrs: Nrs, unproved: Option<FindingCause>, allowed: Allowed) -> Option<Judged> {
    let judged = |verdict, cause, may_settle| Some(Judged { verdict, cause, may_settle, is_decided: false });
    if let Some(cause) = unproved {
        return judged(Verdict::RecordsIncomplete, cause, false);
    }
    let live = match nrs {
        Nrs::Book(live) if live == rrs => return None,
        Nrs::Book(live) => live,
        // No entry of the key came before the cut: nothing can be missing.
        Nrs::Missing if rrs == Book::default() => return None,
        Nrs::Missing => return judged(Verdict::NrsMissing, FindingCause::LiveDeleted, true),
        Nrs::Unreadable => return judged(Verdict::NrsMissing, FindingCause::LiveUnreadable, true),
    };
    let verdict = match rrs.stock.cmp(&live.stock) {
        std::cmp::Ordering::Greater => Verdict::NrsMissing,
        std::cmp::Ordering::Less => Verdict::Surplus,
        std::cmp::Ordering::Equal => Verdict::FlowsDiffer,
    };
    let lacks = rrs.less(live);
    let is_decided = allowed.lacking == Some(lacks);
    let may_settle = verdict != Verdict::Surplus || allowed.surplus || is_decided;
    Some(Judged { verdict, cause: cause_of(lacks), may_settle, is_decided })
}

/// What explains that the live stock lacks this much. The records prove themselves: what is missing there is missing in the live stock.
fn cause_of(lacks: Book) -> FindingCause {
    let sign = lacks.entries.signum();
    // As if entries were missing; for entries that count twice all signs are turned.
    let (ins, outs) = (lacks.gross_in.saturating_mul(sign), lacks.gross_out().saturating_mul(sign));
    match (sign, ins, outs) {
        (1, 1.., 0) => FindingCause::LiveMissedIn,
        (1, 0, 1..) => FindingCause::LiveMissedOut,
        (1, 1.., 1..) => FindingCause::LiveMissedBoth,
        (-1, 1.., 0) => FindingCause::LiveInTwice,
        (-1, 0, 1..) => FindingCause::LiveOutTwice,
        (-1, 1.., 1..) => FindingCause::LiveBothTwice,
        // No number of whole entries makes this difference.
        _ => FindingCause::LiveEdited,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RRS: Book = Book { stock: 70, gross_in: 100, entries: 5 };

    fn live(stock: i64, gross_in: i64, entries: i64) -> Nrs {
        Nrs::Book(Book { stock, gross_in, entries })
    }

    fn said(nrs: Nrs) -> Option<(Verdict, FindingCause, bool)> {
        judge(RRS, nrs, None, Allowed::default()).map(|it| (it.verdict, it.cause, it.may_settle))
    }

    #[test]
    fn each_fault_of_the_live_stock_is_told_by_its_numbers() {
        use FindingCause::*;
        use Verdict::*;
        assert_eq!(said(live(70, 100, 5)), None);
        for (nrs, verdict, cause, may_settle) in [
            (live(60, 90, 4), NrsMissing, LiveMissedIn, true),
            (live(60, 100, 6), NrsMissing, LiveOutTwice, true),
            (live(80, 100, 4), Surplus, LiveMissedOut, false),
            (live(80, 110, 6), Surplus, LiveInTwice, false),
            (live(70, 90, 3), FlowsDiffer, LiveMissedBoth, true),
            (live(70, 110, 7), FlowsDiffer, LiveBothTwice, true),
            (live(71, 100, 5), Surplus, LiveEdited, false),
            (live(1, 100, 5), NrsMissing, LiveEdited, true),
            (live(70, 101, 5), FlowsDiffer, LiveEdited, true),
            (Nrs::Unreadable, NrsMissing, LiveUnreadable, true),
            (Nrs::Missing, NrsMissing, LiveDeleted, true),
        ] {
            assert_eq!(said(nrs), Some((verdict, cause, may_settle)), "{nrs:?}");
        }
    }

    #[test]
    fn a_key_without_entries_before_the_cut_is_not_missing() {
        assert_eq!(judge(Book::default(), Nrs::Missing, None, Allowed::default()), None);
    }

    #[test]
    fn unproved_records_win_over_every_comparison() {
        for nrs in [live(70, 100, 5), live(0, 0, 0), Nrs::Missing, Nrs::Unreadable] {
            let allowed = Allowed { surplus: true, lacking: Some(RRS.less(Book::default())) };
            let judged = judge(RRS, nrs, Some(FindingCause::RowsLost), allowed).unwrap();
            assert_eq!(
                (judged.verdict, judged.may_settle, judged.is_decided),
                (Verdict::RecordsIncomplete, false, false)
            );
        }
    }

    #[test]
    fn a_surplus_is_put_right_where_the_organisation_wants_it() {
        let allowed = Allowed { surplus: true, lacking: None };
        assert!(judge(RRS, live(80, 110, 6), None, allowed).unwrap().may_settle);
    }

    #[test]
    fn a_decision_holds_for_the_difference_that_was_seen() {
        let lacking = Some(Book { stock: -10, gross_in: -10, entries: -1 });
        let said =
            |nrs| judge(RRS, nrs, None, Allowed { surplus: false, lacking }).map(|it| (it.may_settle, it.is_decided));
        assert_eq!(said(live(80, 110, 6)), Some((true, true)));
        assert_eq!(said(live(81, 111, 6)), Some((false, false)), "something else happened since");
        assert_eq!(said(live(80, 110, 7)), Some((false, false)));
    }
}
