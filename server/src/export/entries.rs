//! Entries as rows: all that a question finds, at one instant, newest first.

use std::sync::Arc;
use std::time::Duration;

use app::i18n::Locale;
use model::entries::{EntriesQuestion, RecordedEntry};
use model::names::NameOf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Broken, Cell, Progress, Row, Rows, State, named};
use crate::lookup::Lookup;
use base::business_time::BusinessTime;
use base::status::explain;
use records::Names;

/// So many entries are read at once.
const AT_ONCE: usize = 5000;
/// The longest that an export holds its snapshot of the records: ten million entries take less.
const MAX_TIME: Duration = Duration::from_mins(10);
/// So many stretches of rows wait for who writes them.
const WAITING: usize = 2;

/// What is exported.
pub struct EntriesExport {
    pub lookup: Lookup,
    pub question: EntriesQuestion,
    /// The names that pages show.
    pub names: Arc<Names>,
    /// The zone of business time.
    pub zone: BusinessTime,
    /// In which language.
    pub locale: Locale,
}

impl EntriesExport {
    /// Reads them to the end, or until nobody wants more. `guard` is let go then.
    pub fn start<G: Send + 'static>(mut self, progress: Arc<Progress>, stop: CancellationToken, guard: G) -> Rows {
        let (sender, rows) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            let (state, why) = tokio::select! {
                state = self.read_all(&sender, &progress) => (state, None),
                () = stop.cancelled() => (State::Failed, Some("the server is going down")),
                () = tokio::time::sleep(MAX_TIME) => (State::Failed, Some("the file was not taken in ten minutes")),
            };
            progress.end(state);
            self.lookup.close().await;
            drop(guard);
            // Without it the file would look whole. Nothing is held any more while somebody who is slow comes to it.
            if let Some(why) = why {
                let _nobody_left = sender.send(Err(Broken(why.to_owned()))).await;
            }
        });
        rows
    }

    async fn read_all(&mut self, sender: &mpsc::Sender<Result<Vec<Row>, Broken>>, progress: &Progress) -> State {
        let mut after = None;
        loop {
            let page = match self.lookup.page(&self.question, after.as_ref(), AT_ONCE).await {
                Ok(page) => page,
                Err(error) => {
                    let _nobody_left = sender.send(Err(Broken(explain(&error)))).await;
                    return State::Failed;
                }
            };
            let row = |it| row(it, self.zone, self.locale, &self.names);
            let rows: Vec<Row> = page.entries.iter().map(row).collect();
            let count = rows.len();
            if sender.send(Ok(rows)).await.is_err() {
                return State::Failed;
            }
            progress.add(count);
            after = page.next;
            if after.is_none() {
                return State::Done;
            }
        }
    }
}

