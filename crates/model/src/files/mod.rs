//! Files of entries as people have them: how one was read, what a person may choose, what is asked and what is wrong. The words only; the
//! reader is `crates/files`.

pub mod choices;
pub mod field;
pub mod flaw;
pub mod question;
pub mod trouble;

/// The most bytes of a file, or of a body of entries.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;
/// The most lines of one.
pub const MAX_FILE_LINES: usize = 100_000;
