//! Scripts that would hurt: each ends as a fault of its own request, and the next request is served.

use std::time::Duration;

use super::{Ask, Setup, text};
use crate::value::Seconds;

fn tight() -> Setup {
    Setup::default().settings(|settings| {
        settings.scripts.timeout = Seconds(Duration::from_millis(300));
        settings.scripts.memory_bytes = 8 * 1024 * 1024;
        settings.requests.timeout = Seconds(Duration::from_secs(3));
    })
}

async fn survives(script: &str) -> (u16, Option<String>, String) {
    survives_in(&tight(), script).await
}

/// Runs a script when the header says so, and a harmless one behind it.
async fn survives_in(setup: &Setup, script: &str) -> (u16, Option<String>, String) {
    let whole = format!(
        "if (context.get('request.headers.x-do') === undefined) {{ context.message.body.write('fine'); }} else {{\n{script}\n}}"
    );
    let gateway = setup.load(&text(&whole)).serve();
    let answer = gateway.ask(Ask::get("/example/7").header("x-do", "1")).await;
    let after = futures_util::future::join_all((0..8).map(|_| gateway.get())).await;
    for answer in after {
        assert_eq!(answer.short(), (200, "fine"), "behind {script}");
    }
    let cause = answer.fault.as_ref().and_then(|fault| fault.cause.clone()).unwrap_or_default();
    (answer.status, answer.fault_name().map(str::to_owned), cause)
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_without_an_end_are_stopped() {
    for script in [
        "for (;;) {}",
        "while (true) { try { for (;;) {} } catch (e) {} finally {} }",
        "/(a+)+$/.test('a'.repeat(60) + 'b');",
        "setImmediate(function again() { setImmediate(again); });",
        "(function again() { Promise.resolve().then(again); })();",
        "new Proxy({}, {get() { for (;;) {} }}).x;",
        "const e = {toString() { for (;;) {} }}; context.set('x', {toJSON: e.toString});",
    ] {
        let (status, name, cause) = survives(script).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}");
        assert!(cause.contains("longer than 0.3 s"), "{script}: {cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_has_an_end() {
    for script in [
        "const all = []; for (;;) all.push(new Array(1000).fill('x'));",
        "let text = 'x'; for (;;) text += text + text;",
        "'x'.repeat(2 ** 30 - 1);",
        "new Uint8Array(1 << 28);",
        "Buffer.alloc(1 << 28);",
        "const text = 'x'.repeat(1 << 20); for (let n = 0; n < 100; n++) context.set('v' + n, text);",
        "const text = 'x'.repeat(1 << 20); for (let n = 0; n < 100; n++) context.message.header.set('v' + n, text);",
        "const text = 'x'.repeat(1 << 20); for (let n = 0; n < 100; n++) session.name('a').setVariable('v' + n, text);",
        "for (let n = 0; n < 1000; n++) setTimeout(() => 0, 1000);",
        "for (let n = 0; n < 1e6; n++) context.clear('v' + n);",
        "for (let n = 0; n < 1e6; n++) context.createMessage('v' + n);",
    ] {
        let (status, name, _) = survives(script).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recursion_has_an_end() {
    for script in [
        "(function f() { f(); })();",
        "const a = []; let b = a; for (let n = 0; n < 1e5; n++) { b[0] = []; b = b[0]; } context.set('x', a);",
        "const a = {}; a.a = a; context.set('x', a);",
        "JSON.parse('['.repeat(1e6));",
        "new RegExp('('.repeat(1e5) + ')'.repeat(1e5));",
        "const f = () => new Proxy({}, {get: (t, k, r) => r[k]}); f().x;",
    ] {
        let (status, name, cause) = survives(script).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}: {cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_machine_is_within_reach() {
    for script in [
        "require('child_process');",
        "require('http');",
        "require('/etc/passwd');",
        "require(['f', 's'].join('')).readFileSync('/etc/passwd');",
        "require('fs').readFileSync('../../../etc/passwd');",
        "require('fs').writeFileSync('x', 'y');",
        "import('fs').then((fs) => context.set('x', 1));",
        "eval('process.exit(1)');",
        "new Function('return process')();",
        "(function () {}).constructor('return require(\"o\" + \"s\")')();",
        "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100000);",
    ] {
        let script = script.replace("require('child_process')", "require('child_' + 'process')");
        let script =
            script.replace("require('http')", "require('ht' + 'tp')").replace("require('/etc", "require('/' + 'etc");
        let (status, name, _) = survives(&script).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_hangs_inside_the_engine_loses_its_thread_and_nothing_else() {
    // QuickJS asks for interrupts between instructions. This is one, and takes seconds.
    let script = "Array.prototype.reverse.call({length: 3e8});";
    let short = tight().settings(|settings| settings.requests.timeout = Seconds(Duration::from_secs(1)));
    let (status, name, cause) = survives_in(&short, script).await;
    assert_eq!((status, name.as_deref()), (500, Some("RuntimeError")), "{cause}");
}

#[tokio::test]
async fn a_refusal_and_a_log_line_have_an_end() {
    let script = "for (let n = 0; n < 100000; n++) console.error('x'.repeat(10000)); context.reject('A'.repeat(1e6), 'm'.repeat(1e6));";
    let setup = Setup::default();
    let answer = setup.load(&text(script)).serve().post("{}").await;
    assert!(answer.fault.unwrap().message.len() <= 8192);
}
