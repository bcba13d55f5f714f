//! Fair shares of costly work (concurrency limit per client): statistics, searches, files. One client has so many at a time, so that however much it asks,
//! others find turns. Clients of this machine are not told apart, and have no share of their own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client::Client;
use crate::web::http::problem::Problem;

/// Turns of clients. Cheap to clone.
#[derive(Debug, Clone)]
pub struct FairShare {
    most: usize,
    wait: Duration,
    clients: Arc<Mutex<HashMap<Client, Arc<Semaphore>>>>,
}

/// A turn; dropped, it is another's.
#[derive(Debug)]
pub struct Turn {
    held: Option<(FairShare, Client, OwnedSemaphorePermit)>,
}

impl FairShare {
    /// So many turns at a time for each client, who waits so long for one.
    pub fn new(most: usize, wait: Duration) -> Self {
        Self { most, wait, clients: Arc::default() }
    }

    /// A turn of a client. Refused: its others take too long.
    pub async fn turn(&self, client: Client) -> Result<Turn, Problem> {
        if client.is_here() {
            return Ok(Turn { held: None });
        }
        let turns = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(clients.entry(client).or_insert_with(|| Arc::new(Semaphore::new(self.most))))
        };
        // Where nobody waits, none is waited for: a timer has the grain of a millisecond.
        let turn = match Arc::clone(&turns).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) if self.wait.is_zero() => None,
            Err(_) => tokio::time::timeout(self.wait, turns.acquire_owned()).await.ok().and_then(Result::ok),
        };
        turn.map(|permit| Turn { held: Some((self.clone(), client, permit)) }).ok_or_else(Problem::yours_are_busy)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some((share, client, permit)) = self.held.take() else { return };
        let mut clients = share.clients.lock().unwrap_or_else(PoisonError::into_inner);
        drop(permit);
        // Of who has no turn and waits for none nothing is kept.
        if clients.get(&client).is_some_and(|it| Arc::strong_count(it) == 1) {
            clients.remove(&client);
        }
    }
}

/// So much costly work of one client at a time: of the records' four turns one is left.
const AT_ONCE: usize = 3;
/// A question waits so long for those before it.
const WAIT: Duration = Duration::from_secs(10);

/// Shares of answers.
pub fn of_answers() -> FairShare {
    FairShare::new(AT_ONCE, WAIT)
}

/// Paths whose answers read many rows, and those below them.
const COSTLY: [&str; 9] = [
    "/statistics",
    "/records",
    "/import",
    "/count",
    "/api/v1/statistics",
    "/api/v1/records",
    "/api/v1/entries",
    "/api/v1/audits",
    "/api/v1/import",
];

fn is_costly(method: &Method, path: &str) -> bool {
    let is_below = |it: &str| path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    COSTLY.iter().any(|it| is_below(it)) || (path.starts_with("/audits") && *method == Method::POST)
}

/// Answers when it is the client's turn.
pub async fn in_turn(State(share): State<FairShare>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<Client>().copied();
    match client.filter(|_| is_costly(request.method(), request.uri().path())) {
        None => next.run(request).await,
        Some(client) => match share.turn(client).await {
            Ok(_turn) => next.run(request).await,
            Err(problem) => problem.into_response(),
        },
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use base::config::TrustedProxies;

    use super::*;

    fn client(address: &str) -> Client {
        Client::of(address.parse().unwrap(), &HeaderMap::new(), &TrustedProxies::default())
    }

    #[tokio::test]
    async fn one_client_does_not_take_the_turns_of_others() {
        let share = FairShare::new(2, Duration::from_millis(50));
        let (one, other) = (client("192.0.2.1"), client("192.0.2.2"));
        let first = share.turn(one).await.unwrap();
        let _second = share.turn(one).await.unwrap();
        assert!(share.turn(one).await.is_err());
        drop(share.turn(other).await.unwrap());
        drop(first);
        drop(share.turn(one).await.unwrap());
        let here = client("127.0.0.1");
        let many: Vec<Turn> = futures::future::try_join_all((0..20).map(|_| share.turn(here))).await.unwrap();
        assert_eq!(many.len(), 20, "behind a proxy that nobody named everyone is here");
    }

    #[tokio::test]
    async fn nothing_is_kept_of_who_is_gone() {
        let share = FairShare::new(1, Duration::from_millis(10));
        let turn = share.turn(client("192.0.2.1")).await.unwrap();
        assert!(share.turn(client("192.0.2.1")).await.is_err());
        drop(turn);
        assert_eq!(share.clients.lock().unwrap().len(), 0);
    }

    #[test]
    fn what_reads_many_rows_is_costly() {
        for (method, path, costly) in [
            (Method::GET, "/api/v1/statistics", true),
            (Method::GET, "/records", true),
            (Method::POST, "/import/send", true),
            (Method::POST, "/audits", true),
            (Method::GET, "/audits/7", false),
            (Method::GET, "/", false),
            (Method::GET, "/api/v1/stock", false),
            (Method::GET, "/recordsx", false),
        ] {
            assert_eq!(is_costly(&method, path), costly, "{method} {path}");
        }
    }
}
