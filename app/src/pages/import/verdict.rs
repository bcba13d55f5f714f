//! What a file comes to: how many lines can be sent, what is wrong with the others, and the button.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::notice::{Notice, busy_words};
use crate::i18n::locale;
use crate::number::{count_of, grouped};
use crate::pages::import::hidden::hidden;
use crate::pages::import::view::{ImportQuery, NotSent, UploadState, UploadView};

/// The equation, the verdict and what can be done.
pub fn verdict(upload: &UploadView, query: &ImportQuery, not_sent: Option<&NotSent>) -> AnyView {
    let texts = locale().import_texts();
    let term = |name: &'static str, number: usize, part: &'static str| {
        view! {
            <dl data-part=part>
                <dt>{name}</dt>
                <dd>{count_of(number)}</dd>
            </dl>
        }
        .into_any()
    };
    let sign = |sign: &'static str| view! { <span aria-hidden="true">{sign}</span> }.into_any();
    // What a file has none of is no term of it, but for what can be sent and what is wrong.
    let terms = [
        (texts.fresh, upload.fresh, "fresh", true),
        (texts.recorded, upload.recorded, "recorded", false),
        (texts.repeated, upload.repeated, "repeated", false),
        (texts.waiting, upload.waiting, "waiting", false),
        (texts.bad, upload.bad, "bad", true),
        (texts.set_aside, upload.set_aside, "set-aside", false),
    ];
    let terms = terms.into_iter().filter(|(_, number, _, always)| *always || *number > 0).enumerate();
    let terms = terms.map(|(place, (name, number, part, _))| {
        view! {
            {sign(if place == 0 { "=" } else { "+" })}
            {term(name, number, part)}
        }
    });
    // A file that was not read has no lines to account for.
    let equation = upload.trouble.is_none().then(|| {
        view! {
            <div class="body equation">{term(texts.lines, upload.lines, "lines")} {terms.collect_view()}</div>
        }
    });
    view! {
        <section class="panel accounting" aria-label=upload.name.clone()>
            <header>
                <h2>{upload.name.clone()}</h2>
                <span class="grow"></span>
                <a class="btn quiet" href="/import">
                    {texts.another}
                </a>
            </header>
            {equation}
            <div class="body stack">
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
    if let Some(trouble) = &upload.trouble {
        let words = format!("{} {}", texts.unreadable, locale().file_trouble(trouble));
        return view! { <Notice tone="bad" role="alert" words how=texts.unreadable_how /> }.into_any();
    }
    let (fresh, bad) = (upload.fresh, upload.bad);
    let notice = if let Some(it) = upload.crowd {
        let words = (texts.crowd)(&grouped(it.wanted), &grouped(it.most()));
        view! { <Notice tone="bad" role="alert" words how=texts.crowd_how /> }.into_any()
    } else if !upload.questions.is_empty() {
        let words = (texts.is_open)(&count_of(upload.questions.len()));
        view! { <Notice tone="warn" words how=texts.is_open_how /> }.into_any()
    } else if bad > 0 {
        let words = (texts.has_flaws)(&count_of(bad));
        view! { <Notice tone="bad" words how=texts.has_flaws_how /> }.into_any()
    } else if fresh == 0 {
        view! { <Notice tone="good" words=texts.all_recorded /> }.into_any()
    } else {
        view! { <Notice tone="good" icon=Icon::Check words=texts.clean /> }.into_any()
    };
    view! {
        {notice}
        {(fresh > 0).then(|| send(upload, query))}
    }
    .into_any()
}

/// The button, and the name under which the choices may be kept. A question that is open is said beside it.
fn send(upload: &UploadView, query: &ImportQuery) -> AnyView {
    let texts = locale().import_texts();
    let is_open = !upload.questions.is_empty() || upload.crowd.is_some();
    let class = if upload.bad > 0 || is_open { "btn" } else { "btn primary" };
    let keep = upload.reading.is_some().then(|| {
        view! {
            <label class="field short">
                <span>{texts.keep_as}</span>
                <span class="control">
                    <input name="keep" value=query.profile.clone() maxlength="64" autocomplete="off" />
                </span>
            </label>
            <button class="btn" formaction="/import/profile">
                {texts.keep}
            </button>
        }
    });
    view! {
        <form class="line end" method="post" action="/import/send">
            {hidden(query, None, |_| false)}
            // What the person has seen: if it is another when it is read again, nothing is sent.
            <input type="hidden" name="seal" value=upload.seal.clone() />
            <button class=class disabled=is_open>
                {(texts.send)(&count_of(upload.fresh))}
            </button>
            {keep}
        </form>
    }
    .into_any()
}

/// Why it was not sent.
pub fn why_not(it: &NotSent) -> AnyView {
    let texts = locale().import_texts();
    let (tone, words) = match it {
        NotSent::Changed => ("bad", texts.not_sent_changed.to_owned()),
        NotSent::Crowd(it) => ("bad", (texts.crowd)(&grouped(it.wanted), &grouped(it.most()))),
        NotSent::Open => ("warn", texts.not_sent_open.to_owned()),
        NotSent::Nameless => ("warn", texts.nameless.to_owned()),
        NotSent::NoProfile => ("warn", texts.no_profile.to_owned()),
        NotSent::TooManyProfiles => ("warn", texts.too_many_profiles.to_owned()),
        NotSent::Already => ("warn", texts.already.to_owned()),
        NotSent::Some(n) => ("warn", (texts.not_all)(&count_of(*n))),
        NotSent::Busy => ("warn", busy_words()),
        NotSent::Away => ("bad", texts.away.to_owned()),
        NotSent::Gone => ("warn", texts.gone.to_owned()),
        NotSent::File(trouble) => ("bad", format!("{} {}", texts.unreadable, locale().file_trouble(trouble))),
    };
    let how = if matches!(it, NotSent::Some(_)) { texts.not_all_how } else { "" };
    view! { <Notice tone role="alert" words how /> }.into_any()
}
