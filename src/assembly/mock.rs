//! Operations that answer from the document's examples and schemas instead of running their assemblies.

use super::build::{clear, list, map, plain, set, step, text};
use crate::openapi::{Api, Operation};
use crate::source::{Content, Entry, Key, Node};

/// Lets every operation answer with an example of its first response: the lowest status from 200 to 299, else the first.
pub fn answer_from_examples(api: &mut Api) {
    let answers: Vec<Node> = api.operations.iter().map(|operation| assembly(api, operation)).collect();
    for (operation, assembly) in api.operations.iter_mut().zip(answers) {
        let kept = operation
            .node
            .entries()
            .iter()
            .filter(|entry| !matches!(&*entry.key.text, "x-assembly" | "x-amazon-apigateway-integration"));
        let key = Key { text: "x-assembly".into(), span: operation.span };
        let entries: Vec<Entry> = kept.cloned().chain([Entry { key, value: assembly }]).collect();
        operation.node = Node { span: operation.node.span, content: Content::Mapping(entries.into()) };
    }
}

/// One step that makes the answer.
fn assembly(api: &Api, operation: &Operation) -> Node {
    let span = operation.span;
    let (status, response) = response(api, operation);
    let mut actions = vec![set("message.status.code", plain(span, status.to_string()))];
    let (kind, body) = match response.and_then(|response| content(api, response)) {
        Some((kind, body)) => (kind, body),
        None => ("text/plain".to_owned(), String::new()),
    };
    if !body.is_empty() {
        actions.push(set("message.headers.content-type", text(span, kind)));
    } else {
        // The one of the request is no type of an empty body.
        actions.push(clear(span, "message.headers.content-type"));
    }
    // No reference to a variable or to the environment is meant in an example.
    let body = body.replace("$(", "$ (").replace("${", "$${");
    actions.push(set("message.body", text(span, body)));
    let step = step("set-variable", span, [("actions", list(span, actions)), ("title", text(span, "example"))]);
    map(span, [("execute", list(span, vec![step]))])
}

/// The response that is answered, with its status.
fn response<'a>(api: &'a Api, operation: &'a Operation) -> (u16, Option<&'a Node>) {
    let written = operation.node.get("responses").map(Node::entries).unwrap_or_default();
    let status = |entry: &Entry| entry.key.text.replace(['X', 'x'], "0").parse::<u16>().ok();
    let good =
        written.iter().filter_map(|entry| Some((status(entry)?, entry))).filter(|(status, _)| *status / 100 == 2);
    let chosen = good.min_by_key(|(status, _)| *status);
    let chosen = chosen.or_else(|| written.first().map(|entry| (status(entry).unwrap_or(200), entry)));
    match chosen {
        Some((status, entry)) => (status.clamp(200, 599), api.references.resolve(&entry.value).ok()),
        None => (200, None),
    }
}

/// The media type and the body of a response.
fn content(api: &Api, response: &Node) -> Option<(String, String)> {
    // Swagger 2.0 has its examples and its schema in the response.
    let media = match response.get("content") {
        Some(content) => {
            let all = content.entries();
            let json = all.iter().find(|entry| entry.key.text.contains("json"));
            json.or(all.first()).map(|entry| (entry.key.text.to_string(), &entry.value))?
        }
        None => match response.get("examples").and_then(|examples| examples.entries().first()) {
            Some(example) => return Some((example.key.text.to_string(), shown(&example.value))),
            None => ("application/json".to_owned(), response),
        },
    };
    let (kind, media) = media;
    let named = media.get("examples").and_then(|examples| examples.entries().first());
    let named = named.and_then(|entry| api.references.resolve(&entry.value).ok()?.get("value"));
    if let Some(example) = media.get("example").or(named) {
        return Some((kind, shown(example)));
    }
    let sample = api.sample(media.get("schema")?);
    let body = sample.as_str().filter(|_| !kind.contains("json")).map_or_else(|| sample.to_string(), str::to_owned);
    Some((kind, body))
}

/// Text as it is, everything else as JSON.
fn shown(example: &Node) -> String {
    match (&example.content, example.text()) {
        (Content::Scalar(_), Some(text)) => text.to_owned(),
        _ => example.to_json().to_string(),
    }
}
