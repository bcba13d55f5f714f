//! What a file comes to: how many lines can be sent, what is wrong with the others, and the button.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::{count_of, grouped, signed};
use crate::pages::import::view::{ImportQuery, NotSent, Understood, UploadState, UploadView};
use model::flaw::LineFlaw;

/// The equation, the verdict and what can be done.
pub fn verdict(upload: &UploadView, query: &ImportQuery, not_sent: Option<&NotSent>) -> AnyView {
    let texts = locale().import_texts();
    let term = |name: &'static str, number: usize| {
        view! {
            <dl>
                <dt>{name}</dt>
                <dd>{count_of(number)}</dd>
            </dl>
        }
        .into_any()
    };
    let sign = |sign: &'static str| view! { <span aria-hidden="true">{sign}</span> }.into_any();
    let some =
        |n: usize, words: fn(&str) -> String| (n > 0).then(|| view! { <p class="muted">{words(&count_of(n))}</p> });
    view! {
        <section class="panel accounting" aria-label=upload.name.clone()>
            <header>
                <h2>{upload.name.clone()}</h2>
                <span class="grow"></span>
                <a class="btn quiet" href="/import">
                    {texts.another}
                </a>
            </header>
            <div class="body equation">
                {term(texts.lines, upload.lines)} {sign("=")} {term(texts.good, upload.good)} {sign("+")}
                {term(texts.bad, upload.bad)}
            </div>
            <div class="body stack">
                {some(upload.repeated, texts.repeated)}
                {some(upload.recorded, texts.recorded)}
                {not_sent.map(why_not)}
                {what_can_be_done(upload, query)}
            </div>
        </section>
    }
    .into_any()
}

fn what_can_be_done(upload: &UploadView, query: &ImportQuery) -> AnyView {
    let texts = locale().import_texts();
    match upload.state {
        UploadState::Sending => view! { <Notice tone="busy" words=texts.sending /> }.into_any(),
        UploadState::Sent { accepted, left_out } => {
            let rest = (left_out > 0).then(|| (texts.left_out)(&grouped(left_out)));
            let words = format!("{} {}", (texts.sent)(&grouped(accepted)), rest.unwrap_or_default());
            view! {
                <Notice tone="good" words />
                <div class="line">
                    <a class="btn" href="/records">
                        {texts.see_records}
                    </a>
                    <span class="muted">{upload.changed_at.clone()}</span>
                </div>
            }
            .into_any()
        }
        UploadState::LookedAt => to_be_sent(upload, query),
    }
}

fn to_be_sent(upload: &UploadView, query: &ImportQuery) -> AnyView {
    let texts = locale().import_texts();
    let (good, bad) = (upload.good, upload.bad);
    let notice = if let Some(trouble) = &upload.trouble {
        let words = format!("{} {}", texts.unreadable, locale().file_trouble(trouble));
        view! { <Notice tone="bad" role="alert" words /> }.into_any()
    } else if bad > 0 {
        let words = (texts.has_flaws)(&count_of(bad));
        view! { <Notice tone="bad" words how=texts.has_flaws_how /> }.into_any()
    } else if upload.recorded == good {
        view! { <Notice tone="good" words=texts.all_recorded /> }.into_any()
    } else {
        view! { <Notice tone="good" icon=Icon::Check words=texts.clean /> }.into_any()
    };
    let class = if bad > 0 { "btn" } else { "btn primary" };
    let words = if bad > 0 { (texts.send_good)(&count_of(good)) } else { (texts.send)(&count_of(good)) };
    let fields =
        query.fields().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
    let button = (good > 0).then(|| {
        view! {
            <form class="line" method="post" action="/import/send">
                <input type="hidden" name="upload" value=query.upload.clone() />
                {fields.collect_view()}
                // What the person has seen: if it is another when it is read again, nothing is sent.
                <input type="hidden" name="good" value=good />
                <input type="hidden" name="bad" value=bad />
                <button class=class>{words}</button>
            </form>
        }
    });
    view! {
        {notice}
        {button}
    }
    .into_any()
}

