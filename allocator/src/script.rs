//! The memory of the script engine, which ends a script whose time is over.
//!
//! The engine asks whether to go on between instructions, and inside of few of its functions. Most functions that take long ask for
//! memory again and again: when the time is over they get none, and end as they do where the memory is used up.

use std::cell::Cell;
use std::rc::Rc;

use libmimalloc_sys::{mi_calloc, mi_free, mi_malloc, mi_realloc, mi_usable_size};
use rquickjs::allocator::Allocator;

/// The engine cuts its small objects out of blocks of this size. They are never refused: its parser does not outlive that everywhere.
const SMALL: usize = 4 << 10;

/// mimalloc, for one runtime.
pub struct Timed<C> {
    is_over: C,
    in_use: Rc<Cell<usize>>,
}

impl<C: FnMut(usize) -> bool + 'static> Timed<C> {
    /// `is_over` is asked when a large block is wanted, and of how many bytes: `true` refuses it. `in_use` shows the bytes of all
    /// blocks.
    pub fn new(is_over: C, in_use: Rc<Cell<usize>>) -> Self {
        Timed { is_over, in_use }
    }

    fn refuses(&mut self, size: usize) -> bool {
        size > SMALL && (self.is_over)(size)
    }
}

// SAFETY: mimalloc returns blocks that have no other owner, of at least the size that is asked for and aligned to 16 bytes, or null;
// `mi_usable_size` is the size of a block. Every block that comes back is one of these.
unsafe impl<C: FnMut(usize) -> bool + 'static> Allocator for Timed<C> {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if self.refuses(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: any size may be asked for, and the size of null is 0.
        unsafe {
            let block = mi_malloc(size);
            self.in_use.set(self.in_use.get() + mi_usable_size(block));
            block.cast()
        }
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        if self.refuses(count.saturating_mul(size)) {
            return std::ptr::null_mut();
        }
        // SAFETY: any count and size may be asked for; null answers a product that overflows, and its size is 0.
        unsafe {
            let block = mi_calloc(count, size);
            self.in_use.set(self.in_use.get() + mi_usable_size(block));
            block.cast()
        }
    }

    unsafe fn dealloc(&mut self, block: *mut u8) {
        // SAFETY: the caller says that it is a block of ours, so its size was added.
        unsafe {
            self.in_use.set(self.in_use.get() - mi_usable_size(block.cast()));
            mi_free(block.cast());
        }
    }

    unsafe fn realloc(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the caller says that it is a block of ours; null has the size 0.
        let before = unsafe { mi_usable_size(block.cast()) };
        if size > before && self.refuses(size) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above; null is a new block. Where null answers, the block stays as it is.
        unsafe {
            let after = mi_realloc(block.cast(), size);
            if !after.is_null() {
                self.in_use.set(self.in_use.get() - before + mi_usable_size(after));
            }
            after.cast()
        }
    }

    unsafe fn usable_size(block: *mut u8) -> usize {
        // SAFETY: the caller says that it is a block of ours.
        unsafe { mi_usable_size(block.cast()) }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use rquickjs::{Context, Runtime, Value};

    use super::*;

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

    /// Runs it. `refuses` is asked for every large block after the engine is there, by its number.
    fn run(refuses: impl Fn(u32) -> bool + 'static) -> (Option<i32>, u32) {
        let asked = Rc::new(Cell::new(None::<u32>));
        let counter = asked.clone();
        let is_over = move |_| {
            let number = counter.get();
            counter.set(number.map(|number| number + 1));
            number.is_some_and(&refuses)
        };
        let in_use = Rc::new(Cell::new(0));
        let runtime = Runtime::new_with_alloc(Timed::new(is_over, in_use.clone())).expect("memory for an engine");
        let context = Context::full(&runtime).expect("memory for a context");
        asked.set(Some(0));
        let done = context.with(|ctx| {
            let value = ctx.eval::<Value<'_>, _>(SCRIPT);
            while ctx.execute_pending_job() {}
            value.ok().and_then(|value| value.as_int())
        });
        assert!(in_use.get() > 100_000);
        drop((context, runtime));
        assert_eq!(in_use.get(), 0);
        (done, asked.get().unwrap_or_default())
    }

    #[test]
    fn the_engine_outlives_memory_that_it_does_not_get() {
        let (done, questions) = run(|_| false);
        assert!(done == Some(12) && questions > 50, "{done:?} {questions}");
        for first in (0..questions).step_by((questions / 8).max(1) as usize) {
            run(move |number| number == first);
            run(move |number| number >= first);
        }
    }
}
