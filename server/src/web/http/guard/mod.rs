//! The one guard that every route, server function and stream passes: the gate, and who asks. Until there is signing in, everyone who reaches
//! the loopback address, or comes by a proxy that is trusted, is the local administrator, and nobody else is served.

pub mod budget;
pub mod client;
pub mod fair_share;
pub mod gate;

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use base::config::WebConfig;

use super::held::held_until_sent;
use super::problem::Problem;
use client::{Client, Peer};
use gate::Gate;

/// What somebody may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Live pages and statistics.
    Viewer,
    /// Records and export too.
    Manager,
    /// Audits, replay, rejections and the system too.
    Auditor,
    /// Users, names and settings too.
    Admin,
}

/// Who asks. On every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// As the trail remembers it.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Principal {
    /// Whoever sits at this machine.
    fn local() -> Self {
        Self { name: "local administrator".to_owned(), role: Role::Admin }
    }

    /// Refuses who may not; `who_may`: a sentence that says who may.
    pub fn must_be(&self, role: Role, who_may: &str) -> Result<(), Problem> {
        if self.role >= role {
            return Ok(());
        }
        Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", who_may))
    }
}

/// Refuses to serve the world while there is no signing in: another address than this machine's own is for proxies that are named.
pub fn check_listen(config: &WebConfig) -> Result<(), String> {
    let is_behind_proxies = config.public_url.is_some() && !config.trusted_proxies.is_empty();
    if config.listen.ip().is_loopback() || is_behind_proxies {
        return Ok(());
    }
    Err(format!(
        "TALLYHOUSE_LISTEN is {}, but there is no signing in yet: only a loopback address such as 127.0.0.1:3000 is served, or one behind a proxy: \
         set TALLYHOUSE_PUBLIC_URL and TALLYHOUSE_TRUSTED_PROXIES",
        config.listen
    ))
}

/// Lets a request through with its principal and its client, or turns it away.
pub async fn guard(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|it| it.0.ip());
    if let Some(problem) = gate.refusal(peer, &request) {
        return problem.into_response();
    }
    let here = IpAddr::from([127, 0, 0, 1]);
    let client = Client::of(peer.unwrap_or(here), request.headers(), &gate.proxies);
    let turn = match gate.share.turn(client).await {
        Ok(turn) => turn,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(Principal::local());
    without_lookalikes(request.headers_mut());
    held_until_sent(next.run(request).await, turn)
}

/// Takes away headers with `_`, which gateways take for `-`: whoever sends one means to be taken for a proxy.
fn without_lookalikes(headers: &mut HeaderMap) {
    let lookalikes: Vec<_> = headers.keys().filter(|it| it.as_str().contains('_')).cloned().collect();
    for name in lookalikes {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;
    use base::config::{PublicUrl, TrustedProxies};

    use super::*;

    #[test]
    fn the_world_is_not_served_without_signing_in() {
        let config = |listen: &str, proxies: &str| WebConfig {
            listen: listen.parse().unwrap(),
            ops_listen: None,
            public_url: (!proxies.is_empty()).then(|| PublicUrl::parse("https://stock.example").unwrap()),
            trusted_proxies: TrustedProxies::parse(proxies).unwrap(),
            max_connections: 1,
            max_connections_per_address: 1,
            public_wall: false,
        };
        for (address, ok) in [("127.0.0.1:3000", true), ("[::1]:3000", true), ("0.0.0.0:3000", false)] {
            assert_eq!(check_listen(&config(address, "")).is_ok(), ok, "{address}");
        }
        assert!(check_listen(&config("0.0.0.0:3000", "10.0.0.0/8")).is_ok());
    }

    #[test]
    fn lookalikes_of_headers_of_proxies_are_taken_away() {
        let mut headers = HeaderMap::new();
        for name in ["x_forwarded_for", "x-forwarded-for", "x_forwarded-user"] {
            headers.insert(name, "10.0.0.1".parse().unwrap());
        }
        without_lookalikes(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-forwarded-for"]);
    }
}
