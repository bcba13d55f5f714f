//! A snapshot of the records at one instant.
//!
//! MariaDB takes none at one instant. It notes one running transaction after the other, and while it does, one that is noted may commit, and
//! then another that waited for it: the second is in the snapshot, the first is not, and a total that both raised holds what no row and no
//! cursor of the snapshot says. Seen on 10.11: once in 90,000 snapshots of a busy machine. So it is asked afterwards whether anything
//! was committed that the snapshot lacks; then it is taken again. Whatever a transaction in it waited for was committed before the question.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::{MySqlConnection, Row as _};
use tokio::time::Instant;

use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// How long it is tried. A try takes a millisecond, in which most often nothing is committed.
const TRIED_FOR: Duration = Duration::from_secs(5);

/// What moves totals while entries flow: where each partition stands and by which batch, and the oldest line that waits for the fold.
/// Corrections are not in it: no audit, rebuild or confirmation runs beside one.
#[derive(Debug, PartialEq, Eq)]
struct Reach(BTreeMap<i32, (i64, Option<String>)>);

impl Records {
    /// A connection of its own that sees one instant until it is closed.
    pub(crate) async fn snapshot(&self) -> Result<MySqlConnection, Error> {
        // On the heap: connecting is a large future.
        let opening = Box::pin(async {
            let mut connection = self.connect().await?;
            sqlx::raw_sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                .execute(&mut connection)
                .await
                .map_err(Error::unavailable("taking a snapshot"))?;
            self.begin_snapshot(&mut connection).await?;
            Ok(connection)
        });
        with_timeout("taking a snapshot", opening).await
    }

    /// Ends what this connection saw before, if it saw anything, and begins to see one instant. It reads repeatably.
    pub(crate) async fn begin_snapshot(&self, connection: &mut MySqlConnection) -> Result<(), Error> {
        let unavailable = Error::unavailable("taking a snapshot");
        // At hand before, so that the question follows at once.
        let mut other = self.pool.acquire().await.map_err(&unavailable)?;
        let started = Instant::now();
        while started.elapsed() < TRIED_FOR {
            sqlx::raw_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
                .execute(&mut *connection)
                .await
                .map_err(&unavailable)?;
            let now = self.reach(&mut other).await?;
            if self.reach(connection).await? == now {
                return Ok(());
            }
        }
        Err(Error::TimedOut {
            doing: "taking a snapshot, with something committed at every try,",
            seconds: TRIED_FOR.as_secs(),
        })
    }

    async fn reach(&self, connection: &mut MySqlConnection) -> Result<Reach, Error> {
        let unavailable = Error::unavailable("looking where the partitions stand");
        let rows = sqlx::query(
            "SELECT partition_id, next_offset, batch_id FROM ingest_offsets WHERE topic = ?
             UNION ALL SELECT -1, COALESCE(MIN(id), 0), NULL FROM pending_flows",
        )
        .bind(&*self.topic)
        .fetch_all(connection)
        .await
        .map_err(&unavailable)?;
        let place = |row: &sqlx::mysql::MySqlRow| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?)));
        rows.iter().map(place).collect::<Result<_, _>>().map(Reach).map_err(unavailable)
    }
}
