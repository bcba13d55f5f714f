//! The fields of an entry, to be corrected and sent again.

use leptos::prelude::*;

use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::pages::rejections::view::{NotResent, Refused, RejectionDetail};
use model::entry::is_needed;

/// The form; `refused`: what was typed and not sent, and why.
pub fn correct(it: &RejectionDetail, refused: Option<&Refused>) -> AnyView {
    let texts = locale().rejections_texts();
    let typed = |field: &str, read: &String| {
        let typed = refused.and_then(|it| it.fields.iter().find(|(name, _)| name == field));
        typed.map_or_else(|| read.clone(), |(_, value)| value.clone())
    };
    let wrong = refused.and_then(|it| match &it.why {
        NotResent::Flaw(field, _) => field.clone(),
        _ => None,
    });
    let found = it.line.field.clone().filter(|_| refused.is_none());
    let marked = wrong.or(found);
    let field = |(name, read): &(&'static str, String)| {
        let is_wrong = (marked.as_deref() == Some(*name)).then_some("true");
        let hint = (!is_needed(name)).then_some(texts.optional);
        view! {
            <label class="field" data-field=*name>
                <span>
                    {locale().entry_field(name)} " " <code>{*name}</code>
                </span>
                <span class="control" aria-invalid=is_wrong>
                    <input name=*name value=typed(name, read) placeholder=hint aria-invalid=is_wrong autocomplete="off" />
                </span>
            </label>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="correct">
            <header>
                <h2 id="correct">{texts.correct}</h2>
            </header>
            <form class="body stack" method="post" action=crate::pages::rejections::url_of(it.line.id)>
                {refused.map(why)}
                <input type="hidden" name="seen" value=it.resent.len() />
                <div class="entry">{it.fields.iter().map(field).collect_view()}</div>
                <div class="line">
                    <button class="btn primary">{texts.send}</button>
                    <span class="muted">{texts.correct_how}</span>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn why(refused: &Refused) -> AnyView {
    let texts = locale().rejections_texts();
    match &refused.why {
        NotResent::Flaw(field, flaw) => {
            let field = field.as_deref().and_then(|it| locale().entry_field(it)).unwrap_or_default();
            let words = format!("{} \u{2014} {field} {}", texts.still_wrong, locale().flaw(flaw));
            view! { <Notice tone="bad" role="alert" words /> }.into_any()
        }
        NotResent::Meanwhile => view! { <Notice tone="warn" role="alert" words=texts.meanwhile /> }.into_any(),
        NotResent::Unconfirmed => {
            view! { <Notice tone="warn" role="alert" words=texts.unconfirmed how=texts.unconfirmed_how /> }.into_any()
        }
        NotResent::Away => view! { <Notice tone="bad" role="alert" words=texts.away /> }.into_any(),
    }
}
