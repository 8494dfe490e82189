//! The list.

use crate::{assemblies as a, parts};

/// One thing that is measured.
pub struct Case {
    /// The room, and what is done.
    pub name: &'static str,
    /// What one run of it is, for the page.
    pub about: &'static str,
    /// How often it runs while instructions are counted.
    pub repeat: u32,
    /// Other threads work on when a run is over, and their work belongs to it.
    pub works_on: bool,
    pub make: Box<dyn FnOnce() -> Run>,
}

/// Does it once.
pub type Run = Box<dyn FnMut()>;

fn case(name: &'static str, repeat: u32, about: &'static str, make: impl FnOnce() -> Run + 'static) -> Case {
    Case { name, about, repeat, works_on: false, make: Box::new(make) }
}

/// A script runs on another thread, which puts its engine back after the run.
fn script(name: &'static str, about: &'static str, steps: &'static str, body: &'static str) -> Case {
    Case { works_on: true, ..case(name, 8, about, move || a::flow(steps, body)) }
}

/// Every case, in the order of the rooms.
pub fn all() -> Vec<Case> {
    let mut all = parts();
    all.extend(cheap_steps());
    all.extend(steps());
    all
}

fn parts() -> Vec<Case> {
    vec![
        case("value/json", 200, "parse a JSON body of 1 KiB", parts::json),
        case(
            "value/one-member",
            200,
            "a variable becomes one member of a JSON body of 1 KiB: the whole assembly",
            || a::flow(a::MEMBER, a::ORDER),
        ),
        case("value/xml", 100, "parse an XML body of 1 KiB", parts::xml),
        case("source/parse", 20, "read a document of 10 operations into a tree", parts::source),
        case("runtime/route", 2000, "find one of 10,000 routes", parts::route),
        case("runtime/context", 500, "a request's context, and an assembly of one `set-variable`", a::context),
        case("aws/sign", 500, "sign a call with a payload of 9 bytes", parts::sign),
        case("aws/event", 200, "the event of API Gateway, format 1.0, of a request with 8 headers", parts::event),
        case("aws/answer", 500, "a function's proxy answer to a status, headers and a body", parts::answer),
        case("telemetry/count", 1000, "count a request in the metrics", parts::count),
        case("telemetry/access-line", 500, "write an access line", parts::access_line),
        case("gateway/load", 2, "load a document of 10 operations, from file to snapshot", a::load_document),
    ]
}

/// Steps that do not wait. One run is one step, without what is around it, unless it says so.
fn cheap_steps() -> Vec<Case> {
    vec![
        case("set-variable/constant", 2000, "a variable becomes a constant", || a::step(a::CONSTANT)),
        case("set-variable/reference", 2000, "a variable becomes another one", || a::step(a::REFERENCE)),
        case("set-variable/template", 1000, "a variable becomes text with four references in it", || {
            a::step(a::TEMPLATE)
        }),
        case("set-variable/header", 2000, "a header of the message becomes a constant", || a::step(a::HEADER)),
        case("switch/lowered", 2000, "three conditions on verb, path and header, of which the last holds", || {
            a::step(a::SWITCH)
        }),
        case("runtime/execute", 1000, "an assembly of ten `set-variable` steps, from start to end", || {
            a::flow(a::TEN, a::ORDER)
        }),
    ]
}

/// Steps that work. One run is a whole assembly with this one step over a fresh body, which is parsed in it.
fn steps() -> Vec<Case> {
    vec![
        case("if/jsonata", 100, "a JSONata condition that looks through a list of 20", || {
            a::flow(a::JSONATA, a::ORDER)
        }),
        case("map/20-actions", 100, "`map` with 20 actions, each `from` one place", || a::flow(&a::map(), a::ORDER)),
        case("redact/two-paths", 100, "`redact` with two paths, one at any depth", || a::flow(a::REDACT, a::ORDER)),
        case("validate/json", 100, "`validate` against a schema of a list of 20", || a::flow(a::VALIDATE, a::ORDER)),
        case("xml-to-json/1-KiB", 50, "`xml-to-json`, 1 KiB", || a::flow(a::XML_TO_JSON, parts::XML)),
        case("json-to-xml/1-KiB", 50, "`json-to-xml`, 1 KiB", || a::flow(a::JSON_TO_XML, a::ORDER)),
        script("gatewayscript/one-variable", "`gatewayscript` that sets a variable", a::SCRIPT, ""),
        script("gatewayscript/body", "`gatewayscript` that changes a JSON body of 1 KiB", a::SCRIPT_BODY, a::ORDER),
        script("javascript/one-variable", "the v5 `javascript`, which sets a variable", a::JAVASCRIPT, a::ORDER),
    ]
}
