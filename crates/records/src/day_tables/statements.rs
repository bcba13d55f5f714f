//! Statements over day tables, and over whole databases: the only place where SQL is put together from names. A name that is none of ours
//! makes no statement.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, MySql, QueryBuilder};

use super::names::{DayTable, is_day_table};

/// Makes a day table. Commits implicitly: run it on a connection of its own, before the batch's transaction.
pub fn create_table(table: &DayTable) -> AssertSqlSafe<String> {
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
        table.name()
    ))
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
