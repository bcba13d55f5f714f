//! A believable grocer: entries for `tallyhouse simulate`, and the truth they add up to. Pure: a seed and times come in,
//! entries go out; knows neither Kafka nor clocks nor stores.

mod bill_book;
mod catalogue;
mod grocer;
mod plan;
mod rhythm;
mod shelves;
#[cfg(test)]
mod tests;
mod truth;

pub use catalogue::{keys, names};
pub use grocer::Grocer;
pub use truth::{Overflow, Truth};
