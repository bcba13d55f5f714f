//! What an answer holds until its last byte is sent (a guard of a resource): a turn, a place.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};

/// The most bytes of a piece: whoever sends takes some of them into its own buffer, and then the answer counts as sent.
const PIECE: usize = 32 << 10;

/// The answer, which holds something until its reader has taken all but the last pieces of it, or is gone. Its length stays what it was.
pub fn held_until_sent<T: Send + Unpin + 'static>(answer: Response, held: T) -> Response {
    answer.map(|body| Body::new(Held { body, rest: Bytes::new(), _guard: held }))
}

struct Held<T> {
    body: Body,
    /// What is left of a frame that is handed on in pieces.
    rest: Bytes,
    _guard: T,
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let Poll::Ready(next) = Pin::new(&mut self.body).poll_frame(context) else { return Poll::Pending };
            match next.map(|it| it.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), u64::try_from(self.rest.len()).unwrap_or(u64::MAX));
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn an_answer_keeps_its_length_and_goes_out_in_pieces() {
        let held = Arc::new(());
        let answer = held_until_sent(Response::new(Body::from(vec![b'x'; 3 * PIECE + 5])), Arc::clone(&held));
        assert_eq!(answer.body().size_hint().exact(), Some(98_309));
        let mut pieces = answer.into_body().into_data_stream();
        let mut lengths = Vec::new();
        while let Some(piece) = pieces.next().await {
            lengths.push(piece.unwrap().len());
            assert_eq!(Arc::strong_count(&held), 2, "what it holds is held to the end");
        }
        assert_eq!(lengths, [PIECE, PIECE, PIECE, 5]);
        drop(pieces);
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
