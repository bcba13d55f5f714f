//! `import_profiles`: how files with certain titles are read (schema mapping), kept by name for the next file.

use base::hex::hex;
use sha2::{Digest, Sha256};

use crate::sql::error::with_timeout;
use crate::trail::{TrailEvent, record_in};
use crate::{Error, Records};

/// The most profiles that are kept.
const MAX_PROFILES: i64 = 200;

/// A profile as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProfile {
    /// Name that a person gave it.
    pub name: String,
    /// Fingerprint of the titles it was made for, as [`fingerprint`] makes it.
    pub titles: String,
    /// Choices in the notation of the import page's URL, without the file.
    pub choices: String,
    /// How many files were sent with it.
    pub used: i64,
}

from_row! {
    /// A profile as its columns are.
    struct Row {
        name: String,
        titles: String,
        choices: String,
        used: i64,
    }
}

/// Fingerprint of titles: files whose titles are the same to the letter share a profile.
pub fn fingerprint(titles: &[String]) -> String {
    hex(&Sha256::digest(titles.join("\u{1f}").as_bytes()))
}

impl Records {
    /// Every profile, the most used first.
    pub async fn profiles(&self) -> Result<Vec<ImportProfile>, Error> {
        with_timeout("reading profiles", async {
            let rows: Vec<Row> = sqlx::query_as(
                "SELECT name, titles, choices, CAST(used AS SIGNED) AS used FROM import_profiles ORDER BY used DESC, name",
            )
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading profiles"))?;
            let profile = |Row { name, titles, choices, used }| ImportProfile { name, titles, choices, used };
            Ok(rows.into_iter().map(profile).collect())
        })
        .await
    }

    /// Keeps a profile under its name; one of that name is replaced. Answers `false` where there are too many already.
    pub async fn keep_profile(&self, name: &str, titles: &[String], choices: &str, who: &str) -> Result<bool, Error> {
        let unavailable = Error::unavailable("keeping a profile");
        with_timeout("keeping a profile", async {
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM import_profiles WHERE name <> ? FOR UPDATE")
                .bind(name)
                .fetch_one(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            if count >= MAX_PROFILES {
                return Ok(false);
            }
            let before: Option<String> = sqlx::query_scalar("SELECT choices FROM import_profiles WHERE name = ?")
                .bind(name)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            sqlx::query(
                "INSERT INTO import_profiles (name, titles, choices, who, changed_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))
                 ON DUPLICATE KEY UPDATE titles = VALUES(titles), choices = VALUES(choices), who = VALUES(who), changed_at = VALUES(changed_at)",
            )
            .bind(name)
            .bind(fingerprint(titles))
            .bind(choices)
            .bind(who)
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            let deed = TrailEvent {
                who: who.to_owned(),
                action: "import_profile.keep".to_owned(),
                subject: name.to_owned(),
                before,
                after: Some(choices.to_owned()),
            };
            record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(true)
        })
        .await
    }

    /// Counts a file that was sent with a profile.
    pub async fn count_profile(&self, name: &str) -> Result<(), Error> {
        with_timeout("counting the use of a profile", async {
            sqlx::query("UPDATE import_profiles SET used = used + 1 WHERE name = ?")
                .bind(name)
                .execute(&self.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("counting the use of a profile"))
        })
        .await
    }
}
