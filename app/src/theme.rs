//! Light, dark, and the wall's.

/// A theme that somebody chose; without one the system's preference holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// Of the wall; nobody chooses it, the page has it.
    Wall,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Light, Self::Dark, Self::Wall];

    /// As `<html data-theme>` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Wall => "wall",
        }
    }

    /// The theme that a word names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The theme that a word names, if it is one to be chosen.
    pub fn parse(word: &str) -> Option<Self> {
        Self::named(word).filter(|it| *it != Self::Wall)
    }
}
