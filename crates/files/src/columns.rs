//! Columns to fields (schema matching): by their titles, ids before names, and where a title may mean two things by what stands below it.

use model::files::choices::Choices;
use model::files::field::{Field, Mapping, Source};
use model::files::question::Question;

use crate::cells::{directions, kinds};
use crate::shape::table::{Cell, Table};
use crate::shape::titles;

/// So many rows tell what a column holds.
const LOOKED_AT: usize = 500;

/// What a file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Lines of bills.
    Entries,
    /// A count of shelves.
    Count,
}

/// Do the questions leave a source for every field that is needed?
pub fn is_complete(questions: &[Question]) -> bool {
    let is_of_columns =
        |it: &Question| matches!(it, Question::Missing(_) | Question::Twice(_) | Question::SameTitle { .. });
    !questions.iter().any(is_of_columns)
}

/// Where the fields come from, as a person has said or as the titles say; and what is asked of the bytes, said twice, or not at all.
pub fn mapping(table: &Table, choices: &Choices, subject: Subject) -> (Mapping, Vec<Question>) {
    let mut mapping = Mapping::default();
    let mut questions: Vec<Question> = table.charset_question().into_iter().chain(table.long_cell.clone()).collect();
    if choices.columns.is_empty() {
        mapping = guess(table, subject);
        questions.extend(same_titles(table, &mapping));
    }
    for (place, field) in &choices.columns {
        if mapping.0.contains_key(field) {
            questions.push(Question::Twice(*field));
        } else {
            mapping.0.insert(*field, Source::Column(*place));
        }
    }
    for (field, value) in &choices.values {
        // A word of a person wins over a guess; of two words none does.
        let is_for_empty_cells = subject == Subject::Count && *field == Field::CreateTime;
        if is_for_empty_cells {
            // The moment of lines that say none.
        } else if choices.columns.values().any(|it| it == field) {
            questions.push(Question::Twice(*field));
        } else {
            mapping.0.insert(*field, Source::Fixed(value.clone()));
        }
    }
    let missing = if subject == Subject::Count { mapping.missing_of_a_count() } else { mapping.missing() };
    questions.extend(missing.into_iter().map(Question::Missing));
    (mapping, questions)
}

/// Where the fields are, as far as the columns are named after them.
fn guess(table: &Table, subject: Subject) -> Mapping {
    let mut found: Vec<(usize, usize, Field)> = Vec::new();
    for (place, title) in table.titles().iter().enumerate() {
        found.extend(titles::meanings(title).into_iter().map(|(field, rank)| (rank, place, field)));
    }
    match subject {
        Subject::Entries => found.retain(|it| it.2 != Field::Counted),
        Subject::Count => of_a_count(&mut found),
    }
    // The surest first; of two that are as sure the left one.
    found.sort_unstable();
    let mut mapping = Mapping::default();
    for (_, place, field) in found {
        if mapping.field_of(place).is_none() {
            mapping.0.entry(field).or_insert(Source::Column(place));
        }
    }
    by_content(table, &mut mapping);
    // A column of times alone is that of moments.
    if !mapping.0.contains_key(&Field::CreateTime)
        && let Some(time) = mapping.0.remove(&Field::TimeOfDay)
    {
        mapping.0.insert(Field::CreateTime, time);
    }
    // Goods that leave one place for another: which of the two is meant nobody can say.
    if table.titles().iter().any(|it| titles::is_destination(it)) {
        mapping.0.remove(&Field::WarehouseId);
    }
    let has = |mapping: &Mapping, field| mapping.0.contains_key(&field);
    let (has_in, has_out) = (has(&mapping, Field::QuantityIn), has(&mapping, Field::QuantityOut));
    if has_in && has_out {
        // Each way has a column of its own: neither a sum nor a word beside them is needed.
        mapping.0.remove(&Field::Quantity);
        mapping.0.remove(&Field::Direction);
    } else if has(&mapping, Field::Quantity) {
        mapping.0.remove(&Field::QuantityIn);
        mapping.0.remove(&Field::QuantityOut);
    }
    mapping
}

