//! `/`: the live stock. What `/wall` shows too is in `components/stock/`.

pub mod alerts;
pub mod board;
pub mod figures;
pub mod page;
