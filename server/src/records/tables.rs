//! Day tables: the only place that makes a table name, and so the only place where SQL is put together from parts.
//! A table name is code: it is derived from the id by one function and never pasted from input.

use std::io::Cursor;

use chrono::NaiveDate;
use model::ids::ProductId;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, MySql, QueryBuilder};

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
    /// One product.
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

    /// Makes the table. Commits implicitly: run it on a connection of its own, before the batch's transaction.
    pub fn create(&self) -> AssertSqlSafe<String> {
        AssertSqlSafe(format!(
            "CREATE TABLE IF NOT EXISTS `{}` (
               id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
               product_id VARCHAR(64) NOT NULL,
               quantity INT NOT NULL CHECK (quantity >= 1),
               drcr TINYINT NOT NULL CHECK (drcr IN (1, -1)),
               company_id VARCHAR(64) NOT NULL,
               warehouse_id VARCHAR(64) NOT NULL,
               bill_id VARCHAR(64) NOT NULL,
               line_no INT NOT NULL CHECK (line_no >= 1),
               kind ENUM('bill', 'opening', 'adjust') NOT NULL,
               create_time DATETIME(3) NOT NULL,
               description VARCHAR(512) NOT NULL,
               recorded_at DATETIME(3) NOT NULL,
               partition_id INT NOT NULL,
               kafka_offset BIGINT NOT NULL,
               back_dated BOOLEAN NOT NULL,
               corrected_by BIGINT NULL,
               UNIQUE KEY line (product_id, company_id, warehouse_id, bill_id, line_no),
               KEY by_time (create_time)
             ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
            self.name
        ))
    }
}

/// Drops a database of a bench or a test, told by its name; never another.
pub fn drop_database(name: &str) -> Option<AssertSqlSafe<String>> {
    let ours = ["tallyhouse_bench_", "tallyhouse_test_"].iter().any(|it| name.starts_with(it));
    let legal = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (ours && legal).then(|| AssertSqlSafe(format!("DROP DATABASE IF EXISTS `{name}`")))
}

/// A second table of the same shape, for the plain loop of the bench. `None`: the name is none of ours.
pub fn plain_copy(name: &str) -> Option<[AssertSqlSafe<String>; 2]> {
    is_day_table(name).then(|| {
        [
            AssertSqlSafe(format!("DROP TABLE IF EXISTS `p{name}`")),
            AssertSqlSafe(format!("CREATE TABLE `p{name}` LIKE `{name}`")),
        ]
    })
}

/// The sums of a table's rows, by warehouse, product and company.
pub fn count_rows(name: &str) -> Option<AssertSqlSafe<String>> {
    is_day_table(name)
        .then(|| AssertSqlSafe(format!("SELECT warehouse_id, product_id, company_id, {ROW_SUMS} FROM `{name}` GROUP BY warehouse_id, product_id, company_id")))
}

/// Do the rows of a table make the totals of its day? A row for each product: how many lines (warehouse, product, company) its rows make,
/// how many of these are not what the totals say, and the sums of its rows.
pub fn match_totals(name: &str, day: NaiveDate) -> Option<AssertSqlSafe<String>> {
    is_day_table(name).then(|| {
        AssertSqlSafe(format!(
            "SELECT r.product_id, COUNT(*), CAST(COALESCE(SUM(d.entries IS NULL OR r.qty_in <> d.qty_in OR r.qty_out <> d.qty_out
                 OR r.adjust_in <> d.adjust_in OR r.adjust_out <> d.adjust_out OR r.entries <> d.entries), 0) AS SIGNED),
               CAST(COALESCE(SUM(r.qty_in), 0) AS SIGNED), CAST(COALESCE(SUM(r.qty_out), 0) AS SIGNED),
               CAST(COALESCE(SUM(r.adjust_in), 0) AS SIGNED), CAST(COALESCE(SUM(r.adjust_out), 0) AS SIGNED),
               CAST(COALESCE(SUM(r.entries), 0) AS SIGNED)
             FROM (SELECT warehouse_id, product_id, company_id, {ROW_SUMS} FROM `{name}` FORCE INDEX (line) GROUP BY product_id, company_id, warehouse_id) AS r
             LEFT JOIN day_totals AS d ON d.day = '{day}' AND d.product_id = r.product_id
               AND d.warehouse_id = r.warehouse_id AND d.company_id = r.company_id
             GROUP BY r.product_id ORDER BY NULL"
        ))
    })
}

