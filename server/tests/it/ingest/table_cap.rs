//! The cap of day tables: it is one, whoever makes tables side by side; at it only what needs a new table waits, and goes in once there is room.

use model::pipeline::PipelineState;
use model::time::Millis;
use queue::decode;
use records::Line;
use serde_json::{Value, json};
use tallyhouse::alerts::Alert;
use tallyhouse::background::Task as _;

use crate::harness::{System, ask, entry};

fn line(system: &System, product: &str, day: &str) -> Line {
    let rules = system.world.config.entry;
    let raw = entry(product, &json!({ "product_id": product, "create_time": format!("{day} 08:00:00") })).into_bytes();
    let entry = decode(&raw, Millis(1_800_000_000_000), &rules).unwrap();
    let day = rules.business_time.day(entry.create_time).unwrap();
    Line { offset: 0, entry, day, raw, sent_at: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_at_once_make_no_more_tables_than_may_be() {
    let system = System::with(|config| config.records.max_tables = 40).await;
    let other = system.world.parts().await.unwrap();
    let making: Vec<_> = (0..16)
        .map(|n| {
            let records = if n % 2 == 0 { system.parts.records.clone() } else { other.records.clone() };
            // Each wants ten; those of neighbours are partly the same.
            let lines: Vec<Line> = (0..10).map(|it| line(&system, &format!("p{}", n * 6 + it), "2025-03-01")).collect();
            tokio::spawn(async move { records.ensure_tables_of(&lines, |_, _| {}).await })
        })
        .collect();
    let mut refused = 0;
    for made in making {
        refused += made.await.unwrap().expect("made, or refused for want of room").len();
    }
    assert!(refused > 0);
    let there: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM information_schema.tables AS s JOIN day_tables AS t ON t.name = s.table_name WHERE table_schema = DATABASE()",
    )
    .fetch_one(&mut system.connection().await)
    .await
    .unwrap();
    assert_eq!((there, system.parts.records.table_count().await.unwrap().count), (40, 40));
    let made: String = sqlx::query_scalar("SELECT product_id FROM day_tables LIMIT 1")
        .fetch_one(&mut system.connection().await)
        .await
        .unwrap();
    let older = [line(&system, &made, "2025-03-01"), line(&system, "q", "2025-03-02")];
    assert_eq!(system.parts.records.ensure_tables_of(&older, |_, _| {}).await.unwrap(), [1], "what is there is there");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_claim_and_those_who_settle_never_deadlock() {
    let system = System::new().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(system.world.parts().await.unwrap());
    }
    let making: Vec<_> = (0..16)
        .map(|n| {
            // Daemons of their own: what one knows to be there another has to ask for.
            let records = &others[n % others.len()].records;
            let (records, system) = (records.clone(), &system);
            // Tables by bucket are needed by all partitions, those of several days at once.
            let of_round = |round| {
                let day = |it| format!("2025-03-{:02}", 10 + it % 8);
                (0..48).map(|it| line(system, &format!("p{}-{round}", it / 8), &day(it))).collect()
            };
            let rounds: Vec<Vec<Line>> = (0..10).map(of_round).collect();
            tokio::spawn(async move {
                for lines in rounds {
                    records.ensure_tables_of(&lines, |_, _| {}).await?;
                }
                Ok::<_, records::Error>(())
            })
        })
        .collect();
    for made in making {
        made.await.unwrap().unwrap();
    }
    let claims: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM day_table_claims")
        .fetch_one(&mut system.connection().await)
        .await
        .unwrap();
    assert_eq!((claims, system.parts.records.table_count().await.unwrap().count), (0, 48 * 10));
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn places_that_a_killed_daemon_claimed_are_taken_over_and_not_counted_for_ever() {
    let system = System::with(|config| config.records.max_tables = 2).await;
    let records = &system.parts.records;
    let wanted = [line(&system, "a", "2025-03-01"), line(&system, "b", "2025-03-01")];
    assert_eq!(records.ensure_tables_of(&wanted, |_, _| {}).await.unwrap(), [0_usize; 0]);
    // As if it had died after claiming.
    system.sql("INSERT INTO day_table_claims SELECT name, UTC_TIMESTAMP(3) FROM day_tables").await;
    system.sql("DELETE FROM day_tables").await;
    let other = system.world.parts().await.unwrap();
    let newcomer = [line(&system, "c", "2025-03-01")];
    assert_eq!(other.records.ensure_tables_of(&newcomer, |_, _| {}).await.unwrap(), [0], "two places are claimed");
    assert_eq!(other.records.ensure_tables_of(&wanted, |_, _| {}).await.unwrap(), [0_usize; 0], "by these");
    system.sql("DELETE FROM day_tables").await;
    assert_eq!(other.records.ensure_tables_of(&newcomer, |_, _| {}).await.unwrap(), [0_usize; 0], "no claim is left");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_cap_what_needs_a_table_is_set_aside_and_goes_in_once_there_is_room() {
    let mut system = System::with(|config| config.records.max_tables = 1).await;
    system.start();
    let mut parts = system.parts.clone();
    for (bill, product) in [("1", "apple"), ("2", "pear"), ("3", "apple")] {
        // All in one partition.
        system.publish("one", entry(bill, &json!({ "product_id": product })).as_bytes()).await;
    }
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (2, 1), "nobody waits for the pear");
    parts.set_aside().unwrap().look().await.unwrap();
    let (state, reasons) = parts.status.now();
    let is_said = reasons.iter().any(|it| it.contains("1 messages are set aside") && it.contains("MAX_TABLES"));
    assert!(state == PipelineState::Paused && is_said, "{state:?} {reasons:?}");
    let (base, stop) = system.serve().await;
    let ready = reqwest::get(format!("{base}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200, "its pages are wanted");
    assert!(ready.text().await.unwrap().contains("paused: 1 messages are set aside"));
    let (_, page) = ask(&base, "rejections", "code=no_table&state=open").await;
    assert!(page["items"][0]["reason"].as_str().unwrap().contains("needs a new day table"), "{page}");
    stop.cancel();
    let is_told = async |parts: &tallyhouse::startup::Parts| {
        parts.alerter().unwrap().see().await.get(&Alert::TablesFull).cloned().flatten().is_some()
    };
    assert!(is_told(&parts).await);

    // A person raises the cap and starts again.
    system.stop().await;
    system.world.config.records.max_tables = 2;
    parts = system.world.parts().await.unwrap();
    system.parts = parts.clone();
    system.start();
    parts.set_aside().unwrap().look().await.unwrap();
    system.caught_up().await;
    parts.set_aside().unwrap().look().await.unwrap();
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected, counts.duplicates), (3, 1, 0), "sent once, though looked at twice");
    assert_eq!(parts.status.now(), (PipelineState::Ok, Vec::new()));
    assert!(!is_told(&parts).await);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_confirmed_is_sent_once_more_and_no_count_is_posted_over_it() {
    let mut system = System::with(|config| config.records.max_tables = 1).await;
    system.start();
    for (bill, product) in [("1", "apple"), ("2", "pear")] {
        system.publish("one", entry(bill, &json!({ "product_id": product })).as_bytes()).await;
    }
    system.caught_up().await;
    system.stop().await;
    system.world.config.records.max_tables = 2;
    let parts = system.world.parts().await.unwrap();
    system.parts = parts.clone();
    let records = &parts.records;
    // A daemon has written down that it sends the pear, and was killed.
    let waiting = records.set_aside_after(0, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|it| it.sent).collect::<Vec<_>>(), [0]);
    records.begin_resubmission(waiting[0].id, 0, &waiting[0].raw, "tallyhouse").await.unwrap();
    let mut task = parts.set_aside().unwrap();
    task.look().await.unwrap();
    assert_eq!(
        (records.set_aside_count().await.unwrap(), records.set_aside_missing().await.unwrap()),
        (0, 1),
        "on its way?"
    );
    system.sql("UPDATE resubmissions SET at = at - INTERVAL 3 MINUTE").await;
    assert_eq!(records.set_aside_count().await.unwrap(), 1, "it is not");
    task.look().await.unwrap();
    assert_eq!(
        (records.set_aside_count().await.unwrap(), records.set_aside_missing().await.unwrap()),
        (0, 1),
        "now it is"
    );
    system.start();
    system.caught_up().await;
    assert_eq!(records.set_aside_missing().await.unwrap(), 0, "the books hold it");
    assert_eq!(system.counts().await.recorded, 2);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_the_room_from_all_others_with_one_body() {
    let mut system = System::with(|config| config.records.max_tables = 400).await;
    system.start();
    let (base, stop) = system.serve().await;
    // Bills in the column of products.
    let body = |products: usize| -> String {
        let lines = (0..products).map(|n| entry(&format!("b{n}"), &json!({ "product_id": format!("B-2025-{n}") })));
        lines.collect::<Vec<_>>().join("\n")
    };
    let post = async |body: String| {
        let sent = reqwest::Client::new().post(format!("{base}/api/v1/entries")).body(body).send().await.unwrap();
        (sent.status().as_u16(), sent.json::<Value>().await.unwrap())
    };
    let (status, problem) = post(body(101)).await;
    assert_eq!((status, &problem["code"]), (422, &json!("too_many_tables")));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("101 new day tables") && detail.contains("may need 100"), "{detail}");
    assert_eq!(post(body(100)).await.0, 202, "a quarter of the room");
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 100);
    assert_eq!(post(body(101)).await.0, 202, "what has its tables needs no room");
    stop.cancel();
    system.end().await;
}
