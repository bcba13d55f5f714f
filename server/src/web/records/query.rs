//! How a question about entries is read from a URL, for the page and for scripts. Pure.

use std::ops::Range;

use app::pages::records::view::RecordsQuery;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::entries::{EntriesQuestion, EntryPlace};
use model::entry::Kind;
use model::faults::{FieldFault, Why};
use model::ids::BillId;
use model::names::NameOf;
use model::quantity::Direction;
use model::statistics::Filter;
use model::time::{EVER, Millis};

use crate::lookup::TEXT_DAYS;
use crate::web::http::params::{Others, Params};
use crate::web::http::period::{about, typed};
use base::business_time::BusinessTime;

/// The most characters of a text that is looked for.
const MAX_TEXT: usize = 128;

/// Directions, as URLs name them.
const DIRECTIONS: [(&str, Direction); 2] = [("in", Direction::In), ("out", Direction::Out)];
/// Kinds, as URLs name them.
const KINDS: [(&str, Option<Kind>); 4] = [
    ("bill", Some(Kind::Bill)),
    ("opening", Some(Kind::Opening)),
    ("adjust", Some(Kind::Adjust)),
    // As the form of the page sends it where nothing is chosen.
    ("none", None),
];

/// Reads a question about a period.
pub fn question(params: &mut Params, filter: Filter, period: Range<Millis>) -> EntriesQuestion {
    let direction = params.word("direction", &DIRECTIONS);
    let kinds = params.words("kind", &KINDS).into_iter().flatten().collect();
    let bill: Option<BillId> = params.id("bill_id");
    let text = params.text("text", MAX_TEXT);
    // A day has at most 25 hours.
    let is_short = period.end.0 - period.start.0 <= TEXT_DAYS * 25 * 3_600_000;
    let has_product = !filter.products.is_empty() || params.is_given("product");
    let is_narrow = has_product || bill.is_some() || is_short;
    if text.is_some() && !is_narrow {
        params.fault("text", Why::TooWide);
    }
    EntriesQuestion { period, filter, direction, kinds, bill, text }
}

/// What the page is asked for.
pub struct RecordsRequest {
    /// The state of the page.
    pub query: RecordsQuery,
    pub question: EntriesQuestion,
    /// The bounds, where there are any.
    pub period: Option<Range<Millis>>,
    /// After which entry.
    pub after: Option<EntryPlace>,
    /// What was typed into filters.
    pub typed: Vec<(NameOf, String)>,
}

/// Reads the URL of the page, or of its file.
pub fn wanted(query: &str, zone: BusinessTime, now: Millis, others: Others) -> (RecordsRequest, Vec<FieldFault>) {
    let mut params = Params::of_form(query);
    let (about, period) = about(&mut params, zone, now, None);
    let question = question(&mut params, about.filter.clone(), period.clone().unwrap_or(EVER));
    let after = cursor(&mut params);
    let typed = typed(&mut params);
    let query = RecordsQuery {
        about,
        direction: question.direction,
        kinds: question.kinds.clone(),
        bill: question.bill.as_ref().map(ToString::to_string).unwrap_or_default(),
        text: question.text.clone().unwrap_or_default(),
        cursor: after.as_ref().map(write_cursor).unwrap_or_default(),
    };
    (RecordsRequest { query, question, period, after, typed }, params.faults_with(others))
}

/// The place that a cursor stands for.
pub fn cursor(params: &mut Params) -> Option<EntryPlace> {
    let text = params.text("cursor", 2000)?;
    let place = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|it| serde_json::from_slice::<EntryPlace>(&it).ok());
    let place = place.filter(|it| EVER.contains(&it.at));
    if place.is_none() {
        params.fault("cursor", Why::BrokenCursor);
    }
    place
}

/// A place as a cursor.
pub fn write_cursor(place: &EntryPlace) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}
