//! A file per route, named as its URL. Made on the server; what moves in the browser is an island.

pub mod live;
pub mod names;
pub mod names_import;
pub mod not_found;
pub mod system;
pub mod wall;

use leptos::prelude::*;

use crate::backend::ApiError;
use crate::components::notice::Failed;

/// What a page shows once the backend has answered: the one way to wait and to fail.
#[component]
fn Answer<T, F, V>(
    /// The question, asked already.
    answer: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    /// What to show.
    show: F,
) -> impl IntoView
where
    T: Send + 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    Suspend::new(async move {
        match answer.await {
            Ok(it) => show(it).into_any(),
            Err(_) => view! { <Failed /> }.into_any(),
        }
    })
}
