//! Is this page live? In the bar, said by whatever island of the page follows the stream.

use leptos::prelude::*;

use crate::components::stream::StreamState as Badge;
use crate::live::stream_state;

/// A dot and a word.
#[island]
pub fn StreamBadge() -> impl IntoView {
    view! { <Badge state=stream_state() /> }
}
