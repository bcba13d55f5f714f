//! Our own address as people have it, and the reverse proxies between them and us.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Url;

use super::plaintext::is_this_machine;

/// The one address at which people reach us: `https://HOST[:PORT]`. Nothing of it is taken from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    authority: String,
    is_https: bool,
}

impl PublicUrl {
    /// Refused: one with a path, a name or a password, or in plain text to another machine.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|cause| format!("is no URL: {cause}"))?;
        let host = url.host_str().unwrap_or_default();
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if host.is_empty() || !is_bare || !url.username().is_empty() || url.password().is_some() {
            return Err("is more than https://HOST or https://HOST:PORT".to_owned());
        }
        let is_https = url.scheme() == "https";
        let is_here = url.scheme() == "http" && is_this_machine(host);
        if !is_https && !is_here {
            return Err("must start with https://: passwords and figures go over it".to_owned());
        }
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { origin: url.origin().ascii_serialization(), authority, is_https })
    }

    /// As browsers name where a page comes from.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// As requests name whom they ask: the port only where it is not the usual one.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Does TLS lie between us and people?
    pub fn is_https(&self) -> bool {
        self.is_https
    }
}

/// Networks of reverse proxies whose word about who asks is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Networks (CIDR) or addresses with commas between them; none: none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let network = |it: &str| match it.parse() {
            Ok(network) => Ok(network),
            Err(_) => it.parse::<IpAddr>().map(IpNet::from),
        };
        let all = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        all.map(|it| network(it).map_err(|_| format!("{it} is no network like 10.1.0.0/16")))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is it this machine, or one of them? Both bring the connections of others.
    pub fn is_here_or_one(&self, peer: IpAddr) -> bool {
        peer.to_canonical().is_loopback() || self.contains(peer)
    }

    /// Is it one of them? An address of IPv4 written as one of IPv6 is the same.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|it| it.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_address_is_a_host_by_tls_and_nothing_else() {
        let stock = PublicUrl::parse("https://Stock.example/").unwrap();
        assert_eq!((stock.origin(), stock.authority()), ("https://stock.example", "stock.example"));
        let port = PublicUrl::parse("https://stock.example:8443").unwrap();
        assert_eq!((port.origin(), port.authority()), ("https://stock.example:8443", "stock.example:8443"));
        assert_eq!(PublicUrl::parse("https://stock.example:443").unwrap(), stock);
        assert!(PublicUrl::parse("http://localhost:3000").is_ok_and(|it| !it.is_https()));
        for wrong in [
            "stock.example",
            "http://stock.example",
            "https://stock.example/stock",
            "https://u:p@stock.example",
            "https://stock.example?x",
            "ftp://localhost",
            "",
        ] {
            assert!(PublicUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_are_networks() {
        let proxies = TrustedProxies::parse("10.1.0.0/16, 192.0.2.7,fd00::/8").unwrap();
        for (address, is_one) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("192.0.2.8", false),
            ("fd12::1", true),
        ] {
            let address = address.parse().unwrap();
            assert_eq!((proxies.contains(address), proxies.is_here_or_one(address)), (is_one, is_one), "{address}");
        }
        for here in ["127.0.0.9", "::1", "::ffff:127.0.0.1"] {
            let here = here.parse().unwrap();
            assert_eq!((proxies.contains(here), proxies.is_here_or_one(here)), (false, true), "{here}");
        }
        assert!(TrustedProxies::parse("").unwrap().is_empty());
        assert!(TrustedProxies::parse("proxy.example").is_err());
    }
}
