use std::cell::Cell;
use std::rc::Rc;

use rquickjs::Function;

use super::*;
use crate::Bytecode;

/// Uses many built-in functions, and goes on after each failure.
const SCRIPT: &str = r"
    const tries = [
        () => 'ab'.repeat(5000).split('a').map((x, n) => x + n).join('-').replace(/b/g, 'c').toUpperCase(),
        () => JSON.parse(JSON.stringify(Array.from({length: 2000}, (_, n) => ({n, t: 'x'.repeat(n)})))).length,
        () => new RegExp('[' + '\\p{L}\\d_'.repeat(300) + ']+(?<name>a)|' + 'b?'.repeat(1000), 'u').exec('b'.repeat(3000)),
        () => (3n ** 20000n).toString().length + BigInt('9'.repeat(5000)).toString(7).length,
        () => [...new Map(Array(3000).fill().map((_, n) => [n, {n}])).values()].sort((a, b) => b.n - a.n).length,
        () => new Uint8Array(9000).map((_, n) => n).slice(5).sort().join().length + new Set('text'.repeat(900)).size,
        () => eval('(function (a, b) {' + 'a += b * 2; if (a) { b = [a, b] } '.repeat(300) + 'return a })')(1, 2),
        () => { class A { #x = 1; get x() { return this.#x } } return Object.groupBy(Array(900).fill(new A()), (a) => a.x) },
        () => 'é\u0301'.repeat(3000).normalize('NFD').localeCompare('é'.repeat(3000)) + escape('ü'.repeat(3000)),
        () => { const o = {}; for (let n = 0; n < 3000; n++) o['k' + n] = () => n; return Object.entries(o).flat().length },
        () => { try { null.x } catch (e) { throw new Error('x'.repeat(5000), { cause: e }) } },
        () => { Promise.all(Array(500).fill(Promise.resolve(1))).then((all) => all.reverse()); return new Date(1e12).toISOString() },
        () => [...(function* () { for (let n = 0; n < 2000; n++) yield `${n}`.padStart(50) })()].concat(Array(500)).flat().length,
    ];
    let done = 0;
    for (const one of tries) try { one(); done++; } catch (error) { String(error && error.stack); }
    done";

/// Refuses large blocks by their number, once a run has begun.
struct Refusing {
    asked: Cell<Option<u32>>,
    refuses: Cell<fn(u32, u32) -> bool>,
    from: Cell<u32>,
    rejected: Cell<u32>,
}

impl Watch for Refusing {
    fn is_over(&self) -> bool {
        false
    }

    fn refuses(&self, _: usize) -> bool {
        let number = self.asked.get();
        self.asked.set(number.map(|number| number + 1));
        number.is_some_and(|number| self.refuses.get()(number, self.from.get()))
    }

    fn rejected<'js>(&self, kept: &Object<'js>, _: Value<'js>, _: Value<'js>, _: bool) {
        assert_eq!(kept.get::<_, i32>("kept").ok(), Some(1));
        self.rejected.set(self.rejected.get() + 1);
    }
}

fn image() -> (Image, Rc<Refusing>, Rc<Cell<usize>>) {
    let watch = Refusing {
        asked: Cell::default(),
        refuses: Cell::new(|_, _| false),
        from: Cell::default(),
        rejected: Cell::default(),
    };
    let (watch, in_use) = (Rc::new(watch), Rc::new(Cell::new(0)));
    let called = Rc::new(Cell::new(0));
    let bounds = Bounds { memory: 64 << 20, stack: 256 << 10 };
    let image = Image::new(bounds, watch.clone(), in_use.clone(), |setup| {
        let kept = Object::new(setup.ctx().clone())?;
        kept.set("kept", 1)?;
        let count = setup.function(move || {
            called.set(called.get() + 1);
            called.get()
        })?;
        setup.ctx().globals().set("count", count)?;
        Ok(kept)
    });
    (image.expect("memory for an engine"), watch, in_use)
}

fn run(image: &Image, code: &str) -> Option<i32> {
    let done = image.with(|ctx, _| {
        let value = ctx.eval::<Value<'_>, _>(code);
        while ctx.execute_pending_job() {}
        Ok(value.ok().and_then(|value| value.as_int()))
    });
    done.ok().flatten()
}

#[test]
fn the_engine_outlives_memory_that_it_does_not_get() {
    let (mut image, watch, in_use) = image();
    let at_first = in_use.get();
    let mut next = |refuses: fn(u32, u32) -> bool, from| {
        watch.asked.set(Some(0));
        watch.refuses.set(refuses);
        watch.from.set(from);
        let done = run(&image, SCRIPT);
        assert!(in_use.get() > at_first);
        image.put_back();
        assert_eq!(in_use.get(), at_first);
        (done, watch.asked.get().unwrap_or_default())
    };
    let (done, questions) = next(|_, _| false, 0);
    assert!(done == Some(12) && questions > 50, "{done:?} {questions}");
    for from in (0..questions).step_by((questions / 5).max(1) as usize) {
        next(|number, from| number == from, from);
        next(|number, from| number >= from, from);
        assert_eq!(next(|_, _| false, 0), (done, questions), "after {from}");
    }
    drop(image);
    assert_eq!(in_use.get(), 0);
}

#[test]
fn every_run_begins_where_the_setup_ended() {
    let (mut image, watch, in_use) = image();
    let at_first = in_use.get();
    for run_number in 1..=500 {
        let code = "globalThis.x = (globalThis.x || 0) + 1; Promise.reject(1); count.own = [x];
            const all = [x, count.own.length, Object.keys(globalThis).length]; all.join() === '1,1,3' ? count() : -1000 * all[0] - 100 * all[1] - all[2]";
        assert_eq!(run(&image, code), Some(run_number));
        assert_eq!(watch.rejected.get(), run_number as u32);
        image.put_back();
        assert_eq!(in_use.get(), at_first);
    }
}

#[test]
fn functions_of_the_setup_outlive_what_a_run_does_to_them() {
    let (mut image, _, _) = image();
    for _ in 0..3 {
        assert_eq!(
            run(&image, "delete globalThis.count; let o = {}; o.o = o; o = null; typeof count === 'undefined' ? 1 : 0"),
            Some(1)
        );
        image
            .with(|ctx, _| {
                ctx.run_gc();
                Ok(())
            })
            .expect("an engine");
        image.put_back();
        assert!(run(&image, "count()").is_some_and(|calls| calls > 0));
        image.put_back();
    }
}

#[test]
fn bytecode_runs_in_every_engine() {
    let (first, second) = (image().0, image().0);
    let compile = |code: &str| first.with(|ctx, _| Bytecode::compile(ctx, code, "a.js"));
    let code =
        compile("(function () { 'use strict'; return [1, 2].map((x) => x * 21)[1] + (/é/.test('é') ? 0 : 1); })")
            .expect("no mistake");
    for image in [&first, &second] {
        let value = image.with(|ctx, _| code.evaluate(ctx)?.get::<Function<'_>>()?.call::<_, i32>(()));
        assert_eq!(value.ok(), Some(42));
    }
    assert!(compile("(function () {").is_err() && compile("a\0b").is_err());
}
