//! `/wall` in the browser: 64 by 36 rem, nothing scrolls. What does not fit turns every 20 s.
#![expect(missing_docs, reason = "the macro makes a struct that cannot have a docstring")]

use std::time::Duration;

use leptos::prelude::*;

use crate::components::notice::state_words;
use crate::draw::{flag, text, there};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::pages::wall::{Bottom, Hero, Products, Top, Turn, Warehouses};
use crate::timer::every;
use model::live::LiveView;

/// How long a page of a panel stands.
const TURN: Duration = Duration::from_secs(20);
const SECOND: Duration = Duration::from_secs(1);

/// The whole sheet.
#[island]
pub fn WallBoard(
    /// Of the first paint.
    view: LiveView,
    /// The warehouses it is about; none: all.
    scope: Vec<String>,
) -> impl IntoView {
    let is_part = !scope.is_empty();
    let nothing = (texts().no_such_warehouses)(&scope.join(", "));
    let store = LiveStore::new(view, scope);
    let turn = Turn(RwSignal::new(0));
    Effect::new(move || {
        store.follow();
        every(TURN, move || turn.0.update(|it| *it = it.wrapping_add(1)));
        every(SECOND, move || store.clock.update(|it| *it = a_second_later(it)));
    });
    let stale = there(flag(move || store.is_old()));
    let words = text(move || {
        let empty = is_part && store.warehouses.count.get() == 0;
        state_words(store).unwrap_or_else(|| if empty { nothing.clone() } else { String::new() })
    });
    view! {
        <main id="content" data-stale=stale>
            <Top store words />
            <Hero store is_part />
            <div class="mid">
                <Warehouses store turn />
                <Products store turn />
            </div>
            <Bottom store turn />
        </main>
    }
}

/// The server's clock goes on between two heartbeats. What is no time stays as it is.
fn a_second_later(time: &str) -> String {
    let parts: Vec<u32> = time.split(':').filter_map(|it| it.parse().ok()).collect();
    let [hours, minutes, seconds] = parts[..] else { return time.to_owned() };
    let next = (hours * 3600 + minutes * 60 + seconds + 1) % 86_400;
    format!("{:02}:{:02}:{:02}", next / 3600, next / 60 % 60, next % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_over_midnight() {
        assert_eq!(a_second_later("09:59:59"), "10:00:00");
        assert_eq!(a_second_later("23:59:59"), "00:00:00");
        assert_eq!(a_second_later("\u{2014}"), "\u{2014}");
    }
}
