//! A budget of memory for bodies (weighted semaphore): large ones are let in while there is room for them, and one of a client at a time. What waits has
//! sent nothing yet that is kept, so that however many are brought, the process holds no more of them than this.

use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use super::client::Client;
use super::fair_share::FairShare;
use crate::web::http::problem::Problem;
use crate::web::http::upload::MAX_UPLOAD;

/// A body is large from so many bytes on.
const LARGE: u64 = 256 << 10;
/// Bytes of a unit of the budget.
const UNIT: u64 = 1 << 20;
/// Units of the budget: two of the largest bodies.
const UNITS: u32 = 66;
/// So long a body waits for room.
const WAIT: Duration = Duration::from_secs(10);

/// Room for large bodies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Budget {
    units: Arc<Semaphore>,
    share: FairShare,
    wait: Duration,
}

impl Budget {
    /// That of a process.
    pub fn new() -> Self {
        Self::of(UNITS, WAIT)
    }

    fn of(units: u32, wait: Duration) -> Self {
        let units = Arc::new(Semaphore::new(usize::try_from(units).unwrap_or_default()));
        Self { units, share: FairShare::new(1, wait), wait }
    }
}

/// Units that a body of so many bytes takes; none where it is small. One that does not say how long it is may be as long as any.
fn units(bytes: Option<u64>) -> Option<u32> {
    let most = u64::try_from(MAX_UPLOAD).unwrap_or(u64::MAX);
    let bytes = bytes.unwrap_or(most).min(most);
    (bytes > LARGE).then(|| u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(UNITS))
}

/// Lets a request in once there is room for its body.
pub async fn within_budget(State(budget): State<Budget>, request: Request, next: Next) -> Response {
    let client = request.extensions().get::<Client>().copied();
    let Some((units, client)) = units(request.body().size_hint().exact()).zip(client) else {
        return next.run(request).await;
    };
    let _own = match budget.share.turn(client).await {
        Ok(turn) => turn,
        Err(problem) => return problem.into_response(),
    };
    match tokio::time::timeout(budget.wait, budget.units.acquire_many(units)).await {
        Ok(Ok(_room)) => next.run(request).await,
        _ => Problem::busy().into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::HeaderMap;
    use axum::middleware::from_fn_with_state;
    use axum::routing::post;
    use base::config::TrustedProxies;
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn a_body_takes_what_it_may_become() {
        assert_eq!(units(Some(1000)), None);
        assert_eq!(units(Some(LARGE + 1)), Some(1));
        assert_eq!(units(Some(32 << 20)), Some(32));
        assert_eq!((units(None), units(Some(u64::MAX))), (Some(33), Some(33)));
    }

    #[tokio::test]
    async fn large_bodies_wait_for_room_and_small_ones_do_not() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (told, waiting) = (Arc::clone(&begun), Arc::clone(&go_on));
        let handler = move |body: axum::body::Bytes| {
            let (told, waiting) = (Arc::clone(&told), Arc::clone(&waiting));
            async move {
                if body.len() > 300_000 {
                    told.notify_one();
                    waiting.notified().await;
                }
            }
        };
        let limit = axum::extract::DefaultBodyLimit::disable();
        let budget = from_fn_with_state(Budget::of(1, Duration::from_millis(100)), within_budget);
        let app = Router::new().route("/", post(handler)).layer(limit).layer(budget);
        let ask = |bytes: usize, address: &str| {
            let mut request = Request::post("/").body(Body::from(vec![b'x'; bytes])).unwrap();
            let client = Client::of(address.parse().unwrap(), &HeaderMap::new(), &TrustedProxies::default());
            request.extensions_mut().insert(client);
            app.clone().oneshot(request)
        };
        let first = tokio::spawn(ask(400_000, "192.0.2.1"));
        begun.notified().await;
        assert_eq!(ask(400_000, "192.0.2.2").await.unwrap().status(), 429, "there is no room");
        assert_eq!(ask(1000, "192.0.2.2").await.unwrap().status(), 200);
        go_on.notify_one();
        assert_eq!(first.await.unwrap().unwrap().status(), 200);
        go_on.notify_one();
        assert_eq!(ask(400_000, "192.0.2.2").await.unwrap().status(), 200);
    }
}
