//! A page of the catalogue: every id that has a name or came by an entry, those without a name first. Pure.

use std::collections::{BTreeMap, BTreeSet};

use app::pages::names::view::{CataloguePage, CatalogueQuery, CatalogueRow, KindCount};
use model::live::Named;
use model::names::NameOf;

use super::edit::values_of;
use super::find::finds;
use records::Catalogue;

/// Rows of a page.
const A_PAGE: usize = 50;

/// The page that a query asks for.
pub fn page(now: &Catalogue, in_entries: &BTreeSet<(NameOf, String)>, query: &CatalogueQuery) -> CataloguePage {
    let rows = rows(now, in_entries);
    let kinds = [NameOf::Product, NameOf::Warehouse, NameOf::Company].map(|of| {
        let (mut all, mut unnamed) = (0, 0);
        for ((kind, _), row) in &rows {
            all += usize::from(*kind == of);
            unnamed += usize::from(*kind == of && row.values.is_unnamed());
        }
        KindCount { of, all, unnamed }
    });
    let warehouses =
        rows.keys().filter(|(of, _)| *of == NameOf::Warehouse).map(|(of, id)| named(now, *of, id)).collect();
    let wanted = query.find.to_lowercase();
    let is_wanted = |id: &str| {
        let name = now.names.get(&(query.of, id.to_owned())).map(|it| &it.name);
        wanted.is_empty() || finds(&wanted, id, name)
    };
    let mut matched: Vec<CatalogueRow> =
        rows.into_iter().filter(|((of, id), _)| *of == query.of && is_wanted(id)).map(|(_, row)| row).collect();
    // Stable: by id among those with and without a name.
    matched.sort_by_key(|it| !it.values.is_unnamed());
    let (count, pages) = (matched.len(), matched.len().div_ceil(A_PAGE).max(1));
    let before = query.page.min(pages - 1) * A_PAGE;
    let rows = matched.into_iter().skip(before).take(A_PAGE).collect();
    CataloguePage { kinds: kinds.to_vec(), rows, matched: count, first: before + 1, pages, warehouses }
}

fn named(now: &Catalogue, of: NameOf, id: &str) -> Named {
    let name = now.names.get(&(of, id.to_owned())).map(|it| it.name.clone()).unwrap_or_default();
    Named { id: id.to_owned(), name }
}

fn rows(now: &Catalogue, in_entries: &BTreeSet<(NameOf, String)>) -> BTreeMap<(NameOf, String), CatalogueRow> {
    let mut rows: BTreeMap<(NameOf, String), CatalogueRow> = BTreeMap::new();
    let row = |id: &str| CatalogueRow { id: id.to_owned(), values: <_>::default(), is_in_entries: false };
    for (key, name) in &now.names {
        rows.entry(key.clone()).or_insert_with(|| row(&key.1)).values = values_of(name);
    }
    for key in in_entries {
        rows.entry(key.clone()).or_insert_with(|| row(&key.1)).is_in_entries = true;
    }
    for (key, level) in &now.levels {
        let product = (NameOf::Product, key.product_id.as_str().to_owned());
        let row = rows.entry(product).or_insert_with(|| row(key.product_id.as_str()));
        row.values.levels.insert(key.warehouse_id.as_str().to_owned(), level.to_string());
    }
    rows
}

#[cfg(test)]
mod tests {
    use model::names::Name;

    use super::*;
    use records::NameRow;

    #[test]
    fn those_without_a_name_come_first_and_pages_end() {
        let mut now = Catalogue::default();
        for n in 0..120 {
            let id = format!("p{n:03}");
            let name = Name { zh: Some(format!("产品{n}")), en: None };
            now.names.insert((NameOf::Product, id.clone()), NameRow { of: NameOf::Product, id, name, unit: None });
        }
        let seen: BTreeSet<_> = [(NameOf::Product, "z-new".to_owned()), (NameOf::Company, "c".to_owned())].into();
        let ask = |find: &str, page| page_of(&now, &seen, find, page);
        let first = ask("", 0);
        assert_eq!((first.matched, first.pages, first.rows.len()), (121, 3, 50));
        assert_eq!(first.rows[0].id, "z-new");
        assert_eq!(first.kinds.iter().map(|it| (it.all, it.unnamed)).collect::<Vec<_>>(), [(121, 1), (0, 0), (1, 1)]);
        assert_eq!(ask("", 9).rows.len(), 21, "behind the last page is the last page");
        assert_eq!(ask("cp117", 0).rows.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), Vec::<&str>::new());
        assert_eq!(ask("产品117", 0).rows.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["p117"]);
    }

    fn page_of(now: &Catalogue, seen: &BTreeSet<(NameOf, String)>, find: &str, page: usize) -> CataloguePage {
        super::page(now, seen, &CatalogueQuery { of: NameOf::Product, find: find.to_owned(), page })
    }
}
