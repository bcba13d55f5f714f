//! Texts in two languages (internationalization). Every text is a field of a struct, so one that lacks a language does not compile.

pub mod audits;
mod date;
mod en;
mod export;
mod faults;
mod files;
mod flaws;
mod locale;
mod proof;
mod questions;
mod texts;
mod zh;

pub use export::ExportTexts;
pub use locale::{Locale, locale, texts};
pub use texts::Texts;
