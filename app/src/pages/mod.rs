//! A file per route, named as its URL.

pub mod live;
pub mod not_found;
