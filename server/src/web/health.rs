//! Is it alive, is it ready, and what are its figures.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics::{Gauge, gauge};

use model::pipeline::{PartitionStatus, Pipeline, PipelineState};

use base::status::Detail;

use crate::web::Web;

/// `/healthz`, `/readyz`, `/metrics`.
pub fn routes(web: &Web) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(web.clone())
}

/// Ready once the stores and the topic answer; says which does not. Where entries wait for a person it is ready all the same, for its pages are
/// wanted then, and says so.
async fn ready(State(web): State<Web>) -> Response {
    let missing = web.pipeline.missing().await;
    if missing.is_empty() {
        let (state, reasons) = web.pipeline.status.now();
        if state == PipelineState::Paused {
            return format!("ready, but paused: {}\n", reasons.join("; ")).into_response();
        }
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", missing.join(", "))).into_response()
}

async fn metrics(State(web): State<Web>) -> Response {
    let view = web.hub.everything().view();
    set(&gauge!("tallyhouse_stock_keys"), i64::try_from(view.totals.keys).unwrap_or(i64::MAX));
    match view.totals.negative {
        Some(keys) => set(&gauge!("tallyhouse_stock_keys_negative"), i64::try_from(keys).unwrap_or(i64::MAX)),
        // Not 0: an alarm must not end because nobody knows.
        None => gauge!("tallyhouse_stock_keys_negative").set(f64::NAN),
    }
    set(&gauge!("tallyhouse_stock_keys_unreadable"), i64::try_from(view.totals.unreadable).unwrap_or(i64::MAX));
    set(&gauge!("tallyhouse_pipeline_ok"), i64::from(view.totals.reasons.is_empty()));
    if let Ok(pipeline) = web.pipeline.read(Detail::Words).await {
        set_pipeline(&pipeline);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], web.metrics.render()).into_response()
}

fn set_pipeline(pipeline: &Pipeline) {
    for state in PipelineState::ALL {
        set(&gauge!("tallyhouse_pipeline_state", "state" => state.as_str()), i64::from(pipeline.state == state));
    }
    for it in &pipeline.partitions {
        let places = [("cursor", Some(it.cursor)), ("end", it.end_offset), ("live", it.live_cursor)];
        for (place, offset) in places.into_iter().filter_map(|(place, it)| Some((place, it?))) {
            let partition = it.partition.to_string();
            set(&gauge!("tallyhouse_partition_offset", "partition" => partition, "place" => place), offset);
        }
    }
    set(&gauge!("tallyhouse_journal_bytes"), pipeline.journal.bytes);
    let lag = pipeline.partitions.iter().filter_map(PartitionStatus::waiting).sum();
    set(&gauge!("tallyhouse_lag_messages"), lag);
    let behind = pipeline.partitions.iter().filter_map(|it| Some(it.cursor - it.live_cursor?)).sum();
    set(&gauge!("tallyhouse_live_lag_messages"), behind);
}

/// Prometheus knows no integers; within +-(2^53 - 1) nothing is lost.
fn set(gauge: &Gauge, value: i64) {
    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a gauge is a float")]
    gauge.set(value as f64);
}