/// Fields of which another column has the same title, and other cells.
fn same_titles(table: &Table, mapping: &Mapping) -> Vec<Question> {
    let titles = table.titles();
    let other = |field: &Field| {
        let first = mapping.column(*field)?;
        let title = titles.get(first)?;
        let is_other = |it: &usize| table.below().iter().any(|row| row.cell(*it) != row.cell(first));
        let second = (0..titles.len()).filter(|it| *it != first && titles.get(*it) == Some(title)).find(is_other)?;
        Some(Question::SameTitle { field: *field, title: title.clone(), columns: [first, second] })
    };
    mapping.0.keys().filter_map(other).collect()
}

/// Leaves what a count has: where no column is named for what was counted, that of the quantity holds it.
fn of_a_count(found: &mut Vec<(usize, usize, Field)>) {
    if !found.iter().any(|it| it.2 == Field::Counted) {
        found.iter_mut().filter(|it| it.2 == Field::Quantity).for_each(|it| it.2 = Field::Counted);
    }
    found.retain(|it| Field::OF_COUNTS.contains(&it.2));
}

/// A column named "type" holds kinds, or it holds directions: its words tell.
fn by_content(table: &Table, mapping: &mut Mapping) {
    let Some(place) = mapping.column(Field::Kind) else { return };
    let words = || {
        let cells = table.below().iter().take(LOOKED_AT).map(move |row| row.cell(place));
        cells.filter(|it| !it.is_empty()).filter_map(|it| if let Cell::Text(word) = it { Some(word) } else { None })
    };
    // An odd word among kinds is a fault of its line.
    if words().any(|it| kinds::kind(it).is_some()) || words().next().is_none() {
        return;
    }
    mapping.0.remove(&Field::Kind);
    if words().any(|it| directions::way(it).is_some()) {
        mapping.0.entry(Field::Direction).or_insert(Source::Column(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::open::open;

    fn columns(text: &str) -> Vec<(Field, usize)> {
        let table = open("x.csv", text.as_bytes(), &Choices::default()).unwrap().unwrap();
        let (mapping, _) = mapping(&table, &Choices::default(), Subject::Entries);
        mapping.0.keys().filter_map(|field| Some((*field, mapping.column(*field)?))).collect()
    }

    #[test]
    fn ids_come_before_names() {
        let found = columns("日期,单据号,商品,商品编号,仓库,仓库编号,公司,公司编号,方向,数量\n,,,,,,,,,1\n");
        for (field, place) in
            [(Field::ProductId, 3), (Field::WarehouseId, 5), (Field::CompanyId, 7), (Field::Quantity, 9)]
        {
            assert!(found.contains(&(field, place)), "{field:?}: {found:?}");
        }
    }

    #[test]
    fn types_are_kinds_or_directions_by_their_words() {
        assert!(columns("单据号,产品,类型\nB,p,期初\n").contains(&(Field::Kind, 2)));
        assert!(columns("单据号,产品,单据类型\nB,p,采购入库\n").contains(&(Field::Direction, 2)));
        assert!(!columns("单据号,产品,类型\nB,p,红色\n").iter().any(|it| it.1 == 2));
    }

    #[test]
    fn two_columns_of_quantities_need_no_direction() {
        let found = columns("单号,产品,数量,方向,收入数量,发出数量\nB,p,5,入,5,\n");
        assert_eq!(
            found.iter().map(|it| it.0).collect::<Vec<_>>(),
            [Field::BillId, Field::ProductId, Field::QuantityIn, Field::QuantityOut]
        );
        assert!(columns("Order,SKU,Quantity,Received\nB,p,5,3\n").contains(&(Field::Quantity, 2)));
    }
}
