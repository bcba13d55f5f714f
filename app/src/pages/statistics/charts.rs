//! Stock and movement over the period, and who moved most.

use leptos::prelude::*;

use crate::components::bars::curve_and_bars;
use crate::components::chart::{Chart, ChartData, ChartScript, Series, nice};
use crate::i18n::{Locale, locale};
use crate::number::{grouped, short, short_on_scale, signed};
use crate::pages::statistics::names_of;
use crate::pages::statistics::view::{Mover, Part, StatementView};
use model::statistics::Column;

/// About so many labels stand below a chart.
const LABELS: usize = 10;

/// The panel of the chart, and the same numbers as a table.
#[component]
pub fn Movement(
    /// What is shown.
    view: StatementView,
) -> impl IntoView {
    let texts = locale().statistics_texts();
    let title = (texts.movement_by)(view.interval);
    let name = |column| (texts.column)(column);
    let series = Series::all(&[
        Series { name: name(Column::Closing), tone: "stock", sign: "", down: false, line: true },
        Series { name: name(Column::In), tone: "in", sign: "+", down: false, line: false },
        Series { name: name(Column::Out), tone: "out", sign: "\u{2212}", down: true, line: false },
    ]);
    let data = Signal::stored(chart_data(&view.parts, locale()));
    view! {
        <section class="panel" aria-labelledby="movement">
            <header>
                <h2 id="movement">{title}</h2>
                <span class="grow"></span>
                <span class="legend">
                    <span>
                        <i class="rule" style="--c:var(--stock)"></i>
                        {name(Column::Closing)}
                    </span>
                    <span>
                        <i style="--c:var(--in)"></i>
                        {name(Column::In)}
                    </span>
                    <span>
                        <i style="--c:var(--out)"></i>
                        {name(Column::Out)}
                    </span>
                </span>
            </header>
            <div class="body">
                <Chart label=title.to_owned() series data picture=curve_and_bars height="17.5rem" />
                <AsTable parts=view.parts />
            </div>
            <ChartScript />
        </section>
    }
    .into_any()
}

fn chart_data(parts: &[Part], locale: Locale) -> ChartData {
    let peak = nice(parts.iter().map(|it| it.figures.qty_in.max(it.figures.qty_out)).max().unwrap_or(0));
    let edge = short(peak, locale);
    let step = parts.len().div_ceil(LABELS).max(1);
    let row = |it: &Part| {
        vec![it.label.clone(), grouped(it.figures.closing), grouped(it.figures.qty_in), grouped(it.figures.qty_out)]
    };
    ChartData {
        upper: stock_scale(parts, locale),
        ticks: vec![(-peak, edge.clone()), (0, "0".to_owned()), (peak, edge)],
        marks: (0..parts.len()).step_by(step).collect(),
        rows: parts.iter().map(row).collect(),
    }
}

/// Two or three round lines around a stock curve, which need not begin at 0.
fn stock_scale(parts: &[Part], locale: Locale) -> Vec<(i64, String)> {
    let closings = || parts.iter().map(|it| it.figures.closing);
    let (low, high) = (closings().min().unwrap_or(0), closings().max().unwrap_or(0));
    let step = nice((high.saturating_sub(low)).div_euclid(2).max(1));
    let first = low.div_euclid(step).saturating_mul(step);
    let mut scale = vec![first];
    while scale.last().is_some_and(|it| *it < high) && scale.len() < 5 {
        scale.push(scale[scale.len() - 1].saturating_add(step));
    }
    if scale.len() == 1 {
        scale.push(first.saturating_add(step));
    }
    let largest = scale.iter().map(|it| it.saturating_abs()).max().unwrap_or(0);
    scale.into_iter().map(|it| (it, short_on_scale(it, step, largest, locale))).collect()
}

#[component]
fn AsTable(parts: Vec<Part>) -> impl IntoView {
    let texts = locale().statistics_texts();
    let columns = [Column::Opening, Column::In, Column::Out, Column::Adjust, Column::Closing];
    let head = columns.map(|it| view! { <th scope="col">{(texts.column)(it)}</th> });
    let line = |it: Part| {
        let figures = it.figures;
        view! {
            <tr>
                <th scope="row">{it.label}</th>
                <td>{grouped(figures.opening)}</td>
                <td>{grouped(figures.qty_in)}</td>
                <td>{grouped(figures.qty_out)}</td>
                <td>{signed(figures.adjust)}</td>
                <td>{grouped(figures.closing)}</td>
            </tr>
        }
        .into_any()
    };
    view! {
        <details class="as-table">
            <summary>{crate::i18n::texts().as_table}</summary>
            <table class="mini">
                <thead>
                    <tr>
                        <th scope="col">{texts.time}</th>
                        {head.collect_view()}
                    </tr>
                </thead>
                <tbody>{parts.into_iter().map(line).collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

/// Who moved most: bars from one line, each with its number, which makes them their own table.
#[component]
pub fn Movers(
    /// The largest gain first.
    movers: Vec<Mover>,
) -> impl IntoView {
    let texts = locale().statistics_texts();
    let most = movers.iter().map(|it| it.net.unsigned_abs()).max().unwrap_or(1).max(1);
    let bar = |name: String, net: i64| {
        let thousandths = u128::from(net.unsigned_abs()) * 1000 / u128::from(most);
        let style = format!("--v:{}.{:03}", thousandths / 1000, thousandths % 1000);
        let tone = if net < 0 { "out" } else { "in" };
        view! {
            <tr>
                <th scope="row" title=name.clone()>
                    {name.clone()}
                </th>
                <td>
                    <i data-tone=tone style=style></i>
                    <span class="num">{signed(net)}</span>
                </td>
            </tr>
        }
        .into_any()
    };
    let bars = movers.into_iter().map(|it| bar(names_of(&it.names), it.net)).collect_view();
    view! {
        <section class="panel" aria-labelledby="movers">
            <header>
                <h2 id="movers">{texts.net_movement}</h2>
                <span class="sub">{texts.net_is}</span>
            </header>
            <div class="body">
                <table class="movers">
                    <thead class="sr">
                        <tr>
                            <th scope="col">{(texts.column)(Column::Group)}</th>
                            <th scope="col">{(texts.column)(Column::Net)}</th>
                        </tr>
                    </thead>
                    <tbody>{bars}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::statistics::Figures;

    fn scale(closings: &[i64]) -> Vec<i64> {
        let part =
            |closing: &i64| Part { label: String::new(), figures: Figures { closing: *closing, ..Figures::default() } };
        let parts: Vec<Part> = closings.iter().map(part).collect();
        stock_scale(&parts, Locale::En).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn a_scale_is_round_and_holds_its_curve() {
        assert_eq!(scale(&[29_304_511, 30_744_801]), [29_000_000, 30_000_000, 31_000_000]);
        assert_eq!(scale(&[0, 0]), [0, 1]);
        assert_eq!(scale(&[-5, 7]), [-10, 0, 10]);
        for closings in [[-100_481, -12], [3, 3], [999, 1_001], [i64::MIN / 2, i64::MAX / 2]] {
            let scale = scale(&closings);
            assert!(scale[0] <= closings[0] && scale[scale.len() - 1] >= closings[1], "{closings:?} {scale:?}");
        }
    }
}
