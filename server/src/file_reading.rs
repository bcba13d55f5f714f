//! Reading of files away from the threads that answer requests (thread pool for blocking work): it keeps a core busy for seconds.

use model::files::trouble::FileTrouble;

/// Reads a file. A reader that fails has met what it was not made for: the file is said to be no text, and the process goes on.
pub async fn apart<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, FileTrouble> + Send + 'static,
) -> Result<T, FileTrouble> {
    tokio::task::spawn_blocking(read).await.unwrap_or(Err(FileTrouble::Binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_fails_ends_nothing() {
        assert_eq!(apart(|| Ok(1)).await, Ok(1));
        assert_eq!(apart(|| -> Result<(), _> { panic!("a bug of a reader") }).await, Err(FileTrouble::Binary));
    }
}
