//! The shape of a row's stock over the last days, as inline SVG: there before any script. No axis, no number.

use std::fmt::Write as _;

use leptos::prelude::*;

use crate::draw::text;
use model::live::{CURVE_DAYS, curve_heights};

/// Units of the drawing between two days.
const STEP: u32 = 10;
/// Units from the lowest to the highest point.
const HIGH: u32 = 35;

/// A curve of [`CURVE_DAYS`] points, the last one marked.
#[component]
pub fn Curve(
    /// As the view has it; empty: nothing is drawn.
    #[prop(into)]
    shape: Signal<String>,
) -> impl IntoView {
    let width = u32::try_from(CURVE_DAYS).unwrap_or(20).saturating_sub(1) * STEP;
    let line = text(move || shape.with(|it| points(it)));
    let end = text(move || shape.with(|it| if it.is_empty() { String::new() } else { end(it) }));
    view! {
        <svg class="spark" viewBox=format!("0 0 {width} {HIGH}") preserveAspectRatio="none" aria-hidden="true">
            <polyline points=line />
            <path class="end" d=end />
        </svg>
    }
    .into_any()
}

fn points(shape: &str) -> String {
    let mut text = String::new();
    for (place, height) in (0u32..).zip(curve_heights(shape)) {
        let _always = write!(text, "{},{} ", place * STEP, HIGH - height.min(HIGH));
    }
    text.trim_end().to_owned()
}

/// A point where the line ends.
fn end(shape: &str) -> String {
    let (mut x, mut y) = (0, HIGH);
    for (place, height) in (0u32..).zip(curve_heights(shape)) {
        (x, y) = (place * STEP, HIGH - height.min(HIGH));
    }
    format!("M{x} {y}h0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn higher_is_nearer_to_the_top() {
        assert_eq!(points("0za"), "0,35 10,0 20,25");
        assert_eq!(end("0za"), "M20 25h0");
    }
}
