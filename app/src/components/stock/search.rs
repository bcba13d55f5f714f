//! Finds among thousands by name, initials or id. Without script it is a form; with it, it finds while one types.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::live::find_holders;
use crate::components::icon::{Glyph, Icon};
use crate::live::RankStore;
use crate::timer::every;
use model::live::Ranking;
use model::names::NameOf;

/// A pause in typing.
const PAUSE: Duration = Duration::from_millis(150);
/// What was found is looked up again this often: its figures move too.
const AGAIN: Duration = Duration::from_secs(2);

/// What a search finds, and what for.
#[derive(Clone, Copy)]
pub struct Finding {
    /// What is looked for; empty: nothing.
    pub text: RwSignal<String>,
    /// What was found.
    pub found: RankStore,
    /// What that is the answer to.
    pub found_for: RwSignal<String>,
    of: NameOf,
    /// What was asked for and is not answered yet.
    asking: StoredValue<String>,
    pause: StoredValue<Option<TimeoutHandle>, LocalStorage>,
}

impl Finding {
    /// Starts from what the URL looked for.
    pub fn new(of: NameOf, text: String, found: Ranking) -> Self {
        let finding = Self {
            found_for: RwSignal::new(text.clone()),
            text: RwSignal::new(text),
            found: RankStore::new(found),
            of,
            asking: StoredValue::new(String::new()),
            pause: StoredValue::new_local(None),
        };
        Effect::new(move || finding.keep_up());
        finding
    }

    /// Is something looked for?
    pub fn is_on(&self) -> bool {
        self.text.with(|it| !it.trim().is_empty())
    }

    /// Is what was found the answer to what is looked for?
    pub fn is_answered(&self) -> bool {
        self.text.get() == self.found_for.get()
    }

    fn typed(self, text: String) {
        self.text.set(text);
        self.pause.update_value(|pause| {
            if let Some(pause) = pause.take() {
                pause.clear();
            }
            *pause = set_timeout_with_handle(move || self.ask(), PAUSE).ok();
        });
    }

    fn keep_up(self) {
        every(AGAIN, move || {
            if self.text.with_untracked(|it| !it.trim().is_empty()) {
                self.ask();
            }
        });
    }

    fn ask(self) {
        let text = self.text.get_untracked();
        if text.trim().is_empty() || self.asking.get_value() == text {
            return;
        }
        self.asking.set_value(text.clone());
        spawn_local(async move {
            let answer = find_holders(self.of, text.clone()).await;
            if self.asking.try_get_value() == Some(text.clone()) {
                self.asking.set_value(String::new());
            }
            // A failure leaves what was found before: the page says that it is not live.
            let Ok(rows) = answer else { return };
            // An answer to what was typed before is of no use.
            if self.text.try_get_untracked().as_ref() == Some(&text) {
                self.found.replace(Ranking { count: rows.len(), rows });
                self.found_for.set(text);
            }
        });
    }
}

#[component]
pub fn Search(
    /// What it drives.
    finding: Finding,
    /// Its name in the URL.
    name: &'static str,
    /// What it finds.
    label: &'static str,
) -> impl IntoView {
    view! {
        <form role="search" method="get" class="search">
            <label class="control small">
                <Glyph icon=Icon::Search />
                <input
                    type="search"
                    name=name
                    placeholder=label
                    aria-label=label
                    autocomplete="off"
                    maxlength="64"
                    prop:value=move || finding.text.get()
                    value=finding.text.get_untracked()
                    on:input=move |event| finding.typed(event_target_value(&event))
                />
            </label>
        </form>
    }
    .into_any()
}
