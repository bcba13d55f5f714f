//! The one guard that every route, server function and stream passes. Until there is signing in, everyone who reaches the
//! loopback address is the local administrator, and no other address is served.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::header::AsHeaderName;
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
    if is_ambiguous(request.headers(), request.uri()) {
        let detail = "A request names its host once (RFC 9112, 3.2).";
        return Problem::new(StatusCode::BAD_REQUEST, "bad_host", detail).into_response();
    }
    if !is_local_host(request.headers(), request.uri()) {
        return Problem::new(StatusCode::MISDIRECTED_REQUEST, "foreign_host", "This server answers only to localhost.")
            .into_response();
    }
    let is_refused = if changes_something(request.method()) {
        !is_same_origin(request.headers())
    } else {
        is_embedded_elsewhere(request.headers())
    };
    if is_refused {
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

/// What a header says that must stand once.
enum Once<'a> {
    Absent,
    Said(&'a str),
    /// It stands twice, or cannot be read.
    Unclear,
}

fn once(headers: &HeaderMap, name: impl AsHeaderName) -> Once<'_> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (None, _) => Once::Absent,
        (Some(value), None) => value.to_str().map_or(Once::Unclear, Once::Said),
        (Some(_), Some(_)) => Once::Unclear,
    }
}

/// Does it name two hosts?
fn is_ambiguous(headers: &HeaderMap, uri: &Uri) -> bool {
    match (once(headers, header::HOST), uri.authority()) {
        (Once::Unclear, _) => true,
        (Once::Said(host), Some(authority)) => host != authority.as_str(),
        _ => false,
    }
}

const FETCH_SITE: &str = "sec-fetch-site";

/// May it change something? Browsers say where a request comes from (Fetch Metadata), older ones by its origin; other clients say neither. What is unclear is
/// refused, in the order of Go's `CrossOriginProtection`.
fn is_same_origin(headers: &HeaderMap) -> bool {
    match once(headers, FETCH_SITE) {
        Once::Said("same-origin" | "none") => return true,
        Once::Said(_) | Once::Unclear => return false,
        Once::Absent => {}
    }
    match (once(headers, header::ORIGIN), once(headers, header::HOST)) {
        (Once::Absent, _) => true,
        (Once::Said(origin), Once::Said(host)) => origin.strip_prefix("http://") == Some(host),
        _ => false,
    }
}

/// Does a page elsewhere fetch it, or show it inside of itself? It may lead to us, as any link does, and nothing else: answers cost something.
fn is_embedded_elsewhere(headers: &HeaderMap) -> bool {
    let is_elsewhere = match once(headers, FETCH_SITE) {
        Once::Said(it) => it != "same-origin" && it != "none",
        Once::Unclear => true,
        Once::Absent => !is_same_origin(headers),
    };
    let is_link = matches!(once(headers, "sec-fetch-mode"), Once::Said("navigate"))
        && matches!(once(headers, "sec-fetch-dest"), Once::Said("document"));
    is_elsewhere && !is_link
}

/// Does a page elsewhere lead to it? Pages may be led to; what costs more than a page may not.
pub fn is_led_to_from_elsewhere(headers: &HeaderMap) -> bool {
    !matches!(once(headers, FETCH_SITE), Once::Absent | Once::Said("same-origin" | "none"))
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
        for origin in ["http://evil.example", "https://127.0.0.1:3000", "null", "127.0.0.1:3000"] {
            assert!(!is_same_origin(&headers(&[host.clone(), (header::ORIGIN, origin)])), "{origin}");
        }
        let mut unreadable = headers(std::slice::from_ref(&host));
        unreadable.insert(header::ORIGIN, HeaderValue::from_bytes(b"http://evil.example\xff").unwrap());
        assert!(!is_same_origin(&unreadable));
        let mut two = headers(&[host.clone(), (header::ORIGIN, "http://127.0.0.1:3000")]);
        two.append(header::ORIGIN, HeaderValue::from_static("http://evil.example"));
        assert!(!is_same_origin(&two));
        for (site, ok) in [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)] {
            let site = (header::HeaderName::from_static(FETCH_SITE), site);
            assert_eq!(is_same_origin(&headers(&[host.clone(), site.clone()])), ok, "{site:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_may_lead_to_us_and_no_more() {
        let from = |site, mode, dest| {
            let name = header::HeaderName::from_static;
            headers(&[(name(FETCH_SITE), site), (name("sec-fetch-mode"), mode), (name("sec-fetch-dest"), dest)])
        };
        assert!(!is_embedded_elsewhere(&HeaderMap::new()));
        let old = [(header::HOST, "127.0.0.1:3000"), (header::ORIGIN, "http://evil.example")];
        assert!(is_embedded_elsewhere(&headers(&old)), "an older browser");
        assert!(!is_embedded_elsewhere(&from("same-origin", "cors", "empty")));
        assert!(!is_embedded_elsewhere(&from("cross-site", "navigate", "document")));
        for (mode, dest) in [("no-cors", "empty"), ("cors", "empty"), ("navigate", "iframe"), ("no-cors", "image")] {
            assert!(is_embedded_elsewhere(&from("cross-site", mode, dest)), "{mode} {dest}");
        }
        assert!(is_led_to_from_elsewhere(&from("cross-site", "navigate", "document")));
        assert!(!is_led_to_from_elsewhere(&from("none", "navigate", "document")));
    }

    #[test]
    fn a_request_names_one_host() {
        let host = (header::HOST, "127.0.0.1:3000");
        let mut two = headers(std::slice::from_ref(&host));
        two.append(header::HOST, HeaderValue::from_static("evil.example"));
        assert!(is_ambiguous(&two, &Uri::from_static("/")));
        let one = headers(&[host]);
        assert!(is_ambiguous(&one, &Uri::from_static("http://evil.example/")));
        assert!(!is_ambiguous(&one, &Uri::from_static("http://127.0.0.1:3000/")));
        assert!(!is_ambiguous(&one, &Uri::from_static("/")));
    }

    #[test]
    fn the_world_is_not_served_without_signing_in() {
        for (address, ok) in [("127.0.0.1:3000", true), ("[::1]:3000", true), ("0.0.0.0:3000", false)] {
            assert_eq!(address.parse().map(|it: SocketAddr| check_listen(it).is_ok()), Ok(ok));
        }
    }
}
