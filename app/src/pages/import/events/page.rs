//! `/import/events`: a mapping file, and what the newest events of its topic come to by it.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use super::view::{ComesTo, EventView, EventsPreview, Found};
use crate::components::data_table::{column, data_table};
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::{count_of, grouped, signed};
use crate::pages::import::view::Understood;

/// A mapping file to begin with.
const EXAMPLE: &str = include_str!("example.toml");

/// The page. What came of a mapping file, the server put into the context.
#[component]
pub fn EventsPage() -> impl IntoView {
    let texts = locale().events_texts();
    let preview = use_context::<EventsPreview>();
    let map = preview.as_ref().map_or(EXAMPLE, |it| it.map.as_str()).to_owned();
    view! {
        <Title text=texts.title />
        <Body attr:class="p-names p-import p-events" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.title}</h1>
            </div>
            {preview.as_ref().map(|it| found(&it.found))}
            {form(map)}
        </main>
    }
    .into_any()
}

fn form(map: String) -> AnyView {
    let texts = locale().events_texts();
    view! {
        <section class="panel" aria-label=texts.title>
            <form class="body stack" method="post" action="/import/events">
                <p class="muted">{texts.how}</p>
                <label class="field map">
                    <span>{texts.map}</span>
                    <textarea name="map" rows="18" spellcheck="false" autocomplete="off" required>
                        {map}
                    </textarea>
                </label>
                <div class="line">
                    <button class="btn primary">{texts.look}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn found(found: &Found) -> AnyView {
    let texts = locale().events_texts();
    let not_found = |tone: &'static str, words: String| view! { <Notice tone role="alert" words /> }.into_any();
    match found {
        Found::Events(events) if events.is_empty() => not_found("warn", texts.empty.to_owned()),
        Found::Events(events) => list(events),
        Found::NoMap(why) => {
            view! { <Notice tone="bad" role="alert" words=texts.no_map reasons=vec![why.clone()] /> }.into_any()
        }
        Found::NoTopic(topic) => not_found("bad", (texts.no_topic)(topic)),
        Found::Away(topic) => not_found("bad", (texts.away)(topic)),
        Found::Busy => not_found("warn", texts.busy.to_owned()),
    }
}

fn list(events: &[EventView]) -> AnyView {
    let texts = locale().events_texts();
    let count = |is: fn(&ComesTo) -> bool| events.iter().filter(|it| is(&it.comes_to)).count();
    let wrong = count(|it| matches!(it, ComesTo::Fault(..)));
    let numbers = [
        events.len(),
        count(|it| matches!(it, ComesTo::Entries(_))),
        count(|it| matches!(it, ComesTo::Skipped(_))),
        wrong,
    ];
    let numbers = numbers.map(count_of);
    let words = (texts.verdict)(numbers.each_ref().map(String::as_str));
    let tone = if wrong > 0 { "bad" } else { "good" };
    let columns = [column(texts.event, None, ""), column(texts.comes_to, None, "")];
    view! {
        <Notice tone role="alert" words />
        <section class="panel" aria-labelledby="events">
            <header>
                <h2 id="events">{texts.newest}</h2>
            </header>
            {data_table("events", columns, events.iter().rev().map(line).collect_view())}
        </section>
    }
    .into_any()
}

fn line(it: &EventView) -> AnyView {
    let texts = locale().events_texts();
    let comes_to = match &it.comes_to {
        ComesTo::Entries(entries) => entries.iter().map(entry).collect_view().into_any(),
        ComesTo::Skipped(why) => view! { <span class="muted">{locale().event_skipped(*why)}</span> }.into_any(),
        ComesTo::Fault(field, fault) => {
            let field = field.as_deref().map(|it| locale().entry_field(it).unwrap_or(it).to_owned());
            view! {
                <span class="fault">
                    {field.map(|it| view! { <b>{it}</b> " " })} {locale().event_fault(fault)}
                </span>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <td class="event">
                <small class="muted">
                    {it.sent_at.clone()} " " {(texts.place)(it.partition, &grouped(it.offset))}
                </small>
                <code>{it.text.clone()}</code>
            </td>
            <td>{comes_to}</td>
        </tr>
    }
    .into_any()
}

/// An entry in a line: what moved, where, and by which bill.
fn entry(it: &Understood) -> AnyView {
    let moved = it.quantity * it.direction.sign();
    let class = if moved > 0 { "num in" } else { "num out" };
    view! {
        <div class="entry">
            <b class=class>{signed(moved)}</b>
            " "
            {it.product_id.clone()}
            " "
            <small class="muted">
                {[&it.warehouse_id, &it.company_id, &it.bill_id, &it.time].map(String::as_str).join(" · ")}
            </small>
        </div>
    }
    .into_any()
}
