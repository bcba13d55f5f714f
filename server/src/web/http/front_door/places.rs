//! Places of connections: so many in all, and so many of one address, so that one cannot take those of others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base::config::TrustedProxies;

use crate::web::http::guard::client::network;

/// Counts connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Places(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    most: u32,
    most_of_one: u32,
    /// They bring others' connections.
    proxies: TrustedProxies,
    taken: Mutex<HashMap<IpAddr, u32>>,
}

/// A connection's place, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Counted>,
    of: IpAddr,
}

impl Places {
    /// So many in all, and so many of one address; this machine and proxies may have all.
    pub fn new(most: u32, most_of_one: u32, proxies: TrustedProxies) -> Self {
        Self(Arc::new(Counted { most, most_of_one, proxies, taken: Mutex::default() }))
    }

    /// A place for a connection; none where all are taken, or all of its address.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let of = network(address);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = taken.values().sum();
        let own = taken.get(&of).copied().unwrap_or(0);
        let may_have_all = of.is_loopback() || self.0.proxies.contains(address);
        if all >= self.0.most || own >= self.0.most_of_one && !may_have_all {
            return None;
        }
        taken.insert(of, own + 1);
        metrics::gauge!("tallyhouse_connections").increment(1);
        Some(Place { places: Arc::clone(&self.0), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.of);
            }
        }
        metrics::gauge!("tallyhouse_connections").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_places_of_others() {
        let places = Places::new(5, 3, TrustedProxies::parse("10.0.0.9").unwrap());
        let (one, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let of_one: Vec<_> = (0..4).filter_map(|_| places.take(one)).collect();
        let of_other: Vec<_> = (0..4).filter_map(|_| places.take(other)).collect();
        assert_eq!((of_one.len(), of_other.len()), (3, 2));
        let here = places.take([127, 0, 0, 1].into());
        assert!(here.is_none(), "all are taken");
        drop(of_one);
        let of_here: Vec<_> = (0..4).filter_map(|_| places.take([127, 0, 0, 1].into())).collect();
        assert_eq!(of_here.len(), 3, "this machine may have all that are left");
        drop(of_here);
        let of_a_proxy: Vec<_> = (0..4).filter_map(|_| places.take([10, 0, 0, 9].into())).collect();
        assert_eq!(of_a_proxy.len(), 3, "as may a proxy");
        drop(of_a_proxy);
        assert!(places.take(one).is_some(), "a place that is left is free");
        drop(of_other);
        assert_eq!(places.0.taken.lock().unwrap().len(), 0, "nothing is kept of who is gone");
    }
}
