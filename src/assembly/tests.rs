//! Carriers, blocks and steps as documents write them.

use crate::test_support::{Ask, Setup, assembly, document, ibm_document};

/// A step that appends a letter to the header `x-way`, as a flow map.
fn step(letter: &str) -> String {
    format!("{{set-variable: {{actions: [{{add: message.headers.x-way, value: {letter}}}]}}}}")
}

/// Root assembly, a path of its own, an operation of its own.
fn carriers(path: &str, operation: &str) -> String {
    format!(
        "
openapi: 3.0.3
info: {{title: t, version: '1'}}
paths:
  /x:
    {path}
    get:
      responses: {{}}
      {operation}
    post: {{responses: {{}}}}
  /y:
    get: {{responses: {{}}}}
x-assembly:
  execute: [{root}]
  catch:
    - errors: [A]
      execute: [{caught}]
  finally: [{last}]
",
        root = step("root"),
        caught = step("caught"),
        last = step("last")
    )
}

async fn way(document: &str, verb: &str, path: &str) -> String {
    let answer = Setup::default().load(document).serve_cleanly().ask(Ask::new(verb, path)).await;
    let values = answer.headers.get_all("x-way").iter().map(|value| value.to_str().unwrap().to_owned());
    values.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_operations_assembly_replaces_execute_and_inherits_the_rest() {
    let document = carriers("", &format!("x-assembly: {{execute: [{}, {{throw: {{name: A}}}}]}}", step("own")));
    assert_eq!(way(&document, "GET", "/x").await, "own caught last");
    assert_eq!(way(&document, "POST", "/x").await, "root last");
    assert_eq!(way(&document, "GET", "/y").await, "root last");
}

#[tokio::test]
async fn its_own_catch_and_finally_replace_those_of_the_document() {
    let own = format!(
        "x-assembly: {{execute: [{{throw: {{name: A}}}}], catch: [{{default: [{}]}}], finally: [{}]}}",
        step("mine"),
        step("end")
    );
    assert_eq!(way(&carriers("", &own), "GET", "/x").await, "mine end");
    let none = format!("x-assembly: {{execute: [{}], catch: [], finally: []}}", step("own"));
    assert_eq!(way(&carriers("", &none), "GET", "/x").await, "own");
}

#[tokio::test]
async fn a_paths_assembly_is_that_of_its_operations_without_one() {
    let path = format!("x-assembly: {{execute: [{}]}}", step("path"));
    let document = carriers(&path, &format!("x-assembly: {{execute: [{}]}}", step("own")));
    assert_eq!(way(&document, "GET", "/x").await, "own last");
    assert_eq!(way(&document, "POST", "/x").await, "path last");
    assert_eq!(way(&document, "GET", "/y").await, "root last");
}

#[tokio::test]
async fn ours_is_read_before_ibms() {
    let both = format!(
        "{}x-ibm-configuration:\n  assembly:\n    execute: [{}]\n",
        document(&format!("execute: [{}]", step("ours"))),
        step("ibm")
    );
    assert_eq!(way(&both, "GET", "/example/7").await, "ours");
    let two = format!(
        "{}x-gateway-configuration:\n  assembly:\n    execute: [{}]\n",
        ibm_document("datapower-gateway", &format!("execute: [{}]", step("ibm"))),
        step("gateway")
    );
    assert_eq!(way(&two, "GET", "/example/7").await, "gateway");
}

#[test]
fn an_operation_without_an_assembly_is_refused() {
    let text = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /x:\n    get: {responses: {}}\n  /y: {}\n";
    let help = "add `x-assembly` with an `execute` list to the operation, its path or the document";
    assert_eq!(
        Setup::default().load(text).findings(),
        [
            format!("api.yaml:5:5: error G0201 `GET /x` has no assembly, so there is nothing to run; {help}"),
            format!("api.yaml:6:3: error G0201 `any verb /y` has no assembly, so there is nothing to run; {help}"),
        ]
    );
    for empty in ["execute: []", "execute:", "catch: [{default: [{throw: {name: A}}]}]"] {
        let findings = assembly(empty).findings();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].contains(" error G0201 "), "{empty} {findings:?}");
    }
    // Inherited handlers do not make an assembly of nothing.
    let findings = Setup::default().load(&carriers("", "x-assembly: {}")).findings();
    assert!(findings.len() == 1 && findings[0].contains("`GET /x` has no assembly"), "{findings:?}");
}

#[test]
fn shapes_that_are_no_steps_are_refused_at_their_place() {
    let indent = "indent the properties of the policy below its name, and start the next step with `- `";
    for (execute, expected) in [
        (
            "execute: {invoke: {}}",
            "5:12: error G0202 `execute` is a map, expected a list of steps; start every step with `- ` and its policy"
                .to_owned(),
        ),
        (
            "execute: text",
            "5:12: error G0202 `execute` is text, expected a list of steps; start every step with `- ` and its policy"
                .to_owned(),
        ),
        (
            "execute: [{throw: {name: A}, title: x}]",
            format!("5:13: error G0209 `title` is next to the policy of its step, expected below it; {indent}"),
        ),
        (
            "execute: [[throw]]",
            format!("5:13: error G0202 a step is a list, expected a map with one key, the policy's name; {indent}"),
        ),
        ("execute: [{throw: text}]", "5:21: error G0202 the properties of `throw` are text, expected a map".to_owned()),
        (
            "execute: [{throw: {name: A}}]\nexcute: []",
            "6:3: error G0303 `x-assembly` has no property `excute`; did you mean `execute`?".to_owned(),
        ),
        (
            "execute: [{throw: {name: A}}]\nerror-format: v6",
            "6:17: error G0304 `error-format` is something else than `v10` or `v5`".to_owned(),
        ),
    ] {
        let findings = assembly(execute).findings();
        let own: Vec<_> = findings.iter().filter(|line| !line.contains("G0201")).collect();
        assert_eq!(own, [&format!("api.yaml:{expected}")], "{execute}");
    }
}

