//! Who holds it: name, share bar, figure, today's net. Largest first.

use leptos::prelude::*;

use super::flash::flash;
use super::notice::NothingYet;
use crate::i18n::{locale, texts};
use crate::live::RankStore;
use crate::model::live::Holder;
use crate::number::{grouped, signed};

/// A panel with a ranked list.
#[component]
pub fn RankPanel(
    /// The panel's title.
    title: &'static str,
    /// What the first column holds.
    head: &'static str,
    /// The list.
    store: RankStore,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let texts = texts();
    let shown = move || {
        let number = |it: usize| grouped(i64::try_from(it).unwrap_or(i64::MAX));
        (texts.shown_of)(&number(store.order.with(Vec::len)), &number(store.count.get()))
    };
    view! {
        <section class="panel who" data-stale=move || stale.get().then_some("") aria-label=title>
            <header>
                <h2>{title}</h2>
                <span class="sub">{shown}</span>
            </header>
            <Show when=move || store.order.with(|it| !it.is_empty()) fallback=NothingYet>
                <ol class="body rank" tabindex="0" aria-label=title>
                    <li class="head" aria-hidden="true">
                        <span>{head}</span>
                        <span>{texts.share}</span>
                        <span class="num">{texts.stock}</span>
                        <span class="num">{texts.net_today_head}</span>
                    </li>
                    <For
                        each=move || store.order.get()
                        key=Clone::clone
                        children=move |id| store.row(&id).map(|row| view! { <Row row largest=store.largest /> })
                    />
                </ol>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Row(row: ArcRwSignal<Holder>, largest: RwSignal<u64>) -> impl IntoView {
    let locale = locale();
    let row = RwSignal::from(row);
    let stock = move || row.with(|it| it.stock);
    let net = move || row.with(|it| it.today.net());
    let name = move || row.with(|it| locale.name(&it.name, &it.id));
    let title = move || row.with(|it| format!("{} · {}", locale.name(&it.name, &it.id), it.id));
    let share = move || format!("--v:{}", share_of(stock().unsigned_abs(), largest.get()));
    let flashing = flash(stock);
    view! {
        <li>
            <span class="name" title=title>
                {name}
            </span>
            <span class="share" style=share data-neg=move || (stock() < 0).then_some("")></span>
            <span class="num">
                <b class=move || format!("{} {}", flashing.get(), if stock() < 0 { "neg" } else { "" })>{move || grouped(stock())}</b>
            </span>
            <span class="num net" class:in=move || { net() > 0 } class:out=move || { net() < 0 }>
                {move || signed(net())}
            </span>
        </li>
    }
    .into_any()
}

/// Part of the largest, in thousandths: `0.734`.
fn share_of(part: u64, largest: u64) -> String {
    let thousandths = part.saturating_mul(1000).checked_div(largest).unwrap_or(0).min(1000);
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
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
