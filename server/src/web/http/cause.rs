//! The error of the records below another one. Errors that pass theirs on as it is (`transparent`) are no link of the chain of sources, so each is
//! named here.

use std::error::Error;

use records::TotalsError;

use crate::{audit, counting, ingest, statistics};

/// Is it, somewhere below, that something stored cannot be read?
pub fn is_damage(error: &(dyn Error + 'static)) -> bool {
    matches!(of_the_records(error), Some(records::Error::Inconsistent(_)))
}

/// Is it, somewhere below, that others have all turns?
pub fn is_busy(error: &(dyn Error + 'static)) -> bool {
    matches!(of_the_records(error), Some(records::Error::Busy { .. }))
}

fn of_the_records<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a records::Error> {
    if let Some(it) = error.downcast_ref() {
        return Some(it);
    }
    if let Some(ingest::Error::Records(it)) = error.downcast_ref() {
        return Some(it);
    }
    if let Some(audit::Error::Records(it)) = error.downcast_ref() {
        return Some(it);
    }
    if let Some(statistics::Error::Records(it)) = error.downcast_ref() {
        return Some(it);
    }
    if let Some(TotalsError::Records(it)) = error.downcast_ref() {
        return Some(it);
    }
    match error.downcast_ref() {
        Some(counting::Error::Records(it)) => return Some(it),
        Some(counting::Error::Book(it)) => return of_the_records(it),
        _ => {}
    }
    of_the_records(error.source()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_however_it_is_wrapped() {
        let busy = || records::Error::Busy { doing: "testing" };
        let wrapped: [Box<dyn Error>; 6] = [
            Box::new(busy()),
            Box::new(ingest::Error::Records(busy())),
            Box::new(audit::Error::Records(busy())),
            Box::new(statistics::Error::Records(busy())),
            Box::new(TotalsError::Records(busy())),
            Box::new(counting::Error::Records(busy())),
        ];
        for it in wrapped {
            assert!(is_busy(&*it) && !is_damage(&*it), "{it:?}");
        }
        let damaged = ingest::Error::Records(records::Error::Inconsistent("a word".to_owned()));
        assert!(is_damage(&damaged) && !is_busy(&damaged));
        assert!(!is_busy(&ingest::Error::Stopped));
    }
}
