//! The parts of `/rejections`. Made on the server only: forms and links that work without script.

pub mod correct;
pub mod list;
pub mod message;
pub mod one;
pub mod table;
pub mod texts;
pub mod view;

use leptos::prelude::*;

pub use correct::correct;
pub use message::{message, resent};
pub use table::{choices, table};

use crate::i18n::{Locale, locale};
use crate::pages::rejections::view::{Outcome, RejectionLine};

/// Where one rejection is.
fn url_of(id: i64) -> String {
    format!("/rejections/{id}")
}

/// What became of something that was sent again.
fn outcome(it: Outcome) -> AnyView {
    let words = (locale().rejections_texts().outcome)(it);
    let tone = match it {
        Outcome::Unconfirmed => Some("warn"),
        Outcome::Waiting => None,
        Outcome::Recorded => Some("good"),
        Outcome::Rejected(_) => Some("bad"),
    };
    let badge = view! {
        <span class="badge" data-tone=tone>
            {words}
        </span>
    };
    match it {
        Outcome::Rejected(id) => view! { <a href=url_of(id)>{badge}</a> }.into_any(),
        _ => badge.into_any(),
    }
}

/// Why it was rejected, field first; in the page's language where it can be told again, else as it is stored.
fn reason(it: &RejectionLine) -> AnyView {
    let field = it.field.as_deref().and_then(|it| locale().entry_field(it));
    match (locale(), &it.flaw) {
        (locale @ Locale::Zh, Some(flaw)) => format!("{} {}", field.unwrap_or_default(), locale.flaw(flaw)).into_any(),
        (Locale::Zh, None) => view! { <span lang="en">{it.reason.clone()}</span> }.into_any(),
        (Locale::En, _) => it.reason.clone().into_any(),
    }
}

/// What kind it is of, in a few words.
fn code(it: &RejectionLine) -> AnyView {
    view! { <b class="kind">{it.code.map(|it| locale().code(it))}</b> }.into_any()
}