/// The sums of what tables hold between two moments, by warehouse, product and company. Parameters: from and to, once for each
/// table.
pub fn sums_between(names: &[String]) -> Option<AssertSqlSafe<String>> {
    let one = |name: &String| {
        is_day_table(name).then(|| {
            format!(
                "SELECT warehouse_id, product_id, company_id, {ROW_SUMS} FROM `{name}` WHERE create_time >= ? AND create_time < ?
                 GROUP BY warehouse_id, product_id, company_id"
            )
        })
    };
    let all: Option<Vec<String>> = names.iter().map(one).collect();
    all.filter(|it| !it.is_empty()).map(|it| AssertSqlSafe(it.join(" UNION ALL ")))
}

/// What each row of a table moved, and when.
pub fn movements(name: &str) -> Option<AssertSqlSafe<String>> {
    is_day_table(name).then(|| {
        AssertSqlSafe(format!(
            "SELECT create_time, product_id, warehouse_id, company_id, quantity, drcr, kind = 'bill' FROM `{name}`"
        ))
    })
}

/// Begins a statement that reads the entries of a table. `false`: the name is none of ours, and nothing was added.
pub fn push_entries_of(statement: &mut QueryBuilder<MySql>, name: &str) -> bool {
    if !is_day_table(name) {
        return false;
    }
    statement
        .push("SELECT '")
        .push(name)
        .push("' AS table_name, id, product_id, quantity, drcr, company_id, warehouse_id, bill_id, ");
    statement.push(
        "line_no, CAST(kind AS CHAR) AS kind, create_time, description, recorded_at, partition_id, kafka_offset FROM `",
    );
    statement.push(name).push("`");
    true
}

/// Rows of a table as the plain loop wants them.
pub fn all_rows(name: &str) -> Option<AssertSqlSafe<String>> {
    is_day_table(name).then(|| {
        AssertSqlSafe(format!(
            "SELECT product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, CAST(kind AS CHAR), create_time,
               description, kafka_offset, partition_id FROM `{name}` ORDER BY id"
        ))
    })
}

/// A hand's edit: the first row of a table, one more of its goods.
pub fn edit_first_row(name: &str) -> Option<AssertSqlSafe<String>> {
    is_day_table(name)
        .then(|| AssertSqlSafe(format!("UPDATE `{name}` SET quantity = quantity + 1 ORDER BY id LIMIT 1")))
}

/// The head of a multi-row INSERT into the plain copy.
pub fn plain_insert(name: &str) -> Option<String> {
    is_day_table(name).then(|| {
        format!(
            "INSERT INTO `p{name}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
               description, kafka_offset, partition_id, recorded_at, back_dated) "
        )
    })
}

/// Can it be the name of a day table?
pub fn is_day_table(name: &str) -> bool {
    name.starts_with("t_") && name.len() <= 64 && name.bytes().all(is_plain_or_underscore)
}

/// Makes a database, unless its name is not plain.
pub fn create_database(name: &str) -> Option<AssertSqlSafe<String>> {
    let legal = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    legal.then(|| {
        AssertSqlSafe(format!("CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
    })
}

/// Rows as totals count them: in, out, adjusted in and out, entries.
pub const ROW_SUMS: &str = "CAST(SUM(IF(kind = 'bill' AND drcr = 1, quantity, 0)) AS SIGNED) AS qty_in,
  CAST(SUM(IF(kind = 'bill' AND drcr = -1, quantity, 0)) AS SIGNED) AS qty_out,
  CAST(SUM(IF(kind <> 'bill' AND drcr = 1, quantity, 0)) AS SIGNED) AS adjust_in,
  CAST(SUM(IF(kind <> 'bill' AND drcr = -1, quantity, 0)) AS SIGNED) AS adjust_out, COUNT(*) AS entries";

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
