//! Work that repeats while an island lives.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::on_cleanup;

/// Does it again and again, until whatever started it goes away. In the browser only: inside an effect.
pub fn every(time: Duration, work: impl Fn() + 'static) {
    let timer = set_interval_with_handle(work, time);
    on_cleanup(move || {
        if let Ok(timer) = timer {
            timer.clear();
        }
    });
}
