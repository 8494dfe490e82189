//! The expected value of every variable for the request of `table.rs`.

use serde_json::{Value as Json, json};

use crate::runtime::variables::table::{VARIABLES, VariableInfo};

/// The expected value of a variable.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    Is(Json),
    /// The clock says which.
    ANumber,
    AText,
    AnObject,
}

use Expected::{ANumber, AText, AnObject, Is};

/// The row that a reference belongs to, the reference, and what it holds in v10 and in v5.
pub(super) type Case = (&'static str, &'static str, Expected, Expected);

fn same(row: &'static str, reference: &'static str, value: Json) -> Case {
    (row, reference, Is(value.clone()), Is(value))
}

fn differ(row: &'static str, reference: &'static str, v10: Json, v5: Json) -> Case {
    (row, reference, Is(v10), Is(v5))
}

fn like(row: &'static str, value: Expected) -> Case {
    (row, row, value.clone(), value)
}

fn request_cases() -> Vec<Case> {
    let uri = "/v1/orders/7/a%20b/c?q=x%20y&q=z&n=1.50&other=o";
    let parameters = json!({"id": "7", "rest": "a b/c", "q": ["x%20y", "z"], "n": "1.50", "other": "o"});
    let typed = json!({"id": 7, "rest": ["a%20b", "c"], "q": ["x y", "z"], "n": 1.5, "X-Count": 12});
    vec![
        same("request.verb", "request.verb", json!("POST")),
        same("request.scheme", "request.scheme", json!("http")),
        differ("request.uri", "request.uri", json!(format!("http://gateway.test{uri}")), json!(uri)),
        same("request.path", "request.path", json!("/v1/orders/7/a%20b/c")),
        same("request.search", "request.search", json!("?q=x%20y&q=z&n=1.50&other=o")),
        same("request.querystring", "request.querystring", json!("q=x%20y&q=z&n=1.50&other=o")),
        like("request.headers", AnObject),
        same(
            "request.headers.NAME",
            "request.headers.Content-Type",
            json!("application/vnd.orders+json; charset=utf-8"),
        ),
        same(
            "request.headers.NAME",
            "request.headers['CONTENT-TYPE']",
            json!("application/vnd.orders+json; charset=utf-8"),
        ),
        same("request.headers.NAME", "request.headers[\"x-Twice\"]", json!("1, 2")),
        differ("request.parameters", "request.parameters", parameters, typed),
        differ("request.parameters.NAME", "request.parameters.id", json!("7"), json!(7)),
        differ("request.parameters.NAME", "request.parameters.q", json!(["x%20y", "z"]), json!(["x y", "z"])),
        differ("request.parameters.NAME", "request.parameters.q.0", json!("x%20y"), json!("x y")),
        differ("request.parameters.NAME", "request.parameters['q'][1]", json!("z"), json!("z")),
        differ("request.parameters.NAME", "request.parameters.other", json!("o"), json!(null)),
        differ("request.parameters.NAME", "request.parameters.X-Count", json!(null), json!(12)),
        differ("request.parameters.NAME.values", "request.parameters.id.values[0]", json!("7"), json!(null)),
        differ("request.parameters.NAME.values", "request.parameters.q.values", json!(["x%20y", "z"]), json!(null)),
        differ("request.parameters.NAME.locations", "request.parameters.id.locations[0]", json!("path"), json!(null)),
        differ(
            "request.parameters.NAME.locations",
            "request.parameters.q.locations",
            json!(["query", "query"]),
            json!(null),
        ),
        same("request.body", "request.body.a.1.b", json!("c")),
        same("request.body", "request.body.a[0]", json!(1)),
        same("request.content-type", "request.content-type", json!("application/json")),
        same("request.date", "request.date", json!("2023-11-14T22:13:20.000Z")),
        differ(
            "request.authorization",
            "request.authorization",
            json!("Bearer abc.def"),
            json!({"scheme": "Bearer", "token": "abc.def", "params": {}}),
        ),
        same("request.authorization.scheme", "request.authorization.scheme", json!("Bearer")),
        same("request.authorization.token", "request.authorization.token", json!("abc.def")),
        same("request.authorization.params", "request.authorization.params", json!({})),
        same("request.attributes.isCORSPreflight", "request.attributes.isCORSPreflight", json!(false)),
        same("request.websocket", "request.websocket", json!(true)),
    ]
}

