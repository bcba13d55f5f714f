//! The catalogue as a table whose cells are fields: one form, one button for all rows of a page.
//! A field is named by its row: `3.zh`; of the row to be added `new.zh`. `3.was` is what the row was when it was shown.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::names::url;
use crate::pages::names::view::{
    CataloguePage, CatalogueQuery, CatalogueRow, Column, Fault, MAX_NAME, MAX_UNIT, Typed, TypedRow,
};
use model::ids::MAX_ID_CHARS;
use model::live::Named;
use model::names::NameOf;

#[component]
pub fn NamesTable(
    /// What there is.
    page: CataloguePage,
    /// Which page it is.
    query: CatalogueQuery,
    /// What was typed and is not saved.
    typed: Typed,
) -> impl IntoView {
    let texts = locale().names_texts();
    let of = query.of;
    let is_product = of == NameOf::Product;
    let Typed { rows: mut typed, new, .. } = typed;
    let shown = page.rows.len();
    let mut take = |id: &str| typed.iter().position(|it| it.id == id).map(|place| typed.swap_remove(place));
    let here: Vec<_> = page.rows.into_iter().map(|row| (take(&row.id), row)).collect();
    // What was typed into a row that has left this page meanwhile is still shown.
    let left = typed.into_iter().map(|it| {
        let row = CatalogueRow { id: it.id.clone(), values: it.stored.clone(), is_in_entries: true };
        (Some(it), row)
    });
    let lines = left
        .chain(here)
        .enumerate()
        .map(|(place, (typed, row))| {
            let values = row.values.clone();
            let typed = typed.unwrap_or_else(|| TypedRow { stored: values.clone(), values, ..TypedRow::default() });
            line(&place.to_string(), of, &row, &typed, &page.warehouses)
        })
        .collect_view();
    let added = new_line(of, &new.unwrap_or_default());
    let action = url(&query);
    let head = |title| view! { <th scope="col">{title}</th> };
    view! {
        <form method="post" action=action class="panel names" autocomplete="off">
            {is_product.then(|| choices(&page.warehouses))}
            <div class="body scroll-x" tabindex="0" role="region" aria-label=texts.title>
                <table class="table">
                    <thead>
                        <tr>
                            {head(texts.id)} {head(texts.zh)} {head(texts.en)} {is_product.then(|| head(texts.unit))}
                            {is_product.then(|| head(texts.low_stock))}
                        </tr>
                    </thead>
                    <tbody>{lines} {added}</tbody>
                </table>
            </div>
            <footer>
                <button class="btn primary">{texts.save}</button>
                <span class="muted">{texts.save_how}</span>
                <span class="grow"></span>
                <Pages query matched=page.matched pages=page.pages first=page.first shown />
            </footer>
        </form>
    }
    .into_any()
}

/// The warehouses that there are, once for all rows.
fn choices(warehouses: &[Named]) -> AnyView {
    let locale = locale();
    let choice = |it: &Named| view! { <option value=it.id.clone()>{locale.name(&it.name, &it.id)}</option> };
    view! { <datalist id="warehouses">{warehouses.iter().map(choice).collect_view()}</datalist> }.into_any()
}

