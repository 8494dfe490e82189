//! Variables that may be set: at load, at run time, and in the table, they all agree.

use std::sync::Arc;

use super::*;
use crate::test_support::{Ask, Setup, assembly, document, ibm_document};

const BOTH: [Generation; 2] = [Generation::V10, Generation::V5];

fn allows(writable: Writable, generation: Generation) -> bool {
    match writable {
        Writable::No => false,
        Writable::Both => true,
        Writable::V10 => generation == Generation::V10,
        Writable::V5 => generation == Generation::V5,
    }
}

fn has(row: &VariableInfo, generation: Generation) -> bool {
    match row.known {
        Known::Both => true,
        Known::V10 => generation == Generation::V10,
        Known::V5 => generation == Generation::V5,
    }
}

/// A value that every variable takes.
fn some_value() -> Value {
    201.into()
}

#[test]
fn the_table_the_check_and_run_time_agree() {
    for generation in BOTH {
        for row in VARIABLES.iter().filter(|row| has(row, generation)) {
            let name = row.name().replace("NAME", "x");
            let reference = variable(&name);
            let allowed = allows(row.writable, generation);
            assert_eq!(is_writable(&reference, generation), allowed, "{name} in {generation:?}");
        }
        let others = [
            "message.foo",
            "message.status",
            "message.status.text",
            "message.status.code.x",
            "message.statusCode",
            "message.statuscode",
            "message.statuscode.x",
            "message.headers.a.b",
            "message.attributes",
            "api.compatibility.security.return-v5-responses",
            "api.new",
            "client.new",
            "request.headers.x",
        ];
        let wholes = Builtin::ALL.iter().map(|root| root.name());
        let names = VARIABLES.iter().map(|row| row.name().replace("NAME", "x"));
        for name in names.chain(others.into_iter().chain(wholes).map(str::to_owned)) {
            let reference = variable(&name);
            let Root::Builtin(builtin) = reference.root else { panic!("{name} is not the gateway's") };
            let mut cx = context_of(generation);
            // All headers together are a map.
            let is_map = name == "message.headers";
            let value = if is_map { Value::object([("x-a", Value::from("201"))]) } else { some_value() };
            let set = cx.set(&reference, value);
            let writable = is_writable(&reference, generation);
            assert_eq!(set.is_ok(), writable, "{name} in {generation:?}: {set:?}");
            if writable && !is_map && !matches!(&*name, "message.status") && name != "message.headers.a.b" {
                assert_eq!(cx.get(&reference).to_text(), "201", "{name} in {generation:?}");
                assert_ne!(cx.borrowed(&reference), Some(""), "{name}");
            }
            if writable && builtin != Builtin::Message {
                cx.add(&reference, 7.into()).unwrap();
                assert_eq!(cx.text(&reference), "[201,7]", "{name}");
                cx.clear(&reference).unwrap();
                assert_eq!(cx.get(&reference), Value::NULL, "{name}");
            }
            if !writable && builtin != Builtin::Message {
                assert!(cx.clear(&reference).is_err() && cx.add(&reference, 7.into()).is_err(), "{name}");
            }
        }
    }
}

#[test]
fn a_name_that_cannot_be_set_is_found_at_load() {
    for generation in BOTH {
        for row in VARIABLES.iter().filter(|row| has(row, generation)) {
            let name = row.name().replace("NAME", "x");
            let steps = format!("execute:\n- set-variable: {{actions: [{{set: {name}, value: 201}}]}}");
            let (text, level) = match generation {
                Generation::V10 => (document(&steps), "error"),
                Generation::V5 => (ibm_document("datapower-gateway", &steps), "warning"),
            };
            let findings = Setup::default().load(&text).findings();
            let refused = findings.iter().any(|line| line.contains(&format!("{level} G0403 `{name}` cannot be set; ")));
            assert_eq!(refused, !allows(row.writable, generation), "{name} in {generation:?}: {findings:?}");
            assert_eq!(findings.len(), usize::from(refused), "{findings:?}");
        }
    }
}

