//! Entries that people and programs bring, in files and bodies: checked whole, line by line, then sent to Kafka like anybody else's. The ingest
//! decides again; here everything wrong is said at once, before anything is sent. Knows no HTTP and no SQL.

mod body;
mod check;
mod known;
mod look;
mod profiles;
mod resubmit;
mod send;
mod set_aside;

use model::files::trouble::FileTrouble;

use crate::ingest::Error;
use base::clock::Clock;
use base::config::EntryRules;
use queue::EntryProducer;
use records::Records;

pub use check::{Checked, GoodLine, check_one};
pub use known::known_ids;
pub use look::{Looked, RawRow, Reading};
pub use resubmit::{Resubmitted, typed_entry};
pub use send::Delivery;
pub use set_aside::{Round, SetAsideTask};

/// Takes entries in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    /// Where they go.
    pub producer: EntryProducer,
    /// What a valid entry is.
    pub rules: EntryRules,
    /// What is recorded already.
    pub records: Records,
    pub clock: Clock,
}

impl Intake {
    /// Checks a body of NDJSON or a JSON array.
    pub fn check_body(&self, bytes: &[u8]) -> Result<Checked, FileTrouble> {
        Ok(check::check(body::numbered(bytes)?, &self.rules, self.clock.now()))
    }
}
