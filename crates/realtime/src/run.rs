//! What an audit asks of Redis: the cut, and the comparing and settling of keys (docs/consistency.md#an-audit-run).

use std::collections::BTreeMap;

use model::batch::BatchId;
use model::stock::StockKey;

use super::meta::Place;
use super::transitions::{AtCut, May};
use super::{Error, Realtime, keys};

/// The answer to a cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// From this instant on every delta is after the cut; where everything stood: A.
    At(BTreeMap<i32, Place>),
    /// Another run is the newest now.
    Moved,
    /// Redis is empty or being rebuilt.
    NotReady,
}

/// A key to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Warehouse and product that are compared.
    pub key: StockKey,
    /// RRS: net stock, gross in and entries by the records at the cut.
    pub rrs: [i64; 3],
    /// What may be settled.
    pub may: May,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// This run has settled it before.
    Already,
    /// It agrees, or was as written down: it is right now.
    Done(AtCut),
    /// It differs, or nothing was to be settled; nothing was changed.
    Deviates(AtCut),
    /// Damage was found after the cut: a later run must settle it.
    NotByThisRun,
}

impl Realtime {
    /// Names the newest run. `seen` is the newest one as [`super::Meta::run`] said at the claim.
    pub async fn cut(&self, run: &str, seen: &str) -> Result<Cut, Error> {
        let doing = "making the cut";
        let mut redis = self.connection(doing).await?;
        let mut call = self.scripts.cut.prepare_invoke();
        call.key(self.keys.meta()).arg(&*self.installation).arg(run).arg(seen);
        let answer: Vec<String> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        match (answer.first().map(String::as_str), answer.get(1)) {
            (Some("cut"), Some(lines)) => Ok(Cut::At(parse_places(lines)?)),
            (Some("moved"), _) => Ok(Cut::Moved),
            (Some("empty" | "rebuilding"), _) => Ok(Cut::NotReady),
            (Some("foreign"), _) => Err(self.foreign()),
            _ => Err(Error::Inconsistent(format!("the cut script answered {answer:?}"))),
        }
    }

    /// Compares keys with the records at the cut of a run, in one call, so 100 or so. `None`: the run is not the newest
    /// any more, or Redis is not ready.
    pub async fn settle(&self, run: &str, compared: &[Compared]) -> Result<Option<Vec<Settled>>, Error> {
        let doing = "comparing keys";
        let mut call = self.scripts.settle.prepare_invoke();
        call.key(self.keys.meta()).key(self.keys.index());
        call.arg(&*self.installation).arg(run).arg(self.keys.quarantine());
        for it in compared {
            let member = keys::member(&it.key);
            call.key(self.keys.stock(&member));
            call.arg(member).arg(&it.rrs[..]).arg(text_of(it.may));
        }
        let mut redis = self.connection(doing).await?;
        let answers: Vec<String> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        if answers == ["over"] {
            return Ok(None);
        }
        let odd = |answer: &str| Error::Inconsistent(format!("the settle script answered {answer:?}"));
        let settled: Vec<Settled> =
            answers.iter().map(|it| parse_settled(it).ok_or_else(|| odd(it))).collect::<Result<_, _>>()?;
        if settled.len() == compared.len() { Ok(Some(settled)) } else { Err(odd("another number of keys")) }
    }
}

fn text_of(may: May) -> String {
    let May::SettleAsWrittenDown(at_cut) = may else {
        return if may == May::Look { "look" } else { "" }.to_owned();
    };
    match at_cut {
        AtCut::Missing => "missing".to_owned(),
        AtCut::Unreadable => "unreadable".to_owned(),
        AtCut::Sums([net, gross_in, entries]) => format!("{net},{gross_in},{entries}"),
    }
}

fn parse_at_cut(text: &str) -> Option<AtCut> {
    match text {
        "missing" => Some(AtCut::Missing),
        "unreadable" => Some(AtCut::Unreadable),
        sums => {
            let sums: Option<Vec<i64>> = sums.split(',').map(|it| it.parse().ok()).collect();
            Some(AtCut::Sums(sums?.try_into().ok()?))
        }
    }
}

fn parse_settled(answer: &str) -> Option<Settled> {
    match answer.split_once(' ') {
        None if answer == "already" => Some(Settled::Already),
        None if answer == "later" => Some(Settled::NotByThisRun),
        Some(("done", nrs)) => Some(Settled::Done(parse_at_cut(nrs)?)),
        Some(("deviates", nrs)) => Some(Settled::Deviates(parse_at_cut(nrs)?)),
        _ => None,
    }
}

/// A line per partition: `partition position batch`.
fn parse_places(lines: &str) -> Result<BTreeMap<i32, Place>, Error> {
    let parse = |line: &str| {
        let mut words = line.split(' ');
        let (partition, position) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let batch = words.next().filter(|it| !it.is_empty()).map(|it| BatchId(it.to_owned()));
        Some((partition, Place { position, batch }))
    };
    lines
        .lines()
        .map(|line| parse(line).ok_or_else(|| Error::Inconsistent(format!("the cut holds {line:?}"))))
        .collect()
}
