//! The grocer's own truth against both stores, in the layout of one table per product and day.

use queue::to_json;
use tallyhouse::simulate::{Grocer, Truth};

use crate::harness::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_stores_reach_the_grocers_truth() {
    let mut system = System::new().await;
    system.start();
    let zone = system.world.config.entry.business_time;
    let today = zone.day(system.parts.clock.now()).unwrap();
    let (mut grocer, mut truth) = (Grocer::new(7, zone), Truth::new(7));
    let mut entries = grocer.opening(zone.start_of(today.pred_opt().unwrap()).unwrap());
    entries.extend(grocer.day(today.pred_opt().unwrap(), None, 1500));
    for entry in &entries {
        truth.add(entry).unwrap();
    }
    system.publish_all(entries.iter().map(|it| to_json(it, zone))).await;
    system.caught_up().await;

    let expected =
        truth.stock().iter().map(|(key, stock)| ((key.warehouse_id.to_string(), key.product_id.to_string()), *stock));
    assert_eq!(system.live_stock().await, expected.collect());
    let counts = system.counts().await;
    assert_eq!(u64::try_from(counts.recorded).unwrap(), truth.entries());
    let report = system.parts.records.recount().await.unwrap();
    assert_eq!((report.gross_in, report.gross_out), (truth.gross_in(), truth.gross_out()));
    system.prove().await;
    system.end().await;
}