fn message_cases() -> Vec<Case> {
    vec![
        same("message.body", "message.body.a[1].b", json!("c")),
        like("message.headers", AnObject),
        same("message.headers.NAME", "message.headers['X-TWICE']", json!("1, 2")),
        same("message.headers.NAME", "message.headers.Authorization", json!("Bearer abc.def")),
        same("message.status.code", "message.status.code", json!(202)),
        same("message.status.code", "message.statuscode", json!(202)),
        same("message.status.code", "message.statusCode", json!(202)),
        same("message.status.reason", "message.status.reason", json!("Accepted")),
        same("message.attributes.NAME", "message.attributes.note", json!("noted")),
        same("error.name", "error.name", json!("NotToday")),
        same("error.message", "error.message", json!("come back later")),
        same("error.status.code", "error.status.code", json!(500)),
        same("error.status.reason", "error.status.reason", json!("Internal Server Error")),
        same("error.policy", "error.policy", json!("throw")),
        same("error.policyTitle", "error.policyTitle", json!("give up")),
    ]
}

fn api_cases() -> Vec<Case> {
    vec![
        same("api.id", "api.id", json!("orders:1.2.0")),
        same("api.name", "api.name", json!("orders")),
        same("api.title", "api.title", json!("Orders of all kinds")),
        same("api.version", "api.version", json!("1.2.0")),
        differ("api.type", "api.type", json!("rest"), json!("REST")),
        differ("api.state", "api.state", json!(null), json!("running")),
        same("api.root", "api.root", json!("/v1")),
        same("api.operation.id", "api.operation.id", json!("placeOrder")),
        same("api.operation.path", "api.operation.path", json!("/orders/{id}/{+rest}")),
        same("api.endpoint.address", "api.endpoint.address", json!("192.0.2.1")),
        same("api.endpoint.hostname", "api.endpoint.hostname", json!("gateway.test")),
        same("api.catalog.id", "api.catalog.id", json!("Sandbox")),
        same("api.catalog.name", "api.catalog.name", json!("Sandbox")),
        same("api.catalog.path", "api.catalog.path", json!("Sandbox")),
        same("api.org.id", "api.org.id", json!("o-1")),
        same("api.org.name", "api.org.name", json!("acme")),
        same("api.properties.NAME", "api.properties.limit", json!(8)),
        same("api.properties.NAME", "hosts[1]", json!("b")),
        same("api.compatibility.NAME", "api.compatibility.enforce-required-params", json!(true)),
        same("api.compatibility.NAME", "api.compatibility.security.return-v5-responses", json!(false)),
        same("api.document", "api.document.paths['/orders/{id}/{+rest}'].post.operationId", json!("placeOrder")),
        same("api.document", "api.document.x-ibm-configuration.assembly", json!(null)),
        same("api.document", "api.document.x-ibm-configuration.properties.limit.value", json!(7)),
        same("api.security.bearer_token", "api.security.bearer_token", json!("t")),
        same(
            "api.security.bearer_validation_response",
            "api.security.bearer_validation_response",
            json!({"active": true}),
        ),
        same("env.path", "env.path", json!("Sandbox")),
    ]
}

/// No caller is identified yet: v10 has nothing, v5 empty texts.
fn caller_cases() -> Vec<Case> {
    let names = [
        "client.app.id",
        "client.app.name",
        "client.app.secret",
        "client.org.id",
        "client.org.name",
        "plan.id",
        "plan.name",
        "plan.version",
        "plan.rate-limit",
    ];
    let open = names.map(|name| differ(name, name, json!(null), json!("")));
    let v10 = [
        ("client.app.lifecycle-state", "client.app.lifecycle-state"),
        ("client.app.metadata.NAME", "client.app.metadata.team"),
    ];
    open.into_iter().chain(v10.map(|(row, name)| same(row, name, json!(null)))).collect()
}

