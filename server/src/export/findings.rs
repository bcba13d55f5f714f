//! Findings of an audit as rows: both sides' numbers, what happened, and what a person decided. Pure.

use app::i18n::Locale;
use app::i18n::audits::{description_of, state_of};
use model::audit::{Finding, Nrs};
use model::names::NameOf;

use super::{Cell, Row, named};
use base::business_time::BusinessTime;
use records::Names;

/// The titles of the columns.
pub fn finding_titles(locale: Locale) -> Vec<String> {
    let texts = locale.findings_texts();
    let sides = ["RRS", "NRS"].into_iter();
    let sums = [texts.stock, texts.came_in, texts.entries];
    let books = sides.flat_map(|side| sums.map(|sum| format!("{side}, {sum}")));
    let first = texts.file_titles.iter().map(|it| (*it).to_owned());
    let last = texts.file_endings.iter().map(|it| (*it).to_owned());
    first.chain(books).chain([texts.difference.to_owned()]).chain(last).collect()
}

pub fn finding_rows(findings: &[Finding], (zone, locale, names): (BusinessTime, Locale, &Names)) -> Vec<Row> {
    let texts = locale.findings_texts();
    let row = |it: &Finding| {
        let mut row: Row = vec![Cell::Number(i64::from(it.number))];
        row.extend(named((names, locale), NameOf::Warehouse, it.key.warehouse_id.as_str()));
        row.extend(named((names, locale), NameOf::Product, it.key.product_id.as_str()));
        row.extend([it.rrs.stock, it.rrs.gross_in, it.rrs.entries].map(Cell::Number));
        match it.nrs {
            Nrs::Book(nrs) => {
                row.extend([nrs.stock, nrs.gross_in, nrs.entries, it.rrs.less(nrs).stock].map(Cell::Number));
            }
            Nrs::Missing => row.extend([texts.missing.into(), Cell::Empty, Cell::Empty, Cell::Empty]),
            Nrs::Unreadable => row.extend([texts.unreadable.into(), Cell::Empty, Cell::Empty, Cell::Empty]),
        }
        let decided = it.resolution.as_ref();
        let text = |it: Option<&str>| it.map_or(Cell::Empty, Cell::from);
        row.extend([
            state_of(it.verdict).into(),
            if it.is_resolved { "T" } else { "F" }.into(),
            description_of(it.verdict, it.repaired).into(),
            locale.finding_cause(it.cause).into(),
            it.evidence.as_ref().map_or(Cell::Empty, |it| Cell::Text(locale.evidence(it))),
            if it.repaired { Cell::Number(it.rrs.stock) } else { Cell::Empty },
            text(decided.map(|it| (texts.way)(it.way))),
            text(decided.map(|it| it.note.as_str())),
            text(decided.map(|it| it.who.as_str())),
            decided.and_then(|it| zone.local(it.at)).map_or(Cell::Empty, Cell::Time),
        ]);
        row
    };
    findings.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use model::audit::{Book, FindingCause, Resolution, ResolveAs, Verdict};
    use model::stock::StockKey;
    use model::time::Millis;

    use super::*;

    #[test]
    fn every_row_has_every_column() {
        let finding = |nrs, resolution| Finding {
            number: 1,
            key: StockKey { warehouse_id: "w".try_into().unwrap(), product_id: "p".try_into().unwrap() },
            rrs: Book { stock: 5, gross_in: 9, entries: 3 },
            nrs,
            verdict: Verdict::NrsMissing,
            cause: FindingCause::LiveDeleted,
            evidence: None,
            repaired: true,
            is_resolved: false,
            resolution,
        };
        let seen =
            Resolution { way: ResolveAs::Acknowledge, note: "seen".to_owned(), who: "li".to_owned(), at: Millis(0) };
        let book = Book { stock: 7, gross_in: 9, entries: 3 };
        let findings =
            [finding(Nrs::Book(book), None), finding(Nrs::Missing, Some(seen)), finding(Nrs::Unreadable, None)];
        for locale in [Locale::En, Locale::Zh] {
            let titles = finding_titles(locale);
            let rows = finding_rows(&findings, (BusinessTime(chrono_tz::UTC), locale, &Names::default()));
            assert!(rows.iter().all(|it| it.len() == titles.len()), "{titles:?} {rows:?}");
            assert_eq!(rows[0][11], Cell::Number(-2), "RRS less NRS");
        }
    }
}
