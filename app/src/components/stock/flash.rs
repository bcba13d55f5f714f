//! A changed figure is marked for a moment, then calm again. Nothing else on a page moves.

use std::time::Duration;

use leptos::prelude::*;

/// As long as the animation of `flash.css`; a mark that runs is not started again.
const FLASH: Duration = Duration::from_millis(1200);

/// The class of a figure that flashes when its value changes.
pub fn flash(value: impl Fn() -> Option<i64> + 'static) -> ReadSignal<&'static str> {
    let (class, set_class) = signal("");
    Effect::new(move |before: Option<Option<i64>>| {
        let now = value();
        // A figure that was not there before has not changed.
        if let (Some(before), Some(after)) = (before.flatten(), now)
            && before != after
            && class.get_untracked().is_empty()
        {
            set_class.set(if after > before { "flash-in" } else { "flash-out" });
            clear_after_flash(set_class, "");
        }
        now
    });
    class
}

/// Takes a mark away once it was seen; a figure that is gone by then needs nothing.
pub fn clear_after_flash<T: Send + Sync + 'static>(class: WriteSignal<T>, none: T) {
    set_timeout(
        move || {
            let _gone_meanwhile = class.try_set(none);
        },
        FLASH,
    );
}
