//! What a live page shows, and how it moves on: a view, the change from one view to the next, and nothing in between.
//! `view.apply(view.change_to(&next))` is `next`; the server works changes out once, every screen applies them.

mod change;
mod verification;

pub use verification::{Verification, Verified, mark_of, part_since};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use change::{LiveChange, RankingChange, merge_hour, move_newest};

use super::batch::Flow;
use super::names::Name;
use super::pipeline::PipelineState;
use super::quantity::Direction;

/// The most rows of a ranked list, and of the newest entries, that a view carries.
pub const LIST_ROWS: usize = 100;
/// The most entries that a view carries.
pub const NEWEST_ROWS: usize = 12;
/// The last hour, in minutes.
pub const HOUR: i64 = 60;
/// The most products that head the heat map.
pub const HEAT_COLUMNS: usize = 12;
/// The most keys that a view names because they need a person.
pub const ALERT_ROWS: usize = 24;
/// The days of a curve, today included.
pub const CURVE_DAYS: usize = 20;

/// Everything that `/` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveView {
    /// Which hub made it and how many changes before: `EPOCH-NUMBER`. Events carry the same.
    pub id: String,
    /// The figures on top.
    pub totals: Totals,
    /// Who holds it, largest first.
    pub warehouses: Ranking,
    /// What is held, largest first.
    pub products: Ranking,
    /// The products that head the heat map, largest first; a warehouse's cells follow them.
    pub columns: Vec<Named>,
    /// Keys that need a person: negative ones, the most negative first, then low ones, the emptiest first.
    pub alerts: Vec<Alert>,
    /// Entries that arrived last, the newest first; at most [`NEWEST_ROWS`].
    pub newest: Vec<FreshEntry>,
    /// The last hour by minute, oldest first; always [`HOUR`] bars.
    pub hour: Vec<MinuteBar>,
    /// Per partition, the position up to which entries are in the figures.
    pub offsets: BTreeMap<i32, i64>,
}

/// The figures on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// The worst state that holds.
    pub state: PipelineState,
    /// Why, for operators.
    pub reasons: Vec<String>,
    /// All stock of all warehouses; `None` while there is no number we could vouch for.
    pub stock: Option<i64>,
    /// Keys with stock.
    pub keys: u64,
    /// Keys whose stock is negative; `None` as above.
    pub negative: Option<u64>,
    /// Keys below the level of the catalogue, and not negative; `None` as above.
    pub low: Option<u64>,
    /// Keys whose stored stock cannot be read.
    pub unreadable: u64,
    /// The business day, `YYYY-MM-DD`.
    pub day: String,
    /// Movement of the business day, by `create_time`.
    pub today: Flow,
    /// The flow of the day before, up to the same minute.
    pub yesterday: Flow,
    /// Entries that were ever recorded.
    pub recorded: i64,
    /// Entries that arrived in the last 10 seconds.
    pub arrived_in_10_s: u64,
    /// Messages that were rejected, ever.
    pub rejected: i64,
    /// When this was true, `HH:MM:SS`, business time.
    pub time: String,
    /// The last audit that passed; none yet.
    #[serde(default)]
    pub verified: Option<Verified>,
}

/// A ranked list, its head only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ranking {
    /// How many there are in all.
    pub count: usize,
    /// At most [`LIST_ROWS`], by magnitude of stock, largest first.
    pub rows: Vec<Holder>,
}

/// One warehouse or product.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Holder {
    /// Id of the warehouse or product.
    pub id: String,
    /// Name from the catalogue; blank where it has none.
    pub name: Name,
    /// Its stock; `None` while there is no number we could vouch for.
    pub stock: Option<i64>,
    /// Its flow today.
    pub today: Flow,
    /// Its stock at the end of each of the last [`CURVE_DAYS`] days, today's as it is now: shape only, see [`curve`].
    /// Empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub curve: String,
    /// Of a warehouse: its stock of each product of [`LiveView::columns`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<Option<i64>>,
}

/// A key that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Alert {
    /// Warehouse that the stock is in.
    pub warehouse: Named,
    /// Product that is negative or low there.
    pub product: Named,
    /// How many are there.
    pub stock: i64,
    /// The level it is below; none: it is negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
}

/// A thing with its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Named {
    /// Id as entries carry it; it stands in where there is no name.
    pub id: String,
    /// Name from the catalogue; blank where it has none.
    pub name: Name,
}

/// An entry that just came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshEntry {
    /// `PARTITION-OFFSET`: tells entries apart.
    pub origin: String,
    /// `YYYY-MM-DD`, business time, as the bill says.
    pub date: String,
    /// Time of the bill as `HH:MM:SS`, business time.
    pub time: String,
    /// Direction of the goods: 1 in, -1 out.
    pub direction: Direction,
    /// Pieces that it moves, 1 or more; the direction is apart.
    pub quantity: i64,
    /// Warehouse that the goods entered or left.
    pub warehouse: Named,
    /// Product that was moved.
    pub product: Named,
    /// Bill that the line stands on.
    pub bill_id: String,
}

impl FreshEntry {
    /// When, as people read it on a business day: the time; of another day the date too.
    pub fn when(&self, today: &str) -> String {
        if self.date == today {
            return self.time.clone();
        }
        let month_and_day = self.date.get(5..).unwrap_or_default();
        format!("{month_and_day} {}", self.time.get(..5).unwrap_or_default())
    }
}

/// One minute of the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinuteBar {
    /// Minutes since 1970-01-01 UTC.
    pub minute: i64,
    /// `HH:MM`, business time.
    pub label: String,
    /// Movement in that minute, by `create_time`.
    pub flow: Flow,
}

/// The heights that a curve's points can have, lowest first.
const HEIGHTS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The shape of a curve, a character for each point: its lowest value is `0`, its highest `z`. A level line runs in the middle.
/// So a screen is told of a curve only when its shape changes.
pub fn curve(values: &[i64]) -> String {
    let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else { return String::new() };
    let span = i128::from(*high) - i128::from(*low);
    let height = |value: &i64| {
        let steps = (i128::from(*value) - i128::from(*low)) * 35;
        let at = steps.checked_div(span).and_then(|it| usize::try_from(it).ok()).unwrap_or(17);
        char::from(HEIGHTS[at.min(35)])
    };
    values.iter().map(height).collect()
}

/// The heights of a curve's points, 0 to 35.
pub fn curve_heights(curve: &str) -> impl Iterator<Item = u32> {
    curve.chars().map(|it| it.to_digit(36).unwrap_or(17))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_keep_their_shape() {
        assert_eq!(curve(&[]), "");
        assert_eq!(curve(&[5, 5]), "hh");
        assert_eq!(curve(&[-10, 0, 25]), "0az");
        assert_eq!(curve(&[i64::MIN, i64::MAX]), "0z");
        assert_eq!(curve_heights("0az").collect::<Vec<_>>(), [0, 10, 35]);
    }
}
