//! Where each partition stands, and that every message is accounted for.

use leptos::prelude::*;

use crate::components::panel::Panel;
use crate::i18n::texts;
use crate::number::{count_of, grouped, grouped_or_none};
use model::pipeline::{Counts, PartitionStatus};

/// Per partition: end, cursor, live position, lag, and the accounting line.
#[component]
pub fn Partitions(
    /// All of them.
    partitions: Vec<PartitionStatus>,
) -> impl IntoView {
    let texts = texts();
    let many = count_of(partitions.len());
    let tools = view! { <span class="sub">{many}</span> };
    let lines = partitions.into_iter().map(|it| view! { <Line it /> }).collect_view();
    let heads = [
        texts.end_offset,
        texts.cursor,
        texts.live_cursor,
        texts.lag,
        texts.consumed,
        texts.recorded,
        texts.duplicates,
        texts.rejected_word,
    ];
    let heads = heads.map(|head| {
        view! {
            <th scope="col" class="num">
                {head}
            </th>
        }
    });
    let body = view! {
        <div class="body scroll-x" tabindex="0" role="region" aria-label=texts.partitions>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{texts.partition}</th>
                        {heads.into_iter().collect_view()}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    };
    view! { <Panel class="partitions" title=texts.partitions tools=tools.into_any() body=body.into_any() /> }
}

#[component]
fn Line(it: PartitionStatus) -> impl IntoView {
    let lag = it.waiting();
    let Counts { consumed, recorded, duplicates, rejected, .. } = it.counts;
    let counts = [consumed, recorded, duplicates, rejected].map(grouped);
    let places =
        [grouped_or_none(it.end_offset), grouped(it.cursor), grouped_or_none(it.live_cursor), grouped_or_none(lag)];
    let cells = places.into_iter().chain(counts).map(|it| view! { <td class="num">{it}</td> }).collect_view();
    view! {
        <tr>
            <th scope="row">{it.partition}</th>
            {cells}
        </tr>
    }
    .into_any()
}

/// consumed = recorded + duplicates + rejected, as an equation that holds or does not.
#[component]
pub fn Accounting(
    /// Over all partitions.
    totals: Counts,
) -> impl IntoView {
    let texts = texts();
    let term = |name: &'static str, number: i64| {
        view! {
            <dl>
                <dt>{name}</dt>
                <dd>{grouped(number)}</dd>
            </dl>
        }
        .into_any()
    };
    let sign = |sign: &'static str| view! { <span aria-hidden="true">{sign}</span> }.into_any();
    let (tone, word) = if totals.balance() { ("good", texts.holds) } else { ("bad", texts.holds_not) };
    let tools = view! {
        <span class="badge" data-tone=tone>
            {word}
        </span>
    };
    let body = view! {
        <div class="body equation">
            {term(texts.consumed, totals.consumed)} {sign("=")} {term(texts.recorded, totals.recorded)} {sign("+")}
            {term(texts.duplicates, totals.duplicates)} {sign("+")} {term(texts.rejected_word, totals.rejected)}
        </div>
    };
    view! { <Panel class="accounting" title=texts.accounting tools=tools.into_any() body=body.into_any() /> }
}
