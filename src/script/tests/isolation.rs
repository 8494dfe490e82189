//! Nothing of a run is seen by the next one in the same engine.

use std::sync::Arc;
use std::time::Duration;

use super::context;
use crate::expression::{Scope, parse_path};
use crate::runtime::Context;
use crate::script::{Dialect, Engine, Limits, Map, Reach, Script, StuckThreads};

/// Everything that a script reaches from its globals: a text with each object's path, prototype, names, symbols and kinds of values.
const SURVEY: &str = r"
    const survey = (each) => {
        const seen = new Map(), lines = [], todo = [['globalThis', globalThis]];
        const kind = (value) => value === null ? 'null' : typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
        while (todo.length > 0) {
            const [path, object] = todo.shift();
            if (seen.has(object)) { continue; }
            seen.set(object, path);
            const names = Reflect.ownKeys(object);
            lines.push(path + ' ' + Object.isExtensible(object) + ' ' + names.map((name) => String(name)).join());
            const look = (name, value) => {
                if (value !== null && (typeof value === 'object' || typeof value === 'function')) todo.push([path + '.' + String(name), value]);
            };
            look('[[prototype]]', Reflect.getPrototypeOf(object));
            for (const name of names) {
                const own = Reflect.getOwnPropertyDescriptor(object, name);
                lines.push(String(name) + ' ' + kind(own.value) + ' ' + own.writable + own.enumerable + own.configurable);
                for (const part of ['value', 'get', 'set']) look(String(name) + ':' + part, own[part]);
            }
            if (each) each(object, names);
        }
        return lines.filter((line) => !/^(timeOrigin|random|now) /.test(line)).join('\n');
    };
";

/// Changes every object that it reaches, in every way.
const VANDAL: &str = r"
    survey((object, names) => {
        if (object === survey) return;
        object.leak = 'leak';
        object[Symbol.for('leak')] = 'leak';
    });
    const all = [];
    survey((object, names) => all.push([object, names]));
    const { defineProperty, deleteProperty, setPrototypeOf, preventExtensions } = Reflect;
    Symbol.for('leak');
    for (const [object, names] of all) {
        for (const name of names) try {
            if (name === 'leak' || object === context || object === apim) continue;
            defineProperty(object, name, { get: () => 'leak', configurable: true });
            deleteProperty(object, name);
        } catch (error) {}
        try { setPrototypeOf(object, { leak: 'leak' }); } catch (error) {}
        try { preventExtensions(object); } catch (error) {}
    }
";

fn limits() -> Limits {
    Limits { time: Duration::from_secs(20), memory: 64 << 20, at_once: 4 }
}

fn script(text: &str, dialect: Dialect) -> Arc<Script> {
    let map = Map::File { name: "a.js".into() };
    Arc::new(Script::compile(text, dialect, map, Vec::new(), Reach::default()).unwrap())
}

fn found(cx: &Context) -> String {
    cx.get(&parse_path("found").unwrap()).to_text().into_owned()
}

#[tokio::test]
async fn no_global_prototype_or_symbol_is_changed_for_the_next_run() {
    for dialect in [Dialect::GatewayScript, Dialect::V5] {
        let engine = Engine::new(limits(), Arc::new(StuckThreads::default()));
        let look = script(&format!("{SURVEY}; context.set('found', survey());"), dialect);
        let change = script(&format!("{SURVEY}; {VANDAL}"), dialect);
        let mut first = context();
        engine.run(&mut first, &look).await.unwrap();
        let first = found(&first);
        assert!(first.len() > 50_000 && !first.contains("leak"), "{}", first.len());
        for _ in 0..3 * crate::base::cores() {
            // What it ends with is its own affair.
            drop(engine.run(&mut context(), &change).await);
            let mut after = context();
            engine.run(&mut after, &look).await.unwrap();
            assert_same(&first, &found(&after));
        }
    }
}

fn assert_same(before: &str, after: &str) {
    let differs = before.lines().zip(after.lines()).find(|(before, after)| before != after);
    assert_eq!((differs, before.len()), (None, after.len()));
}

/// Each leaves something different for the next run in its engine.
#[tokio::test]
async fn no_module_timer_promise_or_failure_is_left_for_the_next_run() {
    let engine = Engine::new(limits(), Arc::new(StuckThreads::default()));
    let leave = [
        "require('util').leak = 1; require('querystring').leak = 1; globalThis.leak = 1;",
        "Promise.reject(new Error('leak'));",
        "setTimeout(() => { globalThis.leak = 1; throw new Error('leak'); }, 1);",
        "const all = []; for (;;) all.push('leak'.repeat(1 << 20));",
        "(function f() { f(); })();",
        "Object.prototype.leak = 1; throw { leak: 1 };",
        "JSON.stringify = () => '\"leak\"'; Array.prototype.push = () => { throw 'leak'; };",
        "context.message.leak = 1; context.message.body.leak = 1; console.leak = 1; console.options({ category: 'leak' });",
        "Promise.prototype.then = function () { throw new Error('leak'); }; (async () => { await null; })();",
    ];
    let look = script(
        "const found = [typeof leak, ({}).leak, require('util').leak, require('querystring').leak, JSON.stringify({ a: [1] }),
             context.message.leak, context.message.body.leak, console.leak, [].push(1)];
         Promise.resolve('then').then((text) => { found.push(text); context.set('found', found.map(String).join(' ')); });",
        Dialect::GatewayScript,
    );
    for text in leave {
        for _ in 0..2 * crate::base::cores() {
            drop(engine.run(&mut context(), &script(text, Dialect::GatewayScript)).await);
            let mut after = context();
            engine.run(&mut after, &look).await.unwrap();
            let expected = "undefined undefined undefined undefined {\"a\":[1]} undefined undefined undefined 1 then";
            assert_eq!(found(&after), expected, "{text}");
        }
    }
}

#[tokio::test]
async fn random_numbers_differ_from_run_to_run() {
    let engine = Engine::new(limits(), Arc::new(StuckThreads::default()));
    let draw = script("context.set('found', String(Math.random()))", Dialect::GatewayScript);
    let mut all = std::collections::HashSet::new();
    for _ in 0..50 {
        let mut cx = context();
        engine.run(&mut cx, &draw).await.unwrap();
        assert!(all.insert(found(&cx)));
    }
}
