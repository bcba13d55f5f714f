//! What the server and the schema must be like before the first batch: refused at start, with what to do.

use sqlx::MySqlConnection;

use crate::sql::error::with_timeout;
use crate::{Error, MIGRATIONS, Records};

/// The largest packet a batch needs: 8 MB of messages as the values of one statement, or as raw bytes, with room.
const PACKET: u64 = 16 << 20;

/// A setting, what it must be, and what is wrong otherwise.
struct Demand {
    variable: &'static str,
    is_met: fn(&str) -> bool,
    remedy: &'static str,
}

const DEMANDS: &[Demand] = &[
    Demand {
        variable: "innodb_autoinc_lock_mode",
        is_met: |it| it == "2",
        remedy: "set innodb_autoinc_lock_mode=2 in my.cnf and restart the server: with another, partitions wait for each \
                 other's inserts (error 1467)",
    },
    Demand {
        variable: "innodb_flush_log_at_trx_commit",
        // 3 is MariaDB's own, and no weaker.
        is_met: |it| matches!(it, "1" | "3"),
        remedy: "set innodb_flush_log_at_trx_commit=1: with another, a power cut loses batches that were reported as recorded",
    },
    Demand {
        variable: "max_allowed_packet",
        is_met: |it| it.parse::<u64>().is_ok_and(|it| it >= PACKET),
        remedy: "set max_allowed_packet=16M or more: a batch is sent as a few large statements",
    },
    Demand {
        variable: "read_only",
        is_met: |it| matches!(it, "0" | "OFF"),
        remedy: "this server takes no writes (read_only); TALLYHOUSE_MYSQL_URL must name the primary",
    },
];

impl Records {
    /// Checks the server's settings and the schema's version.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] names every setting that does not fit, and what to do.
    pub async fn check_server(&self) -> Result<(), Error> {
        with_timeout("checking the server", async {
            let mut connection = self.connect().await?;
            check_settings(&mut connection).await?;
            check_schema(&mut connection).await
        })
        .await
    }
}

async fn check_settings(connection: &mut MySqlConnection) -> Result<(), Error> {
    let mut faults = Vec::new();
    for demand in DEMANDS {
        let row: Option<(String, String)> = sqlx::query_as("SHOW GLOBAL VARIABLES WHERE Variable_name = ?")
            .bind(demand.variable)
            .fetch_optional(&mut *connection)
            .await
            .map_err(Error::unavailable("reading the server's settings"))?;
        // A server that does not know the setting cannot have it wrong.
        if let Some((_, value)) = row
            && !(demand.is_met)(&value)
        {
            faults.push(format!("{} is {value}: {}", demand.variable, demand.remedy));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Misconfigured(format!("the server's settings do not fit:\n  {}", faults.join("\n  "))))
    }
}

/// The schema must be exactly the one that this program was built with.
async fn check_schema(connection: &mut MySqlConnection) -> Result<(), Error> {
    let missing =
        || Error::Misconfigured("the database has no schema of ours yet; run `tallyhouse migrate`".to_owned());
    let stored: Option<i64> = match sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations WHERE success = 1")
        .fetch_one(connection)
        .await
    {
        Ok(version) => version,
        Err(cause) if crate::sql::error::is_missing_table(&cause) => return Err(missing()),
        Err(cause) => return Err(Error::unavailable("looking for the schema")(cause)),
    };
    let ours = MIGRATIONS.iter().map(|it| it.version).max();
    match (stored, ours) {
        (None, _) => Err(missing()),
        (Some(stored), Some(ours)) if stored < ours => Err(Error::Misconfigured(format!(
            "the schema is of an older version ({stored}, this program needs {ours}); run `tallyhouse migrate`"
        ))),
        (Some(stored), Some(ours)) if stored > ours => Err(Error::Misconfigured(format!(
            "the schema is of a newer version ({stored}, this program knows {ours}); start a newer program"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_demand_is_met_by_what_its_remedy_says_and_by_nothing_weaker() {
        let met = |variable: &str, value: &str| {
            let demand = DEMANDS.iter().find(|it| it.variable == variable).unwrap();
            (demand.is_met)(value)
        };
        for (variable, good, bad) in [
            ("innodb_autoinc_lock_mode", "2", "1"),
            ("innodb_flush_log_at_trx_commit", "1", "2"),
            ("max_allowed_packet", "16777216", "16777215"),
            ("read_only", "OFF", "ON"),
        ] {
            assert!(met(variable, good) && !met(variable, bad), "{variable}");
        }
        assert!(!met("max_allowed_packet", "many"));
    }
}
