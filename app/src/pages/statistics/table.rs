//! The lines of a statement as a table that can be ordered by any column, with the total.

use leptos::prelude::*;

use crate::components::export::export;
use crate::components::filters::{name_of, turning};
use crate::components::stock::curve::Curve;
use crate::i18n::locale;
use crate::number::{count_of, grouped, signed};
use crate::pages::records::view::RecordsQuery;
use crate::pages::statistics::view::{Line, StatementView, StatisticsQuery};
use model::entry::Kind;
use model::names::NameOf;
use model::period::About;
use model::quantity::Direction;
use model::statistics::{Column, Figures, GroupBy, Order};

/// The panel of lines.
pub fn lines(view: &StatementView, query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    let is_adjusted = view.total.adjust != 0 || view.lines.iter().any(|it| it.figures.adjust != 0);
    let shape = Shape { kinds: kinds(query.group_by), by_time: query.by_time, is_adjusted };
    let title = match &shape.titles()[..] {
        [] => texts.all_together.to_owned(),
        titles => (texts.by)(&titles.join(" \u{b7} ")),
    };
    let as_of = (texts.as_of)(&view.as_of, &grouped(view.total.entries));
    let shown = (texts.lines_of)(&count_of(view.lines.len()), &count_of(view.all_lines));
    let most = view.lines.iter().map(|it| it.figures.qty_in.max(it.figures.qty_out)).max().unwrap_or(0);
    let identity = if is_adjusted { texts.identity_adjusted } else { texts.identity };
    let next = view.next.as_ref().map(|cursor| {
        let url = StatisticsQuery { cursor: cursor.clone(), ..query.clone() }.url();
        (url, texts.next)
    });
    let first = (!query.cursor.is_empty()).then(|| query.but(|_| ()).url());
    let lines = view.lines.iter().map(|it| line(it, &shape, query, most)).collect_view();
    let total = cells(&view.total, &shape, 0, &records_about(&query.about));
    let width = shape.titles().len().max(1);
    view! {
        <section class="panel lines" aria-labelledby="lines">
            <header>
                <h2 id="lines">{title}</h2>
                <span class="sub">{as_of}</span>
                <span class="grow"></span>
                <span class="sub">{shown}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="lines">
                <table class="table">
                    <thead>{head(&shape, query)}</thead>
                    <tbody>{lines}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row" colspan=width>
                                {texts.total}
                            </th>
                            {total}
                            <td data-p="3"></td>
                        </tr>
                    </tfoot>
                </table>
            </div>
            <footer>
                {export(&query.but(|_| ()).url())}
                <span>{identity}</span>
                <span class="grow"></span>
                {turning(first, next)}
            </footer>
        </section>
    }
    .into_any()
}

/// Which columns there are.
struct Shape {
    kinds: Vec<NameOf>,
    by_time: bool,
    is_adjusted: bool,
}

impl Shape {
    fn titles(&self) -> Vec<&'static str> {
        let texts = locale().statistics_texts();
        let kinds = self.kinds.iter().map(|it| (texts.kind)(*it));
        kinds.chain(self.by_time.then_some(texts.time)).collect()
    }

    fn columns(&self) -> Vec<Column> {
        let all =
            [Column::Opening, Column::In, Column::Out, Column::Adjust, Column::Net, Column::Closing, Column::Entries];
        all.into_iter().filter(|it| *it != Column::Adjust || self.is_adjusted).collect()
    }
}

fn kinds(by: GroupBy) -> Vec<NameOf> {
    [(NameOf::Warehouse, by.warehouse), (NameOf::Product, by.product), (NameOf::Company, by.company)]
        .into_iter()
        .filter_map(|(of, wanted)| wanted.then_some(of))
        .collect()
}

/// Which columns leave first where there is little room.
fn leaves(column: Column) -> Option<&'static str> {
    match column {
        Column::Net | Column::Adjust => Some("3"),
        Column::Opening | Column::Entries => Some("2"),
        _ => None,
    }
}

fn head(shape: &Shape, query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    let names = shape.kinds.iter().map(|of| sorted(query, Column::Group, (texts.kind)(*of), "")).collect_view();
    let time = shape.by_time.then(|| sorted(query, Column::Start, texts.time, ""));
    let nothing = shape.titles().is_empty().then(|| view! { <td></td> });
    let numbers = shape.columns().into_iter().map(|it| sorted(query, it, (texts.column)(it), "num")).collect_view();
    view! {
        <tr>
            {names}
            {time}
            {nothing}
            {numbers}
            <th scope="col" data-p="3">
                {(!shape.by_time).then_some(texts.trend)}
            </th>
        </tr>
    }
    .into_any()
}

/// A head that orders by its column; once more, the other way round.
fn sorted(query: &StatisticsQuery, column: Column, title: &'static str, class: &'static str) -> AnyView {
    let now = query.order_or_usual();
    let is_here = now.column == column;
    let first_down = !matches!(column, Column::Group | Column::Start);
    let descending = if is_here { !now.descending } else { first_down };
    let order = Order { column, descending };
    let sort = is_here.then_some(if now.descending { "descending" } else { "ascending" });
    let url = query.but(|it| it.order = Some(order)).url();
    let label = (locale().statistics_texts().sort_by)(title);
    view! {
        <th scope="col" class=class aria-sort=sort data-p=leaves(column)>
            <a href=url title=label>
                {title}
            </a>
        </th>
    }
    .into_any()
}

