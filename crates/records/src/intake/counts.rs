//! `counts`: counts of shelves (physical inventory, 盘点) that were posted, with what the books said and where the stream stood.

use std::collections::BTreeMap;

use base::business_time::{utc_moment, utc_text};
use chrono::NaiveDateTime;
use model::time::Millis;
use sqlx::MySqlConnection;

use crate::sql::error::with_timeout;
use crate::trail::{TrailEvent, record_in};
use crate::{Error, Records};

/// A count that is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Id of the file it came in, unique for ever.
    pub id: String,
    /// Bill of its adjusting entries.
    pub bill_id: String,
    /// Name of the file.
    pub file: String,
    /// Person who posted it.
    pub who: String,
    /// What that person noted.
    pub note: String,
    /// Every line, those that agree too.
    pub lines: Vec<CountLine>,
    /// Where each partition stood when the books were read: the offset of the next message.
    pub positions: BTreeMap<i32, i64>,
}

/// A line of a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountLine {
    /// Warehouse in which it was counted.
    pub warehouse_id: String,
    /// Product that was counted.
    pub product_id: String,
    /// Moment at which it was counted.
    pub counted_at: Millis,
    /// Pieces by the books at that moment.
    pub book: i64,
    /// Pieces on the shelves.
    pub counted: i64,
}

/// A posted count in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedCount {
    /// Bill of its adjusting entries.
    pub bill_id: String,
    /// Person who posted it.
    pub who: String,
    /// Moment when it was posted.
    pub at: Millis,
    /// Number of lines.
    pub lines: i64,
    /// Number of lines that differed.
    pub adjusted: i64,
}

from_row! {
    /// A posted count as its columns are.
    struct Row {
        bill_id: String,
        who: String,
        at: NaiveDateTime,
        lines: i64,
        adjusted: i64,
    }
}

/// The lock under which a count is posted. It ends with its connection, whatever happens to whoever holds it.
#[derive(Debug)]
pub struct CountLock(#[expect(dead_code, reason = "held, not used")] MySqlConnection);

/// So many seconds one count waits for another.
const LOCK_WAIT: i64 = 10;
/// So many lines in one statement.
const AT_ONCE: usize = 500;

impl Records {
    /// The lock under which counts are posted, one at a time over all processes: the books that one is compared with hold what the one before has written.
    pub async fn count_lock(&self) -> Result<CountLock, Error> {
        let unavailable = Error::unavailable("waiting for another count");
        let mut connection = self.pool.acquire().await.map_err(&unavailable)?.detach();
        let got: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(CONCAT(LEFT(DATABASE(), 50), ' count'), ?)")
            .bind(LOCK_WAIT)
            .fetch_one(&mut connection)
            .await
            .map_err(&unavailable)?;
        if got == Some(1) {
            return Ok(CountLock(connection));
        }
        Err(Error::TimedOut {
            doing: "waiting for another count that is being posted",
            seconds: LOCK_WAIT.unsigned_abs(),
        })
    }

    /// Keeps a count, with the trail. One that was kept before, and not posted whole, is replaced: its books were read again.
    pub async fn keep_count(&self, count: &Count) -> Result<(), Error> {
        let unavailable = Error::unavailable("keeping a count");
        with_timeout("keeping a count", async {
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            // With its lines and positions.
            sqlx::query("DELETE FROM counts WHERE id = ?")
                .bind(&count.id)
                .execute(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            sqlx::query(
                "INSERT INTO counts (id, bill_id, file, who, at, note) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), ?)",
            )
            .bind(&count.id)
            .bind(&count.bill_id)
            .bind(&count.file)
            .bind(&count.who)
            .bind(&count.note)
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            for lines in count.lines.chunks(AT_ONCE) {
                let mut insert = sqlx::QueryBuilder::new(
                    "INSERT INTO count_lines (count_id, warehouse_id, product_id, counted_at, book, counted) ",
                );
                insert.push_values(lines, |mut row, it| {
                    row.push_bind(&count.id)
                        .push_bind(&it.warehouse_id)
                        .push_bind(&it.product_id)
                        .push_bind(utc_text(it.counted_at))
                        .push_bind(it.book)
                        .push_bind(it.counted);
                });
                insert.build().execute(&mut *transaction).await.map_err(&unavailable)?;
            }
            for (partition, next_offset) in &count.positions {
                sqlx::query("INSERT INTO count_positions (count_id, partition_id, next_offset) VALUES (?, ?, ?)")
                    .bind(&count.id)
                    .bind(partition)
                    .bind(next_offset)
                    .execute(&mut *transaction)
                    .await
                    .map_err(&unavailable)?;
            }
            let adjusted = count.lines.iter().filter(|it| it.book != it.counted).count();
            let deed = TrailEvent {
                who: count.who.clone(),
                action: "count.post".to_owned(),
                subject: format!("bill {}", count.bill_id),
                before: None,
                after: Some(format!("{} lines counted, {adjusted} adjusted", count.lines.len())),
            };
            record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)
        })
        .await
    }

    /// The newest counts, at most so many.
    pub async fn newest_counts(&self, most: i64) -> Result<Vec<PostedCount>, Error> {
        with_timeout("reading counts", async {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT c.bill_id, c.who, c.at, CAST(COUNT(l.count_id) AS SIGNED) AS `lines`,
                   CAST(COALESCE(SUM(l.book <> l.counted), 0) AS SIGNED) AS adjusted
                 FROM counts AS c LEFT JOIN count_lines AS l ON l.count_id = c.id
                 GROUP BY c.id, c.bill_id, c.who, c.at ORDER BY c.at DESC LIMIT ?",
            )
            .bind(most)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading counts"))?;
            let count = |Row { bill_id, who, at, lines, adjusted }| PostedCount {
                bill_id,
                who,
                at: utc_moment(at),
                lines,
                adjusted,
            };
            Ok(rows.into_iter().map(count).collect())
        })
        .await
    }
}
