//! A test from the record of a request: the same request, and stand-ins that answer as the calls were answered.

use serde_json::{Map, Value, json};

use crate::runtime::{CallRecord, Content, ContentKind, Failure, Record};

/// Headers of a request that the connection makes, or that say nothing of the request.
const LEFT_OUT: [&str; 8] =
    ["host", "content-length", "connection", "accept-encoding", "user-agent", "accept", "traceparent", "x-request-id"];

/// The text of a record in the place of a secret.
const MASK: &str = "***";

/// A test file that makes the request of a record again. Masked values are left to its reader; a comment tells what is missing.
pub fn test_of(record: &Record) -> String {
    let mut missing = Missing::of(record);
    let calls: Vec<&CallRecord> = record.details.steps.iter().flat_map(|step| &step.calls).collect();
    let mut file = Map::new();
    let functions = functions(&calls, &mut missing);
    if !functions.is_empty() {
        file.insert("functions".to_owned(), Value::Object(functions));
    }
    let services = services(&calls, &mut missing);
    if !services.is_empty() {
        file.insert("services".to_owned(), Value::Object(services));
    }
    let mut exchange = Map::new();
    exchange.insert("request".to_owned(), request(record, &mut missing));
    exchange.insert("answer".to_owned(), answer(record, &mut missing));
    exchange.insert("calls".to_owned(), expected_calls(&calls));
    let ran = record.details.steps.iter().filter(|step| !step.policy.is_empty());
    exchange.insert("ran".to_owned(), ran.map(|step| Value::from(step.title.as_str())).collect());
    if !record.details.faults.is_empty() {
        exchange.insert("fault".to_owned(), last_fault(record).into());
    }
    let name = format!("{} {}", record.method, record.operation.as_deref().unwrap_or(&record.path));
    file.insert("tests".to_owned(), json!([{"name": name, "at": record.time, "requests": [exchange]}]));
    let yaml = serde_yaml::to_string(&Value::Object(file)).unwrap_or_default();
    let masked = if yaml.contains(MASK) { "# Write the secrets of the test in the places of `***`.\n" } else { "" };
    // A reference of a test would begin here.
    format!("# From the request {}.\n{masked}{}{}", record.id, missing.comments(), yaml.replace("${", "$${"))
}

/// The last fault that a step has raised: what happens before an assembly is no step of a test.
fn last_fault(record: &Record) -> &str {
    let of_step =
        |at: Option<usize>| at.and_then(|at| record.details.steps.get(at)).is_some_and(|step| !step.policy.is_empty());
    let last = record.details.faults.iter().rev().find(|fault| of_step(fault.step));
    last.map_or("none", |fault| &fault.name)
}

/// The parts that a test has not, in words.
struct Missing(Vec<String>);

impl Missing {
    fn of(record: &Record) -> Self {
        let full = "The record was full: steps and calls after that are missing.";
        Missing(record.details.cut.then(|| full.to_owned()).into_iter().collect())
    }

    /// The body of a message; one that the record has a part of is told.
    fn body(&mut self, content: &Content, owner: &str) -> Option<Value> {
        if content.cut && content.kind != ContentKind::Binary {
            let sentence = "is longer than the record has of it (`traces.record.body-bytes`), and is left out";
            self.0.push(format!("The body of {owner} {sentence}."));
            return None;
        }
        let told = match content.kind {
            ContentKind::Binary => "is no text, and is left out",
            ContentKind::Stream | ContentKind::Sent => "was not read by a step, and is left out",
            _ => return body(content),
        };
        self.0.push(format!("The body of {owner} {told}."));
        None
    }

    fn comments(&self) -> String {
        self.0.iter().map(|line| format!("# {line}\n")).collect()
    }
}

fn request(record: &Record, missing: &mut Missing) -> Value {
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
    let body = missing.body(&message.body, "the request");
    request.extend(body.map(|body| ("body".to_owned(), body)));
    request.into()
}