fn line(it: &Line, shape: &Shape, query: &StatisticsQuery, most: i64) -> AnyView {
    let names = shape.kinds.iter().zip(&it.names).map(|(of, named)| {
        let name = name_of(named);
        let id = (name != named.id).then(|| view! { <small class="muted">{named.id.clone()}</small> });
        let url = into(query, *of, &named.id);
        view! {
            <th scope="row" title=named.id.clone()>
                <a href=url>{name}</a>
                " "
                {id}
            </th>
        }
    });
    let start = it.start.clone().map(|at| view! { <th scope="row">{at}</th> });
    let nothing = shape.titles().is_empty().then(|| view! { <th></th> });
    let trend = (!it.trend.is_empty()).then(|| view! { <Curve shape=Signal::stored(it.trend.clone()) /> });
    view! {
        <tr>
            {names.collect_view()}
            {start}
            {nothing}
            {cells(&it.figures, shape, most, &behind(query, shape, it))}
            <td data-p="3">{trend}</td>
        </tr>
    }
    .into_any()
}

/// One step into a line: about it alone, grouped by what comes next.
fn into(query: &StatisticsQuery, of: NameOf, id: &str) -> String {
    query
        .but(|it| {
            it.about.filter.only(of, id);
            it.order = None;
            let by = &mut it.group_by;
            match of {
                NameOf::Warehouse => by.warehouse = false,
                NameOf::Product => by.product = false,
                NameOf::Company => by.company = false,
            }
            if *by == GroupBy::default() {
                match of {
                    NameOf::Warehouse if it.about.filter.products.is_empty() => by.product = true,
                    NameOf::Product | NameOf::Company if it.about.filter.warehouses.is_empty() => by.warehouse = true,
                    _ => it.by_time = true,
                }
            }
        })
        .url()
}

/// The entries behind a line.
fn behind(query: &StatisticsQuery, shape: &Shape, it: &Line) -> RecordsQuery {
    let mut about = query.about.clone();
    if let Some((from, to)) = &it.part {
        (about.preset, about.from, about.to) = (None, from.clone(), to.clone());
    }
    for (of, named) in shape.kinds.iter().zip(&it.names) {
        about.filter.only(*of, &named.id);
    }
    records_about(&about)
}

fn records_about(about: &About) -> RecordsQuery {
    RecordsQuery { about: about.clone(), ..RecordsQuery::default() }
}

/// The numbers of a line, each with the way to its entries; `most`: the largest movement of all, 0 where no shares are drawn.
fn cells(it: &Figures, columns: &Shape, most: i64, records: &RecordsQuery) -> AnyView {
    let share = |number: i64| {
        (most > 0).then(|| {
            let thousandths = i128::from(number) * 1000 / i128::from(most);
            view! { <span class="flow" style=format!("--v:{}.{:03}", thousandths / 1000, thousandths % 1000)></span> }
        })
    };
    let cell = |column: Column| {
        let (class, text, share) = match column {
            Column::In => ("num in", grouped(it.qty_in), share(it.qty_in)),
            Column::Out => ("num out", grouped(it.qty_out), share(it.qty_out)),
            Column::Adjust => ("num", signed(it.adjust), None),
            Column::Net => ("num", signed(it.net()), None),
            Column::Closing if it.closing < 0 => ("num strong neg", grouped(it.closing), None),
            Column::Closing => ("num strong", grouped(it.closing), None),
            Column::Entries => ("num muted", grouped(it.entries), None),
            Column::Opening | Column::Group | Column::Start => ("num", grouped(it.opening), None),
        };
        let text = match entries_of(column, it, records) {
            Some(url) => view! { <a href=url>{text}</a> }.into_any(),
            None => text.into_any(),
        };
        view! {
            <td class=class data-p=leaves(column)>
                {text}
                {share}
            </td>
        }
    };
    columns.columns().into_iter().map(cell).collect_view().into_any()
}

/// Where the entries of a figure are, if it has any.
fn entries_of(column: Column, it: &Figures, records: &RecordsQuery) -> Option<String> {
    let only = |direction: Option<Direction>, kinds: &[Kind]| {
        let kinds = kinds.to_vec();
        records.but(|it| (it.direction, it.kinds) = (direction, kinds)).url()
    };
    match column {
        Column::In if it.qty_in > 0 => Some(only(Some(Direction::In), &[Kind::Bill])),
        Column::Out if it.qty_out > 0 => Some(only(Some(Direction::Out), &[Kind::Bill])),
        Column::Adjust if it.adjust != 0 => Some(only(None, &[Kind::Opening, Kind::Adjust])),
        Column::Net | Column::Entries if it.entries > 0 => Some(only(None, &[])),
        _ => None,
    }
}
