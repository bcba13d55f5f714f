//! Values of an entry's field from a row: a constant, a column or several, looked up, or read as a number, a sign or a time.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::Deserialize;
use serde_json::Value;

use crate::event::ForeignRow;

/// How a value is made, as a mapping file says it: `{ field = "actual_qty", as = "absolute" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueRule {
    /// The same in every entry.
    constant: Option<toml::Value>,
    /// Column that it comes from.
    field: Option<String>,
    /// Columns that are joined to it.
    fields: Option<Vec<String>>,
    /// What stands between several.
    #[serde(default = "slash")]
    join: String,
    /// What is made of it.
    #[serde(default, rename = "as")]
    reading: Reading,
    /// The table of the mapping file in which it is looked up.
    lookup: Option<String>,
    /// What to do with a value that is not in the table.
    #[serde(default)]
    otherwise: Otherwise,
    /// The column of the time of day, beside one of a date.
    time: Option<String>,
}

fn slash() -> String {
    "/".to_owned()
}

/// What is made of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reading {
    /// Text as it is.
    #[default]
    Text,
    /// A whole number.
    Whole,
    /// A whole number without its sign.
    Absolute,
    /// 1 of a number above 0, -1 of one below.
    Sign,
    /// Local date: days since 1970 (Debezium's `Date`) or `2026-03-01`; with the column `time` beside it.
    Date,
    /// Local date and time: milliseconds since 1970 (Debezium's `Timestamp`) or text.
    Millis,
    /// Local date and time: microseconds since 1970 (Debezium's `MicroTimestamp`).
    Micros,
    /// Moment with an offset, as text (Debezium's `ZonedTimestamp`).
    Moment,
}

/// What to do with a value that a table has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Otherwise {
    /// It is a fault: somebody has to add it.
    #[default]
    Fault,
    /// The value stays as it is.
    Keep,
    /// There is no entry.
    Skip,
}

/// Why a value cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The row has no such column, or nothing in it.
    #[error("the row has nothing in {0}")]
    Missing(String),
    /// Not a number, or one with decimals.
    #[error("{0} is not a whole number: {1}")]
    NotWhole(String, String),
    /// Not a date.
    #[error("{0} is not a date or a time: {1}")]
    NotATime(String, String),
    /// The table has not got it.
    #[error("the table {0} has no {1:?}")]
    NotThere(String, String),
    /// The table says that there is no entry.
    #[error("skipped")]
    Skip,
}

/// Tables of a mapping file, by name.
pub type Lookups = BTreeMap<String, BTreeMap<String, toml::Value>>;

impl ValueRule {
    /// Why the rule is none, where it is none: it says where the value comes from in one way, and its table is there.
    pub fn fault(&self, lookups: &Lookups) -> Option<String> {
        let ways = [self.constant.is_some(), self.field.is_some(), self.fields.is_some()];
        if ways.iter().filter(|it| **it).count() != 1 {
            return Some("wants one of constant, field, fields".to_owned());
        }
        let table = self.lookup.as_ref()?;
        (!lookups.contains_key(table)).then(|| format!("is looked up in {table}, which is no [lookup.{table}]"))
    }

    /// Makes the value from a row.
    pub fn of(&self, row: &ForeignRow, lookups: &Lookups) -> Result<Value, ValueError> {
        if let Some(constant) = &self.constant {
            return Ok(json(constant));
        }
        let name =
            self.field.clone().or_else(|| self.fields.as_ref().map(|it| it.join(&self.join))).unwrap_or_default();
        let value = match (&self.field, &self.fields) {
            (Some(field), _) => cell(row, field)?.clone(),
            (_, fields) => {
                let cells = fields.iter().flatten().map(|it| cell(row, it).map(text));
                cells.collect::<Result<Vec<_>, _>>()?.join(&self.join).into()
            }
        };
        if let Some(table) = &self.lookup {
            let key = text(&value);
            return match (lookups.get(table).and_then(|it| it.get(&key)), self.otherwise) {
                (Some(found), _) => Ok(json(found)),
                (None, Otherwise::Keep) => Ok(key.into()),
                (None, Otherwise::Skip) => Err(ValueError::Skip),
                (None, Otherwise::Fault) => Err(ValueError::NotThere(table.clone(), key)),
            };
        }
        self.read(&name, &value, row)
    }

    fn read(&self, name: &str, value: &Value, row: &ForeignRow) -> Result<Value, ValueError> {
        let not_a_time = || ValueError::NotATime(name.to_owned(), text(value));
        let local = |at: NaiveDateTime| Value::from(at.format("%Y-%m-%d %H:%M:%S%.3f").to_string());
        Ok(match self.reading {
            // A moment with an offset is what the entry wants.
            Reading::Text | Reading::Moment => text(value).into(),
            Reading::Whole => whole(name, value)?.into(),
            Reading::Absolute => whole(name, value)?.saturating_abs().into(),
            Reading::Sign => if whole(name, value)? < 0 { -1 } else { 1 }.into(),
            Reading::Millis => local(moment(value, 1).ok_or_else(not_a_time)?),
            Reading::Micros => local(moment(value, 1000).ok_or_else(not_a_time)?),
            Reading::Date => {
                let day = date(value).ok_or_else(not_a_time)?;
                let time = match &self.time {
                    Some(column) => time_of_day(cell(row, column)?).ok_or_else(not_a_time)?,
                    None => NaiveTime::MIN,
                };
                local(day.and_time(time))
            }
        })
    }
}

/// A column with something in it.
fn cell<'a>(row: &'a ForeignRow, field: &str) -> Result<&'a Value, ValueError> {
    row.get(field).filter(|it| !it.is_null()).ok_or_else(|| ValueError::Missing(field.to_owned()))
}

/// A value as text, without quotes.
pub fn text(value: &Value) -> String {
    if let Value::String(text) = value { text.clone() } else { value.to_string() }
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Boolean(is) => (*is).into(),
        toml::Value::String(text) => text.as_str().into(),
        other => other.to_string().into(),
    }
}

/// A whole number: `5`, `"5.000000000"`, `5.0`.
fn whole(name: &str, value: &Value) -> Result<i64, ValueError> {
    let text = text(value);
    let (digits, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let number = digits.parse().ok().filter(|_| decimals.bytes().all(|it| it == b'0'));
    number.ok_or_else(|| ValueError::NotWhole(name.to_owned(), text.clone()))
}

fn date(value: &Value) -> Option<NaiveDate> {
    if let Some(days) = value.as_i64() {
        return NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_signed(TimeDelta::try_days(days)?);
    }
    NaiveDate::parse_from_str(value.as_str()?.get(..10)?, "%Y-%m-%d").ok()
}

/// Time of the day: microseconds (Debezium's `MicroTime`), or text.
fn time_of_day(value: &Value) -> Option<NaiveTime> {
    if let Some(micros) = value.as_i64() {
        let seconds = u32::try_from(micros.div_euclid(1_000_000)).ok()?;
        let nanos = u32::try_from(micros.rem_euclid(1_000_000)).ok()? * 1000;
        return NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos);
    }
    NaiveTime::parse_from_str(value.as_str()?.trim_end_matches('Z'), "%H:%M:%S%.f").ok()
}

/// A local moment that a connector writes as if it were of UTC, in parts of a millisecond.
fn moment(value: &Value, parts: i64) -> Option<NaiveDateTime> {
    if let Some(number) = value.as_i64() {
        return Some(DateTime::from_timestamp_millis(number.div_euclid(parts))?.naive_utc());
    }
    let text = value.as_str()?.replace('T', " ");
    NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), "%Y-%m-%d %H:%M:%S%.f").ok()
}
