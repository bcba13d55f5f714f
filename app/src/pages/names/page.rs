//! `/names`: the catalogue, edited in place. `?of=product|warehouse|company`, `?find=`, `?page=`.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::use_query_map;

use crate::backend::{ApiError, backend};
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::pages::Answer;
use crate::pages::names::view::{CataloguePage, CatalogueQuery, Typed};
use crate::pages::names::{Kinds, NamesTable};

/// The page. Where something was typed that could not be saved, the server put it into the context.
#[component]
pub fn NamesPage() -> impl IntoView {
    let texts = locale().names_texts();
    let (query, done) = use_query_map().with_untracked(|it| {
        let query = CatalogueQuery::of(|name| it.get_str(name));
        (query, done(it.get_str("saved"), it.get_str("imported")))
    });
    let typed = use_context::<Typed>();
    let answer = ask(query.clone(), typed.is_some());
    let refused = typed.as_ref().map(|it| if it.is_away { texts.not_saved_away } else { texts.not_saved });
    let typed = typed.unwrap_or_default();
    view! {
        <Title text=texts.title />
        <Body attr:class="p-names" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.title}</h1>
                <span class="grow"></span>
                <a class="btn" href="/names/import">
                    {texts.import}
                </a>
                <a class="btn quiet desk" href="/names.csv" download rel="external">
                    {texts.export}
                </a>
            </div>
            {refused.map(|words| view! { <Notice tone="bad" role="alert" words /> })}
            {done.filter(|_| refused.is_none()).map(|words| view! { <Notice tone="good" words /> })}
            <Answer answer show=move |page| board(page, query, typed) />
        </main>
    }
    .into_any()
}

/// Where something was typed it is shown, whether there is an answer or not.
fn ask(
    query: CatalogueQuery,
    was_typed: bool,
) -> impl Future<Output = Result<CataloguePage, ApiError>> + Send + 'static {
    let backend = backend();
    async move {
        match backend?.catalogue(&query).await {
            Err(_) if was_typed => Ok(CataloguePage::default()),
            answer => answer,
        }
    }
}

/// What was done, as the URL says.
fn done(saved: Option<&str>, imported: Option<&str>) -> Option<String> {
    let texts = locale().names_texts();
    let count = |text: Option<&str>| text?.parse::<usize>().ok();
    match (count(saved), count(imported)) {
        (Some(0), _) => Some(texts.nothing_changed.to_owned()),
        (Some(n), _) => Some((texts.saved)(&n.to_string())),
        (None, Some(n)) => Some((texts.imported)(&n.to_string())),
        (None, None) => None,
    }
}

fn board(page: CataloguePage, query: CatalogueQuery, typed: Typed) -> AnyView {
    let texts = locale().names_texts();
    let is_empty = page.matched == 0 && typed == Typed::default();
    let nothing = is_empty.then(|| {
        let (words, how) =
            if query.find.is_empty() { (texts.empty, texts.empty_how) } else { (texts.nothing_found, "") };
        view! {
            <section class="panel">
                <div class="blank">
                    <b>{words}</b>
                    <p>{how}</p>
                </div>
            </section>
        }
    });
    view! {
        <div class="line tools">
            {(!page.kinds.is_empty()).then(|| view! { <Kinds kinds=page.kinds.clone() here=query.of /> })}
            <form role="search" method="get" action="/names" class="find">
                <input type="hidden" name="of" value=query.of.as_str() />
                <label class="control">
                    <Glyph icon=Icon::Search />
                    <input
                        type="search"
                        name="find"
                        value=query.find.clone()
                        placeholder=texts.find
                        aria-label=texts.find
                        maxlength="64"
                    />
                </label>
            </form>
        </div>
        {nothing}
        <NamesTable page query typed />
    }
    .into_any()
}
