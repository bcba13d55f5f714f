//! What an answer holds until its last byte is sent (a guard of a resource): a turn, a place.

use axum::body::Body;
use axum::response::Response;
use http_body_util::BodyExt as _;

/// The answer, which holds something until its reader has taken all of it, or is gone.
pub fn held_until_sent<T: Send + 'static>(answer: Response, held: T) -> Response {
    answer.map(|body| {
        Body::new(body.map_frame(move |frame| {
            let _held = &held;
            frame
        }))
    })
}
