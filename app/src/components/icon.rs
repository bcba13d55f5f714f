//! Line icons, 16 x 16, drawn with the text's colour.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy)]
pub enum Icon {
    Moon,
    Sun,
    /// Something is old.
    Clock,
    /// Something is wrong.
    Alert,
    Search,
    Check,
    /// More is said about it.
    Info,
    File,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Moon => "M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z",
            Self::Sun => {
                "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.2v1.6m0 10.4v1.6M1.2 8h1.6m10.4 0h1.6M3.2 3.2l1.1 1.1m7.4 7.4 1.1 \
                 1.1m0-9.6-1.1 1.1M4.3 11.7l-1.1 1.1"
            }
            Self::Clock => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6",
            Self::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 14 14",
            Self::Info => "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.4v3.6M8 5v.2",
            Self::File => "M4 1.8h5.2L12.6 5v9.2H4ZM9 1.8V5.2h3.4M6 8.4h4.4M6 11h4.4",
            Self::Check => "m3 8.5 3.4 3.4L13 4.6",
            Self::Alert => "M8 2.4 14.2 13.4H1.8ZM8 6.4v3.4m0 1.7v.2",
        }
    }
}

/// An icon beside a text that says the same.
#[component]
pub fn Glyph(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=icon.path() />
        </svg>
    }
}

/// The product's mark is its promise: two equal bars.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 5h14v3.4H3zM3 11.6h14V15H3z" />
        </svg>
    }
}
