//! What says that the records of a key do not prove themselves. Told to a person by `app/src/pages/audits/texts/evidence.rs`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Book;

/// What says so: both sides of the comparison that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Evidence {
    /// The rows of a company of the key, in a day table, are not what the totals of that day say. Adjustments count as in and out.
    Rows {
        /// Name of the day table, such as `t_apple_20250310`.
        table: String,
        /// What its rows make.
        rows: Book,
        /// What the totals say.
        totals: Book,
    },
    /// The rows of a day table make the totals of its day, but not the total of the table.
    TableTotal {
        /// Name of the day table, such as `t_apple_20250310`.
        table: String,
        /// What its rows make.
        rows: Book,
        /// What the total says.
        total: Book,
    },
    /// The running total of the key is not what a level of totals makes.
    RunningTotal {
        /// The running total.
        running: Book,
        /// The level, by its table.
        level: String,
        /// What it makes.
        makes: Book,
    },
    /// A level of totals by product or by warehouse is not what the running totals make: which of its keys are wrong cannot be told.
    Level,
    /// The journal has a hole or does not add up, in the words of the check.
    Words {
        /// What it says.
        words: String,
    },
}

impl Evidence {
    /// The day table in which rows are to be looked at.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::Rows { table, .. } | Self::TableTotal { table, .. } => Some(table),
            Self::RunningTotal { .. } | Self::Level | Self::Words { .. } => None,
        }
    }
}