#[test]
fn catch_entries_are_checked() {
    let help = "write `- errors: [NAME]` and, below it without a dash, `execute:`; or `- default:`";
    let needs = format!("error G0203 a catch entry needs `errors` together with `execute`, or `default`; {help}");
    for (catch, expected) in [
        ("[{errors: [A]}, {execute: []}]", vec![format!("6:12: {needs}"), format!("6:27: {needs}")]),
        ("{default: []}", vec!["6:10: error G0203 `catch` is a map, expected a list of entries".to_owned()]),
        (
            "[{errors: [], execute: []}]",
            vec![
                "6:20: warning G0203 `errors` names no fault, so the entry takes none; name the faults, or write \
                 `- default:` for all that no other entry takes"
                    .to_owned(),
            ],
        ),
        (
            "[{errors: [default], execute: []}]",
            vec![
                "6:21: warning G0203 no fault is called `default`; the entry is taken as the one for all that no other \
                 takes; write `- default:` with the steps below it"
                    .to_owned(),
            ],
        ),
    ] {
        let findings = assembly(&format!("execute: [{{throw: {{name: A}}}}]\ncatch: {catch}")).findings();
        let expected: Vec<_> = expected.iter().map(|line| format!("api.yaml:{line}")).collect();
        assert_eq!(findings, expected, "{catch}");
    }
    assert_eq!(assembly("execute: [{throw: {name: A}}]\ncatch: [{errors: A, execute: []}]").findings(), [""; 0]);
}

#[test]
fn entries_that_can_never_run_are_reported_and_others_are_not() {
    let findings = |catch: &str| {
        let list: String = catch
            .split(' ')
            .map(|entry| match entry {
                "default" => "  - default: [{throw: {name: Z}}]\n".to_owned(),
                names => format!("  - {{errors: [{names}], execute: [{{throw: {{name: Z}}}}]}}\n"),
            })
            .collect();
        assembly(&format!("execute: [{{throw: {{name: A}}}}]\ncatch:\n{list}")).findings()
    };
    assert_eq!(
        findings("default A"),
        ["api.yaml:8:8: warning G0204 this entry can never run: `default` stands before it and takes its faults \
          (taken here: api.yaml:7:7); move `default` to the end of the list"]
    );
    assert_eq!(
        findings("A,B C B,A"),
        ["api.yaml:9:8: warning G0204 this entry can never run: an entry before it names the same faults \
          (taken here: api.yaml:7:8); put the steps of both into one entry"]
    );
    // `default` does not take refusals of the client.
    for catch in ["default BadRequestError", "default A,UnauthorizedError", "A A,B", "A B default"] {
        assert_eq!(findings(catch), [""; 0], "{catch}");
    }
}

/// Operations whose answers come from examples and schemas.
const EXAMPLES: &str = "openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /order:
    get:
      responses:
        '404': {description: gone}
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    post: {responses: {'200': {description: d, content: {application/json: {example: {a: 'costs ${MUCH} $(x)'}}}}}}
    put: {responses: {'200': {description: d, content: {text/plain: {examples: {one: {value: hello}}}}}}}
    delete: {responses: {'204': {description: d}}}
    patch: {responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}}}
components:
  schemas:
    Node: {type: object, properties: {next: {$ref: '#/components/schemas/Node'}, id: {type: integer, minimum: 7}}}
    Order:
      allOf:
        - {type: object, properties: {id: {type: string, format: uuid}, secret: {type: string, writeOnly: true}}}
        - properties: {lines: {type: array, minItems: 2, items: {type: object, properties: {n: {type: number, maximum: 0.5}}}}, m: {type: integer, minimum: 5, multipleOf: 4}, kind: {enum: [a, b]},
            text: {type: [string, 'null'], minLength: 6}, given: {type: object, example: {x: 1}}, nothing: {}}
x-assembly: {execute: [{throw: {name: NeverRuns}}]}
";

#[tokio::test]
async fn mocked_operations_answer_from_examples_and_schemas() {
    let setup = Setup::default().settings(|settings| settings.documents.mock = true);
    let gateway = setup.load(EXAMPLES).serve_cleanly();
    let answer = gateway.ask(Ask::get("/order")).await;
    let uuid = "00000000-0000-4000-8000-000000000000";
    let expected = format!(
        r#"{{"id":"{uuid}","lines":[{{"n":0.5}},{{"n":0.5}}],"m":8,"kind":"a","text":"textxx","given":{{"x":1}},"nothing":null}}"#
    );
    assert_eq!((answer.status, answer.text()), (201, expected.as_str()));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(gateway.ask(Ask::new("POST", "/order")).await.short(), (200, r#"{"a":"costs ${MUCH} $ (x)"}"#));
    assert_eq!(gateway.ask(Ask::new("PUT", "/order")).await.short(), (200, "hello"));
    assert_eq!(gateway.ask(Ask::new("DELETE", "/order")).await.short(), (204, ""));
    let empty = gateway.ask(Ask::new("DELETE", "/order").header("content-type", "text/x")).await;
    assert_eq!(empty.header("content-type"), None);
    // A schema that contains itself ends.
    let node = gateway.ask(Ask::new("PATCH", "/order")).await;
    assert!(node.text().starts_with(r#"{"next":{"next":"#) && node.text().len() < 400, "{}", node.text());
}
