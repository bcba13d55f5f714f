//! A wall that nobody touches keeps up with new versions of the server by itself.

use leptos::prelude::document;

/// Where the page says which version it is.
const ATTRIBUTE: &str = "data-version";
/// Only pages that nobody is at work on are loaded anew.
const UNATTENDED: &str = "data-unattended";

/// Loads an unattended page anew when the server that answers is another version than the page. The server was heard of just
/// now, so the new page will come.
pub fn keep_up_with(server: &str) {
    let unattended = document().query_selector(&format!("[{UNATTENDED}]")).is_ok_and(|it| it.is_some());
    if unattended {
        load_anew_unless_ours(server);
    }
}

/// Loads the page anew when the server is another version than the page.
pub fn load_anew_unless_ours(server: &str) {
    let Some(root) = document().document_element() else { return };
    let ours = root.get_attribute(ATTRIBUTE).unwrap_or_default();
    if ours != server && !ours.is_empty() && !server.is_empty() {
        let _reloading = leptos::prelude::window().location().reload();
    }
}
