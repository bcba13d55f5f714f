//! What browser and server share: the vocabulary, the pages, the texts. No I/O of its own.

pub mod model;
