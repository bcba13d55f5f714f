//! Finding by name, initials or id: 苹果 is found by `苹`, `pg`, `apple` and its id, whoever types (docs/domain.md#names).
//! Pure.

use model::names::Name;
use pinyin::ToPinyinMulti;

/// Does a text, in lower case, find this one?
pub fn finds(wanted: &str, id: &str, name: Option<&Name>) -> bool {
    let in_name = |name: &String| name.to_lowercase().contains(wanted) || initials_begin(name, wanted);
    id.to_lowercase().contains(wanted)
        || name.is_some_and(|it| it.zh.as_ref().is_some_and(in_name) || it.en.as_ref().is_some_and(in_name))
}

/// Do a name's initials contain a text? Of a Chinese character, that of any of its readings; of a word, its first letter.
fn initials_begin(name: &str, wanted: &str) -> bool {
    let wanted: Vec<char> = wanted.chars().filter(|it| !it.is_whitespace()).collect();
    let initials = initials(name);
    !wanted.is_empty()
        && initials.windows(wanted.len()).any(|part| part.iter().zip(&wanted).all(|(these, one)| these.contains(one)))
}

fn initials(name: &str) -> Vec<Vec<char>> {
    let (mut found, mut in_word) = (Vec::new(), false);
    for character in name.chars() {
        if let Some(readings) = character.to_pinyin_multi() {
            found.push(readings.into_iter().filter_map(|it| it.plain().chars().next()).collect());
            in_word = false;
        } else if character.is_alphanumeric() {
            if !in_word {
                found.push(character.to_lowercase().collect());
            }
            in_word = true;
        } else {
            in_word = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_part_initials_and_id() {
        let name = Name { zh: Some("重庆渝北仓".to_owned()), en: Some("Chongqing Yubei".to_owned()) };
        // 重 is read chong here, and zhong elsewhere.
        for wanted in ["重庆", "cqyb", "yb", "zqy", "yubei", "cy", "w-7"] {
            assert!(finds(wanted, "W-7", Some(&name)), "{wanted}");
        }
        for wanted in ["cb", "上海", "w-8", "cqc"] {
            assert!(!finds(wanted, "W-7", Some(&name)), "{wanted}");
        }
        assert!(finds("851", "85123A", None));
    }
}
