//! The parts of `/names`. Made on the server only: forms that work without script.

pub mod file;
pub mod import;
pub mod page;
pub mod table;
pub mod texts;
pub mod view;

use leptos::prelude::*;

pub use file::{ChooseFile, Preview};
pub use table::NamesTable;

use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::names::view::{CatalogueQuery, KindCount};
use model::names::NameOf;
use model::url::Url;

/// The page of a query, as a URL.
pub fn url(query: &CatalogueQuery) -> String {
    let page = if query.page > 0 { (query.page + 1).to_string() } else { String::new() };
    Url::new("/names").with("of", query.of.as_str()).with("find", &query.find).with("page", &page).into_text()
}

/// The choice of a kind, with how many of each have no name.
#[component]
pub fn Kinds(
    kinds: Vec<KindCount>,
    /// Of which one is shown.
    here: NameOf,
) -> impl IntoView {
    let texts = locale().names_texts();
    let link = |it: KindCount| {
        let current = (it.of == here).then_some("page");
        let unnamed = (it.unnamed > 0).then(|| {
            let words = (texts.n_unnamed)(&count_of(it.unnamed));
            view! { <small>{words}</small> }
        });
        view! {
            <a href=url(&CatalogueQuery { of: it.of, find: String::new(), page: 0 }) aria-current=current>
                {texts.kind(it.of)}
                " "
                {count_of(it.all)}
                {unnamed}
            </a>
        }
    };
    view! {
        <nav class="seg scroll" aria-label=texts.kinds>
            {kinds.into_iter().map(link).collect_view()}
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_an_address() {
        let query = CatalogueQuery { of: NameOf::Product, find: "苹 &果".to_owned(), page: 2 };
        assert_eq!(url(&query), "/names?of=product&find=%E8%8B%B9%20%26%E6%9E%9C&page=3");
    }
}
