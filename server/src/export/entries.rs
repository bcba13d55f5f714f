//! Entries as rows: all that a question finds, at one instant, newest first.

use std::sync::Arc;

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
            let state = tokio::select! {
                state = self.read_all(&sender, &progress) => state,
                () = stop.cancelled() => {
                    let _nobody_left = sender.send(Err(Broken("the server is going down".to_owned()))).await;
                    State::Failed
                }
            };
            progress.end(state);
            self.lookup.close().await;
            drop(guard);
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
            let rows: Vec<Row> = page.entries.iter().map(|it| self.row(it)).collect();
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

    fn row(&self, it: &RecordedEntry) -> Row {
        let texts = self.locale.records_texts();
        let named = |of, id| named((&self.names, self.locale), of, id);
        let time = |at| self.zone.local(at).map_or(Cell::Empty, Cell::Time);
        let [product_id, product] = named(NameOf::Product, it.product_id.as_str());
        let [warehouse_id, warehouse] = named(NameOf::Warehouse, it.warehouse_id.as_str());
        let [company_id, company] = named(NameOf::Company, it.company_id.as_str());
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
}
