//! A pipeline of statements: those of a transaction, in as few round trips as their size allows: each trip costs both sides more than a small statement
//! does, and locks are held meanwhile.

use futures::TryStreamExt as _;
use sqlx::MySqlConnection;
use sqlx::mysql::MySqlQueryResult;

use crate::day_tables::names::DayTable;
use crate::sql::multi_statement::{MultiStatement, Row};
use crate::sql::value::Value;

/// Statements on their way.
pub struct StatementPipeline<'c> {
    connection: &'c mut MySqlConnection,
    script: MultiStatement,
    /// How many rows each must change, where that is known.
    expected: Vec<Option<usize>>,
}

impl<'c> StatementPipeline<'c> {
    pub fn over(connection: &'c mut MySqlConnection) -> Self {
        Self { connection, script: MultiStatement::default(), expected: Vec::new() }
    }

    /// One more statement, see [`MultiStatement::bind`].
    pub async fn add(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<(), sqlx::Error> {
        self.script.bind(statement, values);
        self.expected.push(None);
        self.send_if_long().await
    }

    /// A statement whose outcome decides how to go on: it and all before it are sent. Answers how many rows it changed.
    pub async fn change(&mut self, statement: &'static str, values: &[Value<'_>]) -> Result<u64, sqlx::Error> {
        self.script.bind(statement, values);
        self.expected.push(None);
        Ok(self.send_all().await?.last().copied().unwrap_or_default())
    }

    /// One more statement about some rows, see [`MultiStatement::rows`]; none about none.
    pub async fn add_rows<'a, const N: usize>(
        &mut self,
        insert: &'static str,
        rows: impl ExactSizeIterator<Item = [Value<'a>; N]>,
        after: &'static str,
    ) -> Result<(), sqlx::Error> {
        if rows.len() == 0 {
            return Ok(());
        }
        self.script.rows(insert, rows, after);
        self.expected.push(None);
        self.send_if_long().await
    }

    /// Rows of a day table. All of them must arrive.
    pub async fn insert<'a>(
        &mut self,
        table: &DayTable,
        rows: impl ExactSizeIterator<Item = Row<'a>>,
    ) -> Result<(), sqlx::Error> {
        self.expected.push(Some(rows.len()));
        self.script.insert(table, rows);
        self.send_if_long().await
    }

    /// Sends what was not yet. The server stops at the first statement that it refuses.
    pub async fn send(&mut self) -> Result<(), sqlx::Error> {
        self.send_all().await.map(drop)
    }

    /// Answers how many rows each statement changed.
    async fn send_all(&mut self) -> Result<Vec<u64>, sqlx::Error> {
        if self.script.is_empty() {
            return Ok(Vec::new());
        }
        let (script, expected) = (std::mem::take(&mut self.script), std::mem::take(&mut self.expected));
        let done: Vec<_> = sqlx::raw_sql(script.into_sql()).execute_many(&mut *self.connection).try_collect().await?;
        let arrived: Vec<u64> = done.iter().map(MySqlQueryResult::rows_affected).collect();
        let as_expected =
            |(arrived, expected): (&u64, &Option<usize>)| expected.is_none_or(|it| usize::try_from(*arrived) == Ok(it));
        if arrived.len() == expected.len() && arrived.iter().zip(&expected).all(as_expected) {
            Ok(arrived)
        } else {
            Err(sqlx::Error::Protocol(format!("statements changed {arrived:?} rows where {expected:?} were sent")))
        }
    }

    /// The connection, once all is sent.
    pub async fn connection(&mut self) -> Result<&mut MySqlConnection, sqlx::Error> {
        self.send().await?;
        Ok(self.connection)
    }

    async fn send_if_long(&mut self) -> Result<(), sqlx::Error> {
        if self.script.is_long() { self.send().await } else { Ok(()) }
    }
}
