//! Opening + in - out = closing, as what it is.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::number::{grouped, signed};
use crate::pages::statistics::view::StatementView;
use model::statistics::Column;

/// The statement of all lines together.
#[component]
pub fn Equation(
    /// What is shown.
    view: StatementView,
) -> impl IntoView {
    let texts = locale().statistics_texts();
    let StatementView { from, to, total, days, is_live, .. } = view;
    let adjust = (total.adjust != 0).then(|| {
        view! {
            <Operator sign="+" />
            <Figure class="" tone="" label=(texts.column)(Column::Adjust).to_owned() value=signed(total.adjust)>
                {texts.adjust_is}
            </Figure>
        }
    });
    let closing = to.as_deref().map_or_else(|| texts.closing_so_far.to_owned(), texts.closing_at);
    let live = is_live.map(|is_live| {
        let (verdict, sign, words) =
            if is_live { ("match", "=", texts.is_live) } else { ("incomplete", "\u{2260}", texts.is_not_live) };
        view! {
            <span class="verdict" data-v=verdict>
                <span class="sign" data-v=verdict aria-hidden="true">
                    {sign}
                </span>
                {words}
            </span>
        }
    });
    view! {
        <div class="equation" data-adjusted=(total.adjust != 0).then_some("")>
            <Figure class="" tone="" label=(texts.opening_at)(&from) value=grouped(total.opening)>
                {texts.opening_is}
            </Figure>
            <Operator sign="+" />
            <Figure class="" tone="in" label=(texts.column)(Column::In).to_owned() value=grouped(total.qty_in)>
                {a_day(total.qty_in, days)}
            </Figure>
            <Operator sign="\u{2212}" />
            <Figure class="" tone="out" label=(texts.column)(Column::Out).to_owned() value=grouped(total.qty_out)>
                {a_day(total.qty_out, days)}
            </Figure>
            {adjust}
            <Operator sign="=" />
            <Figure class="result" tone="" label=closing value=grouped(total.closing)>
                {live}
            </Figure>
        </div>
    }
    .into_any()
}

/// The average of a day, over at least one; `days` in thousandths.
fn a_day(number: i64, days: i64) -> Option<String> {
    let a_day = (i128::from(number) * 1000 + i128::from(days) / 2).checked_div(i128::from(days))?;
    let words = locale().statistics_texts().a_day;
    (days >= 1000).then(|| words(&grouped(i64::try_from(a_day).unwrap_or(i64::MAX))))
}

#[component]
fn Operator(sign: &'static str) -> impl IntoView {
    view! {
        <span class="op" aria-hidden="true">
            {sign}
        </span>
    }
}

#[component]
fn Figure(class: &'static str, tone: &'static str, label: String, value: String, children: Children) -> impl IntoView {
    view! {
        <dl class=format!("figure {class}")>
            <dt>{label}</dt>
            <dd class=format!("value {tone}")>{value}</dd>
            <dd class="sub">{children()}</dd>
        </dl>
    }
    .into_any()
}
