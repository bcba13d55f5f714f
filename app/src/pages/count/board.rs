//! A sheet beside the books: the equation, what differs, and what posting would write.

use leptos::prelude::*;
use model::files::field::Field;
use model::files::question::Question;

use crate::components::data_table::{column, data_table};
use crate::components::filters::name_of;
use crate::components::notice::{Notice, busy_words};
use crate::i18n::locale;
use crate::number::{count_of, grouped, signed};
use crate::pages::count::view::{CountView, CountedLine, NoBook, NotPosted};
use crate::pages::import::flaws::flaws;
use crate::pages::import::hidden::hidden;
use crate::pages::import::questions::questions;
use crate::pages::import::view::{ImportQuery, UploadState, letters};

/// So many lines that differ are shown; all are posted.
const SHOWN: usize = 500;

/// The page of a sheet.
pub fn board(sheet: &CountView, query: &ImportQuery, not_posted: Option<&NotPosted>) -> AnyView {
    let is_open = sheet.state == UploadState::LookedAt;
    let details = is_open.then(|| {
        view! {
            {questions(&sheet.questions, query)}
            {settings(sheet, query)}
            {columns(sheet, query)}
            {differences(sheet)}
            {flaws(&sheet.flaws, sheet.bad, sheet.doubtful, query)}
        }
    });
    view! {
        {equation(sheet, query, not_posted)}
        {details}
    }
    .into_any()
}

fn equation(sheet: &CountView, query: &ImportQuery, not_posted: Option<&NotPosted>) -> AnyView {
    let texts = locale().count_texts();
    let sum = |is_more: bool| {
        let all = sheet.differing.iter().map(|it| it.difference).filter(|it| (*it > 0) == is_more);
        (all.clone().count(), all.sum::<i64>())
    };
    let ((more, more_net), (less, less_net)) = (sum(true), sum(false));
    let term = |name: &'static str, number: usize, net: Option<i64>| {
        let class = net.map_or("", |it| if it > 0 { "in" } else { "out" });
        let net = net.filter(|it| *it != 0).map(|it| view! { <small class=class>{signed(it)}</small> });
        view! {
            <dl>
                <dt>{name}</dt>
                <dd>{count_of(number)} " " {net}</dd>
            </dl>
        }
        .into_any()
    };
    let sign = |sign: &'static str| view! { <span aria-hidden="true">{sign}</span> }.into_any();
    let rest = [
        (texts.uncounted, sheet.uncounted),
        (texts.waiting, sheet.waiting),
        (texts.bad, sheet.bad),
        (texts.set_aside, sheet.set_aside),
    ];
    let rest = rest.into_iter().filter(|it| it.1 > 0);
    let terms = rest.map(|(name, number)| view! { {sign("+")} {term(name, number, None)} });
    // A sheet that was not read, or not compared, has no lines to account for.
    let equation = (sheet.trouble.is_none() && sheet.no_book.is_none() && sheet.state == UploadState::LookedAt).then(|| {
        view! {
            <div class="body equation">
                {term(texts.lines, sheet.lines(), None)} {sign("=")} {term(texts.agreeing, sheet.agreeing, None)} {sign("+")}
                {term(texts.more, more, Some(more_net))} {sign("+")} {term(texts.less, less, Some(less_net))} {terms.collect_view()}
            </div>
        }
    });
    view! {
        <section class="panel accounting" aria-label=sheet.bill_id.clone()>
            <header>
                <h2>{sheet.bill_id.clone()}</h2>
                <span class="sub">{sheet.name.clone()}</span>
                <span class="grow"></span>
                <a class="btn quiet" href="/count">
                    {texts.another}
                </a>
            </header>
            {equation}
            <div class="body stack">{not_posted.map(why_not)} {what_can_be_done(sheet, query)}</div>
        </section>
    }
    .into_any()
}

