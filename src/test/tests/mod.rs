//! Tests of the runner.

mod coverage;
mod examples;
mod failures;
mod fixed;
mod mistakes;
mod recorded;
mod reports;
mod stand_ins;

use tempfile::TempDir;

use super::coverage::Coverage;
use super::{FileOutcome, Selection, run_file};
use crate::base::render_short;

/// An API whose `/orders/{id}` calls a service and a function.
const ORDERS: &str = "\
openapi: 3.0.3
info: { title: orders, version: 1.0.0 }
paths:
  /orders/{id}:
    get: { operationId: order, responses: { '200': { description: An order. } } }
x-assembly:
  execute:
    - invoke:
        title: look up
        target-url: http://shop/orders/$(request.parameters.id)
        verb: GET
        output: order
    - switch:
        case:
          - condition: order.status.code = 404
            execute:
              - throw: { title: missing, name: NoSuchOrder, message: none, error-status-code: 404 }
          - otherwise:
              - set-variable: { title: found, actions: [{ set: seen, value: true }] }
    - lambda: { title: price, function: price, input: order }
  catch:
    - errors: [LambdaThrottledError]
      execute:
        - set-variable: { title: busy, actions: [{ set: message.status.code, value: 503 }] }
";

/// Stand-ins with which `GET /orders/7` is answered `{euros: 10}`.
const ANSWERED: &str = "\
services: { 'http://shop': [{ path: /orders/7, answer: { body: { id: 7 } } }] }
functions: { price: { answer: { euros: 10 } } }
";

/// A folder with a document and a test file.
struct Folder(TempDir);

impl Folder {
    fn new(document: &str, tests: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("api.yaml"), document).unwrap();
        std::fs::write(folder.path().join("api.test.yaml"), tests).unwrap();
        Folder(folder)
    }

    async fn run(&self, coverage: &mut Coverage) -> FileOutcome {
        run_file(&self.0.path().join("api.test.yaml"), &Selection::default(), coverage).await
    }

    /// A text without the path of the folder.
    fn short(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// Runs tests: every failure as `name: place: message`, and every finding.
async fn failures(document: &str, tests: &str) -> Vec<String> {
    let folder = Folder::new(document, tests);
    let outcome = folder.run(&mut Coverage::default()).await;
    let findings = outcome.findings.iter().filter(|one| one.severity == crate::base::Severity::Error);
    let findings: Vec<String> = findings.map(|one| folder.short(&render_short(one, &outcome.sources))).collect();
    let failed = outcome.tests.iter().flat_map(|test| test.failures.iter().map(|one| (&test.name, one)));
    let failed = failed.map(|(name, one)| folder.short(&format!("{name}: {}: {}", one.place, one.message)));
    findings.into_iter().chain(failed).collect()
}

/// Runs tests of which none may fail, and at least one is there.
async fn passes(document: &str, tests: &str) {
    assert_eq!(failures(document, tests).await, [""; 0]);
    let outcome = Folder::new(document, tests).run(&mut Coverage::default()).await;
    assert!(!outcome.tests.is_empty());
}

/// An API with one path and this assembly; its first line is line 6, two columns in.
fn assembly(text: &str) -> String {
    let steps: String = text.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "openapi: 3.0.3\ninfo: {{ title: example, version: 1.0.0 }}\npaths:\n  /example: {{}}\nx-assembly:\n{steps}"
    )
}
