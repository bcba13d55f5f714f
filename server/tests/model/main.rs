//! The protocol of docs/consistency.md, checked exhaustively in small worlds; larger ones by `make model`, which runs
//! the ignored tests. Left out one at a time, every rule must give a counterexample: else nobody would know whether the
//! check sees anything.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod journal;
mod world;

use realtime::transitions::{Rule, Rules};
use stateright::{Checker as _, HasDiscoveries, Model as _};
use world::{Protocol, RunRule};

/// One partition, nothing goes wrong.
const QUIET: Protocol = Protocol {
    partitions: 1,
    batches: 2,
    keys: 1,
    runs: 2,
    flushes: 0,
    reverts: 0,
    edits: 0,
    breaks: 0,
    restores: 0,
    backs: 0,
    prunes: 0,
    harms: 0,
    decides: 0,
    rules: Rules::ALL,
    without: None,
};

fn check(name: &str, world: Protocol) {
    let started = std::time::Instant::now();
    let checker = world.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    println!("{name}: {} states, {} s", checker.unique_state_count(), started.elapsed().as_secs());
    checker.assert_properties();
}

/// Without a rule something must go wrong.
fn must_fail(name: &str, world: Protocol) {
    let checker = world.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let found: Vec<_> = checker
        .discoveries()
        .into_iter()
        .filter(|(property, _)| *property != "everything happened, and the live stock is where the records are")
        .collect();
    let steps = found.first().map(|(_, path)| path.clone().into_actions());
    println!("without {name}: {} states, {:?}: {steps:?}", checker.unique_state_count(), found.first().map(|it| it.0));
    assert!(!found.is_empty(), "left out, {name} is not missed: the check does not see it");
}

fn without(rule: Rule, world: Protocol) {
    must_fail(&format!("{rule:?}"), Protocol { rules: Rules::without(rule), ..world });
}

#[test]
fn runs_beside_the_stream() {
    check("runs, edits, damage", Protocol { partitions: 2, batches: 1, edits: 1, breaks: 1, ..QUIET });
    check("two keys", Protocol { keys: 2, batches: 3, edits: 1, ..QUIET });
}

#[test]
fn redis_emptied_and_thrown_back() {
    check("emptied, thrown back", Protocol { flushes: 1, reverts: 1, edits: 1, ..QUIET });
}

#[test]
fn records_restored_and_cursors_set_back() {
    check("restored", Protocol { restores: 1, reverts: 1, keys: 2, ..QUIET });
    check("set back", Protocol { backs: 1, reverts: 1, edits: 1, ..QUIET });
    check("journal too short", Protocol { prunes: 1, reverts: 1, edits: 1, ..QUIET });
}

/// Totals edited by hand beside an edited live stock; corrections; a person who accepts.
const EDITED: Protocol = Protocol { edits: 1, harms: 1, ..QUIET };

#[test]
fn records_edited_and_corrected() {
    check("records edited, corrected", Protocol { runs: 3, batches: 1, ..EDITED });
    check("a surplus that a person accepts", Protocol { edits: 2, decides: 1, runs: 2, batches: 1, ..QUIET });
}

#[test]
fn every_rule_is_needed() {
    without(Rule::Chain, Protocol { restores: 1, ..QUIET });
    without(Rule::Repeat, QUIET);
    without(Rule::Gap, QUIET);
    without(Rule::OpenAfresh, Protocol { batches: 3, ..QUIET });
    without(Rule::ClearStale, Protocol { edits: 1, ..QUIET });
    without(Rule::NewestRun, QUIET);
    without(Rule::CutAfterDamage, Protocol { breaks: 1, batches: 3, ..QUIET });
    without(Rule::AsWrittenDown, Protocol { edits: 2, ..QUIET });
    without(Rule::RebuildCount, Protocol { flushes: 1, reverts: 1, ..QUIET });
    without(Rule::RebuildSweep, Protocol { restores: 1, keys: 2, ..QUIET });
    without(Rule::RebuildAlone, Protocol { flushes: 1, ..QUIET });
    let run = |rule, world| must_fail(&format!("{rule:?}"), Protocol { without: Some(rule), ..world });
    run(RunRule::JournalShare, QUIET);
    run(RunRule::KnownCut, Protocol { restores: 1, ..QUIET });
    run(RunRule::WholeSnapshot, Protocol { partitions: 2, batches: 1, runs: 1, ..QUIET });
    run(RunRule::Proof, EDITED);
    run(RunRule::ProofAfterSnapshot, EDITED);
    run(RunRule::Lease, Protocol { runs: 3, batches: 1, ..EDITED });
    run(RunRule::NamedFirst, Protocol { runs: 3, batches: 1, ..EDITED });
    run(RunRule::NewestAtTheEnd, Protocol { prunes: 1, reverts: 1, edits: 1, ..QUIET });
    run(RunRule::AsDecided, Protocol { edits: 2, decides: 1, batches: 1, ..QUIET });
}

#[test]
#[ignore = "minutes: make model"]
fn large_runs() {
    check("3 runs, damage", Protocol { partitions: 2, runs: 3, edits: 1, breaks: 1, ..QUIET });
    check("2 keys", Protocol { partitions: 2, keys: 2, edits: 2, breaks: 1, ..QUIET });
}

#[test]
#[ignore = "minutes: make model"]
fn large_corrections() {
    check(
        "edited twice, corrected, accepted",
        Protocol { edits: 2, harms: 2, decides: 1, runs: 3, batches: 1, ..QUIET },
    );
    check("emptied while edited", Protocol { flushes: 1, runs: 4, batches: 1, ..EDITED });
    check("2 keys", Protocol { keys: 2, runs: 3, decides: 1, ..EDITED });
}

#[test]
#[ignore = "minutes: make model"]
fn large_faults() {
    check("emptied, thrown back", Protocol { partitions: 2, flushes: 1, reverts: 1, edits: 1, ..QUIET });
    check(
        "restored, emptied, thrown back",
        Protocol { restores: 1, flushes: 1, reverts: 1, keys: 2, edits: 1, ..QUIET },
    );
    check("restored, set back, damaged", Protocol { restores: 1, backs: 1, reverts: 1, breaks: 1, keys: 2, ..QUIET });
    check("journal too short", Protocol { partitions: 2, prunes: 1, flushes: 1, reverts: 1, ..QUIET });
}
