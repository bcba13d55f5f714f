//! Counts of shelves: what was counted against the books of its moment, posted once, on record.

use serde_json::json;

use crate::harness::{System, entry};

/// A page after a form was sent, redirects followed: its address and its text.
async fn sent(request: reqwest::RequestBuilder) -> (String, String) {
    let answer = request.header("accept-language", "en").send().await.unwrap();
    (answer.url().to_string(), answer.text().await.unwrap())
}

async fn brought(base: &str, sheet: &str) -> String {
    let part = reqwest::multipart::Part::text(sheet.to_owned()).file_name("sheet.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    sent(reqwest::Client::new().post(format!("{base}/count")).multipart(form)).await.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_count_is_posted_once_and_goods_may_move_meanwhile() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let at = |quantity: i64, drcr: i64, time: &str| json!({ "quantity": quantity, "drcr": drcr, "create_time": time });
    system
        .publish_all([
            entry("in", &at(100, 1, "2025-03-10 08:00:00")),
            // Counted at 09:12; 30 left afterwards.
            entry("out", &at(30, -1, "2025-03-10 09:30:00")),
        ])
        .await;
    system.caught_up().await;
    let sheet =
        "仓库,产品,实盘数量,数的时刻,日期\nw1,apple,90,,2025-03-10 09:12\nw1,pear,4,,2025-03-10 09:12\nw1,plum,,,\n";
    let url = format!("{}&value.company_id=c1", brought(&base, sheet).await);
    let (_, page) = sent(reqwest::Client::new().get(&url)).await;
    // By the books of 09:12 ten apples are missing and four pears are too many; now 70 become 60.
    for figure in ["PD-20250310-0912", "−10", "+4", "Post 2 adjustments", "Not counted"] {
        assert!(page.contains(figure), "{figure}: {page}");
    }
    let upload = url.split("upload=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let seal = page.split("name=\"seal\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let post = |seal: &str| {
        let form = [("upload", upload.as_str()), ("value.company_id", "c1"), ("seal", seal), ("note", "March")];
        reqwest::Client::new().post(format!("{base}/count/post")).form(&form)
    };
    // A late bill of the morning: what was seen is not what would be posted.
    let (_, page) = sent(post("another")).await;
    assert!(page.contains("Nothing was posted: the sheet comes to something else"), "{page}");
    let (_, page) = sent(post(&seal)).await;
    assert!(page.contains("2 adjusting entries were posted."), "{page}");
    let (_, page) = sent(post(&seal)).await;
    assert!(page.contains("Nothing was posted"), "{page}");
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 4);
    let stock = system.live_stock().await;
    let of = |product: &str| stock.iter().find(|(key, _)| key.1 == product).map(|it| *it.1);
    assert_eq!((of("apple"), of("pear"), of("plum")), (Some(60), Some(4), None));

    // The same sheet in another order, as a file of its own: the books agree with it now.
    let again = "仓库,产品,实盘数量,日期\nw1,pear,4,2025-03-10 09:12\nw1,apple,90,2025-03-10 09:12\n";
    let url = format!("{}&value.company_id=c1", brought(&base, again).await);
    let (_, page) = sent(reqwest::Client::new().get(&url)).await;
    assert!(page.contains("Every line that was counted agrees with the books."), "{page}");
    let (_, page) = sent(reqwest::Client::new().get(format!("{base}/count"))).await;
    assert!(page.contains("PD-20250310-0912-") && page.contains("local administrator"), "{page}");
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_to_count_with_comes_back_in() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    system.publish_all([entry("in", &json!({ "quantity": 100 }))]).await;
    system.caught_up().await;
    let get = |query: &str| reqwest::Client::new().get(format!("{base}/count/sheet.csv?{query}"));
    let (_, blind) = sent(get("warehouse_id=w1")).await;
    assert_eq!(blind.lines().nth(1), Some("w1,w1,apple,apple,,,"), "{blind}");
    let (_, figures) = sent(get("warehouse_id=w1&figures=1")).await;
    assert_eq!(figures.lines().nth(1), Some("w1,w1,apple,apple,,100,,"), "{figures}");
    let filled = figures.replace("apple,,100,,", "apple,,100,98,2025-03-10 09:00");
    let url = format!("{}&value.company_id=c1", brought(&base, &filled).await);
    let (_, page) = sent(reqwest::Client::new().get(&url)).await;
    assert!(page.contains("−2") && page.contains("Post 1 adjustments"), "{page}");
    let refused = sent(get("warehous_id=w1")).await.1;
    assert!(refused.contains("warehous_id"), "{refused}");
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_counts_and_a_second_file_while_the_books_lag_is_refused() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    system.publish_all([entry("in", &json!({ "quantity": 100, "create_time": "2025-03-10 08:00:00" }))]).await;
    system.caught_up().await;
    let posted = async |counted: i64| {
        let sheet = format!("仓库,产品,实盘数量,日期\nw1,apple,{counted},2025-03-10 09:12\n");
        let url = format!("{}&value.company_id=c1", brought(&base, &sheet).await);
        let (_, page) = sent(reqwest::Client::new().get(&url)).await;
        let upload = url.split("upload=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let seal = page.split("name=\"seal\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form = [("upload", upload), ("value.company_id", "c1".to_owned()), ("seal", seal)];
        sent(reqwest::Client::new().post(format!("{base}/count/post")).form(&form)).await.1
    };
    assert!(posted(90).await.contains("1 adjusting entries were posted."));
    system.caught_up().await;
    // It was miscounted: five of the ten are there.
    assert!(posted(95).await.contains("1 adjusting entries were posted."));
    system.caught_up().await;
    let stock = async || system.live_stock().await.values().sum::<i64>();
    assert_eq!(stock().await, 95);
    // Nobody records: a count that is posted twice would take the same pieces twice.
    system.stop().await;
    assert!(posted(80).await.contains("1 adjusting entries were posted."));
    assert!(posted(80).await.contains("Nothing was posted: the books are behind the queue"));
    system.start();
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (4, 0));
    assert_eq!(system.live_stock().await.values().sum::<i64>(), 80);
    stop.cancel();
    system.end().await;
}
