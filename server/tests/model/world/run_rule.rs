//! Rules of an audit that are not about Redis, each to be left out once: is it needed?

/// A rule of the audit that is not about Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunRule {
    /// RRS at the cut is the totals of the snapshot less the journal after the cut.
    JournalShare,
    /// A cut that the snapshot does not know is refused.
    KnownCut,
    /// Whatever the totals of the snapshot were built upon is in its journal too.
    WholeSnapshot,
    /// Keys whose records do not prove themselves are only looked at.
    Proof,
    /// The records prove themselves after the snapshot was taken, not before.
    ProofAfterSnapshot,
    /// A finding is written down, and an audit ended, only under the lease.
    Lease,
    /// A correction names its run in Redis before it is made.
    NamedFirst,
    /// An audit ends only if its run is still the newest after the last look.
    NewestAtTheEnd,
    /// A decision holds for the difference that was seen, and no other.
    AsDecided,
}
