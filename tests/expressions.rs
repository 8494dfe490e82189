//! What an expression may cost: each attack ends in time, and takes no more memory than it may.
//!
//! The memory of the whole process is counted, so this file holds one test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

#[path = "expressions/attacks.rs"]
mod attacks;

use std::time::{Duration, Instant};

use attacks::ATTACKS;
use gantry::expression::{Builtin, Jsonata, MAX_BYTES, Reference, Resolved, Root, Scope, SetError};
use gantry::value::Value;
use gantry_allocator::counting::{Counting, peak, reset_peak};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a request has left. Debug builds are slow, and there are many attacks.
const LEFT: Duration = Duration::from_millis(250);

/// When an attack is over, on a busy machine and in a debug build.
const PATIENCE: Duration = Duration::from_secs(8);

/// The values that the engine makes of a body take up to this many times its own values.
const INPUT: usize = 8;

struct Body {
    message: Value,
    deadline: Instant,
}

impl Scope for Body {
    fn get(&self, reference: &Reference) -> Value {
        match &reference.root {
            Root::Builtin(Builtin::Message) => {
                let path = reference.path.iter().map(|name| &**name);
                self.message.below(path)
            }
            _ => Value::NULL,
        }
    }

    fn text(&self, reference: &Reference) -> String {
        self.get(reference).to_text().into_owned()
    }

    fn set(&mut self, _: &Reference, _: Value) -> Result<(), SetError> {
        Ok(())
    }

    fn add(&mut self, _: &Reference, _: Value) -> Result<(), SetError> {
        Ok(())
    }

    fn clear(&mut self, _: &Reference) -> Result<(), SetError> {
        Ok(())
    }

    fn deadline(&self) -> Option<Instant> {
        Some(self.deadline)
    }
}

fn resolve(name: &str) -> Result<Resolved, String> {
    Ok(Resolved::Variable(Reference::new(Root::Named(name.into()), Vec::new())))
}

#[test]
fn every_attack_ends_in_time_and_memory() {
    let mut over = Vec::new();
    for (name, text, body) in ATTACKS {
        let expression = Jsonata::compile(text, &mut resolve).unwrap_or_else(|error| panic!("{name}: {error}"));
        let before = reset_peak();
        let message = Value::from(&serde_json::json!({ "body": body.json() }));
        let size = reset_peak() - before;
        let start = Instant::now();
        let scope = Body { message, deadline: start + LEFT };
        let before = reset_peak();
        let outcome = match expression.evaluate(&scope) {
            Ok(value) => value.to_text().chars().take(30).collect(),
            Err(error) => error.to_string(),
        };
        let (took, more) = (start.elapsed(), peak() - before);
        println!("{name}: {took:.2?}, {} MiB more, {outcome}", more >> 20);
        if took > PATIENCE || more > 2 * MAX_BYTES as usize + INPUT * size || outcome.contains("panicked") {
            over.push(format!("{name}: {took:?}, {more} bytes, {outcome}"));
        }
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}
