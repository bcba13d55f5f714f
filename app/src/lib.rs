//! What browser and server share: the pages and their parts, their texts, and what they ask the server. No I/O of its own, no server dependency, and
//! nothing that only one side compiles.

#![expect(
    missing_docs,
    reason = "nobody outside the program reads them: a doc is written where it says more than the name"
)]

pub mod api;
pub mod app;
pub mod assets;
pub mod backend;
pub mod bar;
pub mod components;
pub mod draw;
pub mod i18n;
pub mod islands;
pub mod live;
pub mod number;
pub mod pages;
pub mod status;
pub mod theme;
pub mod timer;
