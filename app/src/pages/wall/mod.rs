//! The parts of the wall, from top to bottom.

pub mod boards;
pub mod bottom;
pub mod page;
pub mod top;

use leptos::prelude::*;

use crate::draw::part;

pub use boards::{Products, Warehouses};
pub use bottom::Bottom;
pub use top::{Hero, Top};

/// Counts the turns of all panels together.
#[derive(Clone, Copy)]
pub struct Turn(pub RwSignal<u64>);

impl Turn {
    /// Which page of so many rows is shown, of how many.
    fn page(self, rows: usize, a_page: usize) -> (usize, usize) {
        let pages = rows.div_ceil(a_page).max(1);
        let turn = usize::try_from(self.0.get() % u64::try_from(pages).unwrap_or(1)).unwrap_or(0);
        (turn, pages)
    }

    /// The rows of that page.
    fn rows<T: Clone>(self, all: &[T], a_page: usize) -> Vec<T> {
        let (page, _) = self.page(all.len(), a_page);
        all.iter().skip(page * a_page).take(a_page).cloned().collect()
    }
}

/// Marks in a panel's head: which page is shown.
#[component]
fn Turns(turn: Turn, rows: Signal<usize>, a_page: usize) -> impl IntoView {
    let page = Memo::new(move |_| turn.page(rows.get(), a_page));
    part(move || {
        let (page, pages) = page.get();
        if pages < 2 {
            return ().into_any();
        }
        let marks = (0..pages).map(|it| view! { <i aria-current=(it == page).then_some("true")></i> }).collect_view();
        view! {
            <span class="turns" role="img" aria-label=format!("{} / {pages}", page + 1)>
                {marks}
            </span>
        }
        .into_any()
    })
}
