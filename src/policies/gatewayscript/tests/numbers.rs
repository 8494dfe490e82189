//! Numbers that a script only passes on keep the text that they were sent with.

use super::{post, v5};
use crate::test_support::Ask;

const BODY: &str = r#"{"id":9007199254740993,"p":10.00,"big":1e400,"n":1}"#;

#[tokio::test]
async fn what_a_script_passes_on_keeps_its_digits() {
    for (script, expected) in [
        ("context.set('message.body', context.get('message.body'));", BODY.to_owned()),
        ("context.message.body.write(JSON.parse(context.get('message.body')));", BODY.to_owned()),
        ("context.message.body.readAsJSON((error, body) => context.message.body.write(body));", BODY.to_owned()),
        (
            "const body = context.get('message.body'); body.n = 2; context.set('message.body', body);",
            BODY.replace("\"n\":1", "\"n\":2"),
        ),
        (
            "const body = context.get('message.body'); context.set('message.body', {moved: [body.id]});",
            r#"{"moved":[9007199254740993]}"#.to_owned(),
        ),
        (
            "const body = context.get('message.body'); context.set('id', body.id); context.set('message.body', {id: context.get('id')});",
            r#"{"id":9007199254740993}"#.to_owned(),
        ),
        ("context.set('message.body', {id: context.get('message.body.id')});", r#"{"id":9007199254740993}"#.to_owned()),
        (
            "const body = context.get('message.body'); body.p = body.p + 1; body.n = 10; context.set('message.body', body);",
            r#"{"id":9007199254740993,"p":11,"big":1e400,"n":10}"#.to_owned(),
        ),
        (
            "context.set('message.headers.x-id', context.get('message.body').id); \
          context.message.body.write(context.get('message.headers.x-id'));",
            "9007199254740993".to_owned(),
        ),
    ] {
        assert_eq!(post(script, BODY).await.text(), expected, "{script}");
    }
    let script = "apim.setvariable('message.body', apim.getvariable('request.body'));";
    assert_eq!(v5(script).ask(Ask::post("/example/7", BODY)).await.text(), BODY);
}
