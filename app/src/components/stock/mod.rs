//! The live stock in parts, for `/` and for the hall: who holds it, what moved, the last hour, and how far it can be trusted.

pub mod curve;
pub mod feed;
pub mod flash;
pub mod heat;
pub mod hour;
pub mod proof;
pub mod rank;
pub mod rests;
pub mod search;
