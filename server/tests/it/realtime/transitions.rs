//! The scripts do in Redis what `realtime::transitions` says: the same commands in any order, the same answers, and the
//! same state after each.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use model::batch::{BatchId, Delta, JournalLine, KeyDelta, Note};
use model::pipeline::Counts;
use model::stock::StockKey;
use proptest::prelude::*;
use realtime::transitions::{Answer, AtCut, Health, Key, Line, Live, Mark, May, Place, Rules, Settled, Slot, Version};
use realtime::{Applied, Compared, Cut, Keys, Meta, Realtime, Rebuild};
use redis::AsyncCommands as _;

use crate::harness::{settings, sweep_all};
use crate::realtime::operations::{Op, PARTITIONS, PRODUCTS, op};

type Pure = Live<String, usize>;

fn product(k: usize) -> String {
    format!("p{k}")
}

fn stock_key(k: usize) -> StockKey {
    StockKey { warehouse_id: "w".try_into().unwrap(), product_id: product(k).try_into().unwrap() }
}

/// Both sides, and what the outside remembers.
struct Both {
    pure: Pure,
    redis: Realtime,
    raw: redis::aio::MultiplexedConnection,
    keys: Keys,
    lines: Vec<Line<String, usize>>,
    last_run: String,
    names: u32,
    rebuild: Option<(String, Rebuild)>,
}

impl Both {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mut config = settings().realtime;
        config.prefix =
            format!("tallyhouse_test_scripts_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let client = redis::Client::open(config.url.reveal()).unwrap();
        Self {
            pure: Live::empty(),
            redis: Realtime::new(&config, "installation").unwrap(),
            raw: client.get_multiplexed_async_connection().await.unwrap(),
            keys: Keys::new(&config.prefix),
            lines: Vec::new(),
            last_run: String::new(),
            names: 0,
            rebuild: None,
        }
    }

