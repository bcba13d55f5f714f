//! Places of connections: so many in all, and so many of one address, so that one cannot take those of others. Where all are taken, whoever has asked
//! nothing for longest makes room (eviction of idle connections): silence cannot keep others out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base::config::TrustedProxies;
use tokio_util::sync::CancellationToken;

use crate::web::http::guard::client::network;

/// Counts connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Places(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    most: usize,
    most_of_one: usize,
    /// They bring others' connections.
    proxies: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    connections: HashMap<u64, Arc<Connection>>,
    of_addresses: HashMap<IpAddr, usize>,
}

/// As many requests has a connection that lost its place.
const EVICTED: usize = usize::MAX;

/// What is known of a connection.
#[derive(Debug)]
struct Connection {
    of: IpAddr,
    /// Requests that are being answered.
    requests: AtomicUsize,
    /// When it last had none.
    idle_since: Mutex<Instant>,
    /// End of the connection, when another one needs its place.
    cut: CancellationToken,
}

impl Connection {
    /// Since when nothing is asked on it; none: something is.
    fn idle_since(&self) -> Option<Instant> {
        let is_idle = self.requests.load(Ordering::Acquire) == 0;
        is_idle.then(|| *self.idle_since.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes its place away; `false`: just now something was asked.
    fn evict(&self) -> bool {
        let is_evicted = self.requests.compare_exchange(0, EVICTED, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if is_evicted {
            self.cut.cancel();
        }
        is_evicted
    }
}

/// A connection's place, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    number: u64,
    connection: Arc<Connection>,
}

/// A request that is being answered, until its last byte is sent: dropped, its connection waits for the next one.
#[derive(Debug)]
pub struct Answering(Arc<Connection>);

/// What marks the requests of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Requests(Arc<Connection>);

impl Places {
    /// So many in all, and so many of one address; this machine and proxies may have all.
    pub fn new(most: u32, most_of_one: u32, proxies: TrustedProxies) -> Self {
        let (most, most_of_one) = (number(most), number(most_of_one));
        Self(Arc::new(Counted { most, most_of_one, proxies, taken: Mutex::default() }))
    }

    /// A place for a connection, that of an idle one perhaps, which is cut off; none where all are at work, or all of its address.
    pub fn take(&self, address: IpAddr) -> Option<Place> {
        let of = network(address);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let may_have_all = self.0.proxies.is_here_or_one(address);
        let own = taken.of_addresses.get(&of).copied().unwrap_or(0);
        if own >= self.0.most_of_one && !may_have_all {
            taken.evict(|it| it.of == of)?;
        } else if taken.connections.len() >= self.0.most {
            taken.evict(|_| true)?;
        }
        let connection = Arc::new(Connection {
            of,
            requests: AtomicUsize::new(0),
            idle_since: Mutex::new(Instant::now()),
            cut: CancellationToken::new(),
        });
        taken.next += 1;
        let number = taken.next;
        taken.connections.insert(number, Arc::clone(&connection));
        *taken.of_addresses.entry(of).or_default() += 1;
        metrics::gauge!("tallyhouse_connections").increment(1);
        Some(Place { places: self.clone(), number, connection })
    }
}

fn number(most: u32) -> usize {
    usize::try_from(most).unwrap_or(usize::MAX)
}

impl Taken {
    /// Cuts off the connection that has been idle for longest; none where each is at work.
    fn evict(&mut self, of: impl Fn(&Connection) -> bool) -> Option<()> {
        let idle = self.connections.iter().filter(|(_, it)| of(it));
        let mut idle: Vec<_> = idle.filter_map(|(number, it)| Some((it.idle_since()?, *number))).collect();
        idle.sort_unstable();
        let is_gone = |number: &u64| self.connections.get(number).is_some_and(|it| it.evict());
        let number = idle.into_iter().map(|(_, number)| number).find(is_gone)?;
        self.remove(number)?;
        metrics::counter!("tallyhouse_connections_evicted_total").increment(1);
        Some(())
    }

    /// Its place is free; none where it was taken away before.
    fn remove(&mut self, number: u64) -> Option<Arc<Connection>> {
        let gone = self.connections.remove(&number)?;
        if let Some(own) = self.of_addresses.get_mut(&gone.of) {
            *own -= 1;
            if *own == 0 {
                self.of_addresses.remove(&gone.of);
            }
        }
        metrics::gauge!("tallyhouse_connections").decrement(1);
        Some(gone)
    }
}

impl Place {
    /// Ends when another connection needs the place.
    pub fn cut(&self) -> CancellationToken {
        self.connection.cut.clone()
    }

    /// What marks its requests.
    pub fn requests(&self) -> Requests {
        Requests(Arc::clone(&self.connection))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.0.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(self.number);
    }
}

impl Requests {
    /// One more is being answered; none where the connection has lost its place: nothing may be begun that is cut off half-way.
    pub fn begin(&self) -> Option<Answering> {
        let more = |it: usize| (it != EVICTED).then(|| it + 1);
        let begun = self.0.requests.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        begun.is_ok().then(|| Answering(Arc::clone(&self.0)))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        *self.0.idle_since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: [u8; 4] = [127, 0, 0, 1];

    /// Places that are at work.
    fn at_work(places: &Places, address: [u8; 4], wanted: usize) -> Vec<(Place, Answering)> {
        let place = |_| places.take(address.into()).and_then(|it| it.requests().begin().map(|begun| (it, begun)));
        (0..wanted).filter_map(place).collect()
    }

    #[test]
    fn nobody_takes_the_places_of_others() {
        let places = Places::new(5, 3, TrustedProxies::parse("10.0.0.9").unwrap());
        let of_one = at_work(&places, [10, 0, 0, 1], 4);
        let of_other = at_work(&places, [10, 0, 0, 2], 4);
        assert_eq!((of_one.len(), of_other.len()), (3, 2));
        assert!(at_work(&places, HERE, 1).is_empty(), "all are taken");
        drop(of_one);
        assert_eq!(at_work(&places, HERE, 4).len(), 3, "this machine may have all that are left");
        assert_eq!(at_work(&places, [10, 0, 0, 9], 4).len(), 3, "as may a proxy");
        assert!(places.take([10, 0, 0, 1].into()).is_some(), "a place that is left is free");
        drop(of_other);
        let taken = places.0.taken.lock().unwrap();
        assert!(taken.of_addresses.is_empty() && taken.connections.is_empty(), "nothing is kept of who is gone");
    }

    #[test]
    fn who_asks_nothing_makes_room() {
        let places = Places::new(3, 2, TrustedProxies::default());
        let silent: Vec<Place> = (0..3).filter_map(|_| places.take(HERE.into())).collect();
        let busy = silent[0].requests().begin().unwrap();
        let next = places.take(HERE.into()).unwrap();
        assert_eq!(silent.iter().map(|it| it.cut().is_cancelled()).collect::<Vec<_>>(), [false, true, false]);
        drop(busy);
        // The first is idle for the shortest time now.
        let _another = places.take([10, 0, 0, 1].into()).unwrap();
        assert_eq!(silent.iter().map(|it| it.cut().is_cancelled()).collect::<Vec<_>>(), [false, true, true]);
        assert!(!next.cut().is_cancelled());
        assert!(silent[1].requests().begin().is_none(), "nothing is begun on one that is cut off");
        drop((silent, next));
        // Of one address, at its limit, only its own makes room.
        let own: Vec<Place> = (0..3).filter_map(|_| places.take([10, 0, 0, 7].into())).collect();
        assert_eq!(own.iter().filter(|it| it.cut().is_cancelled()).count(), 1);
    }
}
