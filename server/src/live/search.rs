//! Finding who holds stock by name, initials or id. Pure.

use model::live::Holder;
use model::names::NameOf;

use super::state::State;
use super::view::{self, ViewContext, ranked};
use crate::catalogue::finds;

/// The warehouses or products that a text finds, the largest first; at most so many.
pub fn find(state: &State, of: NameOf, text: &str, most: usize, around: &ViewContext) -> Vec<Holder> {
    let wanted = text.trim().to_lowercase();
    let named = around.names.get(&of);
    let finds = |id: &str| finds(&wanted, id, named.and_then(|it| it.get(id)));
    match of {
        NameOf::Warehouse => (ranked(&state.sums().warehouses).into_iter())
            .filter(|(id, _)| finds(id.as_str()))
            .take(most)
            .map(|(id, held)| view::warehouse(id, held, state, around))
            .collect(),
        NameOf::Product => (ranked(&state.sums().products).into_iter())
            .filter(|(id, _)| finds(id.as_str()))
            .take(most)
            .map(|(id, held)| view::product(id, held, state, around))
            .collect(),
        // Nobody holds stock of a company.
        NameOf::Company => Vec::new(),
    }
}
