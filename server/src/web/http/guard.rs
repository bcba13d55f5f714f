//! The one guard that every route, server function and stream passes. Until there is signing in, everyone who reaches the
//! loopback address is the local administrator, and no other address is served.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::http::problem::Problem;

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

/// Refuses to serve the world while there is no signing in.
pub fn check_listen(address: SocketAddr) -> Result<(), String> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "TALLYHOUSE_LISTEN is {address}, but there is no signing in yet: only a loopback address such as 127.0.0.1:3000 is served"
    ))
}

/// Lets a request through with its principal, or turns it away.
pub async fn guard(mut request: Request, next: Next) -> Response {
    if !is_local_host(request.headers(), request.uri()) {
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, "foreign_host", "This server answers only to localhost.")
            .into_response();
    }
    if changes_something(request.method()) && !is_same_origin(request.headers()) {
        return Problem::new(StatusCode::FORBIDDEN, "foreign_origin", "A page of another origin may not ask this.")
            .into_response();
    }
    request.extensions_mut().insert(Principal::local());
    next.run(request).await
}

/// A name that points to loopback without being ours is how a web page elsewhere would reach us (DNS rebinding).
fn is_local_host(headers: &HeaderMap, uri: &Uri) -> bool {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).or(uri.host());
    let Some(host) = host else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

fn changes_something(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers name the origin of a request that changes something; other clients have none.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|it: &axum::http::HeaderValue| it.to_str().ok());
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, it)| it == host),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_local_names_are_answered() {
        let uri = Uri::from_static("/");
        for (host, ok) in [
            ("localhost:3000", true),
            ("127.0.0.1:3000", true),
            ("[::1]:3000", true),
            ("127.0.0.1", true),
            ("evil.example:3000", false),
            ("localhost.evil.example", false),
            ("192.168.1.4:3000", false),
        ] {
            assert_eq!(is_local_host(&headers(&[(header::HOST, host)]), &uri), ok, "{host}");
        }
    }

    #[test]
    fn pages_of_other_origins_may_not_change_anything() {
        let host = (header::HOST, "127.0.0.1:3000");
        assert!(is_same_origin(&headers(std::slice::from_ref(&host))));
        assert!(is_same_origin(&headers(&[host.clone(), (header::ORIGIN, "http://127.0.0.1:3000")])));
        assert!(!is_same_origin(&headers(&[host, (header::ORIGIN, "http://evil.example")])));
    }

    #[test]
    fn the_world_is_not_served_without_signing_in() {
        for (address, ok) in [("127.0.0.1:3000", true), ("[::1]:3000", true), ("0.0.0.0:3000", false)] {
            assert_eq!(address.parse().map(|it: SocketAddr| check_listen(it).is_ok()), Ok(ok));
        }
    }
}
