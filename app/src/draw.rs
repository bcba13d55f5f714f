//! What views are made of, in few types. Every closure in a view is a type of its own, and the browser would be sent the code
//! that draws, moves on and hydrates it once for each; a signal of a text is one type, however many there are. This is worth
//! a fifth of the WASM.

use std::sync::Arc;

use leptos::prelude::*;

/// A text that moves.
pub fn text(of: impl Fn() -> String + Send + Sync + 'static) -> Signal<String> {
    Signal::derive(of)
}

/// Is it so? For `class:NAME`.
pub fn flag(of: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(of)
}

/// A word, or none: for attributes.
pub fn word(of: impl Fn() -> Option<&'static str> + Send + Sync + 'static) -> Signal<Option<&'static str>> {
    Signal::derive(of)
}

/// An attribute that is there, without a value, while it is so.
pub fn there(it: Signal<bool>) -> Signal<Option<&'static str>> {
    word(move || it.get().then_some(""))
}

/// What is drawn when it is needed.
pub type Draw = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// One of two; drawn anew only when it is the other one's turn.
pub fn either(
    first: Signal<bool>,
    yes: impl Fn() -> AnyView + Send + Sync + 'static,
    no: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    one_of(first, Arc::new(yes), Arc::new(no))
}

fn one_of(first: Signal<bool>, yes: Draw, no: Draw) -> AnyView {
    let first = Memo::new(move |_| first.get());
    (move || if first.get() { yes() } else { no() }).into_any()
}

/// What moves as a whole.
pub fn part(of: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let of: Draw = Arc::new(of);
    (move || of()).into_any()
}

/// One row of a list. Rows with the same key are the same row, and are not drawn again.
#[derive(Clone)]
pub struct Row {
    key: String,
    draw: Draw,
}

impl Row {
    pub fn new(key: impl Into<String>, draw: impl Fn() -> AnyView + Send + Sync + 'static) -> Self {
        Self { key: key.into(), draw: Arc::new(draw) }
    }
}

/// Rows, in their order. What a row draws must make its own signals: those made beside it go whenever the list is looked at
/// again, and the row stays.
pub fn rows(of: impl Fn() -> Vec<Row> + Send + Sync + 'static) -> AnyView {
    keyed(Signal::derive(of))
}

fn keyed(rows: Signal<Vec<Row>>) -> AnyView {
    view! { <For each=move || rows.get() key=|row| row.key.clone() children=|row| (row.draw)() /> }.into_any()
}
