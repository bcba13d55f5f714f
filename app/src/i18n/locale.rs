//! The language of the interface: Chinese or English, by cookie, by what the browser asks for (content negotiation), else Chinese.

use leptos::prelude::{provide_context, use_context};
use serde::{Deserialize, Serialize};

use super::Texts;
use model::live::Named;
use model::names::Name;

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Locale {
    /// 简体中文.
    #[default]
    Zh,
    En,
}

impl Locale {
    /// As `<html lang>` has it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// From a tag such as `zh-CN` or `en-GB`; `None` for other languages.
    pub fn parse(tag: &str) -> Option<Self> {
        let language = tag.split('-').next().unwrap_or_default().trim();
        if language.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if language.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The first language of an `Accept-Language` header that we speak, by its weights; Chinese where there is none.
    pub fn negotiate(header: &str) -> Self {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
                Some((weight.trim().parse().ok()?, Self::parse(tag.trim())?))
            })
            .collect();
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.first().map_or(Self::default(), |(_, locale)| *locale)
    }

    /// The other one, for the switch.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    pub fn texts(self) -> &'static Texts {
        match self {
            Self::Zh => &super::zh::TEXTS,
            Self::En => &super::en::TEXTS,
        }
    }

    /// Where and what, by name: `Shanghai Pudong · Rice`.
    pub fn key(self, warehouse: &Named, product: &Named) -> String {
        format!("{} \u{b7} {}", self.name(&warehouse.name, &warehouse.id), self.name(&product.name, &product.id))
    }

    /// A name in this language, else in the other, else the id.
    pub fn name(self, name: &Name, id: &str) -> String {
        let (first, second) = match self {
            Self::Zh => (&name.zh, &name.en),
            Self::En => (&name.en, &name.zh),
        };
        first.as_ref().or(second.as_ref()).map_or_else(|| id.to_owned(), Clone::clone)
    }
}

/// The language of this page. The server puts it into the context; the browser reads what the server wrote.
pub fn locale() -> Locale {
    use_context::<Locale>().unwrap_or_else(|| {
        let tag = web_sys::window()
            .and_then(|it| it.document())
            .and_then(|it| it.document_element())
            .and_then(|it| it.get_attribute("lang"));
        let locale = tag.and_then(|it| Locale::parse(&it)).unwrap_or_default();
        provide_context(locale);
        locale
    })
}

/// The texts of this page.
pub fn texts() -> &'static Texts {
    locale().texts()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_header() {
        for (header, locale) in [
            ("", Locale::Zh),
            ("en-GB,en;q=0.9", Locale::En),
            ("fr,en;q=0.5,zh;q=0.8", Locale::Zh),
            ("de", Locale::Zh),
            ("zh-TW", Locale::Zh),
        ] {
            assert_eq!(Locale::negotiate(header), locale, "{header}");
        }
    }

    #[test]
    fn a_missing_name_falls_back() {
        let name = Name { zh: Some("苹果".to_owned()), en: None };
        assert_eq!(Locale::En.name(&name, "apple"), "苹果");
        assert_eq!(Locale::En.name(&Name::default(), "apple"), "apple");
    }
}
