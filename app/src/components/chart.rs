//! A chart: a picture made on the server, which ECharts takes over in the browser once the page is painted
//! (`frontend/js/chart.js`, which also says what the attributes are). Its numbers are written here, never there.

use leptos::prelude::*;
use serde::Serialize;

use crate::assets::module_script;

/// What is drawn for each row; never moves.
#[derive(Debug, Clone, Serialize)]
pub struct Series {
    /// As people call it.
    pub name: &'static str,
    /// A colour of `style/tokens.css`, without its dashes.
    pub tone: &'static str,
    /// Before its numbers.
    pub sign: &'static str,
    /// Is it drawn below the zero line?
    pub down: bool,
    /// Is it a line, on a scale of its own above the bars?
    pub line: bool,
}

impl Series {
    /// All of a chart, in the order of its legend.
    pub fn all(them: &[Self]) -> String {
        serde_json::to_string(them).unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ChartData {
    /// The lines of the upper scale, where there is a line above the bars.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub upper: Vec<(i64, String)>,
    /// The scale's lines, evenly spaced, from the lowest: where, and as people read it.
    pub ticks: Vec<(i64, String)>,
    /// The rows whose label stands below the chart.
    pub marks: Vec<usize>,
    /// A label, then the number of each series as people read it.
    pub rows: Vec<Vec<String>>,
}

/// A chart with a name. The same numbers stand beside it as a table.
#[component]
pub fn Chart(
    /// What a screen reader says.
    label: String,
    series: String,
    data: Signal<ChartData>,
    /// Makes the server's picture, as HTML.
    picture: fn(&ChartData) -> String,
    /// With its axes, as CSS has it.
    height: &'static str,
) -> impl IntoView {
    // The browser never needs it: either the server drew it, or the script is there already.
    let first = if cfg!(target_arch = "wasm32") { String::new() } else { data.with_untracked(picture) };
    let left = data.with_untracked(left);
    let data = Signal::derive(move || data.with(|it| serde_json::to_string(it).unwrap_or_default()));
    view! {
        <tally-chart class="chart" role="img" aria-label=label style=format!("--h:{height};--left:{left}") series=series data=data>
            <div inner_html=first></div>
        </tally-chart>
    }
    .into_any()
}

/// Room for the labels of all scales, in the same way as `frontend/js/echarts.js` leaves it.
fn left(data: &ChartData) -> String {
    let longest = data.upper.iter().chain(&data.ticks).map(|(_, label)| label.chars().count()).max().unwrap_or(0);
    format!("max(2.75rem, {longest} * .4375rem + .625rem)")
}

/// What takes the charts of a page over; once on a page that has any.
#[component]
pub fn ChartScript() -> impl IntoView {
    module_script("chart.js")
}

/// The next of 1, 2, 5, 10, 20, 50, ... from a number on: a scale that does not jump with every entry.
pub fn nice(number: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            match unit.checked_mul(step) {
                Some(it) if it >= number => return it,
                Some(_) => {}
                None => return number,
            }
        }
        unit = unit.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (number, round) in [(0, 1), (1, 1), (3, 5), (11, 20), (2_001, 5_000), (i64::MAX, i64::MAX)] {
            assert_eq!(nice(number), round);
        }
    }
}
