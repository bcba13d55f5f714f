//! What browser and server share: the vocabulary, the pages, the texts. No I/O of its own, no server dependency, and
//! nothing that only one side compiles.

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
