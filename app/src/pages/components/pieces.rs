//! The small pieces that pages are made of, each in all its forms.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::notice::{NothingYet, Notice};
use crate::components::panel::Panel;
use crate::components::stream::StreamState as StreamBadge;
use crate::i18n::{Locale, texts};
use crate::live::StreamState;
use crate::number::{grouped, short, signed, tile};

/// All of them.
#[component]
pub fn Pieces() -> impl IntoView {
    let group = |title: &'static str, body: AnyView| {
        let body = view! { <div class="body line">{body}</div> };
        view! { <Panel class="pieces" title tools=().into_any() body=body.into_any() /> }.into_any()
    };
    [
        group("Buttons", buttons()),
        group("Fields", fields()),
        group("Badges and signs", badges()),
        group("Stream", streams()),
        group("Notices", notices()),
        group("Numbers", numbers()),
        group("Empty", view! { <NothingYet /> }.into_any()),
    ]
    .collect_view()
}

fn buttons() -> AnyView {
    view! {
        <button class="btn primary">"Primary"</button>
        <button class="btn">"Plain"</button>
        <button class="btn danger">"Danger"</button>
        <button class="btn quiet">"Quiet"</button>
        <button class="btn small">"Small"</button>
        <button class="btn" aria-busy="true">
            "Busy"
        </button>
        <button class="btn" disabled>
            "Disabled"
        </button>
        <button class="btn icon-only" aria-label="Icon only">
            <Glyph icon=Icon::Search />
        </button>
        <button class="rests" type="button">
            "1,234"
        </button>
    }
    .into_any()
}

fn fields() -> AnyView {
    let control = |label: &'static str, wrong: Option<&'static str>, small: bool| {
        view! {
            <label class="control" class:small=small aria-invalid=wrong>
                <Glyph icon=Icon::Search />
                <input aria-label=label placeholder=label aria-invalid=wrong />
            </label>
        }
    };
    view! {
        {control("Plain", None, false)}
        {control("Small", None, true)}
        {control("Wrong", Some("true"), false)}
        <nav class="seg" aria-label="One of a few">
            <a href="" aria-current="page">
                "Chosen"
            </a>
            <a href="">"Other"</a>
        </nav>
        <div class="progress" role="progressbar" aria-label="Progress" aria-valuenow="42" style="--v:.42;width:12rem">
            <i></i>
        </div>
    }
    .into_any()
}

fn badges() -> AnyView {
    let badge = |tone: Option<&'static str>| {
        view! {
            <span class="badge" data-tone=tone>
                {tone.unwrap_or("plain")}
            </span>
        }
    };
    let sign = |(verdict, sign): (&'static str, &'static str)| {
        view! {
            <span class="sign" data-v=verdict aria-hidden="true">
                {sign}
            </span>
        }
    };
    let tones = [None, Some("good"), Some("warn"), Some("bad"), Some("in"), Some("out")];
    let signs = [("match", "="), ("repaired", ">"), ("flows", "\u{2248}"), ("duplicate", "<"), ("stale", "?")];
    view! {
        {tones.map(badge).collect_view()}
        {signs.map(sign).collect_view()}
    }
    .into_any()
}

fn streams() -> AnyView {
    let since = "09:41:07".to_owned();
    [StreamState::Connecting, StreamState::Live, StreamState::Reconnecting, StreamState::Stale(since)]
        .map(|it| view! { <StreamBadge state=Signal::stored(it) /> })
        .collect_view()
        .into_any()
}

fn notices() -> AnyView {
    let texts = texts();
    let reason = || vec!["Redis does not answer since 09:41:07".to_owned()];
    view! {
        <Notice tone="busy" words=texts.rebuilding />
        <Notice tone="warn" words=texts.degraded reasons=reason() />
        <Notice tone="bad" words=texts.paused reasons=reason() />
        <Notice tone="good" words=texts.all_well />
    }
    .into_any()
}

/// Full digits where they fit, and the short forms of both languages on tiles and axes.
fn numbers() -> AnyView {
    let of_a_tile = |number: i64, locale: Locale| {
        let (digits, unit) = tile(number, locale);
        format!("{digits} {unit}")
    };
    let line = |number: i64| {
        let forms = [
            grouped(number),
            signed(number),
            short(number, Locale::Zh),
            of_a_tile(number, Locale::Zh),
            short(number, Locale::En),
            of_a_tile(number, Locale::En),
        ];
        view! { <tr>{forms.map(|it| view! { <td class="num">{it}</td> }).collect_view()}</tr> }
    };
    let numbers = [0, 7, -602, 9_999, 10_000, 123_456, -28_903_415, 100_000_000, 9_007_199_254_740_991];
    view! {
        <table class="table">
            <tbody>{numbers.map(line).collect_view()}</tbody>
        </table>
    }
    .into_any()
}
