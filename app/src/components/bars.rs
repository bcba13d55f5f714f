//! Bars up and down from one zero line, as the server draws them: SVG, there before any script and without one.

use leptos::prelude::*;

use super::chart::ChartData;

/// A picture of two series: the first goes up, the second down. Every position is a part of the plot, so the drawing fits any
/// width and its text is never scaled.
pub fn bars(data: &ChartData) -> String {
    let peak = data.ticks.last().map_or(1, |(value, _)| *value);
    view! {
        <svg class="bars" aria-hidden="true">
            {grid(data)}
            {data.rows.iter().enumerate().map(|(place, row)| bar(place, data.rows.len(), row, peak)).collect_view()}
            <line class="zero" x1="0" x2="100%" y1="50%" y2="50%" />
            {labels(data)}
        </svg>
    }
    .to_html()
}

/// Thousandths of the plot's height that a number takes; the zero line is in the middle.
fn height(number: i64, peak: i64) -> u32 {
    let peak = i128::from(peak.max(1));
    u32::try_from((i128::from(number) * 500 / peak).clamp(0, 500)).unwrap_or(500)
}

/// Thousandths of the plot's width where the share of a row begins.
fn left(place: usize, rows: usize) -> u32 {
    u32::try_from(place * 1000 / rows.max(1)).unwrap_or(1000)
}

/// Thousandths as a percentage: 16 is `1.6%`.
fn percent(thousandths: u32) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// A number that people read, as a number.
fn number(text: Option<&String>) -> i64 {
    text.and_then(|it| it.replace(',', "").parse().ok()).unwrap_or(0)
}

fn bar(place: usize, rows: usize, row: &[String], peak: i64) -> impl IntoView + use<> {
    let (up, down) = (height(number(row.get(1)), peak), height(number(row.get(2)), peak));
    // A seventh of its share is left free on either side.
    let share = left(1, rows);
    let (x, width) = (percent(left(place, rows) + share / 7), percent(share * 5 / 7));
    view! {
        <rect class="in" x=x.clone() y=percent(500 - up) width=width.clone() height=percent(up) />
        <rect class="out" x=x y="50%" width=width height=percent(down) />
    }
}

fn grid(data: &ChartData) -> impl IntoView + use<> {
    let last = data.ticks.len().saturating_sub(1);
    data.ticks
        .iter()
        .enumerate()
        .map(|(place, (_, label))| {
            let y = percent(1000 - left(place, last));
            view! {
                <line class="grid" x1="0" x2="100%" y1=y.clone() y2=y.clone() />
                <text class="y" x="0" y=y>
                    {label.clone()}
                </text>
            }
        })
        .collect_view()
}

fn labels(data: &ChartData) -> impl IntoView + use<> {
    let rows = data.rows.len();
    data.marks
        .iter()
        .filter_map(|place| Some((place, data.rows.get(*place)?.first()?)))
        .map(|(place, label)| {
            view! {
                <text class="x" x=percent(left(*place, rows) + left(1, rows) / 2) y="100%">
                    {label.clone()}
                </text>
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside() {
        for (pieces, peak, thousandths) in
            [(7, 5, 500), (0, 5, 0), (5, 10, 250), (i64::MAX, i64::MAX, 500), (3, 0, 500)]
        {
            assert_eq!(height(pieces, peak), thousandths, "{pieces} of {peak}");
        }
        assert_eq!((percent(left(59, 60)), percent(16)), ("98.3%".to_owned(), "1.6%".to_owned()));
    }
}