/// An entry as a row: local times, but for the second of two hours of the same name, which has its offset beside it.
fn row(it: &RecordedEntry, zone: BusinessTime, locale: Locale, names: &Names) -> Row {
    let texts = locale.records_texts();
    let both = |of, id| named((names, locale), of, id);
    let time = |at| match zone.local(at) {
        Some(local) if zone.moment(local) == Some(at) => Cell::Time(local),
        Some(_) => Cell::Text(zone.rfc3339(at)),
        None => Cell::Empty,
    };
    let [product_id, product] = both(NameOf::Product, it.product_id.as_str());
    let [warehouse_id, warehouse] = both(NameOf::Warehouse, it.warehouse_id.as_str());
    let [company_id, company] = both(NameOf::Company, it.company_id.as_str());
    vec![
        time(it.create_time),
        it.bill_id.as_str().into(),
        Cell::Number(i64::from(it.line_no)),
        product_id,
        product,
        warehouse_id,
        warehouse,
        company_id,
        company,
        (texts.direction_of)(it.direction).into(),
        Cell::Number(it.quantity * it.direction.sign()),
        (texts.kind_of)(it.kind).into(),
        it.description.as_str().into(),
        Cell::Number(i64::from(it.partition)),
        Cell::Number(it.offset),
        time(it.recorded_at),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::time::Duration;

    use base::config::EntryRules;
    use files::KnownIds;
    use model::entry::{Entry, Kind};
    use model::files::choices::{Choices, Separator};
    use model::quantity::Direction;
    use model::time::Millis;
    use proptest::prelude::*;

    use super::*;
    use crate::export::{csv_head, csv_rows, write_xlsx};

    /// A zone with an hour that exists twice.
    const ZONE: BusinessTime = BusinessTime(chrono_tz::Europe::Berlin);

    fn id() -> impl Strategy<Value = String> {
        let wild = "[a-zA-Z0-9=+@' \"',;|.\u{e9}\u{82f9}\u{679c}-]{1,12}";
        let ids = prop_oneof![wild, Just("1E+05".to_owned()), Just("=1+1".to_owned()), Just("007".to_owned())];
        ids.prop_map(|it| it.trim().to_owned()).prop_filter("an id", |it| !it.is_empty())
    }

    fn entry() -> impl Strategy<Value = RecordedEntry> {
        // A year around the autumn in which the clock goes back, to the millisecond.
        let time = prop_oneof![1_767_225_600_000_i64..1_798_761_600_000, 1_792_886_400_000_i64..1_792_893_600_000];
        let description = prop_oneof![Just(String::new()), "[a-z,;\"'=\u{82f9}\n -]{0,30}"];
        // Of white space alone a workbook keeps nothing.
        let description = description.prop_map(|it| if it.trim().is_empty() { String::new() } else { it });
        let kinds = prop::sample::select(vec![Kind::Bill, Kind::Opening, Kind::Adjust]);
        let ids = (id(), id(), id(), id());
        (ids, time, description, kinds, any::<bool>(), 1_i64..=2_147_483_647, 1_i32..=2_147_483_647).prop_map(
            |((product, warehouse, company, bill), at, description, kind, is_in, quantity, line_no)| RecordedEntry {
                create_time: Millis(at),
                bill_id: bill.as_str().try_into().unwrap(),
                line_no,
                product_id: product.as_str().try_into().unwrap(),
                warehouse_id: warehouse.as_str().try_into().unwrap(),
                company_id: company.as_str().try_into().unwrap(),
                direction: if is_in { Direction::In } else { Direction::Out },
                kind,
                quantity,
                description,
                partition: 0,
                offset: 7,
                recorded_at: Millis(at),
            },
        )
    }

    fn as_entry(it: &RecordedEntry) -> Entry {
        Entry {
            product_id: it.product_id.clone(),
            quantity: it.quantity.try_into().unwrap(),
            direction: it.direction,
            company_id: it.company_id.clone(),
            warehouse_id: it.warehouse_id.clone(),
            bill_id: it.bill_id.clone(),
            create_time: it.create_time,
            description: it.description.clone(),
            kind: it.kind,
            line_no: it.line_no,
        }
    }

    fn file(rows: &[Row], locale: Locale, separator: Option<Separator>) -> Vec<u8> {
        let texts = locale.export_texts();
        if let Some(separator) = separator {
            return [csv_head(&texts.entry_titles, separator), csv_rows(rows, separator)].concat();
        }
        let (sender, receiver) = mpsc::channel(1);
        sender.try_send(Ok(rows.to_vec())).unwrap();
        drop(sender);
        std::fs::read(write_xlsx(texts.records, &texts.entry_titles, receiver).unwrap().path()).unwrap()
    }

    /// The entries that the reader of all files makes of a file, and what it asks or finds wrong.
    fn read_back(name: &str, bytes: &[u8]) -> (Vec<Entry>, String) {
        let choices = Choices { takes_doubtful: true, ..Choices::default() };
        let table = files::open(name, bytes, &choices).unwrap().unwrap();
        let read = files::read_entries(&table, &choices, &KnownIds::default());
        let rules = EntryRules {
            business_time: ZONE,
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        };
        let entry = |it: &files::WrittenEntry| queue::decode(it.json.as_bytes(), Millis(i64::MAX / 2), &rules).unwrap();
        let trouble = (read.questions, read.flaws, read.waiting);
        (read.entries.iter().map(entry).collect(), format!("{trouble:?}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// What is exported comes back unchanged, in either language, as CSV with either separator and as XLSX.
        #[test]
        fn what_is_exported_can_be_imported(entries in prop::collection::vec(entry(), 1..6)) {
            for locale in [Locale::En, Locale::Zh] {
                let rows: Vec<Row> = entries.iter().map(|it| row(it, ZONE, locale, &HashMap::new())).collect();
                for separator in [Some(Separator::Comma), Some(Separator::Semicolon), None] {
                    let name = if separator.is_some() { "records.csv" } else { "records.xlsx" };
                    let (back, trouble) = read_back(name, &file(&rows, locale, separator));
                    let wanted: Vec<Entry> = entries.iter().map(as_entry).collect();
                    prop_assert_eq!(&back, &wanted, "{:?} {} {}", separator, name, trouble);
                }
            }
        }
    }
}