fn what_can_be_done(sheet: &CountView, query: &ImportQuery) -> AnyView {
    let texts = locale().count_texts();
    if let Some(trouble) = &sheet.trouble {
        let words = format!("{} {}", texts.unreadable, locale().file_trouble(trouble));
        return view! { <Notice tone="bad" role="alert" words how=locale().import_texts().unreadable_how /> }
            .into_any();
    }
    if let Some(why) = sheet.no_book {
        let words = match why {
            NoBook::TooManyMoments(most) => (texts.too_many_moments)(&count_of(most)),
            NoBook::NotNow => texts.no_book.to_owned(),
        };
        return view! { <Notice tone="bad" role="alert" words /> }.into_any();
    }
    match sheet.state {
        UploadState::Sending => view! { <Notice tone="busy" words=texts.posting /> }.into_any(),
        UploadState::Sent { accepted, .. } => view! {
            <Notice tone="good" words=(texts.posted)(&grouped(accepted)) />
            <div class="line">
                <a class="btn" href="/records?kind=adjust">
                    {texts.see_records}
                </a>
            </div>
        }
        .into_any(),
        UploadState::LookedAt => to_be_posted(sheet, query),
    }
}

fn to_be_posted(sheet: &CountView, query: &ImportQuery) -> AnyView {
    let texts = locale().count_texts();
    let is_open = !sheet.questions.is_empty();
    let (tone, words) = match (is_open, sheet.bad > 0, sheet.differing.is_empty()) {
        (true, ..) => ("warn", texts.is_open),
        (_, true, _) => ("bad", texts.has_flaws),
        (.., true) => ("good", texts.all_agree),
        _ => ("info", texts.on_record),
    };
    let form = (!sheet.differing.is_empty()).then(|| {
        view! {
            <form class="line end" method="post" action="/count/post">
                {hidden(query, None, |_| false)}
                // What the person has seen: if it is another when it is read again, nothing is posted.
                <input type="hidden" name="seal" value=sheet.seal.clone() />
                <label class="field">
                    <span>{texts.note}</span>
                    <span class="control">
                        <input name="note" maxlength="160" autocomplete="off" />
                    </span>
                </label>
                <button class="btn primary" disabled=is_open>
                    {(texts.post)(&count_of(sheet.differing.len()))}
                </button>
            </form>
        }
    });
    view! {
        <Notice tone words />
        {form}
    }
    .into_any()
}

/// Why it was not posted.
pub fn why_not(it: &NotPosted) -> AnyView {
    let texts = locale().count_texts();
    let (tone, words) = match it {
        NotPosted::Changed => ("bad", texts.changed.to_owned()),
        NotPosted::Already => ("warn", texts.already.to_owned()),
        NotPosted::Some(n) => ("warn", (texts.not_all)(&count_of(*n))),
        NotPosted::Behind => ("warn", texts.behind.to_owned()),
        NotPosted::Busy => ("warn", busy_words()),
        NotPosted::Away => ("bad", texts.away.to_owned()),
        NotPosted::Gone => ("warn", texts.gone.to_owned()),
        NotPosted::File(trouble) => ("bad", format!("{} {}", texts.unreadable, locale().file_trouble(trouble))),
    };
    view! { <Notice tone role="alert" words /> }.into_any()
}

