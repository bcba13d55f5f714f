//! The HTTP interface and the forms of pages, by noun.

mod apart;
mod audits;
mod browser;
mod count;
mod entries;
mod export;
mod http;
mod names;
mod openapi;
mod proxies;
mod records;
pub mod statistics;
