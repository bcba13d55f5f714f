//! What can go wrong with Kafka. Bad data is a `Rejection`, never one of these.

use rdkafka::error::KafkaError;

/// An error of the queue. Whoever reads waits it out; one of joining or assigning ends the daemon.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Kafka does not answer or refuses.
    #[error("Kafka: {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the client says.
        #[source]
        cause: Complaint,
    },
    /// Something is not there yet; look again.
    #[error("{0}")]
    NotYet(String),
    /// The process is going down.
    #[error("stopped")]
    Stopped,
}

/// What the client of Kafka says, and what it complained of before: the first is mostly that nobody answers, the second why.
#[derive(Debug, thiserror::Error)]
#[error("{}{cause}", said.as_ref().map(|it| format!("{it}: ")).unwrap_or_default())]
pub struct Complaint {
    pub said: Option<String>,
    pub cause: KafkaError,
}

impl Error {
    /// A partition that Kafka did not list; it may be a moment too early.
    pub fn unknown_partition(partition: i32) -> Self {
        Self::NotYet(format!("Kafka does not know partition {partition} of the topic yet"))
    }

    pub(crate) fn of(doing: &'static str, cause: Complaint) -> Self {
        Self::Unavailable { doing, cause }
    }

    /// For `map_err`: names what was being done.
    pub(crate) fn kafka(doing: &'static str) -> impl Fn(KafkaError) -> Self {
        move |cause| Self::of(doing, Complaint { said: None, cause })
    }
}
