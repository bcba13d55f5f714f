//! Where the browser's part is. The server says so in the context; the browser never asks.

use leptos::prelude::*;

/// The element that loads a script of ours as a module; nothing where there is no browser's part.
pub fn module_script(name: &'static str) -> AnyView {
    let src = use_context::<Assets>().map(|it| it.script(name));
    src.map(|src| view! { <script type="module" src=src></script> }).into_any()
}

/// The browser's part, whose folder carries a hash that only the server knows.
#[derive(Debug, Clone)]
pub struct Assets {
    /// The folder, from the root.
    pub folder: String,
    /// The hash: another one when anything of it changed.
    pub version: String,
}

impl Assets {
    /// Where a script of ours is.
    pub fn script(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}
