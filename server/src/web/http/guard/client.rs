//! The client of a request: the address of whoever asks, also behind a reverse proxy (`X-Forwarded-For`, RFC 7239 `Forwarded`).

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, header};
use base::config::TrustedProxies;

/// Who is at the other end of a connection; the accept loop says it of every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The address that a request is counted against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl Client {
    /// The peer itself; where it is a proxy that is trusted, the last address it names that is none. Addresses before that are what anybody may have written.
    /// An address that cannot be read ends the search: then the proxy is the client, and shares its limits with whoever else comes so.
    pub fn of(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> Self {
        let mut last = peer.to_canonical();
        for said in forwarded(headers).iter().rev() {
            if !proxies.contains(last) {
                break;
            }
            match address(said) {
                Some(next) => last = next.to_canonical(),
                None => break,
            }
        }
        Self(network(last))
    }

    /// Is it this machine? Whoever sits there cannot be told from others there.
    pub fn is_here(self) -> bool {
        self.0.is_loopback()
    }
}

/// What proxies say of whom they serve, the nearest last; `X-Forwarded-For` where both are there.
fn forwarded(headers: &HeaderMap) -> Vec<&str> {
    let values = |name: &str| -> Vec<&str> {
        let lines = headers.get_all(name).iter().map(|it| it.to_str().unwrap_or("unreadable"));
        lines.flat_map(|it| it.split(',')).map(str::trim).collect()
    };
    let by = values("x-forwarded-for");
    if !by.is_empty() {
        return by;
    }
    let is_for = |it: &&str| it.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("for="));
    let hop = |it: &'_ str| -> Option<usize> { it.split(';').map(str::trim).position(|it| is_for(&it)) };
    let hops = values(header::FORWARDED.as_str()).into_iter();
    hops.map(|it| {
        hop(it).and_then(|at| it.split(';').nth(at)).map_or("unreadable", |it| it.trim()[4..].trim_matches('"'))
    })
    .collect()
}

/// An address, also with a port, also of IPv6 in brackets.
fn address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()))
        .or_else(|| text.strip_prefix('[').and_then(|it| it.strip_suffix(']')).and_then(|it| it.parse().ok()))
}

/// What counts as one address: of IPv6 the network of a site (/64), of which everybody has more addresses than there are places.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        here @ IpAddr::V6(Ipv6Addr::LOCALHOST) => here,
        IpAddr::V6(it) => {
            let [a, b, c, d, ..] = it.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        it @ IpAddr::V4(_) => it,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn client(peer: &str, lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let proxies = TrustedProxies::parse("10.0.0.0/8,::1").unwrap();
        Client::of(peer.parse().unwrap(), &headers, &proxies).0.to_string()
    }

    #[test]
    fn only_proxies_that_are_trusted_say_who_asks() {
        const BY: &str = "x-forwarded-for";
        for (peer, lines, expected) in [
            ("192.0.2.9", vec![], "192.0.2.9"),
            ("192.0.2.9", vec![(BY, "198.51.100.1")], "192.0.2.9"),
            ("10.0.0.1", vec![(BY, "198.51.100.1")], "198.51.100.1"),
            ("::ffff:10.0.0.1", vec![(BY, "198.51.100.1:4711")], "198.51.100.1"),
            // What the client itself wrote stands before what the proxy saw.
            ("10.0.0.1", vec![(BY, "127.0.0.1, 198.51.100.1")], "198.51.100.1"),
            ("10.0.0.1", vec![(BY, "127.0.0.1"), (BY, "198.51.100.1, 10.0.0.2")], "198.51.100.1"),
            ("10.0.0.1", vec![(BY, "nobody")], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            (
                "10.0.0.1",
                vec![("forwarded", "for=192.0.2.1;proto=https, For=\"[2001:db8:1:2::3]:80\";by=x")],
                "2001:db8:1:2::",
            ),
            ("10.0.0.1", vec![("forwarded", "by=x")], "10.0.0.1"),
            ("10.0.0.1", vec![(BY, "198.51.100.1"), ("forwarded", "for=192.0.2.1")], "198.51.100.1"),
        ] {
            assert_eq!(client(peer, &lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn an_address_is_what_one_subscriber_has() {
        let v6 = |text: &str| network(text.parse().unwrap());
        assert_eq!(v6("2001:db8:1:2::1"), v6("2001:db8:1:2:ffff::9"));
        assert_ne!(v6("2001:db8:1:2::1"), v6("2001:db8:1:3::1"));
        assert_eq!(v6("::ffff:10.0.0.1"), v6("10.0.0.1"));
        assert!(v6("::1").is_loopback());
    }
}
