//! Who holds it: name, share bar, curve, figure, today's net. Largest first; searchable.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::components::notice::NothingYet;
use crate::components::panel::Panel;
use crate::components::stock::curve::Curve;
use crate::components::stock::flash::flash;
use crate::components::stock::heat::decimal;
use crate::components::stock::rests::RestsMark;
use crate::components::stock::search::{Finding, Search};
use crate::draw::{Row, either, flag, rows, text, there};
use crate::i18n::{locale, texts};
use crate::live::RankStore;
use crate::number::{count_of, grouped_or_none, signed};
use model::live::{Holder, Ranking};
use model::names::NameOf;

/// What the URL looked for, and what it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub text: String,
    /// What there is.
    pub ranking: Ranking,
}

/// A panel with a ranked list.
#[component]
pub fn RankPanel(
    /// What it lists.
    of: NameOf,
    title: &'static str,
    store: RankStore,
    /// What the URL looked for.
    found: Option<Found>,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let texts = texts();
    let (head, label, name) = match of {
        NameOf::Warehouse => (texts.warehouse, texts.find_warehouse, "warehouse"),
        _ => (texts.product, texts.find_product, "product"),
    };
    let found = found.unwrap_or_else(|| Found { text: String::new(), ranking: Ranking::default() });
    let finding = Finding::new(of, found.text, found.ranking);
    let is_on = Memo::new(move |_| finding.is_on());
    let shown = text(move || {
        if is_on.get() && !finding.is_answered() {
            return String::new();
        }
        if is_on.get() {
            return (texts.found)(&count_of(finding.found.order.with(Vec::len)));
        }
        (texts.shown_of)(&count_of(store.order.with(Vec::len)), &count_of(store.count.get()))
    });
    let tools = view! {
        <span class="sub" role="status">
            {shown}
        </span>
        <span class="grow"></span>
        <Search finding name label />
        <RestsMark />
    };
    let nothing_found = move || {
        let words = text(move || if finding.is_answered() { texts.nothing_found } else { "" }.to_owned());
        view! { <p class="body muted">{words}</p> }.into_any()
    };
    let body = either(
        is_on.into(),
        move || list(finding.found, store.largest, title, head, nothing_found),
        move || list(store, store.largest, title, head, || view! { <NothingYet /> }.into_any()),
    );
    view! { <Panel class="who" title stale tools=tools.into_any() body /> }
}

fn list(
    list: RankStore,
    largest: RwSignal<u64>,
    title: &'static str,
    head: &'static str,
    nothing: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let texts = texts();
    let line = move |id: &String| {
        let row = list.row(id)?;
        Some(Row::new(id.clone(), move || view! { <Line row=row.clone() largest /> }.into_any()))
    };
    let all = move || list.order.with(|all| all.iter().filter_map(line).collect());
    let draw = move || {
        view! {
            <ol class="body rank" data-curve="" tabindex="0" aria-label=title>
                <li class="head" aria-hidden="true">
                    <span>{head}</span>
                    <span>{texts.share}</span>
                    <span>{texts.twenty_days}</span>
                    <span class="num">{texts.stock}</span>
                    <span class="num">{texts.net_today_head}</span>
                </li>
                {rows(all)}
            </ol>
        }
        .into_any()
    };
    either(flag(move || list.order.with(|it| !it.is_empty())), draw, nothing)
}

#[component]
fn Line(row: ArcRwSignal<Holder>, largest: RwSignal<u64>) -> impl IntoView {
    let locale = locale();
    let row = RwSignal::from(row);
    let stock = move || row.with(|it| it.stock);
    let net = move || row.with(|it| it.today.net());
    let name = text(move || row.with(|it| locale.name(&it.name, &it.id)));
    let title = text(move || row.with(|it| format!("{} · {}", locale.name(&it.name, &it.id), it.id)));
    let share = text(move || format!("--v:{}", share_of(stock().unwrap_or(0).unsigned_abs(), largest.get())));
    let shape = Memo::new(move |_| row.with(|it| it.curve.clone()));
    let negative = flag(move || stock().is_some_and(|it| it < 0));
    let flashing = flash(stock);
    view! {
        <li>
            <span class="name" title=title>
                {name}
            </span>
            <span class="share" style=share data-neg=there(negative)></span>
            <Curve shape />
            <span class="num">
                <b class=flashing class:neg=negative>
                    {text(move || grouped_or_none(stock()))}
                </b>
            </span>
            <span class="num net" class:in=flag(move || net() > 0) class:out=flag(move || net() < 0)>
                {text(move || signed(net()))}
            </span>
        </li>
    }
    .into_any()
}

/// Part of the largest: `0.734`.
pub fn share_of(part: u64, largest: u64) -> String {
    let thousandths = part.saturating_mul(1000).checked_div(largest).unwrap_or(0).min(1000);
    decimal(u32::try_from(thousandths).unwrap_or(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_parts_of_the_largest() {
        assert_eq!(share_of(734, 1000), "0.734");
        assert_eq!(share_of(5, 5), "1.000");
        assert_eq!(share_of(0, 0), "0.000");
    }
}
