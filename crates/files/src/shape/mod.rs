//! The shape of a file: bytes to rows of cells under titles. Encodings, separators, quotes, workbooks.

pub mod charset;
pub mod long_cell;
pub mod open;
pub mod quotes;
pub mod separated;
pub mod table;
pub mod titles;
pub mod workbook;
