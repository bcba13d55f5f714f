//! Places of connections: so many in all, and so many of one address, so that one cannot take those of others.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Places(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    most: u32,
    most_of_one: u32,
    taken: Mutex<HashMap<IpAddr, u32>>,
}

/// A connection's place, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Counted>,
    of: IpAddr,
}

impl Places {
    /// So many in all, and so many of one address.
    pub fn new(most: u32, most_of_one: u32) -> Self {
        Self(Arc::new(Counted { most, most_of_one, taken: Mutex::default() }))
    }

    /// A place for a connection; none where all are taken, or all of its address.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let of = network(address);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = taken.values().sum();
        let own = taken.get(&of).copied().unwrap_or(0);
        if all >= self.0.most || own >= self.0.most_of_one && !of.is_loopback() {
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

/// What counts as one address: of IPv6 the network of a site (/64), of which everybody has more addresses than there are places.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(it) => {
            let [a, b, c, d, ..] = it.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_places_of_others() {
        let places = Places::new(5, 3);
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
        assert!(places.take(one).is_some(), "a place that is left is free");
        drop(of_other);
        assert_eq!(places.0.taken.lock().unwrap().len(), 0, "nothing is kept of who is gone");
    }

    #[test]
    fn an_address_is_what_one_subscriber_has() {
        let v6 = |text: &str| network(text.parse().unwrap());
        assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:ffff::9"));
        assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
        assert_eq!(v6("::ffff:10.0.0.1"), v6("10.0.0.1"));
    }
}
