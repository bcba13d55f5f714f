//! Reading of files away from the threads that answer requests (thread pool for blocking work): it keeps a core busy for seconds. Files take turns, so that
//! however many are brought, other requests and the ingest have cores left.

use std::sync::LazyLock;
use std::thread::available_parallelism;
use std::time::Duration;

use model::files::trouble::FileTrouble;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Turns: half of the cores read files, at the most.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new((available_parallelism().map_or(1, usize::from) / 2).max(1)));
/// A file waits so long for its turn: three of the largest take less, and whoever waits is still there to be told.
const MAX_WAIT: Duration = Duration::from_secs(10);

/// Reads a file when it is its turn. A reader that fails has met what it was not made for: the file is said to be no text, and the process goes on.
/// Refused: others took all the turns for ten seconds.
pub async fn apart<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, FileTrouble> + Send + 'static,
) -> Result<T, FileTrouble> {
    let Ok(Ok(turn)) = timeout(MAX_WAIT, TURNS.acquire()).await else { return Err(FileTrouble::Busy) };
    // The turn ends with the reading, which nothing can stop, not with the request, which may be given up.
    let reading = move || {
        let _turn = turn;
        read()
    };
    tokio::task::spawn_blocking(reading).await.unwrap_or(Err(FileTrouble::Binary))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_reader_that_fails_ends_nothing() {
        assert_eq!(apart(|| Ok(1)).await, Ok(1));
        assert_eq!(apart(|| -> Result<(), _> { panic!("a bug of a reader") }).await, Err(FileTrouble::Binary));
    }

    #[tokio::test]
    async fn readers_take_turns_also_when_their_requests_are_given_up() {
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let read = || {
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            apart(move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(20));
                running.fetch_sub(1, Ordering::SeqCst);
                Ok(())
            })
        };
        let given_up: Vec<_> = (0..4).map(|_| tokio::spawn(read())).collect();
        tokio::task::yield_now().await;
        given_up.iter().for_each(tokio::task::JoinHandle::abort);
        let answers: Vec<_> = (0..6).map(|_| tokio::spawn(read())).collect();
        for answer in answers {
            assert_eq!(answer.await.unwrap(), Ok(()));
        }
        let turns = (available_parallelism().unwrap().get() / 2).max(1);
        assert!((1..=turns).contains(&most.load(Ordering::SeqCst)), "{most:?} of {turns}");
    }
}
