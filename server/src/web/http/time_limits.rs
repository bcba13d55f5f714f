//! Limits of time for an answer (a request timeout): a body may take as long as it goes on coming, its answer may then take half a minute. So a phone may
//! send 32 MB over a thin line, and whoever sends a byte now and then is let go.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use tokio::time::{Instant, sleep};

use super::problem::Problem;

/// How long what may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// An answer, once all of the question is there; the event stream and exports have other limits.
    answer: Duration,
    /// A body of which nothing comes.
    stall: Duration,
    /// Bytes a second that a body comes at, at least, once it has taken as long as an answer may.
    slowest: u64,
    /// The wait between two looks.
    look: Duration,
}

const LIMITS: Limits = Limits {
    answer: Duration::from_secs(30),
    stall: Duration::from_secs(20),
    slowest: 8 * 1024,
    look: Duration::from_millis(500),
};

/// How far a body has come.
struct Arrival {
    began: Instant,
    bytes: AtomicU64,
    is_whole: AtomicBool,
    moved_at: Mutex<Instant>,
}

impl Arrival {
    fn now() -> Self {
        let began = Instant::now();
        Self { began, bytes: AtomicU64::new(0), is_whole: AtomicBool::new(false), moved_at: Mutex::new(began) }
    }

    fn moved(&self) {
        *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn came(&self, bytes: usize) {
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.moved();
    }

    fn is_over(&self) {
        self.is_whole.store(true, Ordering::Relaxed);
        self.moved();
    }

    /// Why no more is waited for, if so.
    fn trouble(&self, limits: Limits) -> Option<Problem> {
        let idle = self.moved_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if self.is_whole.load(Ordering::Relaxed) {
            return (idle >= limits.answer).then(|| Problem::away("The answer takes too long. Try again in a minute."));
        }
        let (bytes, taken) = (self.bytes.load(Ordering::Relaxed), self.began.elapsed());
        let slowest = taken.as_secs().saturating_mul(limits.slowest);
        (idle >= limits.stall || (taken > limits.answer && bytes < slowest)).then(|| {
            let detail = format!("Only {bytes} bytes came in {} s: nothing was done with them.", taken.as_secs());
            Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail)
        })
    }
}

/// Gives a request its limits. Dropped half-way, a handler leaves nothing half done: what must be done to its end has a task of its own.
pub async fn limited(request: Request, next: Next) -> Response {
    within(LIMITS, request, next).await
}

async fn within(limits: Limits, request: Request, next: Next) -> Response {
    let arrival = Arc::new(Arrival::now());
    let request = request.map(|body| watched(body, Arc::clone(&arrival)));
    let too_late = async {
        loop {
            sleep(limits.look).await;
            if let Some(trouble) = arrival.trouble(limits) {
                return trouble;
            }
        }
    };
    tokio::select! {
        answer = next.run(request) => answer,
        trouble = too_late => trouble.into_response(),
    }
}

/// The body, and a note of how far it came.
fn watched(body: Body, arrival: Arc<Arrival>) -> Body {
    use axum::body::HttpBody as _;
    if body.is_end_stream() {
        arrival.is_over();
        return body;
    }
    // At its end, or where whoever reads it has enough.
    let whole = Whole(arrival);
    Body::from_stream(body.into_data_stream().inspect(move |chunk| whole.0.came(chunk.as_ref().map_or(0, Bytes::len))))
}

/// A body that is being read; dropped, nothing more of it is waited for.
struct Whole(Arc<Arrival>);

impl Drop for Whole {
    fn drop(&mut self) {
        self.0.is_over();
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures::stream;
    use tower::ServiceExt as _;

    use super::*;

    const SHORT: Limits = Limits {
        answer: Duration::from_millis(1500),
        stall: Duration::from_secs(1),
        slowest: 1000,
        look: Duration::from_millis(10),
    };

    /// The status of the answer to a body of so many chunks of so many bytes, one each so many milliseconds, from a handler that takes as long.
    async fn answer(chunks: usize, bytes: usize, every: u64, work: u64) -> u16 {
        let handler = move |body: Bytes| async move {
            sleep(Duration::from_millis(work)).await;
            body.len().to_string()
        };
        let limited = from_fn(|request, next| within(SHORT, request, next));
        let app = Router::new().route("/", post(handler)).layer(limited);
        let body = stream::iter(0..chunks).then(move |_| async move {
            sleep(Duration::from_millis(every)).await;
            Ok::<_, std::io::Error>(vec![b'x'; bytes])
        });
        let body = if chunks == 0 { Body::empty() } else { Body::from_stream(body) };
        let request = Request::post("/").body(body).unwrap();
        app.oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn a_body_may_take_as_long_as_it_goes_on_coming() {
        let answers = tokio::join!(
            answer(30, 10_000, 100, 500),
            answer(30, 10, 100, 0),
            answer(3, 1_000_000, 3000, 0),
            answer(1, 100_000, 10, 5000),
            answer(0, 0, 0, 5000),
        );
        assert_eq!(answers, (200, 408, 408, 503, 503), "steady, slow, standing still, a slow answer, one to no body");
    }
}
