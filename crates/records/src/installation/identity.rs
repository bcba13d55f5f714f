//! `installation`: what is fixed at the first migrate, and the name this installation has for ever.

use uuid::Uuid;

use crate::sql::error::with_timeout;
use crate::{Error, Records};
use base::config::{Config, Layout};

/// Settings that must never change, since what is stored depends on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The topic of entries.
    pub topic: String,
    /// The zone in which days begin.
    pub time_zone: String,
    /// `product-day` or `bucket-day`.
    pub layout: String,
    /// Number of buckets; 0 for `product-day`.
    pub buckets: i32,
}

impl Frozen {
    /// Those of the settings in force.
    pub fn of(config: &Config) -> Self {
        let (layout, buckets) = match config.records.layout {
            Layout::ProductDay => ("product-day", 0),
            Layout::BucketDay(buckets) => ("bucket-day", i32::try_from(buckets).unwrap_or(i32::MAX)),
        };
        Self {
            topic: config.kafka.topic.clone(),
            time_zone: config.entry.business_time.0.name().to_owned(),
            layout: layout.to_owned(),
            buckets,
        }
    }
}

/// Installation as the first migrate wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// 32 hexadecimal digits; the live stock carries it, so that two systems never share a prefix unnoticed.
    pub id: String,
    /// What is fixed.
    pub frozen: Frozen,
}

impl Records {
    /// Writes the settings down at the first migrate; afterwards checks that they are the same.
    pub async fn install(&self, frozen: &Frozen) -> Result<Installation, Error> {
        with_timeout("writing the settings down", async {
            sqlx::query(
                "INSERT INTO installation (id, installation_id, topic, time_zone, layout, buckets, created_at)
             VALUES (1, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE topic = installation.topic",
            )
            .bind(Uuid::new_v4().simple().to_string())
            .bind(&frozen.topic)
            .bind(&frozen.time_zone)
            .bind(&frozen.layout)
            .bind(frozen.buckets)
            .execute(&self.pool)
            .await
            .map_err(Error::unavailable("writing the settings down"))?;
            self.installation(frozen).await
        })
        .await
    }

    /// The installation, if its frozen settings are these.
    pub async fn installation(&self, frozen: &Frozen) -> Result<Installation, Error> {
        with_timeout("reading the installation", async {
            let row: Option<(String, String, String, String, i32)> = sqlx::query_as(
                "SELECT installation_id, topic, time_zone, layout, buckets FROM installation WHERE id = 1",
            )
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::unavailable("reading the installation"))?;
            let Some((id, topic, time_zone, layout, buckets)) = row else {
                return Err(Error::Misconfigured("nothing is installed yet; run `tallyhouse migrate`".to_owned()));
            };
            let stored = Frozen { topic, time_zone, layout, buckets };
            if stored == *frozen {
                Ok(Installation { id, frozen: stored })
            } else {
                Err(Error::Misconfigured(format!(
                    "these records were made with other settings; start with those again, or use another database.\n  \
                 stored:   {stored:?}\n  settings: {frozen:?}"
                )))
            }
        })
        .await
    }
}
