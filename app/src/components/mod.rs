//! Props in, callbacks out; no URL, and no server function but that of `search`.

pub mod alerts;
pub mod bar;
pub mod bars;
pub mod board;
pub mod chart;
pub mod curve;
pub mod feed;
pub mod figures;
pub mod filters;
pub mod flash;
pub mod heat;
pub mod hour;
pub mod icon;
pub mod names;
pub mod notice;
pub mod panel;
pub mod proof;
pub mod rank;
pub mod records;
pub mod refresh;
pub mod rests;
pub mod search;
pub mod statistics;
pub mod stream;
pub mod system;
pub mod wall;