    fn name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}{}", self.names)
    }

    fn hash(&self, k: usize) -> String {
        self.keys.stock(&format!("w:{}", product(k)))
    }

    async fn run(&mut self, op: Op) {
        match op {
            Op::Initialise => {
                self.pure.initialise("first".to_owned());
                // Refused where keys are left over: then nothing happens, on both sides.
                let _refused = self.redis.initialise("first").await;
            }
            Op::Next(partition, deltas) => {
                let (from, previous) = self.end_of(partition);
                let to = from + 10;
                self.send_new(partition, from, to, previous, deltas).await;
            }
            Op::Back(partition, by) => {
                let (from, previous) = self.end_of(partition);
                self.send_new(partition, from, (from - by * 10).max(0), previous, Vec::new()).await;
            }
            Op::Again(at, odd) => {
                if let Some(line) = self.lines.get(at % self.lines.len().max(1)) {
                    let mut line = line.clone();
                    if odd {
                        line.previous = Some("of another history".to_owned());
                    }
                    self.apply(&line).await;
                }
            }
            Op::Cut(fresh, seen) => self.cut(fresh, seen).await,
            Op::Settle(k, off, at_cut, written) => self.settle(k, off, at_cut, written).await,
            Op::Edit(k, by) => self.edit(k, by).await,
            Op::Break(k) => {
                // Not while it is rebuilt: what a broken key was, the transitions do not know, and the sweep asks.
                // And in the active version: what nobody needs, nobody looks at before the next settling.
                let active = match self.pure.keys.get(&k) {
                    Some(Slot::Key(it)) if self.pure.mark == Mark::Ready => it.active,
                    _ => return,
                };
                self.pure.keys.insert(k, Slot::Broken);
                let field = ["change_v1", "change_v2"][active];
                let _: () = self.raw.hset(self.hash(k), field, "five").await.unwrap();
            }
            Op::Delete(k) => {
                // By hand, and from the index too: a key that was never there.
                self.pure.keys.remove(&k);
                let _: () = self.raw.del(self.hash(k)).await.unwrap();
                let _: () = self.raw.zrem(self.keys.index(), format!("w:{}", product(k))).await.unwrap();
            }
            Op::Begin(right) => self.begin(right).await,
            Op::Write(rows) => self.write(rows).await,
            Op::Sweep => self.sweep().await,
            Op::Finish => self.finish().await,
            Op::Flush => {
                self.pure = Live::empty();
                self.redis.remove_everything().await.unwrap();
            }
        }
    }

    fn end_of(&self, partition: i32) -> (i64, Option<String>) {
        let last = self.lines.iter().rev().find(|it| it.partition == partition);
        last.map_or((0, None), |it| (it.to, Some(it.batch.clone())))
    }

    async fn send_new(
        &mut self,
        partition: i32,
        from: i64,
        to: i64,
        previous: Option<String>,
        deltas: Vec<(usize, i64)>,
    ) {
        let batch = self.name("batch");
        let deltas = deltas.into_iter().map(|(k, net)| (k, Delta { net, gross_in: net.max(0), entries: 1 })).collect();
        let line = Line { partition, from, to, batch, previous, deltas };
        self.lines.push(line.clone());
        self.apply(&line).await;
    }

    async fn apply(&mut self, line: &Line<String, usize>) {
        let expected = self.pure.apply(line, Rules::ALL);
        let sent = JournalLine {
            partition: line.partition,
            batch_id: BatchId(line.batch.clone()),
            previous: line.previous.clone().map(BatchId),
            from: line.from,
            to: line.to,
            counts: Counts::default(),
            deltas: line.deltas.iter().map(|(k, delta)| KeyDelta { key: stock_key(*k), delta: *delta }).collect(),
            note: Note::default(),
        };
        let answer = match self.redis.apply(&sent).await.unwrap() {
            Applied::Applied { damaged } => Answer::Applied(damaged),
            Applied::Repeat => Answer::Repeat,
            Applied::Gap { .. } => Answer::Gap,
            Applied::Diverged { .. } => Answer::Diverged,
            Applied::Rebuilding => Answer::Rebuilding,
            Applied::Empty => Answer::Empty,
            it @ (Applied::Foreign | Applied::Unreadable) => panic!("{it:?}"),
        };
        assert_eq!(answer, expected, "{line:?}");
    }

    async fn cut(&mut self, fresh: bool, seen: bool) {
        if fresh || self.last_run.is_empty() {
            self.last_run = self.name("run");
        }
        let newest = if seen { self.pure.run.clone() } else { Some("another".to_owned()) };
        let run = self.last_run.clone();
        let expected = self.pure.cut(&run, newest.as_ref()).cloned();
        let answer = match self.redis.cut(&run, newest.as_deref().unwrap_or_default()).await.unwrap() {
            Cut::At(places) => Some(places.into_iter().map(|(partition, it)| (partition, place(it))).collect()),
            Cut::Moved | Cut::NotReady => None,
        };
        assert_eq!(answer, expected);
    }

    async fn settle(&mut self, k: usize, off: i64, at_cut: bool, written: u8) {
        let run = self.last_run.clone();
        if run.is_empty() {
            return;
        }
        // What is there is found out by comparing first, as an audit does.
        let there = match self.pure.clone().settle(&run, &k, [0; 3], May::Look, Rules::ALL) {
            Settled::Deviates(nrs) => Some(nrs),
            _ => None,
        };
        // What the records would say: what there was at the cut, or what the key shows, which is the same as long as nothing came; or
        // something near it.
        let near = match (there, self.pure.keys.get(&k)) {
            (Some(AtCut::Sums(nrs)), _) if at_cut => nrs,
            (_, Some(Slot::Key(key))) => {
                let it = &key.versions[key.active];
                std::array::from_fn(|s| it.base[s] + it.change[s])
            }
            _ => [0; 3],
        };
        let rrs = [near[0] + off, near[1], near[2]];
        if rrs.iter().any(|it: &i64| it.abs() > 9_007_199_254_740_991) {
            return;
        }
        let may = [
            May::Look,
            May::SettleWhatAgrees,
            there.map_or(May::SettleWhatAgrees, May::SettleAsWrittenDown),
            May::SettleAsWrittenDown(AtCut::Sums([77, 77, 77])),
        ][usize::from(written)];
        let expected = self.pure.settle(&run, &k, rrs, may, Rules::ALL);
        let compared = [Compared { key: stock_key(k), rrs, may }];
        // A look beforehand answers without changing anything, and never says yes where settling would say something else.
        if self.redis.check_clean(&run, &compared).await.unwrap() == [true] {
            assert!(matches!(expected, Settled::Over) || expected == Settled::Done(AtCut::Sums(rrs)), "{expected:?}");
            assert_ne!(may, May::Look);
        }
        let answer = match self.redis.settle(&run, &compared).await.unwrap().map(|it| it[0]) {
            None => Settled::Over,
            Some(realtime::Settled::Already) => Settled::Already,
            Some(realtime::Settled::NotByThisRun) => Settled::NotByThisRun,
            Some(realtime::Settled::Done(nrs)) => Settled::Done(nrs),
            Some(realtime::Settled::Deviates(nrs)) => Settled::Deviates(nrs),
        };
        assert_eq!(answer, expected);
    }

    async fn edit(&mut self, k: usize, by: i64) {
        if let Some(Slot::Key(key)) = self.pure.keys.get_mut(&k) {
            let change = &mut key.versions[key.active].change[0];
            if (*change + by).abs() < 9_007_199_254_740_991 {
                *change += by;
                let field = if key.active == 0 { "change_v1" } else { "change_v2" };
                let _: () = self.raw.hincr(self.hash(k), field, by).await.unwrap();
            }
        }
    }

    async fn begin(&mut self, right: bool) {
        let run = self.name("rebuild");
        let seen = if right {
            self.redis.meta().await.unwrap()
        } else {
            Meta { run: "another".to_owned(), ..Meta::default() }
        };
        let pure_seen = if right {
            (self.pure.mark.clone(), self.pure.run.clone())
        } else {
            (Mark::None, Some("another".to_owned()))
        };
        let expected = self.pure.rebuild_begin(&run, &pure_seen);
        let begun = self.redis.begin_rebuild(&run, &seen).await.unwrap();
        assert_eq!(begun.is_some(), expected);
        // A rebuild that was begun before goes on now and then, though it is over.
        if let Some(it) = begun {
            self.rebuild = Some((run, it));
        }
    }

    async fn write(&mut self, rows: Vec<(usize, i64)>) {
        let Some((run, rebuild)) = &mut self.rebuild else { return };
        let pure: Vec<_> = rows.iter().map(|(k, net)| (*k, [*net, net.abs(), 1])).collect();
        let expected = self.pure.rebuild_write(run, rebuild.written(), &pure, Rules::ALL);
        let sent: Vec<_> = pure.iter().map(|(k, sums)| (stock_key(*k), *sums)).collect();
        assert_eq!(rebuild.write(&sent).await.unwrap(), expected);
    }

    async fn sweep(&mut self) {
        let Some((run, rebuild)) = &mut self.rebuild else { return };
        let before = rebuild.written();
        let swept = sweep_all(rebuild).await;
        // SCAN may show a key twice, so the number of steps is Redis's; what they do is ours.
        let names: Vec<usize> = self.pure.keys.keys().copied().collect();
        let expected = self.pure.rebuild_sweep(run, before, &names, Rules::ALL);
        if let (Mark::Rebuilding { written, .. }, true) = (&mut self.pure.mark, swept) {
            *written = rebuild.written();
        }
        assert!(swept == expected || names.is_empty(), "{swept} {expected}");
    }

    async fn finish(&mut self) {
        let Some((run, rebuild)) = self.rebuild.take() else { return };
        let places: BTreeMap<i32, Place<String>> = (0..PARTITIONS)
            .map(|partition| {
                let (position, batch) = self.end_of(partition);
                (partition, Place { position, batch })
            })
            .collect();
        let expected = self.pure.rebuild_finish(&run, rebuild.written(), places.clone(), Rules::ALL);
        let sent = places
            .into_iter()
            .map(|(partition, it)| (partition, realtime::Place { position: it.position, batch: it.batch.map(BatchId) }))
            .collect();
        assert_eq!(rebuild.finish(&sent).await.unwrap(), expected);
    }

    /// What Redis holds, as the transitions would put it.
    async fn read(&mut self) -> Pure {
        let meta = self.redis.meta().await.unwrap();
        let cut: Option<String> = self.raw.hget(self.keys.meta(), "cut").await.unwrap();
        let mut live = Live::empty();
        live.mark = match meta.mark.as_deref() {
            None => Mark::None,
            Some("ready") => Mark::Ready,
            Some(_) => Mark::Rebuilding { run: meta.rebuild.0.clone(), written: meta.rebuild.1.parse().unwrap() },
        };
        live.run = named(&meta.run);
        live.incarnation = named(&meta.incarnation);
        live.places = meta.positions.keys().map(|it| (*it, place(meta.place(*it)))).collect();
        live.cut = cut
            .iter()
            .flat_map(|it| it.lines())
            .map(|line| {
                let words: Vec<&str> = line.split(' ').collect();
                (words[0].parse().unwrap(), Place { position: words[1].parse().unwrap(), batch: named(words[2]) })
            })
            .collect();
        let index: Vec<String> = self.raw.zrange(self.keys.index(), 0, -1).await.unwrap();
        for k in 0..PRODUCTS {
            let hash: BTreeMap<String, String> = self.raw.hgetall(self.hash(k)).await.unwrap();
            assert_eq!(index.contains(&format!("w:{}", product(k))), !hash.is_empty(), "index and hashes agree");
            if !hash.is_empty() {
                live.keys.insert(k, parse(&hash).map_or(Slot::Broken, Slot::Key));
            }
        }
        live
    }
}

fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn place(it: realtime::Place) -> Place<String> {
    Place { position: it.position, batch: it.batch.map(|it| it.0) }
}

fn parse(hash: &BTreeMap<String, String>) -> Option<Key<String>> {
    let version = |n: u8| {
        let sums = |part: &str| {
            let of = |infix: &str| hash.get(&format!("{part}{infix}_v{n}"))?.parse().ok();
            Some([of("")?, of("_in")?, of("_entries")?])
        };
        Some(Version { base: sums("base")?, change: sums("change")? })
    };
    Some(Key {
        versions: [version(1)?, version(2)?],
        active: hash["active_version"].parse::<usize>().ok()? - 1,
        rev: hash["rev"].parse().ok()?,
        settled: named(&hash["settled"]).filter(|it| !it.starts_with('!')),
        pending: named(&hash["pending"]),
        health: hash["settled"].strip_prefix('!').map_or(Health::Whole, |it| Health::DamagedIn(named(it))),
    })
}

#[test]
fn the_scripts_do_what_the_transitions_say() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let cases = ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(cases, |(ops in proptest::collection::vec(op(), 1..60))| {
        runtime.block_on(async {
            let mut both = Both::new().await;
            both.run(Op::Initialise).await;
            for op in ops {
                both.run(op.clone()).await;
                assert_eq!(both.read().await, both.pure, "after {op:?}");
            }
            both.redis.remove_everything().await.unwrap();
        });
    });
}
