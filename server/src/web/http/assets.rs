//! The browser's part: served under a name that carries a hash of it, so that it may be kept for ever.

use std::io;
use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest, Sha256};
use tower::ServiceBuilder;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use base::hex::hex;

/// The files that make the browser's part.
const FILES: [&str; 12] = [
    "tallyhouse.js",
    "tallyhouse_bg.wasm",
    "tallyhouse.css",
    "hydrate.js",
    "refresh.js",
    "retry.js",
    "chart.js",
    "echarts.js",
    "export.js",
    "filters.js",
    "stream.js",
    "stream-worker.js",
];

/// A hash of the files: another one when anything in them changed.
pub fn version(pkg: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in FILES {
        hash.update(std::fs::read(pkg.join(file))?);
    }
    Ok(hex(&hash.finalize()[..8]))
}

/// Under which path they are served.
pub fn dir(version: &str) -> String {
    format!("pkg/{version}")
}

/// Serves the files, compressed where the browser takes it.
pub fn routes<S: Clone + Send + Sync + 'static>(pkg: &Path, dir: &str) -> Router<S> {
    let files = ServeDir::new(pkg).precompressed_br().precompressed_gzip();
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    // What is not there may be there in a moment, when another version is put in its place: only what was found is kept.
    let kept = move |answer: &Response<_>| {
        let is_found = answer.status().is_success() || answer.status() == StatusCode::NOT_MODIFIED;
        is_found.then(|| forever.clone())
    };
    let service =
        ServiceBuilder::new().layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, kept)).service(files);
    Router::new().nest_service(&format!("/{dir}"), service).route_layer(middleware::from_fn(only_ours))
}

/// Lets nobody at the other files of the folder.
async fn only_ours(request: Request, next: Next) -> Response {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    if FILES.contains(&name) { next.run(request).await } else { StatusCode::NOT_FOUND.into_response() }
}