fn line(n: &str, of: NameOf, row: &CatalogueRow, typed: &TypedRow, warehouses: &[Named]) -> AnyView {
    let texts = locale().names_texts();
    let was = serde_json::to_string(&typed.stored).unwrap_or_default();
    let unnamed = typed.stored.is_unnamed().then(|| badge(texts.unnamed, Some("warn")));
    let unused = (!row.is_in_entries).then(|| badge(texts.not_in_entries, None));
    let levels = (of == NameOf::Product).then(|| {
        let cell = levels(n, &row.id, typed, warehouses);
        view! { <td>{cell}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <input type="hidden" name=format!("{n}.id") value=row.id.clone() />
                <input type="hidden" name=format!("{n}.was") value=was />
                <code>{row.id.clone()}</code>
                {unnamed}
                {unused}
            </th>
            {fields(n, of, &row.id, typed)}
            {levels}
        </tr>
        {faults(of, &typed.faults)}
    }
    .into_any()
}

fn new_line(of: NameOf, typed: &TypedRow) -> AnyView {
    let texts = locale().names_texts();
    let id = typed.id.clone();
    view! {
        <tr class="add">
            <th scope="row">
                <input
                    name="new.id"
                    value=id
                    placeholder=texts.add
                    aria-label=format!("{}: {}", texts.add, texts.id)
                    aria-invalid=is_wrong(&typed.faults, Column::Id)
                    maxlength=MAX_ID_CHARS
                />
            </th>
            {fields("new", of, texts.add, typed)}
            {(of == NameOf::Product).then(|| view! { <td></td> })}
        </tr>
        {faults(of, &typed.faults)}
    }
    .into_any()
}

fn badge(words: &'static str, tone: Option<&'static str>) -> AnyView {
    view! {
        <span class="badge" data-tone=tone>
            {words}
        </span>
    }
    .into_any()
}

/// The fields of names and unit.
fn fields(n: &str, of: NameOf, id: &str, typed: &TypedRow) -> AnyView {
    let texts = locale().names_texts();
    let field = |column: Column, title: &str, lang: Option<&'static str>, value: &str, most: usize| {
        view! {
            <td>
                <input
                    name=format!("{n}.{}", column.word())
                    value=value.to_owned()
                    lang=lang
                    aria-label=format!("{title}: {id}")
                    aria-invalid=is_wrong(&typed.faults, column)
                    maxlength=most
                />
            </td>
        }
        .into_any()
    };
    let unit = (of == NameOf::Product).then(|| field(Column::Unit, texts.unit, None, &typed.values.unit, MAX_UNIT));
    view! {
        {field(Column::Zh, texts.zh, Some("zh-CN"), &typed.values.zh, MAX_NAME)}
        {field(Column::En, texts.en, Some("en"), &typed.values.en, MAX_NAME)}
        {unit}
    }
    .into_any()
}

/// A button with how many levels there are, and the popover with them.
fn levels(n: &str, id: &str, typed: &TypedRow, warehouses: &[Named]) -> AnyView {
    let (locale, texts) = (locale(), locale().names_texts());
    let (popover, count) = (format!("levels-{n}"), (texts.n_levels)(typed.stored.levels.len()));
    let name_of = |id: &str| {
        let found = warehouses.iter().find(|it| it.id == id);
        found.map_or_else(|| id.to_owned(), |it| locale.name(&it.name, &it.id))
    };
    let field = |(warehouse, level): (&String, &String)| {
        view! {
            <label>
                <span>{name_of(warehouse)}</span>
                <input
                    name=format!("{n}.level.{warehouse}")
                    value=level.clone()
                    inputmode="numeric"
                    aria-invalid=is_wrong_level(&typed.faults, warehouse)
                />
            </label>
        }
    };
    let set = typed.values.levels.iter().map(field).collect_view();
    let (chosen, add) = typed.add.clone();
    let wrong = is_wrong_level(&typed.faults, &chosen).filter(|_| !add.is_empty());
    view! {
        <button
            class="rests"
            type="button"
            popovertarget=popover.clone()
            aria-label=format!("{}: {id}, {count}", texts.low_stock)
            data-tone=is_wrong(&typed.faults, Column::Level).or(is_wrong(&typed.faults, Column::Warehouse))
        >
            {count.clone()}
        </button>
        <div class="pop levels" popover id=popover>
            <h3>{format!("{} · {id}", texts.low_stock)}</h3>
            <p>{texts.low_stock_how}</p>
            {set}
            <label>
                <span class="sr">{texts.add_level_in}</span>
                <input
                    name=format!("{n}.add.warehouse")
                    value=chosen
                    list="warehouses"
                    placeholder=texts.no_warehouse
                    aria-invalid=is_wrong(&typed.faults, Column::Warehouse)
                />
                <input
                    name=format!("{n}.add.level")
                    value=add
                    inputmode="numeric"
                    aria-label=texts.level
                    placeholder=texts.level
                    aria-invalid=wrong
                />
            </label>
        </div>
    }
    .into_any()
}

fn is_wrong(faults: &[Fault], column: Column) -> Option<&'static str> {
    let is_there = faults.iter().any(|it| match it {
        Fault::Id(of, _) | Fault::TooLong(of, _) | Fault::Control(of) | Fault::ChangedSince(of, _) => *of == column,
        Fault::Level(..) => column == Column::Level,
        Fault::Twice(_) => column == Column::Id,
        _ => false,
    });
    is_there.then_some("true")
}

fn is_wrong_level(faults: &[Fault], warehouse: &str) -> Option<&'static str> {
    faults.iter().any(|it| matches!(it, Fault::Level(of, ..) if of == warehouse)).then_some("true")
}

fn faults(of: NameOf, faults: &[Fault]) -> Option<AnyView> {
    let columns = if of == NameOf::Product { "5" } else { "3" };
    let words: Vec<_> = faults.iter().map(|it| locale().field_fault(it)).collect();
    (!words.is_empty()).then(|| {
        let words = words.into_iter().map(|it| view! { <p>{it}</p> }).collect_view();
        view! {
            <tr class="fault">
                <td colspan=columns>
                    <Glyph icon=Icon::Alert />
                    {words}
                </td>
            </tr>
        }
        .into_any()
    })
}

/// From, to, of; the page before and the next.
#[component]
fn Pages(query: CatalogueQuery, matched: usize, pages: usize, first: usize, shown: usize) -> impl IntoView {
    let texts = locale().names_texts();
    let here = query.page.min(pages.saturating_sub(1));
    let (from, to) = (count_of(first.min(matched)), count_of((first + shown).saturating_sub(1)));
    let link = |page: Option<usize>, words: &'static str| {
        page.map(|page| {
            let to = url(&CatalogueQuery { page, ..query.clone() });
            view! {
                <a class="btn small" href=to>
                    {words}
                </a>
            }
        })
    };
    view! {
        {(matched > 0).then(|| view! { <span class="muted">{(texts.rows_of)(&from, &to, &count_of(matched))}</span> })}
        {link(here.checked_sub(1), texts.previous)}
        {link(Some(here + 1).filter(|it| *it < pages), texts.next)}
    }
    .into_any()
}
