//! What is wrong with the cells of a line, before it is an entry. In English here; in other languages in `i18n/files.rs`.

/// A fault of a line's cells: to be read after the name of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellFlaw {
    /// More cells than titles: how many, and how many titles. A number with a comma and without quotes does this.
    #[error(
        "has {0} cells under {1} titles: is there a number or a text with the separator in it and no quotes around?"
    )]
    Cells(usize, usize),
    /// Text between a closing quote and the next separator, or a space before an opening one.
    #[error("has text outside the quotes of a cell")]
    OutsideQuotes,
    /// A cell with a line break where an id, a number or a date is wanted.
    #[error("has a line break in the cell")]
    LineBreak,
    /// The columns for in and for out are both filled.
    #[error("has both a quantity in and a quantity out: {0} and {1}")]
    BothWays(String, String),
    /// Neither of them is.
    #[error("has neither a quantity in nor a quantity out")]
    NoWay,
    /// No number at all.
    #[error("is not a number: {0}")]
    NotANumber(String),
    /// Number with decimals that are not 0: pieces are whole.
    #[error("is not a whole number: {0}")]
    NotWhole(String),
    /// Number that another cell of the column contradicts: there the comma means something else.
    #[error("is written another way than the other numbers of its column: {0}")]
    OtherMark(String),
    /// Number whose sign is not that of its direction.
    #[error("has another sign than its direction: {0}")]
    OtherSign(String),
    /// Number beyond every quantity.
    #[error("is too large: {0}")]
    TooLarge(String),
    /// Pieces of one product in two units: this one, and the usual one.
    #[error("is in {0}, and in other lines of the same product in {1}")]
    OtherUnit(String, String),
    /// No date that can be read.
    #[error("is not a date: {0}")]
    NotADate(String),
    /// Date that does not exist in the order of the others.
    #[error("is not a date in the order of the other lines: {0}")]
    OtherOrder(String),
    /// True date among dates as text: a spreadsheet may have swapped its day and month.
    #[error("is a true date among dates as text: a spreadsheet may have swapped day and month: {0}")]
    MaySwapped(String),
    /// Word that is no direction.
    #[error("says neither in nor out: {0}")]
    NoDirection(String),
    /// Word that is no kind.
    #[error("is none of bill, opening, adjust: {0}")]
    NoKind(String),
    /// Error that the spreadsheet shows: `#N/A`.
    #[error("is an error of the spreadsheet: {0}")]
    Error(String),
    /// A cell that must be filled.
    #[error("is empty")]
    Empty,
    /// A count below nothing.
    #[error("is below 0, and shelves cannot hold less than nothing: {0}")]
    Negative(String),
    /// A product that is counted in that line already, in the same warehouse.
    #[error("is counted in line {0} already: add the two up")]
    CountedTwice(usize),
    /// A date in the place of an id: a spreadsheet made one of it.
    #[error("was turned into a date by a spreadsheet: {0}. Make the column text and export it again")]
    NotAnId(String),
    /// Id that a spreadsheet has turned into a rounded number: `6.90123E+12`.
    #[error("was turned into a rounded number by a spreadsheet: {0}. Make the column text and export it again")]
    Rounded(String),
    /// Id that is the name of something known: this one's.
    #[error("is the name of {1}, not its id: {0}")]
    IsName(String, String),
    /// Id that looks like another one, which is known or stands in this file: it, and the other.
    #[error("looks like {1}, but is another id: {0}")]
    LooksLike(String, String),
}

impl CellFlaw {
    /// Is it a doubt only? Then the line can be sent as it is written, if a person says so.
    pub fn is_doubt(&self) -> bool {
        matches!(self, Self::Rounded(_) | Self::IsName(..) | Self::LooksLike(..) | Self::MaySwapped(_))
    }
}
