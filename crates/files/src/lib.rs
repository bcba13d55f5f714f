//! Files of entries as people have them: CSV of any spreadsheet and workbooks (XLSX), from bytes to entries. First the shape (`shape`:
//! encoding, separator, quotes, sheets, titles), then what a column holds (`columns`), then the cells (`cells`: numbers, dates, words, ids).
//! What nothing in a file settles is asked, what contradicts itself is refused by its line, nothing is repaired silently. Pure: knows no
//! clock, no store and no HTTP.

pub mod cells;
pub mod columns;
pub mod counts;
pub mod entries;
pub mod known;
pub mod shape;

pub use counts::{CountRead, CountedLine, read_counts};
pub use entries::{Read, Skipped, TotalLine, WrittenEntry, read_entries};
pub use known::KnownIds;
pub use shape::open::{is_json, open};
pub use shape::table::{Cell, Row, Table};
