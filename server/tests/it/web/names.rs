//! The catalogue over HTTP: every change is on the trail, two at once do not mix, and bad input changes nothing.

use reqwest::multipart::{Form, Part};
use sqlx::Connection as _;

use crate::harness::System;

const HEAD: &str = "kind,id,zh,en,unit,warehouse,level";

/// Who, what, to what, before, after.
type TrailEvent = (String, String, String, Option<String>, Option<String>);

async fn trail(system: &System) -> Vec<TrailEvent> {
    let mut connection = system.connection().await;
    let deeds = sqlx::query_as("SELECT who, action, subject, before_value, after_value FROM trail ORDER BY id")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    deeds
}

async fn import(base: &str, text: String) -> reqwest::StatusCode {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let form = Form::new().text("name", "names.csv").text("confirmed", text);
    client.post(format!("{base}/names/import")).multipart(form).send().await.unwrap().status()
}

fn deed(subject: &str, before: Option<&str>, after: &str) -> TrailEvent {
    let owned = |text: &str| text.to_owned();
    (owned("local administrator"), owned("catalogue.change"), owned(subject), before.map(owned), Some(owned(after)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_is_on_the_trail_with_what_it_was() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let first = format!("{HEAD}\nproduct,a,甲,A,kg,,\nlow_stock,a,,,,w,30\n");
    assert_eq!(import(&base, first.clone()).await, 303);
    assert_eq!(import(&base, first).await, 303, "once more changes nothing");
    assert_eq!(import(&base, format!("{HEAD}\nproduct,a,乙,A,kg,,\nlow_stock,a,,,,w,\n")).await, 303);
    let (imports, changes): (Vec<_>, Vec<_>) =
        trail(&system).await.into_iter().partition(|it| it.1 == "catalogue.import");
    let rows = ["2 rows, 2 new or changed", "2 rows, 0 new or changed", "2 rows, 2 new or changed"];
    assert_eq!(imports.iter().map(|it| it.4.as_deref()).collect::<Vec<_>>(), rows.map(Some));
    let expected = [
        deed("product a", None, "zh: 甲, en: A, unit: kg"),
        deed("low_stock a in w", None, "30"),
        deed("product a", Some("zh: 甲, en: A, unit: kg"), "zh: 乙, en: A, unit: kg"),
        deed("low_stock a in w", Some("30"), "\u{2014}"),
    ];
    assert_eq!(changes, expected);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_at_once_do_not_mix() {
    const ROWS: usize = 300;
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let file = |name: &str| {
        let rows: Vec<_> = (0..ROWS).map(|n| format!("product,p{n},{name},,,,")).collect();
        format!("{HEAD}\n{}\n", rows.join("\n"))
    };
    let all = futures::future::join_all((0..8).map(|n| import(&base, file(&format!("n{n}"))))).await;
    assert!(all.iter().all(|it| *it == 303), "{all:?}");
    let stored = reqwest::get(format!("{base}/names.csv")).await.unwrap().text().await.unwrap();
    let mut names: Vec<_> = stored.lines().skip(1).filter_map(|line| line.split(',').nth(2)).collect();
    assert_eq!(names.len(), ROWS);
    names.dedup();
    assert_eq!(names.len(), 1, "one file is stored whole, behind the others: {names:?}");
    // The trail is one story: each change begins where the one before it ended.
    let mut last = std::collections::HashMap::new();
    for (_, _, subject, before, after) in trail(&system).await.into_iter().filter(|it| it.1 == "catalogue.change") {
        assert_eq!(last.insert(subject.clone(), after).flatten(), before, "{subject}");
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_bad_changes_nothing() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let client = reqwest::Client::new();
    let file = |bytes: Vec<u8>| Form::new().part("file", Part::bytes(bytes).file_name("x.csv"));
    let send = async |form: Form| client.post(format!("{base}/names/import")).multipart(form).send().await.unwrap();

    assert_eq!(import(&base, format!("{HEAD}\nproduct,good,甲,,,,\nfruit,bad,,,,,\n")).await, 422);
    assert_eq!(send(file(b"kind,id,zh\nproduct,a,\xc6\xbb\xb9\xfb\n".to_vec())).await.status(), 422);
    assert_eq!(send(Form::new().text("other", "x")).await.status(), 400);
    let large = send(file(vec![b'x'; tallyhouse::catalogue::MAX_FILE + 1])).await;
    assert_eq!(large.status(), 413);
    assert!(large.text().await.unwrap().contains("8,388,608"), "the limit is named");
    for (form, status) in [("nonsense", 400), ("0.id=a&0.was=nonsense", 400), ("new.id=%00&new.zh=x", 422)] {
        let kind = "application/x-www-form-urlencoded";
        let answer = client.post(format!("{base}/names")).header("content-type", kind).body(form).send().await.unwrap();
        assert_eq!(answer.status(), status, "{form}");
    }
    let foreign = client.post(format!("{base}/names")).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), 403);
    assert_eq!(trail(&system).await, []);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_does_what_its_preview_showed_or_nothing() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("{base}/names/import");
    // What a page must neither run nor read as something else.
    let name = "A&ltB </textarea><script>x</script> R&amp;D \"q\"";
    let text = format!("\n{HEAD}\r\nproduct,a,\"{}\",A,kg,,\r\n", name.replace('"', "\"\""));
    let field = |page: &str, name: &str| {
        let value =
            page.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1.split_once('"').unwrap().0.to_owned();
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    };
    let form = Form::new().part("file", Part::bytes(text.into_bytes()).file_name("x.csv"));
    let page = client.post(&url).multipart(form).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("<script>x</script>"), "a name became a script");
    let (confirmed, seal) = (field(&page, "confirmed"), field(&page, "seal"));
    let send = async || {
        let form = Form::new().text("name", "x.csv").text("confirmed", confirmed.clone()).text("seal", seal.clone());
        client.post(&url).multipart(form).send().await.unwrap()
    };
    assert_eq!(import(&base, format!("{HEAD}\nproduct,a,other,A,kg,,\n")).await, 303, "somebody else was faster");
    let answer = send().await;
    assert_eq!(answer.status(), 409);
    assert!(answer.text().await.unwrap().contains("zh: other"), "the page shows what it would change now");
    assert_eq!(
        import(&base, format!("{HEAD}\nproduct,a,,,,,\n")).await,
        303,
        "a row that says nothing takes the name away"
    );
    assert_eq!(send().await.status(), 303);
    let stored = reqwest::get(format!("{base}/names.csv")).await.unwrap().text().await.unwrap();
    assert!(stored.contains(&name.replace('"', "\"\"")), "{stored}");
    stop.cancel();
    system.end().await;
}
