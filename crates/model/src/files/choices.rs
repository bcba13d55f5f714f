//! Choices of a person about a file: how it is read where it does not say so itself. Their one notation are the fields of a URL, which the page,
//! `POST /api/v1/entries` and `tallyhouse produce --set` share.

use std::collections::BTreeMap;

use super::field::Field;

/// Encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charset {
    /// UTF-8, with a byte order mark or without.
    Utf8,
    /// Of either byte order, with a byte order mark or without.
    Utf16,
    /// What a Chinese Windows writes; GBK and GB 2312 are parts of it.
    Gb18030,
    /// What a Windows of Taiwan or Hong Kong writes.
    Big5,
    /// What a Windows of western Europe or America writes.
    Windows1252,
}

/// What stands between the cells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Separator {
    /// `,`, as most programs write it.
    Comma,
    /// `;`, as spreadsheets of lands with a decimal comma write it.
    Semicolon,
    /// U+0009, as text copied from a spreadsheet has it.
    Tab,
    /// `|`, as old systems write it.
    Pipe,
}

/// What stands before the decimals of a column's numbers; the other of the two groups thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecimalMark {
    /// `1,234.5`, as in China and America.
    Point,
    /// `1.234,5`, as in most of Europe.
    Comma,
}

/// Order of year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateOrder {
    /// `2026-03-01`, as in China.
    YearFirst,
    /// `01/03/2026`, as in most of Europe.
    DayFirst,
    /// `03/01/2026`, as in America.
    MonthFirst,
}

/// What a minus means beside a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignRule {
    /// It says again what the direction says: `out -5` are 5 out.
    Repeats,
    /// It takes back (red entry): `in -5` are 5 out.
    Reverses,
}

/// What a word of a column of directions means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Goods come in.
    In,
    /// Goods go out.
    Out,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Values in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word of a URL.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// By its word.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }
    };
}

words!(Charset: Utf8 = "utf-8", Utf16 = "utf-16", Gb18030 = "gb18030", Big5 = "big5", Windows1252 = "windows-1252");
words!(Separator: Comma = "comma", Semicolon = "semicolon", Tab = "tab", Pipe = "pipe");
words!(DecimalMark: Point = "point", Comma = "comma");
words!(DateOrder: YearFirst = "ymd", DayFirst = "dmy", MonthFirst = "mdy");
words!(SignRule: Repeats = "repeats", Reverses = "reverses");
words!(Way: In = "in", Out = "out");

impl Separator {
    /// The character, which is one byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// The most characters of a value or a word: descriptions have at most 512 bytes.
const MAX_VALUE: usize = 512;
/// The most columns that may be named.
pub const MAX_COLUMNS: usize = 256;

/// What a person has said of a file; what is absent is told by the file, or asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choices {
    /// Encoding of a text.
    pub charset: Option<Charset>,
    /// What stands between its cells.
    pub separator: Option<Separator>,
    /// Sheet of a workbook, by its name.
    pub sheet: Option<String>,
    /// Line of the titles, from 1; 0: there are none.
    pub head: Option<usize>,
    /// The last line of the table, from 1; what stands below it is no part of it.
    pub last: Option<usize>,
    /// A cell that looks as if a quote had swallowed lines is one cell.
    pub takes_long_cells: bool,
    /// Fields of the columns, counted from 0; where one is said, those that are not hold nothing.
    pub columns: BTreeMap<usize, Field>,
    /// Values that are the same in every line.
    pub values: BTreeMap<Field, String>,
    /// Decimal marks of the columns of quantities.
    pub decimal_marks: BTreeMap<Field, DecimalMark>,
    /// Order of dates that do not tell it.
    pub date_order: Option<DateOrder>,
    /// Meaning of a minus beside a direction.
    pub sign: Option<SignRule>,
    /// Words of the direction that nothing else tells.
    pub words: BTreeMap<String, Way>,
    /// Does an empty cell repeat the one above (`true`), or is it empty (`false`)?
    pub fill_down: Option<bool>,
    /// Lines with a doubt are sent as they are written.
    pub takes_doubtful: bool,
    /// Totals of the file that are not the sum of its lines do not matter.
    pub ignores_totals: bool,
}

/// A choice that cannot be read: its name and its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} cannot be {value:?}")]
pub struct BadChoice {
    /// Field of the URL.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Choices {
    /// Reads the fields of a URL; answers those it does not know too.
    pub fn read<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> (Self, Vec<BadChoice>) {
        let (mut choices, mut bad) = (Self::default(), Vec::new());
        for (name, value) in pairs {
            let (name, value) = (name.as_ref(), value.as_ref());
            if !value.is_empty() && choices.set(name, value).is_none() {
                bad.push(BadChoice { name: name.chars().take(80).collect(), value: value.chars().take(80).collect() });
            }
        }
        (choices, bad)
    }

