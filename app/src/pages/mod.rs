//! A folder per URL: its pages, their parts, texts and view models. Made on the server; what moves in the browser is an island.

pub mod audits;
pub mod components;
pub mod count;
pub mod import;
pub mod live;
pub mod names;
pub mod not_found;
pub mod records;
pub mod rejections;
pub mod statistics;
pub mod system;
pub mod wall;

use leptos::prelude::*;
use leptos_router::location::RequestUrl;

use crate::backend::ApiError;
use crate::components::notice::Failed;
use crate::status::status;

/// The part of the page's URL after `?`.
fn query_string() -> String {
    let url = use_context::<RequestUrl>().unwrap_or_default();
    url.as_ref().split_once('?').map_or_else(String::new, |(_, query)| query.to_owned())
}

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
    let status = status();
    Suspend::new(async move {
        match answer.await {
            Ok(it) => show(it).into_any(),
            Err(why) => {
                status.unanswered(why);
                view! { <Failed why /> }.into_any()
            }
        }
    })
}
