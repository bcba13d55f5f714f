//! The grocer: turns seeds and times into entries.

use chrono::{NaiveDate, NaiveDateTime};
use model::entry::{Entry, Kind};
use model::ids::CompanyId;
use model::quantity::{Direction, Quantity};
use model::time::Millis;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::bill_book::BillBook;
use super::catalogue::COMPANIES;
use super::plan::{Bill, LINES_PER_HUNDRED, ORDINARY_RESTOCKS, Planner, Rules};
use super::rhythm;
use super::shelves::Weights;
use base::business_time::BusinessTime;

/// A grocer with twelve warehouses. The same seed and the same calls give the same entries.
///
/// It starts with its opening stock on the shelves whether or not [`Grocer::opening`] was asked for, so that a live
/// trickle that is started again goes on as before.
#[derive(Debug, Clone)]
pub struct Grocer {
    rng: ChaCha8Rng,
    business_time: BusinessTime,
    planner: Planner,
    companies: Vec<CompanyId>,
    company_weights: Weights,
    book: BillBook,
}

impl Grocer {
    /// A grocer who has not traded yet.
    pub fn new(seed: u64, business_time: BusinessTime) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            planner: Planner::new(&mut rng),
            rng,
            business_time,
            companies: COMPANIES.iter().filter_map(|it| it.id.try_into().ok()).collect(),
            company_weights: Weights::new(COMPANIES.map(|it| it.weight)),
            book: BillBook::default(),
        }
    }

    /// The opening stock: one bill per warehouse, one line per product, all at one moment. Ask once, first.
    pub fn opening(&mut self, at: Millis) -> Vec<Entry> {
        let day = self.local(at).date();
        let mut lines: Vec<(usize, i64)> = self.planner.shelves.iter().map(|it| it.opening).enumerate().collect();
        let mut entries = Vec::with_capacity(lines.len());
        while let Some(warehouse) = lines.first().map(|line| self.warehouse_of(*line).to_owned()) {
            let rest = lines.iter().position(|line| self.warehouse_of(*line) != warehouse).unwrap_or(lines.len());
            let rest = lines.split_off(rest);
            let bill = Bill { direction: Direction::In, kind: Kind::Opening, description: "期初库存", lines };
            let id = self.book.next_of(day, bill.direction);
            entries.extend(self.write(&bill, at, &id));
            lines = rest;
        }
        entries
    }

    /// One business day's trade in the order of `create_time`, up to and including `until`: what is given then is the
    /// beginning of what the whole day would have been. A plain working day has about `entries`, a weekend day fewer.
    pub fn day(&mut self, day: NaiveDate, until: Option<Millis>, entries: usize) -> Vec<Entry> {
        let volume = rhythm::volume(&mut self.rng, day, entries);
        let bills = volume.saturating_mul(100).div_ceil(LINES_PER_HUNDRED);
        let moments = rhythm::moments(&mut self.rng, self.business_time, day, bills);
        // Some days the lorries are late, some days they come early.
        let restocks = self.rng.random_range(ORDINARY_RESTOCKS - 25..=ORDINARY_RESTOCKS + 25);
        let mut written = Vec::with_capacity(entries);
        for at in moments.into_iter().take_while(|at| until.is_none_or(|until| *at <= until)) {
            let rules = Rules { restocks, may_adjust: self.book.may_adjust(day), several_lines: true };
            let bill = self.plan(day, rules);
            let id = self.book.next_of(day, bill.direction);
            written.extend(self.write(&bill, at, &id));
        }
        written
    }

    /// One more entry at this moment, for the live trickle: a bill of one line.
    pub fn next(&mut self, at: Millis) -> Entry {
        let local = self.local(at);
        let day = local.date();
        // Every bill has a line that can be written, so this goes round once; the types cannot know.
        loop {
            let may_adjust = self.book.may_adjust(day);
            let bill = self.plan(day, Rules { restocks: ORDINARY_RESTOCKS, may_adjust, several_lines: false });
            let id = self.book.next_live(local, bill.direction);
            if let Some(entry) = self.write(&bill, at, &id).into_iter().next() {
                return entry;
            }
        }
    }

    /// How long until the next entry of the live trickle, in seconds, in the rhythm of a day of so many entries: arrivals are a Poisson process.
    pub fn pause(&mut self, at: Millis, entries: f64) -> f64 {
        let luck: f64 = self.rng.random_range(f64::EPSILON..1.0);
        -luck.ln() / rhythm::per_second(self.local(at), entries)
    }

    fn plan(&mut self, day: NaiveDate, rules: Rules) -> Bill {
        let bill = self.planner.bill(&mut self.rng, rules);
        if bill.kind == Kind::Adjust {
            self.book.adjusted(day);
        }
        bill
    }

    /// The entries of a bill: one company, one moment, lines numbered from 1.
    fn write(&mut self, bill: &Bill, at: Millis, id: &str) -> Vec<Entry> {
        let company = self.companies.get(self.company_weights.draw(&mut self.rng));
        let numbered = (1..).zip(&bill.lines);
        numbered
            .filter_map(|(line_no, (place, quantity))| {
                let place = self.planner.shelves.get(*place)?;
                Some(Entry {
                    product_id: place.product_id.clone(),
                    quantity: Quantity::try_from(*quantity).ok()?,
                    direction: bill.direction,
                    company_id: company?.clone(),
                    warehouse_id: place.warehouse_id.clone(),
                    bill_id: id.try_into().ok()?,
                    create_time: at,
                    description: bill.description.to_owned(),
                    kind: bill.kind,
                    line_no,
                })
            })
            .collect()
    }

    fn warehouse_of(&self, (place, _): (usize, i64)) -> &str {
        self.planner.shelves.get(place).map_or("", |it| it.warehouse_id.as_str())
    }

    /// Business time; a moment beyond all calendars counts as 1970, where it is somebody else's fault.
    fn local(&self, at: Millis) -> NaiveDateTime {
        self.business_time.local(at).unwrap_or_default()
    }
}