    /// These choices where they say something, else those of a base.
    #[must_use]
    pub fn or(self, base: Self) -> Self {
        let own = self;
        // Of two of a name the later one stays.
        let values = base.values.into_iter().chain(own.values).collect();
        let decimal_marks = base.decimal_marks.into_iter().chain(own.decimal_marks).collect();
        let words = base.words.into_iter().chain(own.words).collect();
        Self {
            charset: own.charset.or(base.charset),
            separator: own.separator.or(base.separator),
            sheet: own.sheet.or(base.sheet),
            head: own.head.or(base.head),
            last: own.last.or(base.last),
            takes_long_cells: own.takes_long_cells || base.takes_long_cells,
            columns: if own.columns.is_empty() { base.columns } else { own.columns },
            values,
            decimal_marks,
            date_order: own.date_order.or(base.date_order),
            sign: own.sign.or(base.sign),
            words,
            fill_down: own.fill_down.or(base.fill_down),
            takes_doubtful: own.takes_doubtful || base.takes_doubtful,
            ignores_totals: own.ignores_totals || base.ignores_totals,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let text = || (value.chars().count() <= MAX_VALUE).then(|| value.to_owned());
        match name.split_once('.') {
            None => match name {
                "charset" => self.charset = Some(Charset::parse(value)?),
                "separator" => self.separator = Some(Separator::parse(value)?),
                "sheet" => self.sheet = Some(text()?),
                "head" => self.head = Some(value.parse().ok()?),
                "last" => self.last = Some(value.parse().ok().filter(|it| *it > 0)?),
                "cells" if value == "long" => self.takes_long_cells = true,
                "date" => self.date_order = Some(DateOrder::parse(value)?),
                "sign" => self.sign = Some(SignRule::parse(value)?),
                "blank" => self.fill_down = Some(parse_blank(value)?),
                "doubtful" if value == "take" => self.takes_doubtful = true,
                "totals" if value == "ignore" => self.ignores_totals = true,
                _ => return None,
            },
            Some(("column", place)) => {
                let place = place.parse::<usize>().ok().filter(|it| (1..=MAX_COLUMNS).contains(it))?;
                // `none` says that the column is not used, and that the columns are as a person says.
                if value != "none" {
                    self.columns.insert(place - 1, Field::parse(value)?);
                }
            }
            Some(("value", field)) => drop(self.values.insert(Field::parse(field)?, text()?)),
            Some(("number", field)) => {
                let field = Field::parse(field).filter(|it| it.is_quantity())?;
                self.decimal_marks.insert(field, DecimalMark::parse(value)?);
            }
            Some(("word", word)) if word.chars().count() <= MAX_VALUE => {
                self.words.insert(word.to_owned(), Way::parse(value)?);
            }
            Some(_) => return None,
        }
        Some(())
    }

    /// Fields of the URL that says the same.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let mut add = |name: &str, value: Option<&str>| {
            fields.extend(value.map(|it| (name.to_owned(), it.to_owned())));
        };
        add("charset", self.charset.map(Charset::as_str));
        add("separator", self.separator.map(Separator::as_str));
        add("sheet", self.sheet.as_deref());
        add("head", self.head.map(|it| it.to_string()).as_deref());
        add("last", self.last.map(|it| it.to_string()).as_deref());
        add("cells", self.takes_long_cells.then_some("long"));
        for (place, field) in &self.columns {
            add(&format!("column.{}", place + 1), Some(field.as_str()));
        }
        for (field, value) in &self.values {
            add(&format!("value.{}", field.as_str()), Some(value));
        }
        for (field, mark) in &self.decimal_marks {
            add(&format!("number.{}", field.as_str()), Some(mark.as_str()));
        }
        add("date", self.date_order.map(DateOrder::as_str));
        add("sign", self.sign.map(SignRule::as_str));
        for (word, way) in &self.words {
            add(&format!("word.{word}"), Some(way.as_str()));
        }
        add("blank", self.fill_down.map(|it| if it { "above" } else { "empty" }));
        add("doubtful", self.takes_doubtful.then_some("take"));
        add("totals", self.ignores_totals.then_some("ignore"));
        fields
    }
}

fn parse_blank(word: &str) -> Option<bool> {
    match word {
        "above" => Some(true),
        "empty" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_back_from_their_url() {
        let all = [
            ("charset", "big5"),
            ("separator", "pipe"),
            ("sheet", "三月"),
            ("head", "3"),
            ("last", "900"),
            ("cells", "long"),
            ("column.2", "product_id"),
            ("column.12", "quantity_out"),
            ("value.company_id", "c 1"),
            ("number.quantity_out", "comma"),
            ("date", "dmy"),
            ("sign", "reverses"),
            ("word.退货", "in"),
            ("word.a.b", "out"),
            ("blank", "above"),
            ("doubtful", "take"),
            ("totals", "ignore"),
        ];
        let (choices, bad) = Choices::read(all);
        assert_eq!(bad, []);
        let fields = choices.fields();
        assert_eq!(fields.len(), all.len());
        assert_eq!(Choices::read(fields), (choices, Vec::new()));
    }

    #[test]
    fn what_is_no_choice_is_named() {
        for (name, value) in [
            ("charset", "latin"),
            ("head", "first"),
            ("column.0", "product_id"),
            ("column.999", "product_id"),
            ("column.1", "price"),
            ("number.product_id", "comma"),
            ("word.x", "up"),
            ("sepaator", "comma"),
            ("x.y", "z"),
        ] {
            let (choices, bad) = Choices::read([(name, value)]);
            assert_eq!((choices, bad.len()), (Choices::default(), 1), "{name}");
        }
        assert_eq!(Choices::read([("charset", "")]), (Choices::default(), Vec::new()));
    }
}
