//! What can go wrong with the infrastructure of the ingest. Bad data is a `Rejection`, never one of these.

use rdkafka::error::KafkaError;

/// An error of the ingest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Kafka does not answer or refuses.
    #[error("Kafka: {doing}")]
    Kafka {
        /// What was being done.
        doing: &'static str,
        /// What the client says.
        #[source]
        cause: KafkaError,
    },
    /// The records.
    #[error(transparent)]
    Records(#[from] records::Error),
    /// The live stock.
    #[error(transparent)]
    Realtime(#[from] realtime::Error),
    /// The cursor does not fit the topic; the process stops and says what to do.
    #[error("{0}")]
    Refused(String),
    /// Something is not there yet; look again.
    #[error("{0}")]
    NotYet(String),
    /// The process is going down.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// A partition that Kafka did not list; it may be a moment too early.
    pub(super) fn unknown_partition(partition: i32) -> Self {
        Self::NotYet(format!("Kafka does not know partition {partition} of the topic yet"))
    }

    /// For `map_err`: names what was being done.
    pub(super) fn kafka(doing: &'static str) -> impl Fn(KafkaError) -> Self {
        move |cause| Self::Kafka { doing, cause }
    }
}
