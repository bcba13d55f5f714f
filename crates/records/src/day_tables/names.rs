//! Names of day tables: `t_<product>_<yyyymmdd>` or `t_b<bucket>_<yyyymmdd>`. Derived from the id by one function, injective, and
//! never pasted from input.

use std::io::Cursor;

use chrono::NaiveDate;
use model::ids::ProductId;
use sha2::{Digest, Sha256};

use base::config::Layout;
use base::hex::hex;

/// MySQL's limit of 64, less `t_` and `_yyyymmdd`.
const MAX_STEM: usize = 64 - 2 - 9;

/// One day table: what it holds and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DayTable {
    name: String,
    day: NaiveDate,
    holds: Holds,
}

/// What a day table holds, beside its day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Holds {
    Product(ProductId),
    /// Every product of a bucket.
    Bucket(u32),
}

impl Holds {
    /// What the tables of a product hold, whatever the day.
    pub fn of(layout: Layout, product: &ProductId) -> Self {
        match layout {
            Layout::ProductDay => Self::Product(product.clone()),
            Layout::BucketDay(buckets) => Self::Bucket(bucket(product.as_str(), buckets)),
        }
    }
}

impl DayTable {
    /// The table that a product's entries of a business day belong in.
    pub fn of(layout: Layout, product: &ProductId, day: NaiveDate) -> Self {
        let holds = Holds::of(layout, product);
        let stem = match &holds {
            Holds::Product(product) => stem(product.as_str()),
            Holds::Bucket(bucket) => format!("b{bucket}"),
        };
        Self { name: format!("t_{stem}_{}", day.format("%Y%m%d")), day, holds }
    }

    /// One as the register has it. `None`: the name is none of ours.
    pub fn registered(name: String, day: NaiveDate, holds: Holds) -> Option<Self> {
        is_day_table(&name).then_some(Self { name, day, holds })
    }

    /// Its name: `[a-z0-9_]`, at most 64 characters.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its business day.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// What it holds.
    pub fn holds(&self) -> &Holds {
        &self.holds
    }
}

/// Can it be the name of a day table?
pub fn is_day_table(name: &str) -> bool {
    name.starts_with("t_") && name.len() <= 64 && name.bytes().all(is_plain_or_underscore)
}

/// The business day in the name of a day table.
pub fn day_of(name: &str) -> Option<NaiveDate> {
    let (_, day) = name.rsplit_once('_').filter(|_| is_day_table(name))?;
    NaiveDate::parse_from_str(day, "%Y%m%d").ok()
}

/// murmur3 (x86, 32 bit, seed 0) of the id, modulo the number of buckets.
fn bucket(product: &str, buckets: u32) -> u32 {
    // Reading from memory cannot fail; the signature of the library says it might.
    let hash = murmur3::murmur3_32(&mut Cursor::new(product.as_bytes()), 0).unwrap_or_default();
    hash % buckets.max(1)
}

/// The part of a table name that stands for a product. Injective, also on a server that folds case:
///
/// - plain ids (`[a-z0-9][a-z0-9_]*`, short enough) keep their name;
/// - others start with `_`, keep `[a-z0-9]`, and write every other byte as `_hh`;
/// - what is too long for that is `__z` and 160 bits of its SHA-256: `_z` is no `_hh`, so the three never meet, and two
///   ids of the same hash would be refused by the register.
fn stem(product: &str) -> String {
    let starts_plain = product.bytes().next().is_some_and(is_plain);
    if starts_plain && product.len() <= MAX_STEM && product.bytes().all(is_plain_or_underscore) {
        return product.to_owned();
    }
    let mut stem = String::from("_");
    for byte in product.bytes() {
        if is_plain(byte) {
            stem.push(char::from(byte));
        } else {
            stem.push('_');
            stem.push_str(&hex(&[byte]));
        }
    }
    if stem.len() <= MAX_STEM {
        return stem;
    }
    format!("__z{}", hex(&Sha256::digest(product.as_bytes())[..20]))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_plain_or_underscore(byte: u8) -> bool {
    is_plain(byte) || byte == b'_'
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn name(product: &str) -> String {
        let product = ProductId::try_from(product).unwrap();
        DayTable::of(Layout::ProductDay, &product, NaiveDate::from_ymd_opt(2025, 3, 10).unwrap()).name
    }

    #[test]
    fn plain_ids_keep_their_name() {
        assert_eq!(name("apple"), "t_apple_20250310");
        assert_eq!(name("85132"), "t_85132_20250310");
    }

    #[test]
    fn others_are_encoded_and_never_meet() {
        let ids = [
            "85132B",
            "85132b",
            "BANK CHARGES",
            "bank charges",
            "大米",
            "a`; DROP TABLE x; --",
            "../x",
            "_41",
            "A",
            "a_41",
            "_z",
        ];
        let long = ["é".repeat(64), "x".repeat(64), "X".repeat(64), format!("{}_", "x".repeat(53))];
        let mut seen = HashMap::new();
        for id in ids.iter().copied().chain(long.iter().map(String::as_str)) {
            let name = name(id);
            assert!(name.len() <= 64 && name.bytes().all(is_plain_or_underscore), "{name}");
            assert_eq!(seen.insert(name.clone(), id), None, "{id} -> {name}");
        }
    }

    #[test]
    fn a_bucket_is_stable() {
        let product = ProductId::try_from("85123A").unwrap();
        let day = NaiveDate::from_ymd_opt(2010, 12, 1).unwrap();
        let table = DayTable::of(Layout::BucketDay(64), &product, day);
        assert_eq!(table.name(), format!("t_b{}_20101201", bucket("85123A", 64)));
    }

    proptest! {
        #[test]
        fn no_two_ids_share_a_table(a in "[a-zA-Z0-9_ é/]{1,12}", b in "[a-zA-Z0-9_ é/]{1,12}") {
            prop_assume!(a != b && ProductId::try_from(a.as_str()).is_ok() && ProductId::try_from(b.as_str()).is_ok());
            prop_assert_ne!(name(&a), name(&b));
        }
    }
}
