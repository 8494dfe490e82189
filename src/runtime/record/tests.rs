use super::*;
use crate::test_support::{Ask, Functions, Reply, TestServer, assembly, json_reply};
use crate::value::Secret;

/// The steps by title, with their parts and outcomes.
fn outline(details: &Details) -> Vec<(&str, Part, StepOutcome)> {
    details.steps.iter().map(|step| (step.title.as_str(), step.part, step.outcome)).collect()
}

fn step<'d>(details: &'d Details, title: &str) -> &'d StepRecord {
    details.steps.iter().find(|step| step.title == title).unwrap_or_else(|| panic!("no `{title}` in {details:#?}"))
}

fn json(details: &Details) -> String {
    serde_json::to_string(details).unwrap()
}

const CHOICE: &str = "
execute:
  - set-variable: {title: first, actions: [{set: order.id, value: $(request.parameters.id)}]}
  - switch:
      title: choice
      case:
        - condition: order.id = '1'
          execute: [{throw: {title: one, name: One}}]
        - condition: order.id = '7'
          execute:
            - set-variable: {title: seven, actions: [{set: order.id, value: 8}, {set: message.headers.x-a, value: b}]}
            - throw: {title: seven's, name: Seven, message: it is $(order.id)}
catch:
  - errors: [One, Two]
    execute: [{set-variable: {title: never, actions: [{set: a, value: 1}]}}]
  - errors: [Seven]
    execute: [{set-variable: {title: taken, actions: [{set: message.body, value: $(error.message)}]}}]
finally:
  - set-variable: {title: last, actions: [{clear: order}]}
";

#[tokio::test]
async fn a_record_has_steps_variables_and_the_way_of_a_fault() {
    let (answer, details) = assembly(CHOICE).serve_cleanly().record(Ask::get("/example/7")).await;
    assert_eq!(answer.text(), "it is 8");
    let done = StepOutcome::Done;
    assert_eq!(
        outline(&details),
        [
            ("before the assembly", Part::Flow, done),
            ("first", Part::Flow, done),
            ("choice", Part::Flow, done),
            ("seven", Part::Flow, done),
            ("seven's", Part::Flow, StepOutcome::Fault),
            ("taken", Part::Catch, done),
            ("last", Part::Finally, done),
        ]
    );
    let text = |content: &Content| content.text.clone();
    let first = step(&details, "first");
    assert!(first.place.ends_with("api.yaml:6:7") && first.policy == "set-variable", "{first:?}");
    let reads: Vec<_> = first.reads.iter().map(|one| (one.name.as_str(), one.value.as_ref().map(text))).collect();
    assert_eq!(reads, [("request.parameters.id", Some("7".to_owned()))]);
    let writes = |title| -> Vec<_> {
        let step = step(&details, title);
        step.writes.iter().map(|one| (one.name.as_str(), text(&one.before), text(&one.after))).collect()
    };
    assert_eq!(writes("first"), [("order", String::new(), r#"{"id":"7"}"#.to_owned())]);
    assert_eq!(writes("seven"), [("order", r#"{"id":"7"}"#.to_owned(), r#"{"id":8}"#.to_owned())]);
    assert_eq!(writes("last"), [("order", r#"{"id":8}"#.to_owned(), String::new())]);
    assert_eq!((step(&details, "choice").case, first.case), (Some(2), None));
    let seven = step(&details, "seven");
    assert_eq!(details.messages[seven.before].headers.iter().filter(|(name, _)| name == "x-a").count(), 0);
    assert!(details.messages[seven.after].headers.contains(&("x-a".to_owned(), "b".to_owned())));
    assert_eq!((first.before, first.after), (0, 0), "a step that leaves `message` as it is");
    let [fault] = details.faults.as_slice() else { panic!("{details:#?}") };
    assert_eq!((fault.name.as_str(), fault.message.as_str(), fault.source.as_str()), ("Seven", "it is 8", "author"));
    assert_eq!(
        (fault.step, &*fault.passed, fault.caught_by.as_deref()),
        (Some(4), &["One, Two".to_owned()][..], Some("Seven"))
    );
    assert!(details.steps.iter().all(|step| step.duration_ms >= 0.0 && step.duration_ms < 10_000.0));
    assert_eq!(serde_json::from_str::<Details>(&json(&details)).unwrap(), details, "it reads as it was written");
}

#[tokio::test]
async fn no_condition_and_no_catch_are_in_the_record_too() {
    let gateway = assembly(&CHOICE.replace("[Seven]", "[Other]")).serve_cleanly();
    let (_, details) = gateway.record(Ask::get("/example/2")).await;
    assert_eq!(step(&details, "choice").case, Some(0));
    let (answer, details) = gateway.record(Ask::get("/example/7")).await;
    assert_eq!((answer.status, details.faults[0].caught_by.as_deref()), (500, None));
    assert_eq!(details.faults[0].passed, ["One, Two", "Other"]);
}

#[tokio::test]
async fn a_body_is_in_the_record_where_a_step_has_read_it() {
    let reads = "execute: [{parse: {}}, {set-variable: {actions: [{set: a, value: $(message.body.n)}]}}]";
    let (_, details) = assembly(reads).serve_cleanly().record(Ask::post("/example/7", r#"{"n": 1}"#)).await;
    assert_eq!(
        (details.messages[0].body.kind, details.messages[0].body.text.as_str()),
        (ContentKind::Json, r#"{"n": 1}"#)
    );
    let echo = TestServer::start(|request| Reply::Reply(200, vec![], request.body.clone()));
    let streams = format!("execute: [{{invoke: {{title: call, target-url: '{}'}}}}]", echo.url("/"));
    let (answer, details) = assembly(&streams).serve_cleanly().record(Ask::post("/example/7", "some text")).await;
    assert_eq!(answer.text(), "some text", "the record has taken nothing of it");
    let call = step(&details, "call");
    let (before, after) = (&details.messages[call.before], &details.messages[call.after]);
    assert_eq!((before.body.kind, before.body.bytes, before.body.text.as_str()), (ContentKind::Stream, Some(9), ""));
    assert_eq!((after.body.kind, after.status), (ContentKind::Stream, Some(200)));
    assert_eq!(call.calls[0].request.as_ref().unwrap().body.kind, ContentKind::Sent);
    assert_eq!(call.calls[0].answer.as_ref().unwrap().body.kind, ContentKind::Stream);
}

#[tokio::test]
async fn secrets_are_nowhere_in_a_record() {
    let service = TestServer::start(|_| {
        let body = r#"{"access_token": "canary-token-1", "n": 1, "note": "canary-token-1"}"#;
        let headers = vec![("set-cookie", "sid=canary-cookie-1".to_owned())];
        Reply::Reply(200, headers, body.as_bytes().to_vec())
    });
    let text = format!(
        "
execute:
  - invoke:
      title: log in
      target-url: '{}?sig=canary-query-1&a=b'
      verb: POST
      username: joe
      password: canary-word-1
      api-key: canary-key-1
      output: login
  - set-variable:
      title: spread
      actions:
        - {{set: a, value: $(login.body.access_token)}}
        - {{set: b, value: $(request.headers.authorization)}}
        - {{set: c, value: '{{\"password\": \"canary-word-2\", \"more\": 1}}'}}
        - {{set: d, value: canary from outside}}
        - {{set: message.headers.x-token, value: $(login.body.access_token)}}
  - throw: {{name: Mine, message: it was $(request.headers.authorization)}}
",
        service.url("/login")
    );
    // The warnings are about secrets in the document.
    let mut gateway = assembly(&text).serve();
    gateway.snapshot.outside = [Secret::new("canary from outside")].into();
    let ask = Ask::post("/example/7?password=canary-query-2", r#"{"client_secret": "canary-body-1"}"#);
    let ask = ask.header("authorization", "Bearer canary-header-1").header("cookie", "a=canary-cookie-2");
    let (_, details) = gateway.record(ask).await;
    let shown = json(&details);
    assert!(!shown.contains("canary"), "{shown}");
    let call = &step(&details, "log in").calls[0];
    assert!(call.target.ends_with("/login?sig=***&a=b"), "{}", call.target);
    assert_eq!(call.answer.as_ref().unwrap().body.text, r#"{"access_token": "***", "n": 1, "note": "***"}"#);
    assert_eq!(details.faults[0].message, "it was Bearer ***");
    assert!(shown.contains(r#"["authorization","***"]"#) && shown.contains(r#"["x-token","***"]"#), "{shown}");
}

#[tokio::test]
async fn calls_of_functions_have_their_payload_their_answer_and_the_tail_of_the_log() {
    let hello = "def handler(event, context):\n    print('a word in the log')\n    return {'got': event['n'] + 1}\n";
    let fails = "def handler(event, context):\n    raise KeyError('no such thing')\n";
    let Some(functions) = Functions::start(&[("hello.py", hello), ("fails.py", fails)]).await else { return };
    let text = "
execute:
  - lambda: {title: good, function: hello, log-type: tail, output: got}
  - lambda: {title: bad, function: fails, log-type: tail}
";
    let (_, details) =
        functions.setup().assembly(text).serve_cleanly().record(Ask::post("/example/7", r#"{"n": 1}"#)).await;
    let call = &step(&details, "good").calls[0];
    assert_eq!((call.target.as_str(), call.status, call.attempts), ("hello in eu-west-1", Some(200), 1));
    assert_eq!(call.request.as_ref().unwrap().body.text, r#"{"n": 1}"#);
    assert_eq!(call.answer.as_ref().unwrap().body.text, r#"{"got": 2}"#);
    assert!(call.log.as_ref().unwrap().text.contains("a word in the log"), "{call:#?}");
    assert_eq!(step(&details, "good").writes[0].after.text, r#"{"got": 2}"#);
    let call = &step(&details, "bad").calls[0];
    assert!(call.failure.as_ref().is_some_and(|failure| failure.kind == "LambdaFunctionError"), "{call:#?}");
    assert!(call.answer.as_ref().unwrap().body.text.contains("no such thing"), "{call:#?}");
    assert!(call.log.is_some(), "{call:#?}");
    assert_eq!(details.faults[0].name, "LambdaFunctionError");
}

#[tokio::test]
async fn calls_of_scripts_and_calls_without_an_answer_are_in_the_record() {
    let service = TestServer::start(|_| json_reply(200, r#"{"n": 2}"#));
    let text = format!(
        "
execute:
  - gatewayscript:
      title: script
      source: |
        require('urlopen').open({{target: '{}', method: 'post', data: 'sent by it'}}, function (error, answer) {{
          context.set('found', 'x');
        }});
  - invoke: {{title: no answer, target-url: 'http://127.0.0.1:{}/'}}
",
        service.url("/a"),
        crate::test_support::closed_port().port()
    );
    let (_, details) = assembly(&text).serve().record(Ask::get("/example/7")).await;
    let script = step(&details, "script");
    let call = &script.calls[0];
    assert_eq!(call.request.as_ref().unwrap().body.text, "sent by it");
    assert_eq!((call.status, call.answer.as_ref().unwrap().body.text.as_str()), (Some(200), r#"{"n": 2}"#));
    assert_eq!(script.writes[0].name, "found");
    let call = &step(&details, "no answer").calls[0];
    assert!(call.failure.is_some() && call.answer.is_none() && call.status.is_none(), "{call:#?}");
}

#[tokio::test]
async fn a_record_is_bounded() {
    let step = "  - set-variable: {actions: [{set: a, value: $(request.headers.x-long)}, {set: message.body, value: $(a)$(a)}]}
  - set-variable: {actions: [{set: a, value: b}, {set: message.body, value: $(a)}]}
";
    let text = format!("execute:\n{}", step.repeat(200));
    let long = "x y ".repeat(2000);
    let (_, details) = assembly(&text).serve_cleanly().record(Ask::get("/example/7").header("x-long", &long)).await;
    assert_eq!(details.steps.len(), 401, "every step is there");
    let body = &details.messages[1].body;
    assert_eq!((body.text.len(), body.bytes, body.cut), (4096, Some(16_000), true));
    let size = json(&details).len();
    assert!(details.cut && size < 1024 * 1024, "{size}");
    let text = format!("execute:\n{}", step.repeat(400));
    let (_, details) = assembly(&text).serve_cleanly().record(Ask::get("/example/7")).await;
    assert_eq!((details.steps.len(), details.cut), (512, true));
}
