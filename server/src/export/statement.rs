//! A statement as rows, with its total in the last one. Pure.

use app::i18n::Locale;
use model::names::NameOf;
use model::statistics::{Column, Figures, GroupBy, Row as Line};

use super::{Cell, Row, named};
use base::business_time::BusinessTime;
use records::Names;

const FIGURES: [Column; 7] =
    [Column::Opening, Column::In, Column::Out, Column::Adjust, Column::Net, Column::Closing, Column::Entries];

fn kinds(by: GroupBy) -> impl Iterator<Item = NameOf> {
    let all = [(NameOf::Warehouse, by.warehouse), (NameOf::Product, by.product), (NameOf::Company, by.company)];
    all.into_iter().filter_map(|(of, wanted)| wanted.then_some(of))
}

/// The titles of the columns.
pub fn statement_titles(locale: Locale, by: GroupBy, by_time: bool) -> Vec<String> {
    let texts = locale.statistics_texts();
    let id_of = locale.export_texts().id_of;
    let names = kinds(by).flat_map(|of| [id_of((texts.kind)(of)), (texts.kind)(of).to_owned()]);
    let time = by_time.then(|| texts.time.to_owned());
    names.chain(time).chain(FIGURES.map(|it| (texts.column)(it).to_owned())).collect()
}

/// The lines and the total.
pub fn statement_rows(
    lines: &[Line],
    total: &Figures,
    (by, by_time): (GroupBy, bool),
    (zone, locale, names): (BusinessTime, Locale, &Names),
) -> Vec<Row> {
    let line = |it: &Line| {
        let id = |of| match of {
            NameOf::Warehouse => it.group.warehouse_id.as_ref().map(ToString::to_string),
            NameOf::Product => it.group.product_id.as_ref().map(ToString::to_string),
            NameOf::Company => it.group.company_id.as_ref().map(ToString::to_string),
        };
        let both = |of| named((names, locale), of, &id(of).unwrap_or_default());
        let time = by_time.then(|| it.start.and_then(|at| zone.local(at)).map_or(Cell::Empty, Cell::Time));
        kinds(by).flat_map(both).chain(time).chain(cells(&it.figures)).collect()
    };
    let blank = kinds(by).count() * 2 + usize::from(by_time);
    let word = locale.statistics_texts().total;
    let first = (0..blank).map(|place| if place == 0 { Cell::from(word) } else { Cell::Empty });
    let last = first.chain(cells(total)).collect();
    lines.iter().map(line).chain([last]).collect()
}

fn cells(it: &Figures) -> [Cell; 7] {
    [it.opening, it.qty_in, it.qty_out, it.adjust, it.net(), it.closing, it.entries].map(Cell::Number)
}
