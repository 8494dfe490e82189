//! Scripts that would hurt: each ends as a fault of its own request, and the next request is served.

use std::time::{Duration, Instant};

use super::{Ask, Gateway, Setup, says, text};
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

/// Runs a script when the header says so, and a harmless one after it.
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
        "for (let n = 0; n < 1e9; n++) [].includes.call({length: 2 ** 53 - 1}, 1);",
        "[].map.call({length: 2 ** 32 - 1}, (x) => x);",
        "'a'.repeat(2 ** 20).indexOf('a'.repeat(2 ** 19) + 'b');",
        "'a'.repeat(2 ** 20).lastIndexOf('a'.repeat(2 ** 19) + 'b');",
        "'a'.repeat(2 ** 20).includes('a'.repeat(2 ** 19) + 'b');",
        "'a'.repeat(2 ** 20).split('a'.repeat(2 ** 19) + 'b');",
        "'a'.repeat(2 ** 20).replace('a'.repeat(2 ** 19) + 'b', '');",
        "'a'.repeat(2 ** 20).replaceAll('a'.repeat(2 ** 19) + 'b', '');",
        "new RegExp('[' + Array.from({length: 3e4}, (x, n) => '\\\\u{' + (n * 2).toString(16) + '}').join('') + ']', 'u');",
        "for (;;) try { new RegExp('[' + '\\\\p{L}'.repeat(1e5) + ']', 'v'); } catch (e) {}",
        "const all = Array(2e5).fill(1); for (;;) { all.push(all.shift()); }",
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

