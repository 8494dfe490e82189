//! `validate`: a schema and an instance, both JSON, under a budget of steps. What is compiled and validated takes no more memory than
//! the sizes of both and the budget allow, and both ways to validate
//! agree.
#![no_main]

use gantry::json_schema::{Budget, Draft, Meter, Options, Schema};
use gantry_fuzz::{split, within};
use serde_json::Value;

/// Steps of one validation: a hundredth of what a request may take.
const STEPS: u64 = 1_000_000;

/// Bytes that a validation may hold: some for each step, and what patterns are compiled to.
const MOST: usize = 32 << 20;

const DRAFTS: [Draft; 3] = [Draft::Draft4, Draft::Draft7, Draft::Draft202012];

fn validate(draft: Draft, schema: &Value, instance: &Value) {
    let options = Options { draft, discriminator: true, is_own: false, find: None };
    let Ok(compiled) = Schema::compile(schema, &options) else { return };
    let valid = compiled.is_valid(instance, &mut Meter::new(Budget::steps(STEPS)));
    let problems = compiled.check(instance, &mut Meter::new(Budget::steps(STEPS)), 10);
    if let (Ok(valid), Ok(problems)) = (valid, problems) {
        assert_eq!(valid, problems.is_empty(), "{draft:?}: the two ways do not agree");
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((schema, instance)) = split(data) else { return };
    let (Ok(schema), Ok(instance)) = (serde_json::from_str::<Value>(schema), serde_json::from_slice(instance)) else { return };
    within(MOST, data, || DRAFTS.iter().for_each(|draft| validate(*draft, &schema, &instance)));
});
