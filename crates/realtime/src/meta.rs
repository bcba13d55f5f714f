//! `meta`: the mark, the newest run, and where each partition stands.

use std::collections::BTreeMap;

use model::batch::BatchId;
use model::quantity::MAX_SUM;

use super::{Error, Realtime, transitions};

/// Where a partition of the live stock stands.
pub type Place = transitions::Place<BatchId>;

/// What `meta` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// `ready`, `rebuilding`, or none.
    pub mark: Option<String>,
    /// Another one after every rebuild.
    pub incarnation: String,
    /// The newest run; empty before the first.
    pub run: String,
    /// The run that is rebuilding, and how many keys it has written so far; both empty when none is.
    pub rebuild: (String, String),
    /// Raised whenever a key shows something else without a batch.
    pub settlings: i64,
    /// The next position to add, per partition.
    pub positions: BTreeMap<i32, i64>,
    /// The batch that brought a partition to its position.
    pub batches: BTreeMap<i32, BatchId>,
    /// What cannot be ours: a number that is none, an index of another type. Somebody edited it; a rebuild mends it.
    pub unreadable: Option<String>,
}

impl Meta {
    /// May figures be shown, and batches be added?
    pub fn is_ready(&self) -> bool {
        self.mark.as_deref() == Some("ready") && self.unreadable.is_none()
    }

    /// Where a partition stands. Nothing stored counts as its first offset.
    pub fn place(&self, partition: i32) -> Place {
        Place {
            position: self.positions.get(&partition).copied().unwrap_or(0),
            batch: self.batches.get(&partition).cloned(),
        }
    }
}

impl Realtime {
    /// State of `meta` in one read; [`Error::Misconfigured`] where another installation lives under the prefix.
    pub async fn meta(&self) -> Result<Meta, Error> {
        let doing = "reading the positions";
        let mut redis = self.connection(doing).await?;
        let (fields, index): (BTreeMap<String, String>, String) = redis::pipe()
            .hgetall(self.keys.meta())
            .cmd("TYPE")
            .arg(self.keys.index())
            .query_async(&mut redis)
            .await
            .map_err(Error::unavailable(doing))?;
        if fields.get("installation").is_some_and(|it| **it != *self.installation) {
            return Err(self.foreign());
        }
        let mut unreadable = None;
        if !matches!(index.as_str(), "zset" | "none") {
            unreadable = Some(format!("the index of keys is a {index}"));
        }
        let mut number = |name: &str, text: &str| {
            number_of(text).unwrap_or_else(|| {
                unreadable = Some(format!("{name} is {text:?}"));
                0
            })
        };
        let text = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let mut meta = Meta {
            mark: fields.get("mark").cloned(),
            incarnation: text("incarnation"),
            run: text("run"),
            rebuild: (text("rebuild"), text("written")),
            settlings: fields.get("settlings").map_or(0, |it| number("settlings", it)),
            ..Meta::default()
        };
        for (name, value) in &fields {
            if let Some(partition) = name.strip_prefix("position:").and_then(|it| it.parse().ok()) {
                meta.positions.insert(partition, number(name, value));
            } else if let Some(partition) = name.strip_prefix("batch:").and_then(|it| it.parse().ok()) {
                meta.batches.insert(partition, BatchId(value.clone()));
            }
        }
        meta.unreadable = unreadable;
        Ok(meta)
    }
}

/// As the scripts read one: digits, within what Lua counts exactly.
fn number_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    text.parse().ok().filter(|it: &i64| is_plain && it.abs() <= MAX_SUM)
}
