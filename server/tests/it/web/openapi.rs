//! `/api/v1/openapi.json`: it says which calls there are, what they take, and what they answer; and it is so.

use serde_json::{Value, json};

use crate::harness::{System, ask, entry, knows_the_stock};

/// The calls of the contract (docs/contract.md).
const CALLS: [(&str, &str); 19] = [
    ("/api/v1/audits", "get"),
    ("/api/v1/audits", "post"),
    ("/api/v1/audits/{id}", "get"),
    ("/api/v1/audits/{id}/findings", "get"),
    ("/api/v1/audits/{id}/findings/{number}/resolve", "post"),
    ("/api/v1/audits/{id}/replay", "post"),
    ("/api/v1/entries", "post"),
    ("/api/v1/ids", "get"),
    ("/api/v1/live", "get"),
    ("/api/v1/pipeline", "get"),
    ("/api/v1/records", "get"),
    ("/api/v1/rejections", "get"),
    ("/api/v1/rejections/{id}/resubmit", "post"),
    ("/api/v1/replays/{id}", "get"),
    ("/api/v1/replays/{id}/confirm", "post"),
    ("/api/v1/settings", "get"),
    ("/api/v1/settings/audit", "put"),
    ("/api/v1/statistics", "get"),
    ("/api/v1/stock", "get"),
];

async fn described(base: &str) -> Value {
    let (status, described) = ask(base, "openapi.json", "").await;
    assert_eq!((status, &described["info"]["title"]), (200, &json!("Tallyhouse")));
    described
}

/// What an answer of a call has to be. Nothing is in it that is not described.
fn schema(described: &Value, path: &str, method: &str, status: &str, content_type: &str) -> Value {
    let answer = &described["paths"][path][method]["responses"][status]["content"][content_type]["schema"];
    assert!(answer.is_object(), "{method} {path} {status}: {}", described["paths"][path][method]);
    json!({ "allOf": [answer], "unevaluatedProperties": false, "components": described["components"] })
}