/// The engine's parser does not outlive everywhere that memory ends.
#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_the_library_is_read_when_memory_is_nearly_used_up() {
    for part in ["require('url');", "XML.parse('<a/>');", "'a'.repeat(4096).indexOf('a'.repeat(2048));"] {
        let fill = "const all = []; try { for (;;) all.push({a: [1, 2, 3]}); } catch (e) {} all.length -= 500;";
        let (status, name, cause) = survives(&format!("{fill} {part}")).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{part}: {cause}");
        assert!(cause.contains("nearly all of its memory"), "{part}: {cause}");
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

/// Each place is looked for in ten thousand objects, inside one instruction: some seconds, also where nothing is optimised.
fn hanging_script() -> String {
    let length = if cfg!(debug_assertions) { 6_000 } else { 30_000 };
    format!(
        "let o = {{}}; for (let n = 0; n < 1e4; n++) o = Object.create(o); o.length = {length}; [].reverse.call(o);"
    )
}

/// A gateway whose script hangs if the header says so.
fn hanging(request: Duration) -> Gateway {
    let setup = tight().settings(|settings| settings.requests.timeout = Seconds(request));
    let hangs = hanging_script();
    let script = format!("if (context.get('request.headers.x-do') !== undefined) {{ {hangs} }}");
    setup.load(&text(&script)).serve()
}

fn hang() -> Ask {
    Ask::get("/example/7").header("x-do", "1")
}

fn gauge(gateway: &Gateway, name: &str) -> usize {
    let text = gateway.metrics();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).map(str::to_owned);
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in\n{text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_hangs_inside_the_engine_ends_at_its_own_limit() {
    let gateway = hanging(Duration::from_secs(60));
    let start = Instant::now();
    let answer = gateway.ask(hang()).await;
    assert_eq!((answer.status, answer.fault_name()), (500, Some("JavaScriptError")));
    let cause = answer.fault.as_ref().and_then(|fault| fault.cause.clone()).unwrap_or_default();
    assert!(cause.contains("longer than 0.3 s") && cause.contains("inside one built-in function"), "{cause}");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!(gauge(&gateway, "gantry_script_threads_given_up_total"), 1);
    assert_eq!(gauge(&gateway, "gantry_script_threads_stuck"), 1);
    assert_eq!(gateway.get().await.status, 200);
    until(|| gauge(&gateway, "gantry_script_threads_stuck") == 0).await;
    assert_eq!(gateway.get().await.status, 200);
}

/// The time of the request is over before that of the script.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_hangs_does_not_outlive_its_request() {
    let gateway = hanging(Duration::from_millis(200));
    assert_eq!(gateway.ask(hang()).await.fault_name(), Some("RuntimeError"));
    until(|| gauge(&gateway, "gantry_script_threads_given_up_total") == 1).await;
}

/// The client goes, and no request waits for the thread.
#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_hangs_is_given_up_without_a_request() {
    let gateway = hanging(Duration::from_secs(60));
    tokio::time::timeout(Duration::from_millis(150), gateway.ask(hang())).await.unwrap_err();
    until(|| gauge(&gateway, "gantry_script_threads_given_up_total") == 1).await;
    assert_eq!(gateway.get().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_scripts_than_cores_may_hang_until_too_many_do() {
    let gateway = hanging(Duration::from_secs(60));
    let cores = crate::base::cores();
    let (some, most) = (cores + 2, (cores * 2).max(6));
    let hung = futures_util::future::join_all((0..some).map(|_| gateway.ask(hang()))).await;
    assert!(hung.iter().all(|answer| answer.fault_name() == Some("JavaScriptError")));
    assert_eq!(gateway.get().await.status, 200);
    assert_eq!(gauge(&gateway, "gantry_script_threads_given_up_total"), some);

    let before = gauge(&gateway, "gantry_script_threads_stuck");
    futures_util::future::join_all((before..most).map(|_| gateway.ask(hang()))).await;
    // On a busy machine one may have ended by now; then one more has to hang.
    while gauge(&gateway, "gantry_script_threads_stuck") < most {
        gateway.ask(hang()).await;
    }
    let answer = gateway.get().await;
    let cause = answer.fault.as_ref().and_then(|fault| fault.cause.clone()).unwrap_or_default();
    assert_eq!((answer.status, answer.fault_name()), (503, Some("RuntimeError")), "{cause}");
    assert!(cause.contains("threads are held inside the script engine"), "{cause}");
    until(|| gauge(&gateway, "gantry_script_threads_stuck") < most).await;
    assert_eq!(gateway.get().await.status, 200);
}

async fn until(holds: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(100);
    while !holds() {
        assert!(Instant::now() < patience);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_have_an_end() {
    let names = "copyWithin flat flatMap join reverse shift slice sort splice toLocaleString unshift concat";
    for name in names.split(' ') {
        let script = format!("const list = [1]; list.length = 4294967295; list.{name}(0, 1);");
        let (status, name, cause) = survives(&script).await;
        assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}");
        assert!(cause.contains("takes a length of at most 4194304 and not 4294967295"), "{script}: {cause}");
    }
    for script in [
        "Array.prototype.reverse.call({length: 2 ** 53 - 1});",
        "Array.prototype.reverse.call({length: '300000000'});",
        "[].concat(new Array(4294967295));",
        "[].concat({length: 2 ** 50, [Symbol.isConcatSpreadable]: true});",
        "String(new Array(4294967295));",
        "'' + [new Array(4294967295)];",
        "String.raw({raw: {length: 3e8}});",
    ] {
        let (_, _, cause) = survives(script).await;
        assert!(cause.contains("takes a length of at most"), "{script}: {cause}");
    }
    // The memory bounds these.
    for name in ["fill", "toReversed", "toSorted", "toSpliced", "with"] {
        for list in ["Array(4294967295)", "[]", "({length: 4294967295})"] {
            let script = format!("const list = {list}; list.length = 4294967295; [].{name}.call(list, 0, 1);");
            let (status, name, cause) = survives(&script).await;
            assert_eq!((status, name.as_deref()), (500, Some("JavaScriptError")), "{script}: {cause}");
        }
    }
    for script in [
        "('a' + '\\u0316\\u0300'.repeat(2 ** 16)).normalize('NFD');",
        "'a'.localeCompare('\\u0316\\u0300'.repeat(2 ** 16));",
    ] {
        let (_, _, cause) = survives(script).await;
        assert!(cause.contains("takes at most 4096 marks on a letter"), "{script}: {cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_limited_works_as_before() {
    let texts =
        "const part = 'ab'.repeat(500) + 'c', rest = 'xy'.repeat(20000), whole = rest + part + rest + part + 'z';\n";
    let cases = [
        "whole.indexOf(part) === 40000 && whole.indexOf(part, 40001) === 81001 && whole.indexOf(part, -5) === 40000",
        "whole.indexOf(part, Infinity) === -1 && whole.indexOf(part + 'q') === -1",
        "whole.includes(part) && !whole.includes(part + 'q') && !whole.includes(part, 81002)",
        "whole.lastIndexOf(part) === 81001 && whole.lastIndexOf(part, 81000) === 40000 && whole.lastIndexOf(part, 5) === -1",
        "whole.split(part).join('#') === rest + '#' + rest + '#z' && whole.split(part, 1).length === 1",
        "whole.replace(part, '[$&$$]') === rest + '[' + part + '$]' + rest + part + 'z'",
        "whole.replace(part, \"$'\") === rest + rest + part + 'z' + rest + part + 'z'",
        "whole.replaceAll(part, (m, at, all) => [at, all === whole]) === rest + '40000,true' + rest + '81001,truez'",
        "'a$b'.replace('$', '$$') === 'a$b' && 'aXbX'.split('X').length === 3 && 'aa'.replaceAll('a', 'b') === 'bb'",
        "'e\\u0301'.repeat(5000).normalize('NFC').length === 5000",
        "[1].concat([2], 3, {length: 1, 0: 4, [Symbol.isConcatSpreadable]: true}).join() === '1,2,3,4'",
        "[].sort.name === 'sort' && [].sort.length === 1 && [].reverse.length === 0 && ''.split.length === 2",
        "!Object.getOwnPropertyDescriptor(Array.prototype, 'sort').enumerable && !('prototype' in [].sort)",
        "/native code/.test(String([].sort)) && String(() => 1) === '() => 1'",
        "(() => { try { new ([].sort)(); } catch (e) { return e instanceof TypeError; } })()",
        "(() => { try { [].sort.call(null); } catch (e) { return e instanceof TypeError; } })()",
        "Array(2e5).fill(2).map((x, n) => n).reverse().slice(0, 2).join() === '199999,199998'",
    ];
    for case in cases {
        assert_eq!(says(&format!("{texts}say({case});")).await, true, "{case}");
    }
}

#[tokio::test]
async fn a_refusal_and_a_log_line_have_an_end() {
    let script = "for (let n = 0; n < 100000; n++) console.error('x'.repeat(10000)); context.reject('A'.repeat(1e6), 'm'.repeat(1e6));";
    let setup = Setup::default();
    let answer = setup.load(&text(script)).serve().post("{}").await;
    assert!(answer.fault.unwrap().message.len() <= 8192);
}
