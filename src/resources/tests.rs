//! Tests of resources that a reload does not change. Stored responses are tested with `invoke`, counters by `tests/serve.rs`.

use std::time::Duration;

use crate::test_support::{Setup, TestServer, json_reply, sts};

#[tokio::test]
async fn connections_and_credentials_stay_through_a_reload() {
    let (lambda, sts) = (TestServer::start(|_| json_reply(200, "{}")), sts(Duration::from_secs(3600)));
    let setup = Setup::with_lambda_at(lambda.url(""));
    let assembly = |function: &str| {
        format!(
            "execute:\n  - lambda: {{function: {function}, aws-assume-role-arn: 'arn:aws:iam::123456789012:role/r', \
             sts-endpoint: '{}'}}",
            sts.url("")
        )
    };
    let gateway = setup.assembly(&assembly("before")).serve_cleanly();
    assert_eq!(gateway.get().await.status, 200);
    let gateway = setup.reload(gateway, &assembly("after"));
    assert_eq!(gateway.get().await.status, 200);

    let calls = lambda.requests();
    let targets: Vec<&str> = calls.iter().map(|call| call.target.as_str()).collect();
    assert!(targets[0].contains("/before/") && targets[1].contains("/after/"), "{targets:?}");
    assert_eq!(calls[0].port, calls[1].port, "the connection is the same");
    assert_eq!(sts.requests().len(), 1, "the role was assumed once");

    let metrics = gateway.metrics();
    let role = "arn:aws:iam::123456789012:role/r";
    let value = |name: &str| {
        let line =
            metrics.lines().find(|line| line.starts_with(&format!("gantry_credentials_{name}{{source=\"{role}\"")));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .unwrap_or_else(|| panic!("{name}: {metrics}"))
    };
    assert_eq!(value("loads_total"), 1.0);
    let life = value("expiry_time_seconds") - value("loaded_time_seconds");
    assert!((3590.0..3610.0).contains(&life), "{life}");
}

#[tokio::test]
async fn what_no_load_asks_for_any_more_is_let_go() {
    let server = TestServer::start(|_| json_reply(200, "{}"));
    let setup = Setup::default();
    let call = format!("execute:\n  - invoke: {{target-url: '{}'}}", server.url("/"));
    let other = "execute:\n  - set-variable: {actions: [{set: message.body, value: ok}]}";
    let mut gateway = setup.assembly(&call).serve_cleanly();
    assert_eq!(gateway.get().await.status, 200);
    // A load back is a mistake undone; after two the pool is gone.
    for assembly in [other, &call, other, other, &call] {
        gateway = setup.reload(gateway, assembly);
        assert_eq!(gateway.get().await.status, 200);
    }
    let ports: Vec<u16> = server.requests().iter().map(|request| request.port).collect();
    assert!(ports[0] == ports[1] && ports[1] != ports[2], "{ports:?}");
}
