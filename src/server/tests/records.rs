//! Records of requests, from the listener to the admin listener.

use serde_json::Value;

use super::*;
use crate::settings::TraceRecords;

async fn recording(settings_of_records: &str, snapshot: Snapshot) -> Running {
    let wanted = serde_json::from_str::<TraceRecords>(settings_of_records).unwrap();
    start_recorded(settings(), snapshot, Arc::new(Metrics::new()), None, None, Records::new(&wanted)).await
}

fn steps() -> Snapshot {
    let seen = |cx: &mut Context| {
        let keys = cx.state.request.headers.get_all("x-gantry-trace").iter().count();
        cx.state.outgoing.message.headers.insert("x-keys", keys.into());
        cx.state.outgoing.touched_headers.push("x-keys".parse().unwrap());
    };
    snapshot(vec![("GET", "/pets/{id}", pipeline(vec![change(seen)]))])
}

/// Every record that is kept, oldest first, when there are so many.
async fn records(server: &Running, count: usize) -> Vec<Value> {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let listed: Value = serde_json::from_str(body(&server.admin("/-/traces").await)).unwrap();
        let listed = listed["traces"].as_array().unwrap();
        if listed.len() >= count {
            let mut all = Vec::new();
            for one in listed {
                let path = format!("/-/traces/{}", one["id"].as_str().unwrap());
                all.push(serde_json::from_str(body(&server.admin(&path).await)).unwrap());
            }
            return all;
        }
        assert!(std::time::Instant::now() < end, "{listed:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn without_settings_nothing_is_recorded() {
    let server = start(settings(), steps()).await;
    assert_eq!(status(&server.get("/pets/7").await), 200);
    for path in ["/-/traces", "/-/traces/1"] {
        let answer = server.admin(path).await;
        assert_eq!(status(&answer), 404);
        assert!(body(&answer).contains("set `traces.record.sample`"), "{answer}");
    }
}

#[tokio::test]
async fn a_request_with_the_key_is_recorded_and_no_step_sees_the_key() {
    let server = recording(r#"{"key": "canary of sixteen"}"#, steps()).await;
    let ask = |key: &str| {
        format!(
            "GET /pets/7?a=b&token=canary-1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Gantry-Trace: {key}\r\n\r\n"
        )
    };
    for key in ["canary of sixteem", "canary of sixteen"] {
        let answer = server.send(&ask(key)).await;
        assert_eq!((status(&answer), header(&answer, "x-keys")), (200, vec!["0"]));
    }
    let last = server.send(&ask("canary of sixteen")).await;
    let all = records(&server, 2).await;
    assert_eq!(all.len(), 2, "the wrong key records nothing");
    let id = header(&last, "x-request-id")[0];
    let record = &all[1];
    assert_eq!(
        (record["id"].as_str(), record["number"].as_u64(), record["status"].as_u64()),
        (Some(id), Some(2), Some(200))
    );
    assert_eq!((record["path"].as_str(), record["query"].as_str()), (Some("/pets/7"), Some("a=b&token=***")));
    assert_eq!((record["operation"].as_str(), record["complete"].as_bool()), (Some("/pets/{id}"), Some(true)));
    assert_eq!((&record["steps"][0]["title"], &record["steps"][0]["outcome"]), (&"a test step".into(), &"done".into()));
    assert!(!record.to_string().contains("canary"), "{record}");
    let since: Value = serde_json::from_str(body(&server.admin("/-/traces?since=1").await)).unwrap();
    assert_eq!(since["traces"].as_array().unwrap().len(), 1);
    assert_eq!(status(&server.admin("/-/traces?since=x").await), 400);
    assert_eq!(status(&server.admin("/-/traces/none").await), 404);
}

#[tokio::test]
async fn what_no_operation_takes_is_recorded_with_the_reason() {
    let server = recording(r#"{"sample": "100%"}"#, steps()).await;
    assert_eq!(status(&server.get("/none").await), 404);
    let all = records(&server, 1).await;
    assert_eq!((&all[0]["refused"], &all[0]["status"]), (&"No resources match requested URI".into(), &404.into()));
    assert!(all[0]["answer"]["body"]["text"].as_str().unwrap().contains("404"), "{all:?}");
}

#[tokio::test]
async fn a_request_whose_client_left_is_recorded_as_far_as_it_came() {
    let steps = pipeline(vec![wait(600_000)]);
    let server = recording(r#"{"sample": "100%"}"#, snapshot(vec![("GET", "/", steps)])).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    server.counts("gantry_requests_in_flight 1").await;
    drop(stream);
    let all = records(&server, 1).await;
    assert_eq!((&all[0]["status"], &all[0]["complete"]), (&Value::Null, &false.into()));
    assert_eq!(all[0]["steps"][0]["outcome"], "unfinished");
}

#[tokio::test]
async fn records_are_guarded_as_the_rest_of_administration() {
    let token = Some(crate::value::Secret::new("sixteen letters."));
    let guarded = Server { admin_token: token, ..settings() };
    let wanted = serde_json::from_str::<TraceRecords>(r#"{"sample": "100%"}"#).unwrap();
    let metrics = Arc::new(Metrics::new());
    let server = start_recorded(guarded, steps(), metrics, None, None, Records::new(&wanted)).await;
    for path in ["/-/traces", "/-/traces/1"] {
        assert_eq!(status(&server.admin(path).await), 401);
    }
}
