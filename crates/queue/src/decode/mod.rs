//! Bytes to entry: the one authority on what a valid entry is (docs/domain.md#the-entry). Pure; knows neither Kafka nor
//! stores.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDateTime};
use model::entry::{Entry, Kind, MAX_DESCRIPTION_BYTES};
use model::flaw::{BrokenJson, Flaw};
use model::ids::IdError;
use model::quantity::{Direction, Quantity};
use model::registry::without_prefix;
use model::time::Millis;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub mod admission;
mod envelope;
pub mod rejection;

use admission::admit;
use base::business_time::BusinessTime;
use base::config::EntryRules;
use rejection::Rejection;

/// Decodes one message that nobody has judged yet: what it says, and whether it is let in.
pub fn decode(payload: &[u8], sent_at: Millis, rules: &EntryRules) -> Result<Entry, Rejection> {
    let entry = read(payload, rules.business_time)?;
    admit(&entry, sent_at, rules)?;
    Ok(entry)
}

/// What the bytes of a message say, whatever the settings and the clock are: the same for ever, as the zone of business time is.
pub fn read(payload: &[u8], zone: BusinessTime) -> Result<Entry, Rejection> {
    let payload = without_prefix(payload);
    let text = std::str::from_utf8(payload).map_err(|cause| Rejection::whole(Flaw::NotUtf8(cause.valid_up_to())))?;
    let mut fields: Fields<'_> = serde_json::from_str(text).map_err(malformed)?;
    if fields.is_empty()
        && let Some(inner) = envelope::inner(text)?
    {
        fields = serde_json::from_str(inner).map_err(malformed)?;
    }
    if let Some(twin) = &fields.twin {
        return Err(Rejection::field(twin, Flaw::Twin));
    }
    Ok(Entry {
        product_id: id(&fields, "product_id")?,
        quantity: integer::<Quantity>(&fields, "quantity", Flaw::Quantity)?,
        direction: integer::<Direction>(&fields, "drcr", Flaw::Direction)?,
        company_id: id(&fields, "company_id")?,
        warehouse_id: id(&fields, "warehouse_id")?,
        bill_id: id(&fields, "bill_id")?,
        create_time: create_time(&fields, zone)?,
        description: description(&fields)?,
        kind: kind(&fields)?,
        line_no: line_no(&fields)?,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "shape of map_err")]
fn malformed(cause: serde_json::Error) -> Rejection {
    let place = cause.column();
    Rejection::whole(Flaw::NotAnObject(match cause.classify() {
        serde_json::error::Category::Eof => BrokenJson::Ends(place),
        serde_json::error::Category::Data => BrokenJson::NoObject,
        _ => BrokenJson::Syntax(place),
    }))
}

/// The known fields of one object as the raw text of their values.
#[derive(Default)]
struct Fields<'a> {
    known: [Option<&'a str>; KNOWN.len()],
    twin: Option<String>,
}

const KNOWN: [&str; 10] = [
    "product_id",
    "quantity",
    "drcr",
    "company_id",
    "warehouse_id",
    "bill_id",
    "create_time",
    "description",
    "kind",
    "line_no",
];

impl<'a> Fields<'a> {
    /// Does it name none of an entry's fields?
    fn is_empty(&self) -> bool {
        self.known.iter().all(Option::is_none)
    }

    /// The raw text of a field's value; a JSON null counts as missing.
    fn get(&self, name: &str) -> Option<&'a str> {
        let place = KNOWN.iter().position(|it| *it == name)?;
        self.known.get(place).copied().flatten().filter(|raw| *raw != "null")
    }

    fn need(&self, name: &str) -> Result<&'a str, Rejection> {
        self.get(name).ok_or_else(|| Rejection::field(name, Flaw::Missing))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Fields::default();
                let mut others = BTreeMap::new();
                while let Some(name) = map.next_key::<Text>()? {
                    let raw = map.next_value::<&'de RawValue>()?.get();
                    let slot = KNOWN.iter().position(|it| *it == name.0).and_then(|at| fields.known.get_mut(at));
                    let before = match slot {
                        Some(slot) => slot.replace(raw),
                        None => others.insert(name.0.clone(), raw),
                    };
                    if before.is_some() {
                        fields.twin.get_or_insert(name.0);
                    }
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A field's name, escapes resolved (`"\u0064rcr"` names `drcr`).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Text)
    }
}

