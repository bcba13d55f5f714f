//! Names: ids are for machines, people read names (docs/domain.md#names).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name in both languages. Either may be missing; then the other, then the id stands in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// Name in Chinese; `None`: the catalogue has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// Name in English; `None`: the catalogue has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// What a catalogue row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NameOf {
    /// 产品.
    Product,
    /// 仓库.
    Warehouse,
    /// 公司.
    Company,
}

impl NameOf {
    /// The word in files and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Warehouse => "warehouse",
            Self::Company => "company",
        }
    }

    /// What a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Product, Self::Warehouse, Self::Company].into_iter().find(|it| it.as_str() == word)
    }
}
