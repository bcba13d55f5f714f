//! Props in, callbacks out; no URL, and no server function but that of `search`.

pub mod bars;
pub mod chart;
pub mod data_table;
pub mod export;
pub mod filters;
pub mod icon;
pub mod notice;
pub mod panel;
pub mod refresh;
pub mod stock;
pub mod stream;
