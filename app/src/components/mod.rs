//! Props in, callbacks out; no URL, no server function.

pub mod bar;
pub mod feed;
pub mod figures;
pub mod flash;
pub mod hour;
pub mod icon;
pub mod notice;
pub mod rank;
pub mod stream;
