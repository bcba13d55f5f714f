//! Newest entries, newest on top.

use leptos::prelude::*;

use crate::components::notice::NothingYet;
use crate::components::panel::Panel;
use crate::components::stock::flash::clear_after_flash;
use crate::components::stock::rests::RestsMark;
use crate::draw::{Row, either, flag, rows, text};
use crate::i18n::{locale, texts};
use crate::live::LiveStore;
use crate::number::signed;
use model::live::FreshEntry;
use model::quantity::Direction;

/// The panel of newest entries.
#[component]
pub fn Feed(
    /// What the page shows.
    store: LiveStore,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let (texts, newest) = (texts(), store.newest);
    // What was there at the first paint does not flash; what comes later does, once.
    let known: StoredValue<Vec<String>> =
        StoredValue::new(newest.with_untracked(|list| list.iter().map(|it| it.origin.clone()).collect()));
    let row = move |entry: &FreshEntry| {
        let entry = entry.clone();
        let is_new = known.with_value(|known| !known.contains(&entry.origin));
        Row::new(entry.origin.clone(), move || view! { <Line entry=entry.clone() is_new store /> }.into_any())
    };
    let list = move || {
        let all = move || newest.with(|list| list.iter().map(row).collect());
        view! {
            <ol class="body feed" aria-live="off">
                {rows(all)}
            </ol>
        }
        .into_any()
    };
    let tools = view! {
        <span class="grow"></span>
        <RestsMark />
    };
    let body = either(flag(move || newest.with(|it| !it.is_empty())), list, || view! { <NothingYet /> }.into_any());
    view! { <Panel class="newest" title=texts.newest stale tools=tools.into_any() body /> }
}

#[component]
fn Line(entry: FreshEntry, is_new: bool, store: LiveStore) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    let (class, word) = match entry.direction {
        Direction::In => ("in", texts.flow_in),
        Direction::Out => ("out", texts.flow_out),
    };
    // Rows move when newer ones come before them, and moving starts an animation again: the mark goes once it was seen.
    let (mark, set_mark) = signal(if is_new { format!("flash-{class}") } else { String::new() });
    Effect::new(move || clear_after_flash(set_mark, String::new()));
    let when = when(&entry, store);
    let what = format!("{} ", locale.key(&entry.warehouse, &entry.product));
    view! {
        <li class=mark>
            <time title=entry.date.clone()>{when}</time>
            <span class=format!("dir {class}")>{word}</span>
            <span class="what" title=format!("{what}{}", entry.bill_id)>
                {what.clone()}
                <span>{entry.bill_id.clone()}</span>
            </span>
            <span class=format!("num {class}")>{signed(entry.direction.sign() * entry.quantity)}</span>
        </li>
    }
    .into_any()
}

/// When an entry was, seen from the day that the page shows.
pub fn when(entry: &FreshEntry, store: LiveStore) -> Signal<String> {
    let entry = entry.clone();
    text(move || store.totals.with(|it| entry.when(&it.day)))
}