fn string(raw: &str, name: &str) -> Result<String, Rejection> {
    if !raw.starts_with('"') {
        return Err(Rejection::field(name, Flaw::NotText));
    }
    serde_json::from_str(raw).map_err(|_| Rejection::field(name, Flaw::BrokenText))
}

/// Is it written as a JSON integer (`10`; neither `"10"` nor `1.0` nor `1e1`)?
fn is_integer(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn id<T: TryFrom<String, Error = IdError>>(fields: &Fields<'_>, name: &str) -> Result<T, Rejection> {
    let raw = fields.need(name)?;
    let text = if is_integer(raw) {
        raw.to_owned()
    } else if raw.starts_with('"') {
        string(raw, name)?
    } else {
        return Err(Rejection::field(name, Flaw::NotTextOrInteger));
    };
    T::try_from(text).map_err(|why| Rejection::field(name, Flaw::Id(why)))
}

fn integer<T: TryFrom<i64>>(fields: &Fields<'_>, name: &str, flaw: fn(T::Error) -> Flaw) -> Result<T, Rejection> {
    let raw = fields.need(name)?;
    if !is_integer(raw) {
        return Err(Rejection::field(name, Flaw::NotInteger));
    }
    // Beyond i64 it is beyond every range we have; saturating keeps the reason that of the range.
    let number = raw.parse::<i64>().unwrap_or(if raw.starts_with('-') { i64::MIN } else { i64::MAX });
    T::try_from(number).map_err(|why| Rejection::field(name, flaw(why)))
}

fn description(fields: &Fields<'_>) -> Result<String, Rejection> {
    let Some(raw) = fields.get("description") else { return Ok(String::new()) };
    let text = string(raw, "description")?;
    if text.len() > MAX_DESCRIPTION_BYTES {
        return Err(Rejection::field("description", Flaw::TooLong));
    }
    if text.contains('\0') {
        return Err(Rejection::field("description", Flaw::HasNul));
    }
    Ok(text)
}

fn kind(fields: &Fields<'_>) -> Result<Kind, Rejection> {
    let Some(raw) = fields.get("kind") else { return Ok(Kind::default()) };
    Kind::parse(&string(raw, "kind")?).ok_or_else(|| Rejection::field("kind", Flaw::Kind))
}

fn line_no(fields: &Fields<'_>) -> Result<i32, Rejection> {
    if fields.get("line_no").is_none() {
        return Ok(1);
    }
    let number = integer::<i64>(fields, "line_no", |_| Flaw::LineNo)?;
    match i32::try_from(number) {
        Ok(it) if it >= 1 => Ok(it),
        _ => Err(Rejection::field("line_no", Flaw::LineNo)),
    }
}

fn create_time(fields: &Fields<'_>, zone: BusinessTime) -> Result<Millis, Rejection> {
    let wrong = |flaw| Rejection::field("create_time", flaw);
    let text = string(fields.need("create_time")?, "create_time")?;
    let at = if text.contains('T') || text.contains('t') {
        let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| wrong(Flaw::NotATime))?;
        Millis(moment.timestamp_millis())
    } else {
        let local = local_time(&text).ok_or_else(|| wrong(Flaw::NotATime))?;
        zone.moment(local).ok_or_else(|| wrong(Flaw::SkippedTime))?
    };
    // A day that can be: the day table is named after it.
    zone.day(at).map(|_| at).ok_or_else(|| wrong(Flaw::OutOfRange))
}

