//! Skeletons of ids: what two texts share that look alike (confusables, Unicode TR 39 in small).

use model::ids::is_invisible;
use unicode_normalization::UnicodeNormalization as _;

/// Letters and dashes that look like those of ASCII, theirs above ours: Cyrillic with the dashes, and Greek.
const HOMOGLYPHS: [(&str, &str); 2] =
    [("авекмнорстухіјѕ‐‑‒–—−", "abekmhopctyxijs------"), ("αβεικνορτυχ", "abeikvoptux")];

fn homoglyph(it: char) -> char {
    let found = HOMOGLYPHS.iter().find_map(|(theirs, ours)| theirs.chars().zip(ours.chars()).find(|pair| pair.0 == it));
    found.map_or(it, |it| it.1)
}

/// What two texts share that look alike: compatibility forms (NFKC), case, spaces, invisible characters, homoglyphs and leading
/// zeros do not count.
pub fn skeleton(text: &str) -> String {
    let plain = text.nfkc().flat_map(char::to_lowercase).filter(|it| !it.is_whitespace() && !is_invisible(*it));
    let plain: String = plain.map(homoglyph).collect();
    // A spreadsheet drops the zeros in front of digits.
    let digits = plain.trim_start_matches('0');
    let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if is_number { digits.to_owned() } else { plain }
}
