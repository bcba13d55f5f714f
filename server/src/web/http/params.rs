//! The fields of a question in a URL: each is taken once, by name and kind; what is wrong is collected, field by field. Pure.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime};
use model::faults::{FieldFault, Why};
use model::ids::IdError;
use model::time::Millis;

use base::business_time::BusinessTime;

/// The most values that a field may have.
const MAX_VALUES: usize = 100;
/// The most characters of a field's name that are repeated in a message.
const MAX_NAME: usize = 64;

/// The years that may be asked about: those that dates and `DATETIME` columns hold for sure.
const YEARS: RangeInclusive<i32> = 1900..=2200;

/// Fields that nobody takes: of the URL of a page they are not ours, of a file's they are a filter that was misspelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    AreLetBe,
    AreRefused,
}

/// The fields that were given, and what is wrong with those taken so far.
#[derive(Debug)]
pub struct Params {
    given: Vec<(String, String)>,
    taken: Vec<&'static str>,
    faults: Vec<FieldFault>,
}

impl Params {
    /// Of the part of a URL after `?`.
    pub fn new(query: &str) -> Self {
        let given = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { given, taken: Vec::new(), faults: Vec::new() }
    }

    /// Of a form, which sends what was left empty too: that was not given.
    pub fn of_form(query: &str) -> Self {
        let mut params = Self::new(query);
        params.given.retain(|(_, value)| !value.is_empty());
        params
    }

    /// Notes that something is wrong.
    pub fn fault(&mut self, field: &str, why: Why) {
        let field = field.chars().take(MAX_NAME).collect();
        self.faults.push(FieldFault { field, why });
    }

    /// Is there such a field?
    pub fn is_given(&self, field: &str) -> bool {
        self.given.iter().any(|(name, _)| name == field)
    }

    /// The values of a field.
    fn values(&mut self, field: &'static str) -> Vec<String> {
        self.taken.push(field);
        self.given.iter().filter(|(name, _)| name == field).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a field that may be given once.
    pub fn text(&mut self, field: &'static str, most: usize) -> Option<String> {
        let mut values = self.values(field);
        if values.len() > 1 {
            self.fault(field, Why::Repeated);
            return None;
        }
        let value = values.pop()?;
        if value.chars().count() > most {
            self.fault(field, Why::TooLong(most));
            return None;
        }
        Some(value)
    }

    /// The ids of a field that may be given often; each once.
    pub fn ids<T: PartialEq + TryFrom<String, Error = IdError>>(&mut self, field: &'static str) -> Vec<T> {
        let values = self.values(field);
        if values.len() > MAX_VALUES {
            self.fault(field, Why::TooMany(MAX_VALUES));
            return Vec::new();
        }
        let mut ids = Vec::new();
        for value in values {
            match T::try_from(value) {
                Ok(id) if ids.contains(&id) => {}
                Ok(id) => ids.push(id),
                Err(why) => self.fault(field, Why::NoId(why)),
            }
        }
        ids
    }

    /// The id of a field that may be given once.
    pub fn id<T: PartialEq + TryFrom<String, Error = IdError>>(&mut self, field: &'static str) -> Option<T> {
        let mut ids = self.ids(field);
        if ids.len() > 1 {
            self.fault(field, Why::Repeated);
        }
        ids.pop()
    }

    /// A word that stands for one of some values.
    pub fn word<T: Copy>(&mut self, field: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        let value = self.text(field, 1000)?;
        let found = words.iter().find(|(word, _)| *word == value).map(|(_, it)| *it);
        if found.is_none() {
            self.fault(field, Why::NotOneOf(words.iter().map(|(word, _)| *word).collect()));
        }
        found
    }

    /// A word that must be given.
    pub fn needed_word<T: Copy>(&mut self, field: &'static str, words: &[(&'static str, T)]) -> Option<T> {
        if !self.is_given(field) {
            self.fault(field, Why::Missing);
        }
        self.word(field, words)
    }

    /// Words after each other with commas between them, or in fields of the same name.
    pub fn words<T: Copy>(&mut self, field: &'static str, words: &[(&'static str, T)]) -> Vec<T> {
        let mut found = Vec::new();
        for value in self.values(field).iter().flat_map(|it| it.split(',')).take(MAX_VALUES) {
            match words.iter().find(|(word, _)| *word == value.trim()) {
                Some((_, it)) => found.push(*it),
                None => self.fault(field, Why::NotOneOf(words.iter().map(|(word, _)| *word).collect())),
            }
        }
        found
    }

    /// A number within bounds.
    pub fn number(&mut self, field: &'static str, least: i64, most: i64) -> Option<i64> {
        let value = self.text(field, 1000)?;
        let number = value.parse().ok().filter(|it| (least..=most).contains(it));
        if number.is_none() {
            self.fault(field, Why::NotBetween(least, most));
        }
        number
    }

    /// A moment: a date is when that business day begins; a time without an offset is business time.
    pub fn moment(&mut self, field: &'static str, zone: BusinessTime) -> Option<Millis> {
        let value = self.text(field, 1000)?;
        match moment(&value, zone) {
            Ok(at) => Some(at),
            Err(why) => {
                self.fault(field, why);
                None
            }
        }
    }

    /// A moment that must be given.
    pub fn needed_moment(&mut self, field: &'static str, zone: BusinessTime) -> Option<Millis> {
        if !self.is_given(field) {
            self.fault(field, Why::Missing);
        }
        self.moment(field, zone)
    }

    /// What is wrong, with what was not taken or without it.
    pub fn faults_with(self, others: Others) -> Vec<FieldFault> {
        match others {
            Others::AreLetBe => self.faults_of_taken(),
            Others::AreRefused => self.faults(),
        }
    }

    /// What is wrong with what was given; nothing may be given that was not taken.
    pub fn faults(mut self) -> Vec<FieldFault> {
        let unknown: Vec<String> =
            self.given.iter().map(|(name, _)| name.clone()).filter(|it| !self.taken.contains(&it.as_str())).collect();
        for field in unknown.into_iter().take(10) {
            self.fault(&field, Why::NoSuchField);
        }
        self.faults
    }

    /// What is wrong with what was taken; whatever else is in the URL of a page is not ours.
    pub fn faults_of_taken(self) -> Vec<FieldFault> {
        self.faults
    }
}

