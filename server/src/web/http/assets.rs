//! The browser's part: served under a name that carries a hash of it, so that it may be kept for ever.

use std::io;
use std::path::Path;

use axum::Router;
use axum::http::{HeaderValue, header};
use sha2::{Digest, Sha256};
use tower::ServiceBuilder;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use base::hex::hex;

/// The files that make the browser's part.
const FILES: [&str; 10] = [
    "tallyhouse.js",
    "tallyhouse_bg.wasm",
    "tallyhouse.css",
    "refresh.js",
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
    let service = ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, forever))
        .service(files);
    Router::new().nest_service(&format!("/{dir}"), service)
}
