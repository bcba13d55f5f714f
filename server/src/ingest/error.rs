//! What can go wrong with the infrastructure of the ingest. Bad data is a `Rejection`, never one of these.

/// An error of the ingest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Queue(#[from] queue::Error),
    #[error(transparent)]
    Records(#[from] records::Error),
    /// The live stock.
    #[error(transparent)]
    Realtime(#[from] realtime::Error),
    /// The cursor does not fit the topic; the process stops and says what to do.
    #[error("{0}")]
    Refused(String),
    /// The process is going down.
    #[error("stopped")]
    Stopped,
}
