//! What islands of live pages ask.
#![expect(missing_docs, reason = "the macro makes a struct that cannot have a docstring")]

use leptos::prelude::server;

use crate::backend::ApiError;
use model::live::Holder;
use model::names::NameOf;

/// What a search finds.
#[server(name = FindHolders, prefix = "/api/fn", endpoint = "find_holders")]
pub async fn find_holders(of: NameOf, text: String) -> Result<Vec<Holder>, ApiError> {
    crate::backend::backend()?.find_holders(of, &text).await
}
