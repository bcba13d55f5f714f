//! What the queue says of the keys that deviate: how far the reading is, the bills that differ, and the confirmation.

use leptos::prelude::*;

use crate::components::filters::name_of;
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::{grouped, signed};
use crate::pages::audits::view::{AuditDetail, BillLine, ReplayView};
use model::audit::replay::{BillKind, ReplayState};

/// The panel; none where there is nothing to replay.
pub fn replay(it: &AuditDetail) -> AnyView {
    let texts = locale().replay_texts();
    let body = match &it.replay {
        None if it.can_replay => start(it.line.id, it.waiting == 0),
        None => return ().into_any(),
        Some(replay) => view! {
            {said(replay)}
            {bills(replay)}
            {ending(it, replay)}
        }
        .into_any(),
    };
    view! {
        <section class="panel replay" aria-labelledby="replay">
            <header>
                <h2 id="replay">{texts.replay}</h2>
                <span class="grow"></span>
                {it.replay.as_ref().map(badge)}
            </header>
            <div class="body stack">{body}</div>
        </section>
    }
    .into_any()
}

fn badge(it: &ReplayView) -> AnyView {
    let texts = locale().replay_texts();
    let undecidable = it.counts.iter().any(|(kind, count)| *kind == BillKind::Undecidable && *count > 0);
    let tone = match it.state {
        ReplayState::Running => None,
        ReplayState::Error => Some("warn"),
        ReplayState::Ready if undecidable => Some("warn"),
        ReplayState::Ready | ReplayState::Corrected => Some("good"),
    };
    view! {
        <span class="badge" data-tone=tone>
            {(texts.replay_state)(it.state, undecidable)}
        </span>
    }
    .into_any()
}

/// How far it is, or was.
fn said(it: &ReplayView) -> AnyView {
    let texts = locale().replay_texts();
    let part = if it.all > 0 { it.read * 1000 / it.all.max(1) } else { 0 };
    let bar = (it.state == ReplayState::Running).then(|| {
        let style = format!("--v:0.{part:03}");
        let style = if part >= 1000 { "--v:1".to_owned() } else { style };
        view! {
            <div class="progress" role="progressbar" aria-valuenow=part / 10 aria-valuemin="0" aria-valuemax="100" aria-label=texts.replay>
                <i style=style></i>
            </div>
        }
    });
    let message = it.message.clone().map(|it| view! { <Notice tone="warn" words=it /> });
    view! {
        <p class="muted">{(texts.messages_read)(it.read, it.all, &(locale().audits_texts().took)(it.took_ms))}</p>
        {bar}
        {message}
    }
    .into_any()
}

fn bills(it: &ReplayView) -> AnyView {
    let texts = locale().replay_texts();
    if it.state == ReplayState::Running || it.state == ReplayState::Error {
        return ().into_any();
    }
    if it.bills.is_empty() {
        return view! { <p>{texts.no_bills}</p> }.into_any();
    }
    let of_kind = |kind: BillKind| {
        let count = it.counts.iter().find(|(it, _)| *it == kind).map_or(0, |(_, count)| *count);
        let lines: Vec<&BillLine> = it.bills.iter().filter(|it| it.kind == kind).collect();
        (!lines.is_empty()).then(|| {
            view! {
                <h3>
                    {(texts.bill_kind)(kind)} " " {grouped(count)} " " <span class="muted">{(texts.bill_kind_how)(kind)}</span>
                </h3>
                <ul class="bills">{lines.into_iter().map(line).collect_view()}</ul>
            }
        })
    };
    BillKind::ALL.map(of_kind).collect_view().into_any()
}

fn line(it: &BillLine) -> AnyView {
    let sign = match it.kind {
        BillKind::Missing => ("\u{2212}", "duplicate"),
        BillKind::Altered => ("\u{2260}", "incomplete"),
        BillKind::Extra => ("+", "incomplete"),
        BillKind::Undecidable => ("?", "stale"),
        BillKind::Candidate => ("\u{2248}", "flows"),
    };
    let texts = locale().replay_texts();
    let both = match (it.queue, it.records) {
        (Some(queue), Some(records)) => (texts.queue_and_records)(&signed(queue), &signed(records)),
        (Some(one), None) | (None, Some(one)) => signed(one),
        (None, None) => String::new(),
    };
    let place = [name_of(&it.warehouse), name_of(&it.product), it.origin.clone()].into_iter();
    let place: Vec<String> = place.chain(it.found_in.clone()).collect();
    let effect = (it.effect != 0).then(|| format!("RRS {}", signed(it.effect)));
    view! {
        <li>
            <span class="sign" data-v=sign.1 aria-hidden="true">
                {sign.0}
            </span>
            <span>
                <b>{it.bill_id.clone()}</b>
                " "
                <span class="muted">{(texts.line_of)(it.line_no)}</span>
                <span class="where muted">{place.join(" \u{b7} ")}</span>
            </span>
            <span class="num">{both} <span class="where">{effect}</span></span>
        </li>
    }
    .into_any()
}

/// What may be done now.
fn ending(it: &AuditDetail, replay: &ReplayView) -> AnyView {
    let texts = locale().replay_texts();
    match (replay.state, &replay.confirmed) {
        (ReplayState::Corrected, Some((who, at))) => {
            // What changed since, or did not fit, is left for another one.
            let again = (it.waiting > 0).then(|| start(it.line.id, true));
            view! { <Notice tone="good" words=(texts.confirmed)(who, at) /> {again} }.into_any()
        }
        (ReplayState::Ready, _) if it.waiting > 0 => view! {
            <form method="post" action=format!("/audits/{}/confirm", it.line.id) class="decide">
                <input type="hidden" name="replay" value=replay.id />
                <p class="muted">{texts.confirm_how}</p>
                <button class="btn primary">{(texts.confirm)(it.waiting)}</button>
            </form>
            {start(it.line.id, true)}
        }
        .into_any(),
        (ReplayState::Ready | ReplayState::Error, _) if it.can_replay => start(it.line.id, true),
        _ => ().into_any(),
    }
}

fn start(audit: i64, again: bool) -> AnyView {
    let texts = locale().replay_texts();
    let (class, words) = if again { ("btn quiet", texts.replay_again) } else { ("btn primary", texts.replay_now) };
    let how = (!again).then(|| view! { <p class="muted">{texts.replay_how}</p> });
    view! {
        {how}
        <form method="post" action=format!("/audits/{audit}/replay")>
            <button class=class>{words}</button>
        </form>
    }
    .into_any()
}
