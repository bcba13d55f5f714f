//! Quotes of a CSV file (RFC 4180), walked by the states of csv-core's own machine: where each record begins, and what a lenient reader would
//! repair silently: a quote that never closes, and text outside quotes.

use model::files::MAX_FILE_LINES;
use model::files::trouble::FileTrouble;

/// The most bytes of a record: 256 cells of 4,000 characters.
const MAX_LINE: usize = 1 << 20;

/// A record as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its first line, from 1.
    pub line: usize,
    /// Text stands behind a closing quote, or a space before an opening one.
    pub has_text_outside: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Record,
    Field,
    Space,
    Unquoted,
    Quoted,
    Closed,
    /// Spaces behind a closing quote: they are cut off with the others.
    Trailing,
}

/// Places of all records that are no blank lines, at most so many.
pub fn places(text: &str, separator: u8, most: usize) -> Result<Vec<Place>, FileTrouble> {
    let bytes = text.as_bytes();
    let mut began = 0;
    let (mut all, mut state, mut line, mut opened) = (Vec::<Place>::new(), State::Record, 1, 1);
    for (at, byte) in bytes.iter().copied().enumerate() {
        let ends_line = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        let is_end = matches!(byte, b'\r' | b'\n');
        if state == State::Record && !is_end {
            if all.len() > most {
                return Err(FileTrouble::TooMany(MAX_FILE_LINES));
            }
            all.push(Place { line, has_text_outside: false });
            began = at;
            state = State::Field;
        }
        if at - began > MAX_LINE && state != State::Record {
            return Err(FileTrouble::LongLine { line: all.last().map_or(1, |it| it.line), most: MAX_LINE });
        }
        let place = all.last_mut();
        state = match state {
            State::Quoted if byte == b'"' => State::Closed,
            State::Quoted => State::Quoted,
            State::Closed if byte == b'"' => State::Quoted,
            _ if is_end => State::Record,
            _ if byte == separator => State::Field,
            State::Field if byte == b'"' => {
                opened = line;
                State::Quoted
            }
            State::Closed | State::Trailing if byte == b' ' => State::Trailing,
            State::Closed | State::Trailing => {
                if let Some(place) = place {
                    place.has_text_outside = true;
                }
                State::Unquoted
            }
            State::Field | State::Space if byte == b' ' => State::Space,
            State::Space if byte == b'"' => {
                if let Some(place) = place {
                    place.has_text_outside = true;
                }
                State::Unquoted
            }
            State::Field | State::Space | State::Unquoted | State::Record => State::Unquoted,
        };
        line += usize::from(ends_line);
    }
    if state == State::Quoted { Err(FileTrouble::UnclosedQuote(opened)) } else { Ok(all) }
}