/// Why it was not sent.
pub fn why_not(it: &NotSent) -> AnyView {
    let texts = locale().import_texts();
    let (tone, words) = match it {
        NotSent::Flaws => ("bad", texts.not_sent_flaws.to_owned()),
        NotSent::Already => ("warn", texts.already.to_owned()),
        NotSent::Some(n) => ("warn", (texts.not_all)(&count_of(*n))),
        NotSent::Away => ("bad", texts.away.to_owned()),
        NotSent::Gone => ("warn", texts.gone.to_owned()),
        NotSent::File(trouble) => ("bad", format!("{} {}", texts.unreadable, locale().file_trouble(trouble))),
    };
    let how = if matches!(it, NotSent::Some(_)) { texts.not_all_how } else { "" };
    view! { <Notice tone role="alert" words how /> }.into_any()
}

/// What is wrong, line by line.
pub fn flaws(upload: &UploadView) -> AnyView {
    if upload.bad == 0 {
        return ().into_any();
    }
    let texts = locale().import_texts();
    let more = upload.bad - upload.flaws.len();
    let more = (more > 0).then(|| view! { <p class="body muted">{(texts.more)(&count_of(more))}</p> });
    let line = |it: &LineFlaw| {
        let field = it.field.as_deref().map(|it| locale().entry_field(it).unwrap_or(it).to_owned());
        view! {
            <tr>
                <th scope="row" class="num">
                    {count_of(it.line)}
                </th>
                <td>{field.map(|it| view! { <b>{it}</b> " " })} {locale().flaw(&it.flaw)}</td>
            </tr>
        }
    };
    view! {
        <section class="panel" aria-labelledby="flaws">
            <header>
                <h2 id="flaws">{texts.flaws}</h2>
                <span class="sub">{count_of(upload.bad)}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="flaws">
                <table class="table flaws">
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                {texts.line}
                            </th>
                            <th scope="col">{texts.what}</th>
                        </tr>
                    </thead>
                    <tbody>{upload.flaws.iter().map(line).collect_view()}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
    .into_any()
}

/// The first good lines, as they were understood.
pub fn understood(upload: &UploadView) -> AnyView {
    if upload.first.is_empty() {
        return ().into_any();
    }
    let (texts, records) = (locale().import_texts(), locale().records_texts());
    let head = |field: &'static str, class: &'static str, leaves: Option<&'static str>| {
        view! {
            <th scope="col" class=class data-p=leaves>
                {locale().entry_field(field)}
            </th>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="understood">
            <header>
                <h2 id="understood">{texts.understood}</h2>
                <span class="sub">{(texts.first_of)(&count_of(upload.first.len()), &count_of(upload.good))}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="understood">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                {texts.line}
                            </th>
                            {head("create_time", "", None)}
                            {head("bill_id", "", None)}
                            {head("product_id", "", None)}
                            {head("warehouse_id", "", Some("2"))}
                            {head("company_id", "", Some("3"))}
                            {head("quantity", "num", None)}
                            {head("kind", "", Some("2"))}
                            {head("description", "", Some("3"))}
                        </tr>
                    </thead>
                    <tbody>{upload.first.iter().map(|it| entry(it, records.kind_of)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn entry(it: &Understood, kind_of: fn(model::entry::Kind) -> &'static str) -> AnyView {
    let moved = it.quantity * it.direction.sign();
    let class = if moved > 0 { "num in" } else { "num out" };
    let number = (it.line_no != 1).then(|| (locale().records_texts().line)(&it.line_no.to_string()));
    view! {
        <tr>
            <th scope="row" class="num">
                {count_of(it.line)}
            </th>
            <td>{it.time.clone()}</td>
            <td>{it.bill_id.clone()} " " <small class="muted">{number}</small></td>
            <td>{it.product_id.clone()}</td>
            <td data-p="2">{it.warehouse_id.clone()}</td>
            <td data-p="3">{it.company_id.clone()}</td>
            <td class=class>{signed(moved)}</td>
            <td data-p="2">{kind_of(it.kind)}</td>
            <td data-p="3">{it.description.clone()}</td>
        </tr>
    }
    .into_any()
}
