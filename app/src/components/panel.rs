//! A surface with a title left and tools right, that shows when its figures are old.

use leptos::prelude::*;

use crate::draw::there;

#[component]
pub fn Panel(
    /// Tells panels of a page apart.
    class: &'static str,
    title: &'static str,
    /// Is what is shown old?
    #[prop(optional, into)]
    stale: Signal<bool>,
    /// After the title.
    tools: AnyView,
    body: AnyView,
) -> impl IntoView {
    view! {
        <section class=format!("panel {class}") data-stale=there(stale) aria-label=title>
            <header>
                <h2>{title}</h2>
                {tools}
            </header>
            {body}
        </section>
    }
    .into_any()
}