fn answer(record: &Record, missing: &mut Missing) -> Value {
    let mut answer = Map::new();
    answer.extend(record.status.map(|status| ("status".to_owned(), status.into())));
    let Some(message) = &record.answer else { return answer.into() };
    if let Some((_, kind)) = message.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        answer.insert("headers".to_owned(), json!({"content-type": kind}));
    }
    answer.extend(missing.body(&message.body, "the answer").map(|body| ("body".to_owned(), body)));
    answer.into()
}

/// The body of a message. JSON with numbers that a test cannot have stays text.
fn body(content: &Content) -> Option<Value> {
    match content.kind {
        ContentKind::Json if has_long_number(&content.text) => Some(content.text.as_str().into()),
        ContentKind::Json => serde_json::from_str(&content.text).ok(),
        ContentKind::Text | ContentKind::Xml => Some(content.text.as_str().into()),
        _ => None,
    }
}

/// Whether a number has more digits than those of tests keep.
fn has_long_number(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter == '"' || letter == '-' || letter.is_ascii_digit()) {
        rest = &rest[at..];
        if let Some(inner) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = inner.find(|letter| {
                let ends = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                ends
            });
            rest = end.map_or("", |end| &inner[end + 1..]);
            continue;
        }
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end.max(1));
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if digits > 15 && number.parse::<i64>().is_err() && number.parse::<u64>().is_err() {
            return true;
        }
        rest = after;
    }
    false
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

fn functions(calls: &[&CallRecord], missing: &mut Missing) -> Map<String, Value> {
    let mut all = Map::new();
    for call in calls {
        let Target::Function(name) = Target::of(call) else { continue };
        let owner = format!("the answer of `{name}`");
        // The result is what the function gave; an answer may be made of it.
        let content = call.result.as_ref().or(call.answer.as_ref().map(|answer| &answer.body));
        let payload = content.and_then(|content| missing.body(content, &owner)).unwrap_or_default();
        if content.is_some_and(|content| content.kind == ContentKind::Json && payload.is_string()) {
            missing.0.push(format!("A number in {owner} has more digits than a test can have."));
        }
        let one = match &call.failure {
            Some(_) if call.result.is_some() => json!({ "answer": payload }),
            Some(failure) if payload.is_null() => refused(failure).unwrap_or_else(|| failed(&failure.kind)),
            Some(_) => json!({ "error": payload }),
            None => json!({ "answer": payload }),
        };
        later(&mut all, name, one);
    }
    all
}

fn services(calls: &[&CallRecord], missing: &mut Missing) -> Map<String, Value> {
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
                let body = answer
                    .as_ref()
                    .and_then(|one| missing.body(&one.body, &format!("the answer of {method} {base}{path}")));
                made.extend(body.map(|body| ("body".to_owned(), body)));
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

/// A refusal of the Lambda service.
fn refused(failure: &Failure) -> Option<Value> {
    const CODES: [&str; 5] = [
        "AccessDeniedException",
        "ExpiredTokenException",
        "ResourceConflictException",
        "ResourceNotFoundException",
        "ServiceException",
    ];
    let code = match &*failure.kind {
        "LambdaThrottledError" => "TooManyRequestsException",
        "LambdaPayloadTooLargeError" => "RequestTooLargeException",
        "LambdaPayloadError" => "InvalidRequestContentException",
        "LambdaServiceError" => {
            CODES.into_iter().find(|code| failure.cause.contains(code)).unwrap_or("ServiceException")
        }
        _ => return None,
    };
    Some(json!({ "refused": code }))
}

/// A call that had no answer.
fn failed(kind: &str) -> Value {
    let fault = match kind {
        "dns" => "dns",
        "tls" => "tls",
        "connect_timeout" => "connect-timeout",
        "response_timeout" | "LambdaTimeoutError" => "timeout",
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