fn clock_cases() -> Vec<Case> {
    let mut cases = vec![
        same("session.clientAddress", "session.clientAddress", json!("192.0.2.7")),
        like("session.clientCertificate", AnObject),
        same("session.clientCertificate.subject", "session.clientCertificate.subject", json!("C=DE,CN=orders")),
        same("session.clientCertificate.issuer", "session.clientCertificate.issuer", json!("CN=Authority")),
        same("session.clientCertificate.serialNumber", "session.clientCertificate.serialNumber", json!("01:ab")),
        same("session.clientCertificate.fingerprint", "session.clientCertificate.fingerprint", json!("0a".repeat(32))),
        same("session.clientCertificate.names", "session.clientCertificate.names", json!(["DNS:a.example"])),
        same("session.localAddress", "session.localAddress", json!("192.0.2.1")),
        same(
            "session.globalTransactionID",
            "session.globalTransactionID",
            json!("00000000-0000-4000-8000-000000000000"),
        ),
        same("session.timeStarted", "session.timeStarted", json!(1_700_000_000_000_i64)),
        same("system.timezone", "system.timezone", json!("+00:00")),
        like("system.datetime", AText),
        like("session.timeElapsed", ANumber),
    ];
    cases.extend(["system.date", "system.time"].map(|name| like(name, AnObject)));
    let numbers = [
        "system.date.day-of-week",
        "system.date.day-of-month",
        "system.date.month",
        "system.date.year",
        "system.time.hour",
        "system.time.minute",
        "system.time.seconds",
    ];
    cases.extend(numbers.map(|name| like(name, ANumber)));
    cases
}

/// Objects of several variables, and what only some faults have.
fn whole_cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        ["request", "message", "api", "session", "system"].map(|name| like(name, AnObject)).into();
    cases.extend([
        same("request.attributes", "request.attributes", json!({"isCORSPreflight": false})),
        same("message.status", "message.status", json!({"code": 202, "reason": "Accepted"})),
        same("message.statuscode", "message.statuscode", json!(202)),
        same("message.statusCode", "message.statusCode", json!(202)),
        same("message.attributes", "message.attributes", json!({"note": "noted"})),
        same("api.operation", "api.operation", json!({"id": "placeOrder", "path": "/orders/{id}/{+rest}"})),
        same("api.endpoint", "api.endpoint", json!({"address": "192.0.2.1", "hostname": "gateway.test"})),
        same("api.catalog", "api.catalog", json!({"id": "Sandbox", "name": "Sandbox", "path": "Sandbox"})),
        same("api.org", "api.org", json!({"id": "o-1", "name": "acme"})),
        same("api.properties", "api.properties", json!({"limit": 8, "hosts": ["a", "b"]})),
        like("api.compatibility", AnObject),
        same(
            "api.compatibility.security.return-v5-responses",
            "api.compatibility.security.return-v5-responses",
            json!(false),
        ),
        like("api.security", AnObject),
        differ(
            "client",
            "client",
            json!(null),
            json!({"app": {"id": "", "name": "", "secret": ""}, "org": {"id": "", "name": ""}}),
        ),
        differ("client.app", "client.app", json!(null), json!({"id": "", "name": "", "secret": ""})),
        same("client.app.metadata", "client.app.metadata", json!(null)),
        differ("client.org", "client.org", json!(null), json!({"id": "", "name": ""})),
        differ("plan", "plan", json!(null), json!({"id": "", "name": "", "version": "", "rate-limit": ""})),
        same("env", "env", json!({"path": "Sandbox"})),
        like("error", AnObject),
        like("error.status", AnObject),
    ]);
    let details = [
        "upstreamStatus",
        "limit",
        "violations",
        "function",
        "errorType",
        "errorMessage",
        "payload",
        "code",
        "serviceMessage",
        "serviceStatus",
        "throttleReason",
        "qualifier",
        "version",
        "requestId",
        "durableExecutionArn",
        "log",
        "attempts",
    ];
    let rows = VARIABLES.iter().map(VariableInfo::name);
    let details = rows.filter(|name| name.strip_prefix("error.").is_some_and(|name| details.contains(&name)));
    cases.extend(details.map(|name| same(name, name, json!(null))));
    cases
}

pub(super) fn cases() -> Vec<Case> {
    [whole_cases(), request_cases(), message_cases(), api_cases(), caller_cases(), clock_cases()].concat()
}
