//! Expressions that want too much.

use std::time::{Duration, Instant};

use jsonata_core::meter::{self, Limits};
use jsonata_core::value::JValue;

use super::super::limits::{Refused, Turns};
use super::{Jsonata, compile, request};
use crate::expression::{ExpressionError, MAX_BYTES, MAX_LENGTH};

/// The error of an expression, which comes before anybody loses patience.
fn error(text: &str) -> ExpressionError {
    let start = Instant::now();
    let error = match compile(text) {
        Err(error) => error,
        Ok(compiled) => compiled.evaluate(&request()).unwrap_err(),
    };
    // A debug build on a busy machine; the time-out itself is one second.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    error
}

#[test]
fn recursion_without_end_ends() {
    let deep = error("($f := function($n) { 1 + $f($n + 1) }; $f(1))");
    assert!(matches!(deep.code.as_deref(), Some("D1011" | "U1001" | "D1012")), "{deep}");
    let forever = error("($f := function($n) { $f($n + 1) }; $f(1))");
    assert_eq!(forever.code.as_deref(), Some("D1012"));
}

#[test]
fn lists_without_end_are_refused() {
    assert_eq!(error("[1..1e9]").code.as_deref(), Some("D2014"));
    assert_eq!(error("[1..2000000]").code.as_deref(), Some("D2015"));
    assert!(error("$map([1..900000], function($i) { [1..900000] })").code.is_some());
}

#[test]
fn deep_expressions_are_refused() {
    let parentheses = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert_eq!(error(&parentheses).code.as_deref(), Some("U1002"));
    let chain = vec!["a = 1"; 5_000].join(" or ");
    assert_eq!(error(&chain).code.as_deref(), Some("U1002"));
    let open = "[".repeat(30_000);
    assert!(error(&open).code.is_some());
}

#[test]
fn expressions_as_deep_as_the_parser_takes_them_work() {
    for text in [
        format!("{}1{}", "(".repeat(400), ")".repeat(400)),
        vec!["$httpVerb() = 'x'"; 300].join(" or "),
        format!("{}a{}", "$not(".repeat(300), ")".repeat(300)),
        vec!["a"; 400].join("."),
        format!("{}1{}", "[".repeat(400), "]".repeat(400)),
    ] {
        let compiled = compile(&text).unwrap();
        compiled.test(&request()).unwrap();
    }
}

#[test]
fn long_expressions_are_refused() {
    let long = format!("'{}'", "x".repeat(1024 * 1024));
    assert!(error(&long).message.contains("bytes"));
    assert!(Jsonata::compile(&"x".repeat(MAX_LENGTH), &mut super::resolve).is_ok());
}

#[test]
fn a_result_that_is_too_deep_is_refused() {
    let deep = error("$reduce([1..5000], function($a, $i) { {'a': $a} })");
    assert_eq!(deep.code.as_deref(), Some("U1001"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_long_evaluation_keeps_no_thread_that_serves() {
    let long = tokio::spawn(async { error("($f := function($n) { $f($n + 1) }; $f(1))").code });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    tokio::spawn(async {}).await.unwrap();
    // The evaluation takes a second.
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert!(!long.is_finished());
    assert_eq!(long.await.unwrap().as_deref(), Some("D1012"));
}

/// The turns of its own: those of the process serve the tests that run at the same time.
#[test]
fn more_long_evaluations_than_may_wait_are_refused() {
    let turns = Turns::new(1);
    let later = Instant::now() + Duration::from_secs(60);
    let running = turns.wait(1, later).unwrap();
    assert_eq!(turns.wait(1, Instant::now()).err(), Some(Refused::Busy), "its time is over");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| turns.wait(1, later).is_ok());
        while turns.waiting() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(turns.wait(1, later).err(), Some(Refused::Busy), "one waits already");
        drop(running);
        assert!(waiting.join().unwrap());
    });
    assert!(turns.wait(1, Instant::now()).is_ok(), "all have ended");
    assert_eq!(Refused::Busy.code(), "U1005");
}

#[test]
fn what_authors_do_every_day_is_no_attack() {
    for text in [
        "$count($reduce([1..1500], function($a, $i) { $append($a, $i) }, []))",
        "$length($reduce([1..3000], function($a, $i) { $a & 'a row of a hundred letters' }, ''))",
        "$count([1..20000].{'a': $, 'b': $string($), 'c': {'d': $}})",
        "$count($sort([1..5000], function($a, $b) { $a < $b }))",
        "$count($distinct([1..2000]))",
        "$sum([1..5000].($ / $count([1..10])))",
    ] {
        let start = Instant::now();
        let limits = Limits { units: 20_000_000, bytes: MAX_BYTES, deadline: None };
        let run = || compile(text).unwrap().run(&JValue::Null, &JValue::Null, None, &request());
        assert!(meter::run(&limits, run).is_ok_and(|result| result.is_ok()), "{text} {:?}", start.elapsed());
    }
}
