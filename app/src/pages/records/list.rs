//! Entries as a table, newest first, with sums over all pages where they are known.

use leptos::prelude::*;

use crate::components::data_table::{column, data_table};
use crate::components::export::export;
use crate::components::filters::{name_of, turning};
use crate::i18n::locale;
use crate::number::{grouped, signed};
use crate::pages::records::view::{EntryLine, EntryList, EntrySums, RecordsQuery};
use model::entry::Kind;
use model::live::Named;
use model::names::NameOf;
use model::quantity::Direction;
use model::statistics::Column;

/// The panel of entries.
pub fn list(list: &EntryList, query: &RecordsQuery) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let title = if query.bill.is_empty() { texts.title.to_owned() } else { (texts.bill_of)(&query.bill) };
    let next = list.next.as_ref().map(|cursor| {
        let url = RecordsQuery { cursor: cursor.clone(), ..query.clone() }.url();
        (url, if list.looked_back_to.is_some() { texts.look_on } else { shared.next })
    });
    let first = (!query.cursor.is_empty()).then(|| query.but(|_| ()).url());
    let given_up = list.looked_back_to.as_ref().map(|at| (texts.looked_back_to)(at));
    let body = if list.lines.is_empty() { nothing(given_up.is_some()) } else { table(list, query) };
    view! {
        <section class="panel lines" aria-labelledby="entries">
            <header>
                <h2 id="entries">{title}</h2>
                <span class="sub">{texts.newest_first}</span>
                <span class="grow"></span>
                {list.sums.map(sums)}
            </header>
            {body}
            <footer>
                {(!list.lines.is_empty()).then(|| export(&query.but(|_| ()).url()))}
                <span>{given_up}</span>
                <span class="grow"></span>
                {turning(first, next)}
            </footer>
        </section>
    }
    .into_any()
}

fn nothing(was_given_up: bool) -> AnyView {
    let texts = locale().records_texts();
    (!was_given_up)
        .then(|| {
            view! {
                <div class="blank">
                    <b>{texts.nothing}</b>
                    <p>{texts.nothing_how}</p>
                </div>
            }
        })
        .into_any()
}

/// What all entries move together, on all pages.
fn sums(it: EntrySums) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let figure = |label: &'static str, class: &'static str, text: String| {
        view! {
            <span class="sum">
                {label}
                " "
                <b class=class>{text}</b>
            </span>
        }
        .into_any()
    };
    let adjust = (it.adjust != 0).then(|| figure((shared.column)(Column::Adjust), "", signed(it.adjust)));
    let count = it.entries.map(|it| view! { <span class="sum">{(texts.n_entries)(&grouped(it))}</span> });
    view! {
        <span class="sums">
            {count}
            {figure((shared.column)(Column::In), "in", signed(it.qty_in))}
            {figure((shared.column)(Column::Out), "out", signed(-it.qty_out))}
            {adjust}
        </span>
    }
    .into_any()
}

fn table(list: &EntryList, query: &RecordsQuery) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let columns = [
        column(texts.time, None, ""),
        column(texts.bill, None, ""),
        column((shared.kind)(NameOf::Product), None, ""),
        column((shared.kind)(NameOf::Warehouse), Some("2"), ""),
        column((shared.kind)(NameOf::Company), Some("3"), ""),
        column(texts.quantity, None, "num"),
        column(texts.description, Some("3"), ""),
        column(texts.origin, Some("2"), "num"),
    ];
    data_table("entries", columns, list.lines.iter().map(|it| line(it, query)).collect_view())
}

fn line(it: &EntryLine, query: &RecordsQuery) -> AnyView {
    let texts = locale().records_texts();
    let bill = RecordsQuery { bill: it.bill_id.clone(), ..RecordsQuery::default() }.url();
    let is_here = query.bill == it.bill_id;
    let number = (it.line_no != 1 || is_here)
        .then(|| view! { <small class="muted">{(texts.line)(&it.line_no.to_string())}</small> });
    let bill = if is_here {
        it.bill_id.clone().into_any()
    } else {
        view! { <a href=bill>{it.bill_id.clone()}</a> }.into_any()
    };
    let named = |it: &Named, leaves: Option<&'static str>| {
        view! {
            <td title=it.id.clone() data-p=leaves>
                {name_of(it)}
            </td>
        }
        .into_any()
    };
    let (class, moved) = match it.direction {
        Direction::In => ("num in", signed(it.quantity)),
        Direction::Out => ("num out", signed(-it.quantity)),
    };
    let kind = (it.kind != Kind::Bill).then(|| view! { <span class="badge">{(texts.kind_of)(it.kind)}</span> });
    view! {
        <tr>
            <th scope="row">
                <span class="muted">{it.date.clone()}</span>
                " "
                {it.time.clone()}
            </th>
            <td>{bill} " " {number}</td>
            {named(&it.product, None)}
            {named(&it.warehouse, Some("2"))}
            {named(&it.company, Some("3"))}
            <td class=class>{kind} " " {moved}</td>
            <td class="words" data-p="3" title=it.description.clone()>
                {it.description.clone()}
            </td>
            <td class="num muted" data-p="2" title=(texts.recorded)(&it.recorded_at)>
                {it.origin.clone()}
            </td>
        </tr>
    }
    .into_any()
}
