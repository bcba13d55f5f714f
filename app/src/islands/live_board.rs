//! `/` in the browser: the figures of the first paint, moving with the event stream.
#![expect(missing_docs, reason = "the macro makes a struct that cannot have a docstring")]

use leptos::prelude::*;

use crate::components::stock::rank::Found;
use crate::live::LiveStore;
use crate::pages::live::board::Board;
use model::live::LiveView;

/// Everything below the bar.
#[island]
pub fn LiveBoard(
    /// Of the first paint.
    view: LiveView,
    /// What the URL looks for among warehouses.
    warehouse: Option<Found>,
    /// What it looks for among products.
    product: Option<Found>,
) -> impl IntoView {
    let store = LiveStore::new(view, Vec::new());
    Effect::new(move || store.follow());
    view! { <Board store warehouse product /> }
}
