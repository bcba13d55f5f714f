//! Character encoding of a file (charset detection): by its byte order mark, else UTF-8, else UTF-16 by its zero bytes, else as chardetng
//! guesses where the bytes decode cleanly in one way only; else it is asked.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use model::files::choices::Charset;
use model::files::trouble::FileTrouble;

/// The most characters of a sample.
const SAMPLE: usize = 24;

/// A text and how it was understood.
#[derive(Debug)]
pub struct Decoded<'a> {
    /// What the bytes say.
    pub text: Cow<'a, str>,
    /// Encoding that was taken.
    pub charset: Charset,
    /// Encodings it may be as well, each with a sample; empty: it is settled.
    pub candidates: Vec<(Charset, String)>,
}

/// Text of a file. `chosen`: what a person has said.
pub fn decode(bytes: &[u8], chosen: Option<Charset>) -> Result<Decoded<'_>, FileTrouble> {
    let settled = |text, charset| Ok(Decoded { text, charset, candidates: Vec::new() });
    if let Some(charset) = chosen {
        let text = clean(bytes, charset).ok_or(FileTrouble::NotText(charset))?;
        return settled(text, charset);
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        let charset = if encoding == UTF_8 { Charset::Utf8 } else { Charset::Utf16 };
        return settled(clean(bytes, charset).ok_or(FileTrouble::NotText(charset))?, charset);
    }
    if has_zeros(bytes) {
        let text = clean(bytes, Charset::Utf16).ok_or(FileTrouble::Binary)?;
        return settled(text, Charset::Utf16);
    }
    if let Some(text) = clean(bytes, Charset::Utf8) {
        return settled(text, Charset::Utf8);
    }
    if is_damaged_utf8(bytes) {
        return Err(FileTrouble::NotText(Charset::Utf8));
    }
    let all = [Charset::Gb18030, Charset::Big5, Charset::Windows1252];
    let possible: Vec<(Charset, Cow<'_, str>)> =
        all.into_iter().filter_map(|it| clean(bytes, it).map(|text| (it, text))).collect();
    let guess = guess(bytes);
    let place = possible.iter().position(|(it, _)| Some(*it) == guess);
    // Nearly anything is text in Windows-1252: it is taken where the guess says so and nothing else can be.
    let is_sure = place.is_some() && (guess != Some(Charset::Windows1252) || possible.len() == 1);
    let candidates: Vec<_> = possible.iter().map(|(it, text)| (*it, sample(text))).collect();
    let mut possible = possible;
    if possible.is_empty() {
        return Err(FileTrouble::Binary);
    }
    let (charset, text) = possible.swap_remove(place.unwrap_or(0));
    Ok(Decoded { text, charset, candidates: if is_sure { Vec::new() } else { candidates } })
}

/// The text, if every byte is a character of the encoding and none of them is a control character of a binary file.
fn clean(bytes: &[u8], charset: Charset) -> Option<Cow<'_, str>> {
    let decode =
        |encoding: &'static Encoding, bytes| encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let bytes_behind_mark =
        Encoding::for_bom(bytes).map_or(bytes, |(_, length)| bytes.get(length..).unwrap_or_default());
    let text = match charset {
        Charset::Utf8 => decode(UTF_8, bytes_behind_mark),
        Charset::Utf16 => decode(utf16(bytes), bytes_behind_mark),
        Charset::Gb18030 => decode(GB18030, bytes),
        Charset::Big5 => decode(BIG5, bytes),
        Charset::Windows1252 => decode(WINDOWS_1252, bytes),
    }?;
    let is_text = |it: char| !it.is_control() || matches!(it, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}' | '\u{85}');
    text.chars().all(is_text).then_some(text)
}

/// By its mark; without one by the half in which its zero bytes are.
fn utf16(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let zeros_first = bytes.iter().step_by(2).take(4096).filter(|it| **it == 0).count();
    let zeros_second = bytes.iter().skip(1).step_by(2).take(4096).filter(|it| **it == 0).count();
    if zeros_first > zeros_second { UTF_16BE } else { UTF_16LE }
}

fn has_zeros(bytes: &[u8]) -> bool {
    bytes.iter().take(8192).any(|it| *it == 0)
}

/// Is it UTF-8 but for some bytes, as a file that was cut off is, or one that was put together of two? Three bytes that are one Chinese character are
/// seldom anything else: in GB 18030 about one of a hundred characters.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut characters, mut faults) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        characters += chunk.valid().chars().filter(|it| it.len_utf8() > 2).count();
        faults += usize::from(!chunk.invalid().is_empty());
    }
    characters > 2 && characters * 5 > faults
}

/// What chardetng takes it for, among what can be chosen.
fn guess(bytes: &[u8]) -> Option<Charset> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let found = detector.guess(None, Utf8Detection::Deny);
    if found == GBK || found == GB18030 {
        Some(Charset::Gb18030)
    } else if found == BIG5 {
        Some(Charset::Big5)
    } else if found == WINDOWS_1252 {
        Some(Charset::Windows1252)
    } else {
        None
    }
}

/// The first words that are not ASCII: they show what an encoding makes of the bytes.
fn sample(text: &str) -> String {
    let at = text.char_indices().find(|(_, it)| !it.is_ascii()).map_or(0, |(at, _)| at);
    let line_start = text.get(..at).and_then(|it| it.rfind(['\n', '\r', ',', ';', '\t'])).map_or(0, |it| it + 1);
    let from = text.get(line_start..).unwrap_or_default();
    from.chars().take_while(|it| !matches!(it, '\n' | '\r')).take(SAMPLE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charset(bytes: &[u8]) -> Result<(Charset, usize), FileTrouble> {
        decode(bytes, None).map(|it| (it.charset, it.candidates.len()))
    }

    #[test]
    fn a_chinese_file_of_excel_is_settled() {
        let text = "日期,单据号,产品,仓库,数量\r\n2026/3/1,采购入库,苹果,浦东仓,5\r\n";
        assert_eq!(charset(text.as_bytes()), Ok((Charset::Utf8, 0)));
        assert_eq!(charset(&GB18030.encode(text).0), Ok((Charset::Gb18030, 0)));
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(charset(&utf16), Ok((Charset::Utf16, 0)));
        let big_endian: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(charset(&big_endian), Ok((Charset::Utf16, 0)));
    }

    #[test]
    fn what_may_be_several_is_asked_with_samples() {
        let bytes = WINDOWS_1252.encode("Datum;Größe;Menge\r\n1.3.2026;Käse;5\r\n").0;
        let decoded = decode(&bytes, None).unwrap();
        assert!(decoded.candidates.contains(&(Charset::Windows1252, "Größe;Menge".to_owned())), "{decoded:?}");
        let chosen = decode(&bytes, Some(Charset::Windows1252)).unwrap();
        assert!(chosen.candidates.is_empty() && chosen.text.contains("Käse"));
        assert_eq!(decode(&bytes, Some(Charset::Utf8)).unwrap_err(), FileTrouble::NotText(Charset::Utf8));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(charset(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xd8\x00"), Err(FileTrouble::Binary));
        assert_eq!(charset(b"a,b\n1,\xff\xff\xff\x81\n"), Err(FileTrouble::Binary));
        let cut = "日期,单据".as_bytes().split_last().unwrap().1;
        assert_eq!(charset(cut), Err(FileTrouble::NotText(Charset::Utf8)));
    }
}