/// The company whose books are adjusted, and the moment for lines without one.
fn settings(sheet: &CountView, query: &ImportQuery) -> AnyView {
    let texts = locale().count_texts();
    let is_input = |name: &str| ["value.company_id", "value.create_time"].contains(&name);
    let value = |field: Field| query.choices.values.get(&field).cloned().unwrap_or_default();
    let company = value(Field::CompanyId);
    let is_missing = company.is_empty().then_some("true");
    view! {
        <section class="panel" aria-label=texts.look_again>
            <form id="reading" class="body line end" method="get" action="/count">
                {hidden(query, None, is_input)}
                <label class="field">
                    <span>{texts.company}</span>
                    <span class="control" aria-invalid=is_missing>
                        <input name="value.company_id" value=company autocomplete="off" />
                    </span>
                </label>
                <label class="field">
                    <span>{texts.counted_at}</span>
                    <span class="control">
                        <input name="value.create_time" value=sheet.counted_at.clone() autocomplete="off" />
                    </span>
                </label>
                <button class="btn">{texts.look_again}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Where a field is that the titles do not tell: a link for each column that holds nothing yet, or for the two of one title.
fn columns(sheet: &CountView, query: &ImportQuery) -> AnyView {
    let texts = locale().count_texts();
    let free = || (0..sheet.titles.len()).filter(|it| sheet.mapping.field_of(*it).is_none()).collect();
    let open = sheet.questions.iter().filter_map(|it| match it {
        Question::Missing(field) if [Field::WarehouseId, Field::ProductId, Field::Counted].contains(field) => {
            Some((*field, free()))
        }
        Question::SameTitle { field, columns, .. } => Some((*field, columns.to_vec())),
        _ => None,
    });
    let choice = |(field, places): (Field, Vec<usize>)| {
        let is_twin = sheet.mapping.column(field).is_some();
        let links = places.into_iter().map(|place| {
            let mut query = query.clone();
            let others = Field::OF_COUNTS.into_iter().filter(|it| *it != field);
            let known = others.filter_map(|it| Some((sheet.mapping.column(it)?, it)));
            query.choices.columns = known.chain([(place, field)]).collect();
            let title = sheet.titles.get(place).cloned().unwrap_or_default();
            view! {
                <a class="btn small" href=query.url()>
                    {is_twin.then(|| letters(place))} " " {title}
                </a>
            }
        });
        view! {
            <li>
                <span>{(texts.which_column)(locale().file_field(field))}</span>
                <span class="line">{links.collect_view()}</span>
            </li>
        }
    };
    let all: Vec<_> = open.map(choice).collect();
    if all.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="panel questions" aria-label=locale().import_texts().columns>
            <ul class="body">{all}</ul>
        </section>
    }
    .into_any()
}

fn differences(sheet: &CountView) -> AnyView {
    if sheet.differing.is_empty() {
        return ().into_any();
    }
    let texts = locale().count_texts();
    let positions =
        sheet.positions.iter().map(|(partition, offset)| format!("{partition} \u{b7} {}", grouped(*offset)));
    let positions = positions.collect::<Vec<_>>().join(", ");
    let columns = [
        column(texts.product, None, ""),
        column(texts.warehouse, Some("2"), ""),
        column(texts.at, Some("3"), ""),
        column(texts.book, None, "num"),
        column(texts.counted, None, "num"),
        column(texts.difference, None, "num"),
        column(texts.since, Some("2"), "num"),
        column(texts.becomes, Some("2"), "num"),
    ];
    view! {
        <section class="panel" aria-labelledby="differences">
            <header>
                <h2 id="differences">{texts.differences}</h2>
                <span class="sub">{texts.differences_how}</span>
            </header>
            {data_table("differences", columns, sheet.differing.iter().take(SHOWN).map(line).collect_view())}
            <p class="body muted">{texts.positions} ": " {positions}</p>
        </section>
    }
    .into_any()
}

fn line(it: &CountedLine) -> AnyView {
    let class = if it.difference > 0 { "num in" } else { "num out" };
    view! {
        <tr>
            <th scope="row">{name_of(&it.product)}</th>
            <td data-p="2">{name_of(&it.warehouse)}</td>
            <td data-p="3">{it.counted_at.clone()}</td>
            <td class="num">{grouped(it.book)}</td>
            <td class="num">{grouped(it.counted)}</td>
            <td class=class>{signed(it.difference)}</td>
            <td class="num" data-p="2">
                {signed(it.since)}
            </td>
            <td class="num" data-p="2">
                {grouped(it.becomes)}
            </td>
        </tr>
    }
    .into_any()
}