fn assert_fits(schema: &Value, answer: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(answer).map(|it| format!("{}: {it}", it.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_is_described_and_answers_as_described() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    system.publish("apple", entry("a", &json!({})).as_bytes()).await;
    system.publish("apple", b"poison").await;
    system.caught_up().await;
    knows_the_stock(&base).await;

    let described = described(&base).await;
    let mut calls: Vec<(&str, &str)> = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        calls.extend(methods.as_object().unwrap().keys().map(|method| (path.as_str(), method.as_str())));
    }
    calls.sort_unstable();
    assert_eq!(calls, CALLS);

    for (call, query, list) in [
        ("stock", "", "items"),
        ("pipeline", "", "partitions"),
        ("ids", "of=product&find=app", "items"),
        ("records", "limit=1", "items"),
        ("rejections", "", "items"),
        ("statistics", "from=2025-03-01&to=2025-04-01&group_by=warehouse,product&interval=day", "rows"),
    ] {
        let (status, answer) = ask(&base, call, query).await;
        assert_eq!((status, answer[list].as_array().is_some_and(|it| !it.is_empty())), (200, true), "{call}: {answer}");
        assert_fits(&schema(&described, &format!("/api/v1/{call}"), "get", "200", "application/json"), &answer);
    }
    let post = async |call: &str, body: &str| {
        let answer = reqwest::Client::new().post(format!("{base}/api/v1/{call}")).body(body.to_owned()).send().await;
        let answer = answer.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let problem = |path: &str| schema(&described, path, "post", "default", "application/problem+json");
    let good = entry("b", &json!({}));
    let (status, answer) = post("entries", &good).await;
    assert_eq!(status, 202, "{answer}");
    assert_fits(&schema(&described, "/api/v1/entries", "post", "202", "application/json"), &answer);
    let (status, answer) = post("entries", "{}").await;
    assert_eq!(status, 422, "{answer}");
    assert_fits(&problem("/api/v1/entries"), &answer);
    let (_, page) = ask(&base, "rejections", "").await;
    let again = format!("rejections/{}/resubmit", page["items"][0]["id"]);
    let path = "/api/v1/rejections/{id}/resubmit";
    let (status, answer) = post(&again, &good).await;
    assert_eq!(status, 202, "{answer}");
    assert_fits(&schema(&described, path, "post", "202", "application/json"), &answer);
    let (status, answer) = post(&again, &good).await;
    assert_eq!(status, 409, "{answer}");
    assert_fits(&schema(&described, path, "post", "409", "application/problem+json"), &answer);
    let sent = json!({ "$ref": "#/components/schemas/Entry", "components": described["components"] });
    assert_fits(&sent, &serde_json::from_str(&good).unwrap());
    stop.cancel();
    system.end().await;
}

/// Each field of a question that is described is known, and no other is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fields_of_a_question_are_those_that_are_described() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let described = described(&base).await;
    let unknown = |problem: &Value| -> Vec<String> {
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let unknown = errors.iter().filter(|it| it["code"] == "no_such_field");
        unknown.filter_map(|it| it["field"].as_str().map(str::to_owned)).collect()
    };
    for (path, method) in CALLS.into_iter().filter(|(path, method)| *method == "get" && *path != "/api/v1/live") {
        let params = described["paths"][path][method]["parameters"].as_array().cloned().unwrap_or_default();
        if params.iter().all(|it| it["in"] != "query") {
            continue;
        }
        let names = params.iter().filter(|it| it["in"] == "query").filter_map(|it| it["name"].as_str());
        let path = path.replace("{id}", "1");
        let query = names.map(|it| format!("{it}=%00")).chain(["x=1".to_owned()]).collect::<Vec<_>>().join("&");
        let (status, problem) = ask(&base, path.trim_start_matches("/api/v1/"), &query).await;
        assert_eq!((status, unknown(&problem)), (422, vec!["x".to_owned()]), "{path}: {problem}");
    }
    stop.cancel();
}

/// A filter that may stand several times may stand no time at all: a client that is generated must be able to leave it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filters_need_not_be_given() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let described = described(&base).await;
    let mut lists = 0;
    for (path, calls) in described["paths"].as_object().unwrap() {
        for parameter in calls["get"]["parameters"].as_array().into_iter().flatten() {
            if parameter["schema"].to_string().contains("\"array\"") {
                assert_eq!(parameter["required"], json!(false), "{path}: {parameter}");
                lists += 1;
            }
        }
    }
    assert_eq!(lists, 7);
    stop.cancel();
    system.end().await;
}

/// What a description refers to is in it, or a client cannot be generated from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reference_resolves() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let described = described(&base).await;
    let mut open = vec![&described];
    let mut references = 0;
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                if let Some(place) = fields.get("$ref").and_then(Value::as_str) {
                    references += 1;
                    let there = place.strip_prefix('#').and_then(|it| described.pointer(it));
                    assert!(there.is_some(), "{place} is not in the description");
                }
                open.extend(fields.values());
            }
            _ => {}
        }
    }
    assert!(references > 20, "{references}");
    stop.cancel();
    system.end().await;
}

/// What generators of clients stumble over: `bash dev/prove/client.sh` asks one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generators_of_clients_take_it() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let described = described(&base).await;
    // Without an identifier, OpenAPI Generator refuses all of it.
    assert_eq!(described["info"]["license"]["identifier"], "Apache-2.0");
    for (path, method) in CALLS {
        let call = &described["paths"][path][method];
        // What a call is asked becomes a type of this name, and two types of a name do not compile.
        let words = call["operationId"].as_str().unwrap().split('_');
        let name: String = words.map(|it| it[..1].to_uppercase() + &it[1..]).chain(["Request".to_owned()]).collect();
        assert_eq!(described["components"]["schemas"][&name], Value::Null, "{method} {path}");
        // What has no name gets one of the first call that answers it.
        let problem = &call["responses"]["default"]["content"]["application/problem+json"]["schema"];
        assert_eq!(problem, &json!({ "$ref": "#/components/schemas/Problem" }), "{method} {path}");
    }
    stop.cancel();
    system.end().await;
}
