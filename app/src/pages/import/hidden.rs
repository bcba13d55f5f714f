//! Hidden fields of a form: which file is meant and how it is read, so that the answer is to what the person has seen.

use leptos::prelude::*;

use crate::pages::import::view::ImportQuery;

/// The fields of a query but for those that the form has inputs for; of the form with this id, where they stand outside of it.
pub fn hidden(query: &ImportQuery, form: Option<&'static str>, is_input: impl Fn(&str) -> bool) -> AnyView {
    let fields = query.fields().into_iter().filter(|(name, _)| !is_input(name));
    fields
        .map(|(name, value)| view! { <input type="hidden" form=form name=name value=value /> })
        .collect_view()
        .into_any()
}
