//! The program as people and scripts call it: what it prints, and its exit codes.

use std::process::{Command, Output};

use base::config::KafkaConfig;
use queue::{delete_topic, make_topic};
use serde_json::{Value, json};

use crate::harness::foreign::{Foreign, Message};
use crate::harness::{System, entry};

fn tallyhouse(system: &System, arguments: &[&str]) -> Command {
    let config = &system.world.config;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyhouse"));
    command
        .args(arguments)
        .env("TALLYHOUSE_KAFKA_BROKERS", &config.kafka.brokers)
        .env("TALLYHOUSE_TOPIC", &config.kafka.topic)
        .env("TALLYHOUSE_MYSQL_URL", config.records.url.reveal())
        .env("TALLYHOUSE_REDIS_URL", config.realtime.url.reveal())
        .env("TALLYHOUSE_REDIS_PREFIX", &config.realtime.prefix);
    command
}

fn text(output: &Output) -> (String, String, Option<i32>) {
    let read = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (read(&output.stdout), read(&output.stderr), output.status.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn produce_reads_files_as_the_import_page_does() {
    let mut system = System::new().await;
    system.start();
    let folder = std::env::temp_dir().join(&system.world.config.kafka.topic);
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, content: &str| {
        std::fs::write(folder.join(name), content).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let bad = file("bad.ndjson", &format!("{}\n\nnot an entry\r\n{}", entry("1", &json!({})), entry("2", &json!({}))));
    let head = "业务时间;单据号;产品;仓库;公司;方向;数量";
    let csv = file(
        "clerk.csv",
        &format!("{head}\n2025/3/10 8:00;3;apple;w1;c1;出库;7\n2025/3/10 8:00;4;apple;w1;c1;入库;1.200\n"),
    );
    let run = |arguments: &[&str]| text(&tallyhouse(&system, arguments).output().unwrap());

    let (printed, complaints, code) = run(&["produce", "--json", &bad]);
    assert_eq!((printed.trim(), code), (r#"{"failed":1,"sent":0}"#, Some(1)), "{complaints}");
    assert!(complaints.contains("bad.ndjson, line 3: entry "), "{complaints}");
    let (printed, complaints, code) = run(&["produce", "--json", "--valid-only", &bad]);
    assert_eq!((printed.trim(), code), (r#"{"failed":1,"sent":2}"#, Some(1)), "{complaints}");
    let (_, complaints, code) = run(&["produce", &csv]);
    assert_eq!(code, Some(1));
    assert!(complaints.contains("what is 1.200? Answer with --set number.quantity=..."), "{complaints}");
    let (printed, complaints, code) = run(&["produce", "--json", "--set", "number.quantity=comma", &csv]);
    assert_eq!((printed.trim(), code), (r#"{"failed":0,"sent":2}"#, Some(0)), "{complaints}");
    let (_, complaints, code) = run(&["produce", "--set", "colum.1=quantity", &csv]);
    assert_eq!(code, Some(2));
    assert!(complaints.contains("colum.1"), "{complaints}");
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (4, 0), "what was refused was not sent");
    assert_eq!(system.live_stock().await.values().sum::<i64>(), 10 + 10 - 7 + 1200);
    std::fs::remove_dir_all(&folder).unwrap();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_from_standard_input_go_as_they_are() {
    use std::io::Write as _;
    let mut system = System::new().await;
    system.start();
    let mut command = tallyhouse(&system, &["produce", "--json", "-"]);
    let mut child = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = format!("{}\n\nnot an entry\r\n{}", entry("1", &json!({})), entry("2", &json!({})));
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let (printed, _, code) = text(&child.wait_with_output().unwrap());
    assert_eq!((printed.trim(), code), (r#"{"failed":0,"sent":3}"#, Some(0)));
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (2, 1), "one line is for the daemon to reject");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_faults_of_the_settings_at_once_and_no_secret() {
    let system = System::new().await;
    let output = tallyhouse(&system, &["config", "check"])
        .env("TALLYHOUSE_MYSQL_URL", "mysql://root:hunter2@localhost/not-a-name!")
        .env("TALLYHOUSE_TIME_ZONE", "Mars")
        .env("TALLYHOUSE_TIEM_ZONE", "UTC")
        .output()
        .unwrap();
    let (printed, complaints, code) = text(&output);
    assert_eq!(code, Some(2));
    for key in ["mysql_url", "time_zone", "tiem_zone"] {
        assert!(complaints.contains(key), "{complaints}");
    }
    assert!(!format!("{printed}{complaints}").contains("hunter2"), "{complaints}");

    let output = tallyhouse(&system, &["config", "check", "--json"]).output().unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let url = shown.as_array().unwrap().iter().find(|it| it["key"] == "mysql_url").unwrap();
    assert_eq!(url["from"], "environment");
    assert!(!url["value"].as_str().unwrap().contains('@'), "{url}");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_set_up_ends_with_a_code_and_what_to_do_and_no_password() {
    let system = System::new().await;
    let nowhere = system.world.config.records.url.with_path("tallyhouse_test_nowhere");
    let (account, _) = nowhere.reveal().rsplit_once('@').unwrap();
    let (_, password) = account.rsplit_once(':').unwrap();
    for (name, value, hint) in [
        ("TALLYHOUSE_LISTEN", "0.0.0.0:3999".to_owned(), "loopback"),
        ("TALLYHOUSE_TIME_ZONE", "UTC".to_owned(), "other settings"),
        ("TALLYHOUSE_MYSQL_URL", nowhere.reveal().to_owned(), "connecting"),
    ] {
        let output = tallyhouse(&system, &["serve"]).env(name, value).output().unwrap();
        let (_, complaints, code) = text(&output);
        assert_eq!(code, Some(2), "{name}: {complaints}");
        assert!(complaints.contains(hint), "{name}: {complaints}");
        assert!(!complaints.contains(password), "{name} shows the password");
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cursors_are_shown_and_set_and_bad_questions_name_the_field() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({})), entry("2", &json!({}))]).await;
    system.caught_up().await;
    system.stop().await;
    let run = |arguments: &[&str]| text(&tallyhouse(&system, arguments).output().unwrap());

    let (printed, complaints, code) = run(&["cursor", "show", "--json"]);
    assert_eq!(code, Some(0), "{complaints}");
    let shown: Value = serde_json::from_str(&printed).unwrap();
    let full = shown.as_array().unwrap().iter().find(|it| it["cursor"] == 2).expect("where both entries are");
    assert_eq!((&full["end"], &full["live"], &full["fault"]), (&json!(2), &json!(2), &Value::Null));
    let partition = full["partition"].to_string();

    for (arguments, hint) in [
        (["cursor", "set", &partition, "3", "--reason", "a test"], "offset: 3 is not between 0 and 2"),
        (["cursor", "set", &partition, "1", "--reason", " "], "reason: say why"),
        (["cursor", "set", "99", "1", "--reason", "a test"], "has no partition 99"),
    ] {
        let (_, complaints, code) = run(&arguments);
        assert_eq!(code, Some(2), "{arguments:?}");
        assert!(complaints.contains(hint), "{arguments:?}: {complaints}");
    }
    let (_, complaints, code) = run(&["cursor", "accept-loss", &partition, "--reason", "a test"]);
    assert!(code == Some(2) && complaints.contains("nothing is lost"), "{complaints}");
    let (printed, complaints, code) = run(&["cursor", "set", &partition, "0", "--reason", "a test", "--by", "tester"]);
    assert_eq!(code, Some(0), "{complaints}");
    assert!(printed.contains("was 2 and is 0 now"), "{printed}");
    system.start();
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.consumed, counts.read_again), (2, 2));
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_events_are_shown_then_translated_up_to_the_first_that_cannot_be() {
    let mut system = System::new().await;
    system.start();
    let kafka = &system.world.config.kafka;
    let events = KafkaConfig { topic: format!("{}-events", kafka.topic), ..kafka.clone() };
    make_topic(&events, 4).await.unwrap();
    let file = std::env::temp_dir().join(format!("{}.toml", events.topic));
    let map = format!(
        r#"topic = "{}"
        where = {{ docstatus = 1 }}
        [[entry]]
        bill_id = {{ field = "id" }}
        product_id = {{ field = "item" }}
        warehouse_id = {{ constant = "w1" }}
        company_id = {{ constant = "c1" }}
        drcr = {{ field = "qty", as = "sign" }}
        quantity = {{ field = "qty", as = "absolute" }}
        create_time = {{ field = "at", as = "millis" }}
        "#,
        events.topic
    );
    std::fs::write(&file, map).unwrap();
    let row = |id: i32, quantity: &str, docstatus: i32| {
        let row =
            json!({ "id": id, "item": "apple", "qty": quantity, "at": "2025-03-10 08:00:00", "docstatus": docstatus });
        Message::of(row.to_string())
    };
    // The last places are marks of transactions, at which no message comes.
    let client = Foreign::transactional(&events).await;
    client.transaction(&[row(1, "5.00", 1), row(2, "7", 0)], true).await;
    client.transaction(&[row(3, "9", 1)], false).await;
    let file = file.to_str().unwrap();
    let run = |arguments: &[&str]| text(&tallyhouse(&system, arguments).output().unwrap());

    let (printed, complaints, code) = run(&["translate", "--preview", file]);
    assert_eq!(code, Some(0), "{printed}{complaints}");
    assert!(printed.contains("\"quantity\":5") && printed.contains("skipped: Conditions"), "{printed}");
    assert!(printed.ends_with("2 events, 0 that cannot be translated\n"), "{printed}");
    let (printed, complaints, code) = run(&["translate", "--until-quiet", "10", file]);
    assert_eq!((printed.trim(), code), ("2 events, 1 entries", Some(0)), "{complaints}");
    client.transaction(&[row(4, "-2", 1), row(5, "half", 1)], true).await;
    let (printed, _, code) = run(&["translate", "--preview", file]);
    assert!(code == Some(1) && printed.contains("! drcr: qty is not a whole number: half"), "{printed}");
    for entries in [1, 0] {
        let (printed, complaints, code) = run(&["translate", "--until-quiet", "10", file]);
        assert_eq!(code, Some(1), "{printed}");
        assert!(
            complaints.contains("qty is not a whole number: half"),
            "the fault waits for a better mapping: {complaints}"
        );
        assert!(printed.contains(&format!("{entries} entries")), "what stands before it is done once: {printed}");
    }
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (2, 0));
    std::fs::remove_file(file).unwrap();
    delete_topic(&events).await.unwrap();
    system.end().await;
}
