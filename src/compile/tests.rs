//! Tests of compiled assemblies: their ops, their handlers, their names.

mod at_run_time;
mod custom;
mod estates;
mod faults;
mod findings;
mod likely;
mod liveness;
mod methods;
mod names;
mod v5;

use crate::test_support::{Answer, Setup, assembly};

/// A step that sets the header `x-NAME`, so that a response says where the flow has been.
fn mark(name: &str) -> String {
    format!("set-variable: {{actions: [{{set: message.headers.x-{name}, value: '1'}}]}}")
}

/// A step that fails under a name.
fn throw(name: &str) -> String {
    format!("throw: {{name: {name}}}")
}

/// The marks of a response, in the order of the alphabet.
fn marks(answer: &Answer) -> String {
    let mut marks: Vec<&str> = answer.headers.keys().filter_map(|name| name.as_str().strip_prefix("x-")).collect();
    marks.sort_unstable();
    marks.join(" ")
}

/// Answers a `GET` under an assembly, with where the flow has been.
async fn run(text: &str) -> (u16, String) {
    let answer = assembly(text).serve().get().await;
    (answer.status, marks(&answer))
}

/// The text of `execute`, `catch` or `finally` made of steps.
fn block(name: &str, steps: &[String]) -> String {
    let steps: String = steps.iter().map(|step| format!("  - {step}\n")).collect();
    format!("{name}:\n{steps}")
}

/// A catch entry of these names; no names are `default`.
fn entry(names: &str, steps: &[String]) -> String {
    let steps: String = steps.iter().map(|step| format!("        - {step}\n")).collect();
    match names {
        "" => format!("  - default:\n{steps}"),
        names => format!("  - errors: [{names}]\n    execute:\n{steps}"),
    }
}

fn setup_with(name: &str, value: &str) -> Setup {
    Setup::default().env(name, value)
}

/// The help of an unknown policy that is near none.
fn all_policies() -> String {
    let names: Vec<&str> = crate::policies::ALL.iter().map(|entry| entry.meta.name).collect();
    let own = "one of your own goes where `policies.paths` of the settings leads";
    format!("the policies are {}; {own}", crate::base::quoted_list(&names))
}
