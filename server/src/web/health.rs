//! Is it alive, is it ready, and what are its figures.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use app::model::pipeline::PipelineState;

use super::Web;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn routes(web: &Web) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(web.clone())
}

/// Ready once the stores and the topic answer; says which does not.
async fn ready(State(web): State<Web>) -> Response {
    let missing = web.pipeline.missing().await;
    if missing.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", missing.join(", "))).into_response()
}

async fn metrics(State(web): State<Web>) -> Response {
    let view = web.hub.view();
    let gauge = |name: &'static str, value: i64| {
        // Prometheus knows no integers; within +-(2^53 - 1) nothing is lost.
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!(name).set(value as f64);
    };
    gauge("tallyhouse_stock_keys", i64::try_from(view.totals.keys).unwrap_or(i64::MAX));
    gauge("tallyhouse_stock_keys_negative", i64::try_from(view.totals.negative).unwrap_or(i64::MAX));
    gauge("tallyhouse_stock_keys_unreadable", i64::try_from(view.totals.unreadable).unwrap_or(i64::MAX));
    gauge("tallyhouse_pipeline_ok", i64::from(view.totals.reasons.is_empty()));
    let gauge_with = |labels: &[(&'static str, String); 2], value: i64| {
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("tallyhouse_partition_offset", labels).set(value as f64);
    };
    if let Ok(pipeline) = web.pipeline.read().await {
        for state in PipelineState::ALL {
            let holds = if pipeline.state == state { 1.0 } else { 0.0 };
            metrics::gauge!("tallyhouse_pipeline_state", "state" => state.as_str()).set(holds);
        }
        for it in &pipeline.partitions {
            let places = [("cursor", Some(it.cursor)), ("end", it.end_offset), ("live", it.live_cursor)];
            for (name, offset) in places.into_iter().filter_map(|(name, it)| Some((name, it?))) {
                let labels = [("partition", it.partition.to_string()), ("place", name.to_owned())];
                gauge_with(&labels, offset);
            }
        }
        gauge("tallyhouse_journal_bytes", pipeline.journal.bytes);
        let lag = pipeline.partitions.iter().filter_map(|it| Some(it.end_offset? - it.cursor)).sum();
        gauge("tallyhouse_lag_messages", lag);
        let behind = pipeline.partitions.iter().filter_map(|it| Some(it.cursor - it.live_cursor?)).sum();
        gauge("tallyhouse_live_lag_messages", behind);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], web.metrics.render()).into_response()
}
