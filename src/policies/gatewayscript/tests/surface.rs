//! Tests of the request as a script reads and changes it.

use serde_json::json;

use super::{Ask, gateway, post, says, table, v5};

#[tokio::test]
async fn variables_are_read_by_name() {
    table(&[
        ("context.get('request.verb')", json!("POST")),
        ("context.get('request.path')", json!("/example/7")),
        ("context.get('request.parameters.id')", json!("7")),
        ("context.get('request.headers.content-type')", json!("application/json")),
        ("context.get(\"request.headers['Content-Type']\")", json!("application/json")),
        ("context.get('api.operation.path')", json!("/example/{id}")),
        ("context.get('message.body.a.b.1')", json!("two")),
        ("context.get('message.body').n + 1", json!(2.5)),
        ("typeof context.get('nothing.there')", json!("undefined")),
        ("(context.set('x.y', [1, {z: true}]), context.get('x.y.1.z'))", json!(true)),
        ("(context.set('x', 1), context.clear('x'), typeof context.get('x'))", json!("undefined")),
        ("(context.set('big', 9007199254740991), context.get('big'))", json!(9_007_199_254_740_991i64)),
        ("(context.set('bytes', Buffer.from([255, 0])), context.get('bytes').toString('hex'))", json!("ff00")),
        ("context.request.header.get('CONTENT-TYPE')", json!("application/json")),
        ("context.request.querystring", json!("a=1&b=x%20y")),
        ("context.message.headers['Content-Type']", json!("application/json")),
        ("'content-type' in context.message.headers", json!(true)),
        ("Object.keys(context.message.headers).includes('content-type')", json!(true)),
        ("(context.message.headers['x-a'] = 'b', context.message.header.get('X-A'))", json!("b")),
        ("(context.message.header.set('x-a', ['b', 'c']), context.get('message.headers.x-a'))", json!("b, c")),
        (
            "(context.message.header.remove('content-type'), typeof context.message.header.get('content-type'))",
            json!("undefined"),
        ),
        ("typeof context.message.statusCode", json!("undefined")),
        (
            "(context.message.statusCode = '201 All Made', [context.message.statusCode, context.message.reasonPhrase, context.message.statusCode = 200])",
            json!([201, "All Made", 200]),
        ),
        ("(context.message.reasonPhrase = 'Fine', context.message.reasonPhrase)", json!("Fine")),
        ("[context.isJSON(), context.isXML(), context.isText()]", json!([true, false, false])),
        ("apim.getvariable('request.verb')", json!("POST")),
        ("(apim.setvariable('q', 'r'), apim.getvariable('q'))", json!("r")),
        ("(apim.setvariable('l', 1), apim.setvariable('l', 2, 'add'), apim.getvariable('l'))", json!([1, 2])),
        ("apim.getContext('request.verb')", json!("POST")),
        ("(session.name('mine').setVariable('a', {b: 1}), session.name('mine').getVariable('a').b)", json!(1)),
        ("typeof session.name('other').getVariable('a')", json!("undefined")),
        ("typeof context.get('mine')", json!("undefined")),
        (
            "[typeof process, typeof module, typeof global, typeof window, typeof fetch, typeof std, typeof os]",
            json!(["undefined", "undefined", "undefined", "undefined", "undefined", "undefined", "undefined"]),
        ),
    ])
    .await;
}

#[tokio::test]
async fn bodies_are_read_in_every_form() {
    for (script, expected) in [
        ("context.message.body.readAsJSON((error, body) => say([error, body.n]));", json!([null, 1.5])),
        ("context.request.body.readAsJSON((error, body) => say(body.a.b));", json!([1, "two"])),
        (
            "context.message.body.readAsBuffer((error, body) => say([Buffer.isBuffer(body), body.length, body.toString('utf8', 0, 4)]));",
            json!([true, 34, "{\"a\""]),
        ),
        ("context.message.body.readAsBuffers((error, body) => say(body.toString().length));", json!(34)),
        ("context.message.body.readAsString((error, body) => say(body.slice(0, 4)));", json!("{\"a\"")),
        ("session.input.readAsJSON((error, body) => say(body.n));", json!(1.5)),
        ("session.input.readAsBuffer((error, body) => say(body.length));", json!(34)),
        ("apim.readInputAsJSON((error, body) => say(body.n));", json!(1.5)),
        ("apim.readInputAsBuffer((error, body) => say(body.toString().length));", json!(34)),
        ("context.message.body.readAsJSON().then((body) => say(body.n));", json!(1.5)),
        ("(async () => say((await context.message.body.readAsJSON()).n))();", json!(1.5)),
        (
            "context.message.body.write('no json'); context.message.body.readAsJSON((error) => say(/not JSON/.test(error.errorMessage)));",
            json!(true),
        ),
        (
            "context.message.body.readAsXML((error) => say([error.name, /^the text is no XML: .* at byte/.test(error.errorMessage)]));",
            json!(["SyntaxError", true]),
        ),
        (
            "const other = context.createMessage('other', context.message); other.header.set('x-o', '1'); context.getMessage('other').body.readAsJSON((error, body) => say([body.n, context.get('other.headers.x-o'), context.message.header.get('x-o') === undefined]));",
            json!([1.5, "1", true]),
        ),
    ] {
        assert_eq!(says(script).await, expected, "{script}");
    }
}