#[tokio::test]
async fn what_a_step_sets_lies_over_the_gateways_own() {
    let text = "
properties: {fixed: p}
execute:
  - set-variable:
      actions:
        - {set: api.name, value: mine}
        - {set: api.operation.id, value: op}
        - {set: client.app.id, value: $(request.headers.x-key)}
        - {set: plan.limits.burst, value: 5}
        - {clear: api.version}
        - {set: '$(request.headers.x-name)', value: computed}
        - {set: message.body, value: '{}'}
        - {set: message.body.seen, value: '$(api.name) $(api.operation.id) $(api.operation.path) [$(api.version)] $(fixed)'}
        - {set: message.body.client, value: $(client)}
        - {set: message.body.plan, value: $(plan)}
        - {set: message.body.operation, value: $(api.operation)}
        - {set: message.body.computed, value: $(api.org.name)}";
    let gateway = assembly(text).serve_cleanly();
    let ask = Ask::get("/example/7").header("x-key", "k1").header("x-name", "api.org.name");
    let answer = gateway.ask(ask).await;
    assert_eq!(
        answer.json(),
        serde_json::json!({
            "seen": "mine op /example/{id} [] p",
            "client": {"app": {"id": "k1"}},
            "plan": {"limits": {"burst": 5}},
            "operation": {"id": "op", "path": "/example/{id}"},
            "computed": "computed",
        })
    );
    // One request's writes are not the next one's beginning.
    let answer = gateway.ask(Ask::get("/example/7").header("x-name", "other")).await;
    assert_eq!(answer.json()["client"], serde_json::json!(null));
}

#[tokio::test]
async fn what_was_set_of_an_error_goes_with_it() {
    let text = "
execute:
  - throw: {name: First, message: first}
catch:
  - errors: [First]
    execute:
      - set-variable: {actions: [{set: error.message, value: mended}, {set: message.headers.x-a, value: $(error.message)}]}
      - throw: {name: Second, message: second}
finally:
  - set-variable: {actions: [{set: message.headers.x-b, value: $(error.message)}]}";
    let answer = assembly(text).serve_cleanly().get().await;
    assert_eq!(answer.fault_name(), Some("Second"));
    let text = text.replace("      - throw: {name: Second, message: second}\n", "");
    let answer = assembly(&text).serve_cleanly().get().await;
    assert_eq!((answer.header("x-a"), answer.header("x-b")), (Some("mended"), Some("mended")));
    let mut cx = context();
    cx.set(&variable("error.message"), "mine".into()).unwrap();
    cx.state.take_fault(crate::runtime::Fault::thrown("Mine", "new"), None);
    assert_eq!(cx.text(&variable("error.message")), "new");
}

#[test]
fn an_output_is_a_message_of_its_own_or_the_message() {
    let findings = |name: &str| assembly(&format!("execute:\n- parse: {{output: {name}}}")).findings();
    assert_eq!(findings("order"), [""; 0]);
    assert_eq!(findings("message"), [""; 0]);
    for name in ["api", "api.name", "client.app.id", "error", "request"] {
        let help = "set a variable of your own, or one below `message`";
        assert_eq!(findings(name), [format!("api.yaml:6:21: error G0403 `{name}` cannot be set; {help}")]);
    }
}

#[test]
fn what_a_handler_sets_after_a_state_was_lost_is_there() {
    let mut cx = context();
    cx.state = cx.state.placeholder();
    let order = Reference::new(Root::Slot(0), Vec::new());
    assert!(cx.get(&order).is_empty());
    cx.set(&order, "7".into()).unwrap();
    assert_eq!(cx.get(&order).as_str(), Some("7"));
    assert_eq!(cx.roots(), [Arc::<str>::from("order")]);
    assert!(cx.state.input_mut(&Root::Builtin(Builtin::Client)).is_none());
    assert_eq!(cx.roots(), [Arc::<str>::from("order")], "no variable without a name");
}
