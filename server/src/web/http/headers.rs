//! Headers of every answer: what a browser may do with it (Content Security Policy and its like; OWASP "HTTP Headers").

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use base::config::PublicUrl;
use tower_http::set_header::SetResponseHeaderLayer;

/// Of a page: scripts, styles, pictures and connections are its own, nothing inline runs, and nobody shows it inside of another. `style=` is for the
/// lengths of bars; pictures as data are the icon's.
const OF_PAGES: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; style-src-attr 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'; object-src 'none'";

/// What else a browser is told, with every answer that does not say it itself.
const ALWAYS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, OF_PAGES),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    // Figures are of their moment, and of who asks.
    (header::CACHE_CONTROL, "no-store"),
];

/// Where people reach us by TLS: for a year by nothing else.
const BY_TLS_ONLY: &str = "max-age=31536000; includeSubDomains";

/// Lets every answer of the routes say what a browser may do with it.
pub fn with_headers(routes: Router, public_url: Option<&PublicUrl>) -> Router {
    let by_tls = public_url.filter(|it| it.is_https()).map(|_| (header::STRICT_TRANSPORT_SECURITY, BY_TLS_ONLY));
    ALWAYS.into_iter().chain(by_tls).fold(routes, |routes, (name, value)| {
        routes.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)))
    })
}