/// `YYYY-MM-DD HH:MM:SS[.fff]`, to the letter: chrono alone would take `2025-3-1 1:2:3` and a leap second too.
fn local_time(text: &str) -> Option<NaiveDateTime> {
    let bytes = text.as_bytes();
    let (seconds, fraction) = if bytes.len() > 19 { (bytes.get(..19)?, bytes.get(19..)?) } else { (bytes, &b""[..]) };
    let pattern = b"dddd-dd-dd dd:dd:dd";
    let fits = seconds.len() == pattern.len()
        && seconds.iter().zip(pattern).all(|(b, p)| if *p == b'd' { b.is_ascii_digit() } else { b == p });
    let fraction_fits = fraction.is_empty()
        || (fraction.len() <= 10
            && fraction.len() > 1
            && fraction.starts_with(b".")
            && fraction.iter().skip(1).all(u8::is_ascii_digit));
    if !fits || !fraction_fits || bytes.get(17..19)? == b"60" {
        return None;
    }
    let to_millis = text.get(..text.len().min(23))?;
    NaiveDateTime::parse_from_str(to_millis, "%Y-%m-%d %H:%M:%S%.f").ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::flaw::Code;

    use super::*;
    use base::business_time::rfc3339;

    const SENT: Millis = Millis(1_741_600_000_000); // 2025-03-10 09:46:40 UTC

    fn rules() -> EntryRules {
        EntryRules {
            business_time: BusinessTime(chrono_tz::Asia::Shanghai),
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        }
    }

    /// A valid entry with one field set to a raw JSON value, or left out.
    fn with(field: &str, raw: Option<&str>) -> String {
        let mut fields = vec![
            ("product_id", "\"apple\""),
            ("quantity", "10"),
            ("drcr", "1"),
            ("company_id", "\"c\""),
            ("warehouse_id", "\"w\""),
            ("bill_id", "\"b\""),
            ("create_time", "\"2025-03-10 08:00:00\""),
        ];
        fields.retain(|(name, _)| *name != field);
        let mut all: Vec<String> = fields.iter().map(|(name, raw)| format!("\"{name}\":{raw}")).collect();
        all.extend(raw.map(|raw| format!("\"{field}\":{raw}")));
        format!("{{{}}}", all.join(","))
    }

    fn decode_with(field: &str, raw: Option<&str>) -> Result<Entry, Rejection> {
        decode(with(field, raw).as_bytes(), SENT, &rules())
    }

    #[test]
    fn a_plain_entry() {
        let entry = decode_with("description", Some("\"A1\"")).unwrap();
        assert_eq!(entry.product_id.as_str(), "apple");
        assert_eq!(entry.movement(), 10);
        assert_eq!(rfc3339(entry.create_time), "2025-03-10T00:00:00.000Z");
        assert_eq!((entry.line_no, entry.kind, entry.description.as_str()), (1, Kind::Bill, "A1"));
    }

    #[test]
    fn what_is_taken() {
        let description = format!("\"{}\"", "é".repeat(256));
        for (field, raw) in [
            ("product_id", "85132"),
            ("product_id", "123456789012345678901234567890"),
            ("product_id", "\"BANK CHARGES\""),
            ("quantity", "2147483647"),
            ("drcr", "-1"),
            ("line_no", "7"),
            ("line_no", "null"),
            ("kind", "\"opening\""),
            ("unknown", "{\"a\":[1,2,{\"b\":null}]}"),
            ("create_time", "\"2025-03-10 08:00:00.123\""),
            ("create_time", "\"2025-03-10T08:00:00.123456+08:00\""),
            ("create_time", "\"2025-03-11 17:46:40\""),
            ("description", description.as_str()),
        ] {
            assert!(decode_with(field, Some(raw)).is_ok(), "{field} = {raw}: {:?}", decode_with(field, Some(raw)));
        }
    }

    #[test]
    fn what_is_rejected_and_why() {
        let too_long = format!("\"{}x\"", "é".repeat(256));
        for (field, raw, code) in [
            ("product_id", "1.5", Code::WrongType),
            ("product_id", "true", Code::WrongType),
            ("product_id", "\"\"", Code::Invalid),
            ("bill_id", "\"a\\u0000\"", Code::Invalid),
            ("bill_id", "\"a\u{3000}\"", Code::Invalid),
            ("bill_id", "\"a\u{200b}b\"", Code::Invalid),
            ("product_id", "\"\\u202ea\"", Code::Invalid),
            ("bill_id", "\"\\ud800\"", Code::Malformed),
            ("quantity", "\"10\"", Code::WrongType),
            ("quantity", "1.0", Code::WrongType),
            ("quantity", "1e400", Code::WrongType),
            ("quantity", "0", Code::Invalid),
            ("quantity", "-1", Code::Invalid),
            ("quantity", "2147483648", Code::Invalid),
            ("quantity", "99999999999999999999", Code::Invalid),
            ("drcr", "0", Code::Invalid),
            ("drcr", "\"1\"", Code::WrongType),
            ("line_no", "0", Code::Invalid),
            ("kind", "\"trade\"", Code::Invalid),
            ("description", "5", Code::WrongType),
            ("description", too_long.as_str(), Code::Invalid),
            ("description", "\"a\\u0000\"", Code::Invalid),
            ("create_time", "\"2025-02-30 08:00:00\"", Code::Invalid),
            ("create_time", "\"2025-3-1 8:00:00\"", Code::Invalid),
            ("create_time", "\"2025-03-10 08:00:60\"", Code::Invalid),
            ("create_time", "\"2025-03-10\"", Code::Invalid),
            ("create_time", "\"1999-12-31 23:59:59\"", Code::Invalid),
            ("create_time", "\"2025-03-11 17:46:41\"", Code::Invalid),
            ("create_time", "1741600000000", Code::WrongType),
        ] {
            let rejection = decode_with(field, Some(raw)).unwrap_err();
            assert_eq!(rejection.code, code, "{field} = {raw}: {rejection:?}");
            assert_eq!(rejection.field.as_deref(), Some(field));
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        for field in ["product_id", "quantity", "drcr", "company_id", "warehouse_id", "bill_id", "create_time"] {
            let rejection = decode_with(field, None).unwrap_err();
            assert_eq!((rejection.code, rejection.field.as_deref()), (Code::Missing, Some(field)));
        }
    }

    #[test]
    fn a_field_named_twice_is_rejected_known_or_not_escaped_or_not() {
        for twin in ["\"drcr\":1", "\"\\u0064rcr\":1", "\"drcr\":null"] {
            let text = with("x", Some("1")).replace('}', &format!(",{twin}}}"));
            assert_eq!(decode(text.as_bytes(), SENT, &rules()).unwrap_err().code, Code::TwinField, "{text}");
        }
        let text = with("x", Some("1")).replace('}', ",\"x\":2}");
        assert_eq!(decode(text.as_bytes(), SENT, &rules()).unwrap_err().code, Code::TwinField);
    }

    #[test]
    fn poison_is_malformed_and_never_panics() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let inside = with("x", Some(&deep));
        assert!(
            decode(inside.as_bytes(), SENT, &rules()).is_err_and(|it| it.code == Code::Malformed) || deep.len() > 1
        );
        for bytes in [&b""[..], b"null", b"[]", b"1", b"{", b"{}x", b"\xff\xfe", b"\"x\"", deep.as_bytes(), &[0; 64]] {
            assert_eq!(decode(bytes, SENT, &rules()).unwrap_err().code, Code::Malformed);
        }
    }

    #[test]
    fn a_local_time_that_was_skipped_is_rejected() {
        let rules = EntryRules { business_time: BusinessTime(chrono_tz::Europe::Berlin), ..rules() };
        let sent = Millis(SENT.0 + 30 * 86_400_000);
        let text = with("create_time", Some("\"2025-03-30 02:30:00\""));
        assert_eq!(decode(text.as_bytes(), sent, &rules).unwrap_err().code, Code::Invalid);
    }
}
