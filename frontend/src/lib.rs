//! The browser's entry point: hydrates the islands of a page.

// Its islands are called by name from the page, never from here.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once this module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    // Without it the console would say no more than `unreachable`.
    std::panic::set_hook(Box::new(|why| leptos::logging::error!("{why}")));
    leptos::mount::hydrate_islands();
}