#[tokio::test]
async fn what_is_written_goes_out_as_it_is() {
    for (script, expected) in [
        ("context.message.body.write('text');", "text"),
        ("context.message.body.write({a: [1]});", "{\"a\":[1]}"),
        ("context.message.body.write(Buffer.from('6869', 'hex'));", "hi"),
        ("session.output.write('out');", "out"),
        ("context.set('message.body', {a: 1});", "{\"a\":1}"),
        ("context.message.body.write('');", ""),
        ("context.message.body.readAsBuffers((error, all) => context.message.body.write(all.slice(0, 2)));", "{\""),
    ] {
        assert_eq!(post(script, "{\"b\":2}").await.short(), (200, expected), "{script}");
    }
}

#[tokio::test]
async fn statuses_headers_and_content_types_go_out() {
    let script = "
context.message.statusCode = 202;
context.message.header.set('X-One', 'a');
apim.output('text/x-own');
context.message.body.write('x');";
    let answer = post(script, "{}").await;
    assert_eq!(
        (answer.status, answer.header("x-one"), answer.header("content-type")),
        (202, Some("a"), Some("text/x-own"))
    );
}

#[tokio::test]
async fn a_body_that_no_script_reads_is_not_read() {
    let loaded = crate::test_support::Setup::default().load(&super::text("context.set('a', 1);"));
    assert_eq!(loaded.ops(), ["before", "gatewayscript", "stop"]);
    let loaded = crate::test_support::Setup::default().load(&super::text("context.get('message.body.a');"));
    assert_eq!(loaded.ops(), ["before", "load", "gatewayscript", "stop"]);
    // A name that is put together behind the compiler's back is refused and not empty.
    let hidden = gateway(
        "const name = ['bo', 'dy'].join(''); context.message[name].readAsString((error, text) => context.reject('Unread', error.message));",
    );
    let answer = hidden.ask(Ask::post("/example/7", "x")).await;
    assert_eq!(answer.fault_name(), Some("Unread"), "{answer}");
}

#[tokio::test]
async fn refusals_carry_name_message_and_status() {
    for (script, status, name, message) in [
        ("context.reject('Mine', 'no');", 500, "Mine", "no"),
        ("context.message.statusCode = 409; context.reject('Mine', 'no');", 409, "Mine", "no"),
        ("context.message.statusCode = '418 Teapot'; context.reject('Mine', 'no');", 418, "Mine", "no"),
        ("context.reject('Mine', 'no'); context.message.statusCode = 404;", 404, "Mine", "no"),
        ("context.reject('BadRequestError', 'no');", 400, "BadRequestError", "no"),
        ("context.reject('First', '1'); context.reject('Second', '2');", 500, "First", "1"),
        ("apim.error('Mine', 422, 'Not Good', 'no');", 422, "Mine", "no"),
        ("session.reject('no');", 500, "JavaScriptError", "no"),
        ("setTimeout(() => context.reject('Late', 'no'), 5);", 500, "Late", "no"),
    ] {
        let answer = post(script, "{}").await;
        assert_eq!((answer.status, answer.fault_name()), (status, Some(name)), "{script}");
        assert_eq!(answer.json()["moreInformation"], message, "{script}");
    }
    assert_eq!(post("apim.error('Mine', 422, 'Not Good', 'no');", "{}").await.json()["httpMessage"], "Not Good");
}

#[tokio::test]
async fn what_the_client_sent_cannot_be_changed() {
    for script in [
        "context.request.body.write('x');",
        "context.request.header.set('a', 'b');",
        "context.set('request.path', '/');",
        "context.set('api.properties.x', 1);",
        "context.message.header.set('a\\nb', 'c');",
        "context.message.header.set('a', 'c\\r\\nd: e');",
        "context.message.statusCode = 99;",
    ] {
        let answer = post(script, "{}").await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("JavaScriptError")), "{script}");
    }
}

#[tokio::test]
async fn scripts_of_v5_are_sloppy_and_those_of_v10_strict() {
    let implicit = "loose = 1; apim.setvariable('message.body', typeof loose + (this === undefined));";
    assert_eq!(v5(implicit).post("{}").await.text(), "numberfalse");
    assert_eq!(post(implicit, "{}").await.fault_name(), Some("JavaScriptError"));
    let real = "
var apim = require('./apim.custom.js');
var body = apim.getvariable('message.body');
body.seen = true;
apim.setvariable('message.body', body);
apim.setvariable('message.headers.x-seen', 'yes', 'set');
apim.output('application/json');
session.name('policy').setVar('a', 1);
console.error('seen %j', body);";
    let answer = v5(real).post("{\"a\":1}").await;
    assert_eq!((answer.text(), answer.header("x-seen")), ("{\"a\":1,\"seen\":true}", Some("yes")));
}

#[tokio::test]
async fn a_property_that_a_script_sets_is_no_constant() {
    let text = crate::test_support::document(
        "properties: {place: here}\nexecute:\n- gatewayscript: {source: \"context.set('place', 'there')\"}\n- set-variable: {actions: [{set: message.body, value: '$(place) $(api.properties.place)'}]}\n",
    );
    let answer = crate::test_support::Setup::default().load(&text).serve_cleanly().get().await;
    assert_eq!(answer.text(), "there here");
}
