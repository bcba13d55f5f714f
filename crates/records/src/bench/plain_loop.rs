//! What the bench compares with: the rows that are recorded, read back and inserted again into copies of their tables by
//! plain multi-row INSERTs, each committed for itself. And the end of a bench's or a test's database.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;
use model::entry::Entry;
use sqlx::{Connection, QueryBuilder};
use tokio::task::JoinSet;

use crate::day_tables::names::DayTable;
use crate::day_tables::statements;
use crate::{Error, Records};
use base::business_time::utc_text;

/// As many rows as a good loop puts into one statement.
const ROWS: usize = 1000;

type Row = (String, i32, i8, String, String, String, i32, String, NaiveDateTime, String, i64, i32);

/// Statements that are still to be run: a table and its rows.
type Queue = Arc<Mutex<VecDeque<(String, Vec<Row>)>>>;

impl Records {
    /// Runs the plain loop over a number of connections; answers how long the INSERTs took.
    pub async fn replay_rows_plainly(&self, connections: usize) -> Result<Duration, Error> {
        Ok(self.make_and_fill_plainly(connections).await?.1)
    }

    /// The same; answers how long it took to make the tables, and how long the INSERTs took.
    pub async fn make_and_fill_plainly(&self, connections: usize) -> Result<(Duration, Duration), Error> {
        let mut connection = self.connect().await?;
        let started = Instant::now();
        let names = self.empty_copies(&mut connection).await?;
        let made = started.elapsed();
        let queue: Queue = Arc::new(Mutex::new(self.rows_in_chunks(&mut connection, names).await?));
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(self.connect().await?);
        }
        let started = Instant::now();
        let mut loops = JoinSet::new();
        for connection in open {
            loops.spawn(insert_all(connection, Arc::clone(&queue)));
        }
        while let Some(ended) = loops.join_next().await {
            ended.map_err(|_| Error::Inconsistent("the plain loop panicked".to_owned()))??;
        }
        Ok((made, started.elapsed()))
    }

    /// Makes empty copies of all day tables; answers the names of these.
    async fn empty_copies(&self, connection: &mut sqlx::MySqlConnection) -> Result<Vec<String>, Error> {
        let unavailable = Error::unavailable("preparing the plain loop");
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM day_tables ORDER BY name")
            .fetch_all(&mut *connection)
            .await
            .map_err(&unavailable)?;
        for name in &names {
            for statement in statements::plain_copy(name).ok_or_else(not_ours)? {
                sqlx::query(statement).execute(&mut *connection).await.map_err(&unavailable)?;
            }
        }
        Ok(names)
    }

    /// The rows of all day tables in statements' worth, round robin over the tables.
    async fn rows_in_chunks(
        &self,
        connection: &mut sqlx::MySqlConnection,
        names: Vec<String>,
    ) -> Result<VecDeque<(String, Vec<Row>)>, Error> {
        let mut per_table = Vec::new();
        for name in names {
            let rows: Vec<Row> = sqlx::query_as(statements::all_rows(&name).ok_or_else(not_ours)?)
                .fetch_all(&mut *connection)
                .await
                .map_err(Error::unavailable("preparing the plain loop"))?;
            per_table.push(rows.chunks(ROWS).map(|it| (name.clone(), it.to_vec())).collect::<VecDeque<_>>());
        }
        let mut queue = VecDeque::new();
        while per_table.iter().any(|it| !it.is_empty()) {
            queue.extend(per_table.iter_mut().filter_map(VecDeque::pop_front));
        }
        Ok(queue)
    }

    /// Edits the first bill of so many day tables, spread over the past, as a hand would.
    pub async fn edit_by_hand(&self, bills: usize) -> Result<(), Error> {
        let unavailable = Error::unavailable("editing bills by hand");
        let names: Vec<String> = sqlx::query_scalar("SELECT name FROM day_tables ORDER BY day, name")
            .fetch_all(&self.pool)
            .await
            .map_err(&unavailable)?;
        for name in names.iter().step_by((names.len() / bills.max(1)).max(1)).take(bills) {
            let edit = statements::edit_first_row(name).ok_or_else(not_ours)?;
            sqlx::query(edit).execute(&self.pool).await.map_err(&unavailable)?;
        }
        Ok(())
    }

    /// Each recorded batch: its partition, the position behind it, and when it was written, ms since 1970, by the database's
    /// clock; it was committed a little later.
    pub async fn recorded_times(&self) -> Result<Vec<(i32, i64, i64)>, Error> {
        sqlx::query_as(
            "SELECT partition_id, to_offset, CAST(UNIX_TIMESTAMP(recorded_at) * 1000 AS SIGNED) FROM ingest_batches ORDER BY id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Error::unavailable("reading the journal"))
    }

    /// Drops the database of a bench or a test.
    pub async fn drop_database(&self, name: &str) -> Result<(), Error> {
        let statement = statements::drop_database(name).ok_or_else(|| {
            Error::Misconfigured(format!("{name} is no database of a bench or a test; it is not dropped"))
        })?;
        let mut connection = self.connect().await?;
        sqlx::query(statement).execute(&mut connection).await.map_err(Error::unavailable("dropping a database"))?;
        let _closed = connection.close().await;
        Ok(())
    }
}

