//! A test from the record of a request: the same request, and stand-ins that answer as the calls were answered.

use serde_json::{Map, Value, json};

use crate::runtime::{CallRecord, ContentKind, MessageView, Record};

/// Headers of a request that the connection makes, or that say nothing of the request.
const LEFT_OUT: [&str; 8] =
    ["host", "content-length", "connection", "accept-encoding", "user-agent", "accept", "traceparent", "x-request-id"];

/// The text of a record in the place of a secret.
const MASK: &str = "***";

/// A test file that makes the request of a record again. Masked values and missing bodies are left to its reader.
pub fn test_of(record: &Record) -> String {
    let calls: Vec<&CallRecord> = record.details.steps.iter().flat_map(|step| &step.calls).collect();
    let mut file = Map::new();
    let functions = functions(&calls);
    if !functions.is_empty() {
        file.insert("functions".to_owned(), Value::Object(functions));
    }
    let services = services(&calls);
    if !services.is_empty() {
        file.insert("services".to_owned(), Value::Object(services));
    }
    let mut exchange = Map::new();
    exchange.insert("request".to_owned(), request(record));
    exchange.insert("answer".to_owned(), answer(record));
    exchange.insert("calls".to_owned(), expected_calls(&calls));
    let ran = record.details.steps.iter().filter(|step| !step.policy.is_empty());
    exchange.insert("ran".to_owned(), ran.map(|step| Value::from(step.title.as_str())).collect());
    if let Some(fault) = record.details.faults.last() {
        exchange.insert("fault".to_owned(), fault.name.as_str().into());
    }
    let name = format!("{} {}", record.method, record.operation.as_deref().unwrap_or(&record.path));
    file.insert("tests".to_owned(), json!([{"name": name, "at": record.time, "requests": [exchange]}]));
    let yaml = serde_yaml::to_string(&Value::Object(file)).unwrap_or_default();
    let masked = if yaml.contains(MASK) { "# Write the secrets of the test in the places of `***`.\n" } else { "" };
    // A reference of a test would begin here.
    format!("# From the request {}.\n{masked}{}", record.id, yaml.replace("${", "$${"))
}

fn request(record: &Record) -> Value {
    let mut request = Map::new();
    request.insert("method".to_owned(), record.method.as_str().into());
    let query = record.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    request.insert("path".to_owned(), format!("{}{query}", record.path).into());
    let Some(message) = record.details.messages.first() else { return request.into() };
    let sent = message.headers.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.to_ascii_lowercase().as_str()));
    let headers: Map<String, Value> = sent.map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    if !headers.is_empty() {
        request.insert("headers".to_owned(), headers.into());
    }
    // A body that steps have read is in a later state of the message.
    let body = record.details.messages.iter().filter(|one| one.status.is_none()).find_map(body);
    request.extend(body.map(|body| ("body".to_owned(), body)));
    request.into()
}

fn answer(record: &Record) -> Value {
    let mut answer = Map::new();
    answer.extend(record.status.map(|status| ("status".to_owned(), status.into())));
    let Some(message) = &record.answer else { return answer.into() };
    if let Some((_, kind)) = message.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        answer.insert("headers".to_owned(), json!({"content-type": kind}));
    }
    answer.extend(body(message).map(|body| ("body".to_owned(), body)));
    answer.into()
}

/// The body of a message, where the record has all of it.
fn body(message: &MessageView) -> Option<Value> {
    let content = &message.body;
    match content.kind {
        _ if content.cut => None,
        ContentKind::Json => serde_json::from_str(&content.text).ok(),
        ContentKind::Text | ContentKind::Xml => Some(content.text.as_str().into()),
        _ => None,
    }
}

/// The target of a call.
enum Target<'a> {
    Function(&'a str),
    Service { method: &'a str, base: &'a str, path: &'a str },
}

impl<'a> Target<'a> {
    /// `name in region`, or `METHOD URL`.
    fn of(call: &'a CallRecord) -> Self {
        if let Some((method, url)) = call.target.split_once(' ').filter(|(_, url)| url.contains("://")) {
            let start = url.find("://").map_or(0, |at| at + 3);
            let (base, path) = url.split_at(url[start..].find('/').map_or(url.len(), |at| at + start));
            return Target::Service { method, base, path };
        }
        Target::Function(call.target.split_once(" in ").map_or(&*call.target, |(name, _)| name))
    }
}

fn functions(calls: &[&CallRecord]) -> Map<String, Value> {
    let mut all = Map::new();
    for call in calls {
        let Target::Function(name) = Target::of(call) else { continue };
        let payload = call.answer.as_ref().and_then(body).unwrap_or_default();
        let one = match &call.failure {
            Some(failure) if payload.is_null() => failed(&failure.kind),
            Some(_) => json!({ "error": payload }),
            None => json!({ "answer": payload }),
        };
        later(&mut all, name, one);
    }
    all
}

fn services(calls: &[&CallRecord]) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for call in calls {
        let Target::Service { method, base, path } = Target::of(call) else { continue };
        let answer = match (&call.failure, &call.answer) {
            (Some(failure), None) => failed(&failure.kind),
            (_, answer) => {
                let mut made = Map::new();
                made.extend(call.status.map(|status| ("status".to_owned(), status.into())));
                let kind = answer
                    .iter()
                    .flat_map(|one| &one.headers)
                    .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                made.extend(kind.map(|(_, kind)| ("headers".to_owned(), json!({"content-type": kind}))));
                made.extend(answer.as_ref().and_then(body).map(|body| ("body".to_owned(), body)));
                made.into()
            }
        };
        let entries = all.entry(base).or_insert_with(|| json!([]));
        let Some(entries) = entries.as_array_mut() else { continue };
        let same = entries.iter_mut().find(|one| one["method"] == method && one["path"] == path);
        match same.and_then(Value::as_object_mut) {
            Some(same) => same
                .entry("then")
                .or_insert_with(|| json!([]))
                .as_array_mut()
                .into_iter()
                .for_each(|then| then.push(answer.clone())),
            None => entries.push(json!({"method": method, "path": path, "answer": answer})),
        }
    }
    all
}

/// Adds an answer, to those of before where there are some.
fn later(all: &mut Map<String, Value>, name: &str, one: Value) {
    match all.get_mut(name).and_then(Value::as_object_mut) {
        Some(first) => {
            let then = first.entry("then").or_insert_with(|| json!([]));
            then.as_array_mut().into_iter().for_each(|then| then.push(one.clone()));
        }
        None => drop(all.insert(name.to_owned(), one)),
    }
}

/// A call that had no answer.
fn failed(kind: &str) -> Value {
    let fault = match kind {
        "dns" => "dns",
        "tls" => "tls",
        "connect_timeout" => "connect-timeout",
        "response_timeout" => "timeout",
        "closed" => "closed",
        _ => "refused",
    };
    json!({ "fault": fault })
}

fn expected_calls(calls: &[&CallRecord]) -> Value {
    let mut all: Vec<Value> = Vec::new();
    for call in calls {
        let one = match Target::of(call) {
            Target::Function(name) => json!({"function": name}),
            Target::Service { method, base, path } => json!({"service": base, "method": method, "path": path}),
        };
        let is_same = |known: &&mut Value| {
            let mut known = (**known).clone();
            known.as_object_mut().map(|known| known.remove("times"));
            known == one
        };
        match all.iter_mut().find(is_same) {
            Some(known) => known["times"] = (known["times"].as_u64().unwrap_or(1) + 1).into(),
            None => all.push(one),
        }
    }
    all.into()
}
