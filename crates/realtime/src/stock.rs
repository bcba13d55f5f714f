//! Reading stock: `base_active + change_active` of a key in one atomic read, at every instant, audit or not.

use model::stock::StockKey;

use super::{Error, Realtime, keys};

/// What a key shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// `None`: stored, but no number that can be vouched for.
    pub stock: Option<i64>,
    /// Raised by every change of the key.
    pub rev: i64,
}

/// How many keys one round trip reads.
const PAGE: isize = 500;
/// How many names, where nothing else is read.
const NAMES: isize = 2000;

type Row = (Option<i64>, Option<String>, Option<String>, Option<String>, Option<String>, Option<i64>, Option<String>);

impl Realtime {
    /// The keys after a member (from the start: the empty text), in the order of the index, and where to go on.
    pub async fn stock_page(&self, after: &str) -> Result<(Vec<(StockKey, Value)>, Option<String>), Error> {
        let doing = "reading stock";
        let mut redis = self.connection(doing).await?;
        let members = self.members_after(after, PAGE).await?;
        let mut pipe = redis::pipe();
        for member in &members {
            pipe.cmd("HMGET").arg(self.keys.stock(member)).arg(&[
                "active_version",
                "base_v1",
                "change_v1",
                "base_v2",
                "change_v2",
                "rev",
                "settled",
            ]);
        }
        // One key of another type must not hide the others: errors come back per command.
        pipe.ignore_errors();
        let rows: Vec<Result<Row, redis::RedisError>> = if members.is_empty() {
            Vec::new()
        } else {
            pipe.query_async(&mut redis).await.map_err(Error::unavailable(doing))?
        };
        let values = members
            .iter()
            .zip(rows)
            .filter_map(|(member, row)| Some((keys::parse_member(member)?, row.map_or(UNREADABLE, |row| value(&row)))))
            .collect();
        Ok((values, more(&members, PAGE)))
    }

    /// The next members of the index after one (from the start: the empty text), in its order, and the one to go on after.
    pub async fn members(&self, after: &str) -> Result<(Vec<String>, Option<String>), Error> {
        let members = self.members_after(after, NAMES).await?;
        let more = more(&members, NAMES);
        Ok((members, more))
    }

    /// A page of the index, behind a member.
    async fn members_after(&self, after: &str, count: isize) -> Result<Vec<String>, Error> {
        let doing = "reading the index";
        let start = if after.is_empty() { "-".to_owned() } else { format!("({after}") };
        let mut redis = self.connection(doing).await?;
        let mut command = redis::cmd("ZRANGEBYLEX");
        command.arg(self.keys.index()).arg(start).arg("+").arg("LIMIT").arg(0).arg(count);
        command.query_async(&mut redis).await.map_err(Error::unavailable(doing))
    }
}

/// After which member of a page to go on. The empty one, which somebody else wrote, would lead back to the start.
fn more(members: &[String], page: isize) -> Option<String> {
    members.last().filter(|it| isize::try_from(members.len()) == Ok(page) && !it.is_empty()).cloned()
}

const UNREADABLE: Value = Value { stock: None, rev: 0 };

fn value((active, base_1, change_1, base_2, change_2, rev, settled): &Row) -> Value {
    let is_damaged = settled.as_deref().is_none_or(|it| it.starts_with('!'));
    let sum = |base: &Option<String>, change: &Option<String>| -> Option<i64> {
        base.as_deref()?.parse::<i64>().ok()?.checked_add(change.as_deref()?.parse().ok()?)
    };
    let stock = match active {
        Some(_) if is_damaged => None,
        Some(1) => sum(base_1, change_1),
        Some(2) => sum(base_2, change_2),
        _ => None,
    };
    Value { stock, rev: rev.unwrap_or_default() }
}
