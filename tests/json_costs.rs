//! What a JSON text costs that is read: memory, and allocations.
//!
//! Everything of the process is counted, so this file holds one test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::alloc::System;

use bytes::Bytes;
use gantry::value::{Value, tree_bytes};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes of the large texts.
const LARGE: usize = 1_000_000;

/// How many times its own bytes a text may cost, these included.
const TIMES: usize = 6;

/// What every text costs, however small it is.
const LEAST: usize = 256;

fn many(item: impl Fn(usize) -> String) -> String {
    let mut text = String::from("[");
    for at in 0.. {
        text.push_str(&item(at));
        if text.len() > LARGE {
            break;
        }
        text.push(',');
    }
    text + "]"
}

/// Texts that are read to more than others of their length.
fn texts() -> Vec<(&'static str, String)> {
    let members = |count: usize, value: &str| {
        let names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().take(count);
        format!("{{{}}}", names.map(|name| format!("\"{name}\":{value}")).collect::<Vec<_>>().join(","))
    };
    let different = (0..100_000).map(|at| format!("\"{at:x}\":1")).collect::<Vec<_>>().join(",");
    vec![
        ("ones", many(|_| "1".into())),
        ("empty lists", many(|_| "[]".into())),
        ("empty objects", many(|_| "{}".into())),
        ("small objects", many(|_| r#"{"a":1}"#.into())),
        ("one list in each other", many(|_| format!("{}{}", "[".repeat(120), "]".repeat(120)))),
        ("objects with 16 members", many(|_| members(16, "1"))),
        ("objects with 17 members", many(|_| members(17, "1"))),
        ("objects with 33 members", many(|_| members(33, "1"))),
        ("one object with 100,000 members", format!("{{{different}}}")),
        ("one member again and again", format!("{{{}\"a\":1}}", "\"a\":1,".repeat(LARGE / 6))),
        ("short strings", many(|_| "\"\"".into())),
        ("strings with escapes", many(|_| "\"\\n\"".into())),
        ("one long string", format!("[\"{}\"]", "x".repeat(LARGE))),
        ("one long string with an escape", format!("[\"{}\\n\"]", "x".repeat(LARGE))),
        ("one long string of escapes", format!("[\"{}\"]", "\\u00e9".repeat(LARGE / 6))),
        ("orders", many(|_| ORDER.into())),
    ]
}

const ORDER: &str = r#"{"id":"ord-20481","customer":{"name":"Anna Müller","email":"anna@example.com","active":true,"score":12.5},"items":[{"sku":"A-1","qty":2,"price":10.00,"tags":["new","sale"]},{"sku":"B-2","qty":1,"price":99.95,"tags":[]}],"note":"leave at\n\"door\"","total":119.95,"created":"2026-01-02T03:04:05Z","ref":null}"#;

#[test]
fn json_costs_a_few_times_its_text() {
    // What is made once.
    drop(Value::parse_json(b"[{\"a\\n\":1}]"));
    for (name, text) in texts() {
        let region = Region::new(ALLOCATOR);
        let body = Bytes::copy_from_slice(text.as_bytes());
        let value = Value::read_json(body).unwrap();
        let change = region.change();
        let held = change.bytes_allocated - change.bytes_deallocated;
        println!("{name}: {:.2} times its {} bytes", held as f64 / text.len() as f64, text.len());
        assert!(held <= TIMES * text.len() + LEAST, "{name}: {held} for {}", text.len());
        let charged = text.len() + tree_bytes(text.as_bytes());
        assert!(held <= charged + LEAST, "{name}: {held} bytes, and {charged} are charged");
        drop(value);
    }
    let body = Bytes::from(format!("[{ORDER},{ORDER},{ORDER}]"));
    let region = Region::new(ALLOCATOR);
    let value = Value::read_json(body.clone()).unwrap();
    let read = region.change();
    let note = value.at(["2", "customer", "email"]).unwrap();
    assert_eq!(note.as_str(), Some("anna@example.com"));
    assert_eq!(value.to_bytes(), body);
    let whole = region.change();
    let count = |change: stats_alloc::Stats| change.allocations + change.reallocations;
    println!("{} allocations for {} bytes, {} with a member and the way out", count(read), body.len(), count(whole));
    assert!(count(whole) <= 6, "{whole:?}");
}