/// One row at a time into the plain copies of the day tables.
pub struct PlainRows {
    records: Records,
    connection: sqlx::MySqlConnection,
}

impl PlainRows {
    /// Empties the copies.
    pub async fn open(records: &Records) -> Result<Self, Error> {
        let mut connection = records.connect().await?;
        records.empty_copies(&mut connection).await?;
        Ok(Self { records: records.clone(), connection })
    }

    /// Inserts an entry and commits it.
    pub async fn insert(&mut self, entry: &Entry, partition: i32, offset: i64) -> Result<(), Error> {
        let day = self.records.business_time.day(entry.create_time);
        let day = day.ok_or_else(|| Error::Inconsistent("no such day".to_owned()))?;
        let table = DayTable::of(self.records.layout, &entry.product_id, day);
        let head = statements::plain_insert(table.name()).ok_or_else(not_ours)?;
        let mut statement = QueryBuilder::new(head);
        statement.push_values([entry], |mut row, it| {
            row.push_bind(it.product_id.as_str()).push_bind(it.quantity.get()).push_bind(it.direction.sign());
            row.push_bind(it.company_id.as_str()).push_bind(it.warehouse_id.as_str()).push_bind(it.bill_id.as_str());
            row.push_bind(it.line_no).push_bind(it.kind.as_str()).push_bind(utc_text(it.create_time));
            row.push_bind(it.description.as_str()).push_bind(offset).push_bind(partition);
            row.push("UTC_TIMESTAMP(3)").push("0");
        });
        let unavailable = Error::unavailable("inserting one row");
        statement.build().execute(&mut self.connection).await.map(drop).map_err(unavailable)
    }
}

from_row! {
    /// What a connector has put into its table.
    #[derive(Debug, Clone, Copy)]
    pub struct ConnectorRows {
        /// Rows that are in its table.
        pub rows: i64,
        /// Rows after the first statement.
        after_first: i64,
        /// From the first statement to the last.
        took_ms: i64,
    }
}

impl ConnectorRows {
    /// Rows a second, once it had begun. `None`: it has not.
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate for people")]
    pub fn per_second(&self) -> Option<f64> {
        (self.took_ms > 0).then(|| self.after_first as f64 * 1000.0 / self.took_ms as f64)
    }
}

impl Records {
    /// The table that a connector fills: the fields of an entry, and when each row came.
    pub async fn make_connector_table(&self) -> Result<(), Error> {
        sqlx::query(
            "CREATE TABLE connector_rows (
               id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
               product_id VARCHAR(64) NOT NULL, quantity INT NOT NULL, drcr TINYINT NOT NULL,
               company_id VARCHAR(64) NOT NULL, warehouse_id VARCHAR(64) NOT NULL, bill_id VARCHAR(64) NOT NULL,
               create_time DATETIME NOT NULL, description VARCHAR(512) NOT NULL,
               came_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3))",
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(Error::unavailable("making the connector's table"))
    }

    /// How far it is.
    pub async fn connector_rows(&self) -> Result<ConnectorRows, Error> {
        sqlx::query_as(
            "SELECT COUNT(*) AS `rows`, CAST(COALESCE(SUM(came_at > first.at), 0) AS SIGNED) AS after_first,
               COALESCE(TIMESTAMPDIFF(MICROSECOND, MIN(came_at), MAX(came_at)) DIV 1000, 0) AS took_ms
             FROM connector_rows, (SELECT MIN(came_at) AS at FROM connector_rows) AS first",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(Error::unavailable("counting the connector's rows"))
    }
}

fn not_ours() -> Error {
    Error::Inconsistent("the register names a table that is none of ours".to_owned())
}

async fn insert_all(mut connection: sqlx::MySqlConnection, queue: Queue) -> Result<(), Error> {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((name, rows)) = next else { return Ok(()) };
        let head = statements::plain_insert(&name).ok_or_else(not_ours)?;
        let mut statement = QueryBuilder::new(head);
        statement.push_values(rows, |mut row, it| {
            row.push_bind(it.0).push_bind(it.1).push_bind(it.2).push_bind(it.3).push_bind(it.4).push_bind(it.5);
            row.push_bind(it.6).push_bind(it.7).push_bind(it.8).push_bind(it.9).push_bind(it.10).push_bind(it.11);
            row.push("UTC_TIMESTAMP(3)").push("0");
        });
        statement.build().execute(&mut connection).await.map_err(Error::unavailable("the plain loop"))?;
    }
}
