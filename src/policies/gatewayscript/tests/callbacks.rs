//! Callbacks, timers, promises: the step ends when none is left.

use serde_json::json;

use super::{gateway, post, says};

#[tokio::test]
async fn all_callbacks_run_before_the_step_ends() {
    for (script, expected) in [
        (
            "const order = []; setTimeout(() => { order.push(3); say(order); }, 20); setImmediate(() => order.push(2)); \
             Promise.resolve().then(() => order.push(1)); order.push(0);",
            json!([0, 1, 2, 3]),
        ),
        ("setTimeout((a, b) => say(a + b), 1, 2, 3);", json!(5)),
        ("const timer = setTimeout(() => say('no'), 1); clearTimeout(timer); say('yes');", json!("yes")),
        (
            "let n = 0; const timer = setInterval(() => { if (++n === 3) { clearInterval(timer); say(n); } }, 1);",
            json!(3),
        ),
        ("new Promise((resolve) => setTimeout(resolve, 5)).then(() => say('late'));", json!("late")),
        ("queueMicrotask(() => say('micro'));", json!("micro")),
        (
            "(async function () { let sum = 0; for (const wait of [1, 2, 3]) { await new Promise((r) => setTimeout(r, wait)); \
             sum += wait; } say(sum); })();",
            json!(6),
        ),
        ("Promise.reject(new Error('x')).catch((error) => say(error.message));", json!("x")),
        (
            "const late = Promise.reject(new Error('x')); setImmediate(() => 0); late.then(() => 0, (error) => say(error.message));",
            json!("x"),
        ),
    ] {
        assert_eq!(says(script).await, expected, "{script}");
    }
}

#[tokio::test]
async fn a_throw_in_a_callback_is_a_fault() {
    for script in [
        "setTimeout(() => { throw new Error('x'); }, 1);",
        "setImmediate(() => { throw new Error('x'); });",
        "context.message.body.readAsJSON(() => { throw new Error('x'); });",
        "Promise.resolve().then(() => { throw new Error('x'); });",
        "(async () => { throw new Error('x'); })();",
        "(async () => { await context.message.body.readAsJSON(); throw new Error('x'); })();",
    ] {
        let answer = post(script, "{}").await;
        assert_eq!((answer.status, answer.fault_name()), (500, Some("JavaScriptError")), "{script}");
        let cause = answer.fault.unwrap().cause.clone().unwrap();
        assert!(cause.starts_with("x (") && cause.contains("api.yaml:9:"), "{script}: {cause}");
    }
}

#[tokio::test]
async fn a_script_that_waits_does_not_keep_the_threads() {
    // Many more than there are threads; one after another they would take longer than a request may.
    let gateway = gateway("setTimeout(() => context.message.body.write(context.get('request.headers.x-n')), 200);");
    let asks = (0..100).map(|n| gateway.ask(super::Ask::get("/example/7").header("x-n", &n.to_string())));
    for (n, answer) in futures_util::future::join_all(asks).await.iter().enumerate() {
        assert_eq!(answer.short(), (200, n.to_string().as_str()));
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_with_the_request() {
    let setup = crate::test_support::Setup::default()
        .settings(|settings| settings.requests.timeout = crate::value::Seconds(std::time::Duration::from_millis(300)));
    let text = format!(
        "{}  catch:\n  - errors: [RuntimeError]\n    execute:\n    - set-variable: {{actions: [{{set: message.body, value: '$(error.status.code) $(kept)'}}]}}\n",
        super::text("context.set('kept', 'state'); setTimeout(() => 0, 60000);")
    );
    let answer = setup.load(&text).serve().post("{}").await;
    assert_eq!(answer.text(), "504 state", "{:?}", answer.fault);
}

#[tokio::test]
async fn many_requests_at_once_do_not_see_each_other() {
    let script = "
globalThis.count = (globalThis.count || 0) + 1;
Object.prototype.leak = (Object.prototype.leak || '') + 'x';
Array.prototype.push = function () { return 0; };
const own = context.get('request.headers.x-n');
context.set('mine', own);
Promise.resolve().then(() => context.message.body.write(count + {}.leak + context.get('mine')));";
    let gateway = gateway(script);
    let asks = (0..200).map(|n| gateway.ask(super::Ask::get("/example/7").header("x-n", &n.to_string())));
    for (n, answer) in futures_util::future::join_all(asks).await.iter().enumerate() {
        assert_eq!(answer.short(), (200, format!("1x{n}").as_str()));
    }
}
