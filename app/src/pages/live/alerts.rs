//! Stock that needs a person: negative before low.

use leptos::prelude::*;

use crate::components::panel::Panel;
use crate::components::stock::heat::decimal;
use crate::components::stock::rests::RestsMark;
use crate::draw::{Row, either, flag, rows, text, word};
use crate::i18n::{locale, texts};
use crate::live::LiveStore;
use crate::number::{NONE, count, count_or_none, grouped};
use model::live::Alert;

/// The panel of negative and low stock.
#[component]
pub fn AlertPanel(
    /// What the page shows.
    store: LiveStore,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let texts = texts();
    let negative = move || store.totals.with(|it| it.negative);
    let low = move || store.totals.with(|it| it.low);
    let bad = word(move || negative().is_some_and(|it| it > 0).then_some("bad"));
    let warn = word(move || low().is_some_and(|it| it > 0).then_some("warn"));
    let tools = view! {
        <span class="grow"></span>
        <span class="badge" data-tone=bad>
            {text(move || (texts.n_negative)(&count_or_none(negative())))}
        </span>
        <span class="badge" data-tone=warn>
            {text(move || (texts.n_low)(&count_or_none(low())))}
        </span>
        <RestsMark />
    };
    let more = text(move || {
        let shown = store.alerts.with(|it| u64::try_from(it.len()).unwrap_or(0));
        match (negative().unwrap_or(0) + low().unwrap_or(0)).saturating_sub(shown) {
            0 => String::new(),
            left => (texts.and_more)(&count(left)),
        }
    });
    let all = move || store.alerts.with(|all| all.iter().map(row).collect());
    let list = move || {
        view! {
            <ul class="body alerts" tabindex="0" aria-label=texts.alerts>
                {rows(all)}
                <li class="more">{more}</li>
            </ul>
        }
        .into_any()
    };
    // Nothing is known is not: there is nothing.
    let none = move || {
        let words = text(move || if negative().is_some() { texts.no_alerts.to_owned() } else { NONE.to_owned() });
        view! { <p class="body muted">{words}</p> }.into_any()
    };
    let body = either(flag(move || store.alerts.with(|it| !it.is_empty())), list, none);
    view! { <Panel class="alert" title=texts.alerts stale tools=tools.into_any() body /> }
}

fn row(it: &Alert) -> Row {
    let it = it.clone();
    // With its names: they may be given while the row stands.
    Row::new(format!("{it:?}"), move || view! { <Key it=it.clone() /> }.into_any())
}

#[component]
fn Key(it: Alert) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    let what = locale.key(&it.warehouse, &it.product);
    let ids = format!("{what} · {} · {}", it.warehouse.id, it.product.id);
    view! {
        <li>
            <span class="what" title=ids>
                {what}
            </span>
            {match it.level {
                None => {
                    view! {
                        <span class="badge" data-tone="bad">
                            {texts.negative_word}
                        </span>
                        <span class="num neg">{grouped(it.stock)}</span>
                    }
                        .into_any()
                }
                Some(level) => {
                    let part = u32::try_from(i128::from(it.stock) * 1000 / i128::from(level.max(1))).unwrap_or(1000);
                    view! {
                        <span class="level" style=format!("--v:{}", decimal(part)) aria-hidden="true"></span>
                        <span class="num">
                            {grouped(it.stock)} <span class="muted">" / " {grouped(level)}</span>
                            <span class="sr">" " {texts.low_word}</span>
                        </span>
                    }
                        .into_any()
                }
            }}
        </li>
    }
    .into_any()
}
