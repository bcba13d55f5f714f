//! Change events of foreign tables (change data capture: Debezium, Kafka Connect) to entries, by a mapping file. What comes out is published to the
//! topic of entries like anybody else's: a resend counts once, and a mapping that is corrected later changes nothing that is recorded. Pure: knows no Kafka.

mod event;
mod map;
mod value;

pub use event::{ChangeEvent, EventError, Operation};
pub use map::{EventMap, MapError, Outcome, Skipped, TranslateError};
pub use value::ValueError;