/// A moment of a year that can be asked about.
fn moment(text: &str, zone: BusinessTime) -> Result<Millis, Why> {
    let at = any_moment(text, zone)?;
    let year = zone.day(at).ok_or(Why::NotATime)?.year();
    if YEARS.contains(&year) { Ok(at) } else { Err(Why::NotInYears(*YEARS.start(), *YEARS.end())) }
}

fn any_moment(text: &str, zone: BusinessTime) -> Result<Millis, Why> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return zone.start_from(day).ok_or(Why::NotATime);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Millis(at.timestamp_millis()));
    }
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%.f"];
    let local = formats.iter().find_map(|it| NaiveDateTime::parse_from_str(text, it).ok()).ok_or(Why::NotATime)?;
    zone.moment(local).ok_or(Why::SkippedTime)
}

#[cfg(test)]
mod tests {
    use model::ids::ProductId;

    use super::*;

    #[test]
    fn takes_what_is_right_and_names_what_is_not() {
        let mut params =
            Params::new("from=2025-03-10&to=nonsense&product_id=a&product_id=a&product_id=%E5%90%8C&limit=0&x=1");
        let zone = BusinessTime(chrono_tz::Asia::Shanghai);
        assert_eq!(params.moment("from", zone), Some(Millis(1_741_536_000_000)));
        assert_eq!(params.moment("to", zone), None);
        assert_eq!(params.ids::<ProductId>("product_id").len(), 2);
        assert_eq!(params.number("limit", 1, 100), None);
        let faults: Vec<_> = params.faults().into_iter().map(|it| (it.field, it.why.code())).collect();
        let expected = [("to", "not_a_time"), ("limit", "not_between"), ("x", "no_such_field")];
        assert_eq!(faults, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn reads_times_with_and_without_an_offset() {
        let zone = BusinessTime(chrono_tz::Europe::Berlin);
        let summer = Ok(Millis(1_750_000_000_000));
        for text in
            ["2025-06-15T17:06:40+02:00", "2025-06-15T17:06:40", "2025-06-15 17:06:40.000", "2025-06-15T15:06:40Z"]
        {
            assert_eq!(moment(text, zone), summer, "{text}");
        }
        assert_eq!(moment("2025-03-30T02:30", zone), Err(Why::SkippedTime));
        for text in ["", "2025-02-30", "2025-03-10T25:00", "10.3.2025", "99999-01-01T00:00:00Z", "'; DROP TABLE x; --"]
        {
            assert_eq!(moment(text, zone), Err(Why::NotATime), "{text}");
        }
        for text in ["0001-01-01", "1899-12-31T23:59:59", "2201-01-01", "9999-12-31T00:00:00Z"] {
            assert_eq!(moment(text, zone), Err(Why::NotInYears(1900, 2200)), "{text}");
        }
    }
}
