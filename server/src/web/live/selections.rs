//! Selections that a client watches (quota): so many different ones, so that one does not take the places of all others in the hub.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::live::Scope;
use crate::web::http::guard::client::Client;

/// The most different selections that one client watches; a quarter of the hub's places.
const MAX_SELECTIONS: usize = 16;

/// Who watches which selections, and by how many streams. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Selections(Arc<Mutex<HashMap<Client, HashMap<Scope, usize>>>>);

/// A stream of a selection; dropped, it is over.
#[derive(Debug)]
pub struct Watched {
    held: Option<(Selections, Client, Scope)>,
}

impl Selections {
    /// A place for one more stream; none where the client watches as many other selections as one may. Everything is no selection, and clients of this
    /// machine are not told apart.
    pub fn watch(&self, client: Client, scope: &Scope) -> Option<Watched> {
        if scope.is_all() || client.is_here() {
            return Some(Watched { held: None });
        }
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = clients.entry(client).or_default();
        if own.len() >= MAX_SELECTIONS && !own.contains_key(scope) {
            return None;
        }
        *own.entry(scope.clone()).or_default() += 1;
        Some(Watched { held: Some((self.clone(), client, scope.clone())) })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let Some((selections, client, scope)) = self.held.take() else { return };
        let mut clients = selections.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = clients.get_mut(&client) else { return };
        if let Some(streams) = own.get_mut(&scope) {
            *streams -= 1;
            if *streams == 0 {
                own.remove(&scope);
            }
        }
        if own.is_empty() {
            clients.remove(&client);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use base::config::TrustedProxies;

    use super::*;

    #[test]
    fn one_client_watches_so_many_selections_and_by_as_many_screens_as_there_are() {
        let selections = Selections::default();
        let client = |it: &str| Client::of(it.parse().unwrap(), &HeaderMap::new(), &TrustedProxies::default());
        let scope = |number: usize| Scope::of(&[format!("w{number}")]).unwrap();
        let (one, other) = (client("192.0.2.1"), client("192.0.2.2"));
        let mut all: Vec<Watched> = (0..MAX_SELECTIONS).map(|it| selections.watch(one, &scope(it)).unwrap()).collect();
        assert!(selections.watch(one, &scope(99)).is_none());
        all.extend((0..500).map(|_| selections.watch(one, &scope(0)).unwrap()));
        all.push(selections.watch(one, &Scope::default()).unwrap());
        all.push(selections.watch(other, &scope(99)).unwrap());
        let here = client("127.0.0.1");
        all.extend((0..20).map(|it| selections.watch(here, &scope(it)).unwrap()));
        drop(all);
        assert!(selections.0.lock().unwrap().is_empty(), "nothing is kept of who is gone");
    }
}
