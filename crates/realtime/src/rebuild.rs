//! What a rebuild asks of Redis (docs/consistency.md#a-rebuild). Each step checks that the rebuild is still this run's
//! and that Redis holds all that was written so far.

use std::collections::BTreeMap;

use model::stock::StockKey;
use redis::{Script, ScriptInvocation};

use super::meta::{Meta, Place};
use super::{Error, Realtime, keys};

/// A rebuild that is under way.
#[derive(Debug, Clone)]
pub struct Rebuild {
    realtime: Realtime,
    run: String,
    written: u64,
}

/// Where a sweep goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sweep {
    /// Among all hashes, where SCAN said.
    Hashes(u64),
    /// Among the members of the index, after this one.
    Index(String),
}

impl Default for Sweep {
    fn default() -> Self {
        Self::Hashes(0)
    }
}

/// What became of a page of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swept {
    /// It is swept; the next one, if any.
    Then(Option<Sweep>),
    /// Redis was thrown back, or another run is at work; start again.
    Lost,
}

impl Realtime {
    /// Begins a rebuild: from now on nothing is added. `seen` is what `meta` said after the claim; `None`: it has changed
    /// since.
    pub async fn begin_rebuild(&self, run: &str, seen: &Meta) -> Result<Option<Rebuild>, Error> {
        let doing = "beginning to rebuild";
        let mut redis = self.connection(doing).await?;
        let mut call = self.scripts.rebuild_begin.prepare_invoke();
        call.key(self.keys.meta()).key(self.keys.index()).arg(&*self.installation).arg(run);
        call.arg(seen.mark.as_deref().unwrap_or_default()).arg(&seen.rebuild.0).arg(&seen.rebuild.1).arg(&seen.run);
        let answer: Vec<String> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        match answer.first().map(String::as_str) {
            Some("begun") => Ok(Some(Rebuild { realtime: self.clone(), run: run.to_owned(), written: 0 })),
            Some("moved") => Ok(None),
            Some("foreign") => Err(self.foreign()),
            _ => Err(Error::Inconsistent(format!("the rebuild_begin script answered {answer:?}"))),
        }
    }
}

impl Rebuild {
    /// How many keys were written and deleted so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes keys as the records have them: net stock, gross in, entries. `false`: Redis was thrown back, or another run
    /// is at work; start again.
    pub async fn write(&mut self, keys: &[(StockKey, [i64; 3])]) -> Result<bool, Error> {
        self.step(
            "rebuilding keys",
            |it| &it.scripts.rebuild_write,
            keys.len(),
            |names, call| {
                for (key, sums) in keys {
                    let member = keys::member(key);
                    call.key(names.stock(&member));
                    call.arg(member).arg(&sums[..]);
                }
            },
        )
        .await
    }

    /// Deletes those keys of ours that this run has not written, whether the index knows them or not: a page of them,
    /// since it goes over all of Redis. Begin with the default; `None`: that was the last page.
    pub async fn sweep(&mut self, page: Sweep) -> Result<Swept, Error> {
        let (members, next) = match page {
            Sweep::Hashes(at) => {
                let prefix = self.realtime.keys.stock("");
                let (next, found) = self.realtime.scan(at, &prefix).await?;
                let members = found.iter().filter_map(|it| it.strip_prefix(&prefix)).map(str::to_owned).collect();
                (members, Some(if next == 0 { Sweep::Index(String::new()) } else { Sweep::Hashes(next) }))
            }
            // Members of the index that have no hash.
            Sweep::Index(after) => {
                let (members, more) = self.realtime.members(&after).await?;
                (members, more.map(Sweep::Index))
            }
        };
        Ok(if self.sweep_members(&members).await? { Swept::Then(next) } else { Swept::Lost })
    }

    async fn sweep_members(&mut self, members: &[String]) -> Result<bool, Error> {
        if members.is_empty() {
            return Ok(true);
        }
        self.step(
            "deleting keys",
            |it| &it.scripts.rebuild_sweep,
            members.len(),
            |names, call| {
                for member in members {
                    call.key(names.stock(member));
                    call.arg(member);
                }
            },
        )
        .await
    }

    /// The last step: positions and batches are those of the records, and the mark is `ready` under a new incarnation.
    pub async fn finish(mut self, places: &BTreeMap<i32, Place>) -> Result<bool, Error> {
        self.step(
            "ending the rebuild",
            |it| &it.scripts.rebuild_finish,
            0,
            |_, call| {
                for (partition, place) in places {
                    call.arg(*partition).arg(place.position).arg(place.batch.as_ref().map_or("", |it| it.0.as_str()));
                }
            },
        )
        .await
    }

    async fn step(
        &mut self,
        doing: &'static str,
        script: impl FnOnce(&Realtime) -> &Script,
        keys: usize,
        add: impl FnOnce(&keys::Keys, &mut ScriptInvocation<'_>),
    ) -> Result<bool, Error> {
        let mut call = script(&self.realtime).prepare_invoke();
        call.key(self.realtime.keys.meta()).key(self.realtime.keys.index());
        call.arg(&self.run).arg(self.written).arg(keys);
        add(&self.realtime.keys, &mut call);
        let mut redis = self.realtime.connection(doing).await?;
        let answer: Vec<String> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        match answer.first().map(String::as_str) {
            Some("done") => {
                self.written += u64::try_from(keys).unwrap_or_default();
                Ok(true)
            }
            Some("lost") => Ok(false),
            _ => Err(Error::Inconsistent(format!("a rebuild script answered {answer:?}"))),
        }
    }
}
