//! How a question about entries is read from a URL, for the page and for scripts. Pure.

use std::ops::Range;

use app::model::entries::{EntriesQuestion, EntryPlace};
use app::model::entry::{Kind, Millis};
use app::model::faults::Why;
use app::model::ids::BillId;
use app::model::quantity::Direction;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::params::Params;
use super::statistics_query::filter;
use crate::lookup::TEXT_DAYS;

/// The most characters of a text that is looked for.
const MOST_TEXT: usize = 128;

/// Directions, as URLs name them.
const DIRECTIONS: [(&str, Direction); 2] = [("in", Direction::In), ("out", Direction::Out)];
/// Kinds, as URLs name them.
const KINDS: [(&str, Kind); 3] = [("bill", Kind::Bill), ("opening", Kind::Opening), ("adjust", Kind::Adjust)];

/// Reads a question about a period.
pub fn question(params: &mut Params, period: Range<Millis>) -> EntriesQuestion {
    let filter = filter(params);
    let direction = params.word("direction", &DIRECTIONS);
    let kinds = params.words("kind", &KINDS);
    let bill: Option<BillId> = params.id("bill_id");
    let text = params.text("text", MOST_TEXT);
    let is_narrow =
        !filter.products.is_empty() || bill.is_some() || period.end.0 - period.start.0 <= (TEXT_DAYS * 25) * 3_600_000;
    if text.is_some() && !is_narrow {
        params.fault("text", Why::TooWide);
    }
    EntriesQuestion { period, filter, direction, kinds, bill, text }
}

/// The place that a cursor stands for.
pub fn cursor(params: &mut Params) -> Option<EntryPlace> {
    let text = params.text("cursor", 2000)?;
    let place = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|it| serde_json::from_slice(&it).ok());
    if place.is_none() {
        params.fault("cursor", Why::BrokenCursor);
    }
    place
}

/// A place as a cursor.
pub fn write_cursor(place: &EntryPlace) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}
