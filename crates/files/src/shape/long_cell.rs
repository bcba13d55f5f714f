//! Cells that look as if a quote had swallowed lines of the file: somebody typed 12" for twelve inches, and everything up to the next quote became one cell.

use model::files::question::Question;

use super::table::{Cell, Row, Table};
use crate::cells::numbers::shortened;

/// The first such cell: a line break, and in one of its lines as many separators as the titles have. Where every row is as wide as the titles, the pieces
/// before and after must fit a cut row as well, so that a text which merely has many separators is none.
pub fn find(table: &Table) -> Option<Question> {
    let separator = char::from(table.separator?.byte());
    let wanted = table.titles().len().checked_sub(1).filter(|it| *it >= 2)?;
    let rows = table.below();
    let is_even = rows.iter().all(|it| it.cells.len() == wanted + 1 && !it.has_text_outside);
    for (place, row) in rows.iter().enumerate() {
        for (column, cell) in row.cells.iter().enumerate() {
            let Cell::Text(text) = cell else { continue };
            if !text.contains(['\n', '\r']) {
                continue;
            }
            let text = text.replace("\r\n", "\n");
            let counts: Vec<usize> = text.split(['\n', '\r']).map(|it| it.matches(separator).count()).collect();
            let is_long = if is_even { cuts_rows(&counts, column, wanted) } else { holds_row(&counts, wanted) };
            if is_long {
                let lines = counts.len() - 1;
                let next = rows.get(place + 1).map_or(usize::MAX, |it: &Row| it.line);
                let last = (row.line + lines).min(next.saturating_sub(1));
                return Some(Question::LongCell { first: row.line, last, sample: shortened(&text) });
            }
        }
    }
    None
}

/// Would the first and the last line of the cell be the end of a row and the begin of one up to this column, or is a line between them as wide as a row?
fn cuts_rows(counts: &[usize], column: usize, wanted: usize) -> bool {
    let [first, middle @ .., last] = counts else { return false };
    *first == wanted - column && *last == column || middle.contains(&wanted)
}

/// Is one of the lines behind the first as long as a row, or are all of them together?
fn holds_row(counts: &[usize], wanted: usize) -> bool {
    counts.iter().skip(1).any(|it| *it >= wanted) || counts.iter().sum::<usize>() >= wanted
}

#[cfg(test)]
mod tests {
    use model::files::choices::Choices;

    use super::*;
    use crate::shape::open::open;

    fn found(text: &str) -> Option<(usize, usize)> {
        let choices = Choices { head: Some(1), ..Choices::default() };
        match open("x.csv", text.as_bytes(), &choices).unwrap().unwrap().long_cell {
            Some(Question::LongCell { first, last, .. }) => Some((first, last)),
            _ => None,
        }
    }

    #[test]
    fn whole_lines_in_a_cell_are_asked_about() {
        assert_eq!(found("a,b,c\n1,2,\"12 inch\n3,4,x\n5,6,y\"\n7,8,z\n"), Some((2, 4)));
        // The same with every row as wide as the titles.
        assert_eq!(found("a,b,c\n1,\"12 inch,x\n3,4,x\n5,6 inch\",y\n7,8,z\n"), Some((2, 4)));
        assert_eq!(found("a,b,c\n1,\"12 inch,x\n5,6 inch\",y\n7,8,z\n"), Some((2, 3)));
        // With a blank line, and one that is shorter, among those that were swallowed.
        assert_eq!(found("a,b,c\n1,\"12 inch,x\n\n3\n5,6 inch\",y\n7,8,z\n"), Some((2, 5)));
    }

    #[test]
    fn a_text_of_several_lines_is_one_cell() {
        assert_eq!(found("a,b,c\n1,2,\"two\nlines, no more\"\n7,8,z\n"), None);
        assert_eq!(found("a,b,c\n1,2,\"x,\ny,y,y,y\"\n7,8,z\n"), None);
        let said = Choices { head: Some(1), takes_long_cells: true, ..Choices::default() };
        let table = open("x.csv", b"a,b,c\n1,2,\"12 inch\n3,4,x\n5,6,y\"\n", &said).unwrap().unwrap();
        assert_eq!((table.below().len(), table.long_cell), (1, None));
    }
}
