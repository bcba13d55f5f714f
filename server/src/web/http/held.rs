//! What an answer holds until its last byte is sent (a guard of a resource): a turn, a place.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// The answer, which holds something until its reader has taken all of it, or is gone. Its length stays what it was.
pub fn held_until_sent<T: Send + Unpin + 'static>(answer: Response, held: T) -> Response {
    answer.map(|body| Body::new(Held { body, _held: held }))
}

struct Held<T> {
    body: Body,
    _held: T,
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn an_answer_keeps_its_length_and_lets_go_at_its_end() {
        let held = Arc::new(());
        let answer = held_until_sent(Response::new(Body::from("three")), Arc::clone(&held));
        assert_eq!(answer.body().size_hint().exact(), Some(5));
        assert_eq!(Arc::strong_count(&held), 2);
        assert_eq!(axum::body::to_bytes(answer.into_body(), 10).await.unwrap(), "three");
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
