//! A script engine that is set up once and put back after each run.
//!
//! Everything that QuickJS has, it has in blocks of the allocator that it was given: the runtime, the context, every object. While an
//! engine is set up, its blocks come from one stretch of memory. Then that stretch is copied. The blocks of a run come from elsewhere.
//! After a run these are freed, all of them, and the copy is written back: the engine is what it was before the run, byte for byte,
//! for the price of a copy.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use rquickjs::function::IntoJsFunc;
use rquickjs::{Context, Ctx, Error, Function, Object, Persistent, Result, Runtime, Value};

use crate::script::{Blocks, Timed};

/// Memory that an engine may use, and its part of the thread's stack, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub memory: usize,
    pub stack: usize,
}

/// What an engine asks while it runs.
pub trait Watch: 'static {
    /// Whether the run is to stop; asked between instructions.
    fn is_over(&self) -> bool;

    /// Whether a large block of so many bytes is refused.
    fn refuses(&self, bytes: usize) -> bool;

    /// A promise was rejected that nothing handles, or one is handled after all. `kept` is what the setup kept.
    fn rejected<'js>(&self, kept: &Object<'js>, promise: Value<'js>, reason: Value<'js>, is_handled: bool);
}

/// A context that is being set up.
pub struct Setup<'js> {
    ctx: Ctx<'js>,
    /// Functions of Rust code. What they own is outside of the blocks, so that they may not be freed in a run.
    functions: RefCell<Vec<Persistent<Function<'static>>>>,
}

impl<'js> Setup<'js> {
    /// The context.
    pub fn ctx(&self) -> &Ctx<'js> {
        &self.ctx
    }

    /// A function of Rust code. It is there for good, whatever scripts do to it.
    pub fn function<P>(&self, function: impl IntoJsFunc<'js, P> + 'js) -> Result<Function<'js>> {
        let function = Function::new(self.ctx.clone(), function)?;
        self.functions.borrow_mut().push(Persistent::save(&self.ctx, function.clone()));
        Ok(function)
    }
}

/// An engine.
///
/// No value of a run may be held after it, and no run may make what Rust code owns. The compiler ensures the first for all that `with` hands
/// out; a `Persistent`, or a `Context` made from a `Ctx`, would escape it. `clippy.toml` forbids all of these to the other packages of Gantry.
pub struct Image {
    /// In the order in which they go.
    kept: ManuallyDrop<Persistent<Object<'static>>>,
    functions: ManuallyDrop<Vec<Persistent<Function<'static>>>>,
    context: ManuallyDrop<Context>,
    runtime: ManuallyDrop<Runtime>,
    blocks: Rc<Blocks>,
}

impl Image {
    /// Sets an engine up. What `setup` answers is there for each run. `in_use` shows the bytes that the engine has.
    pub fn new(
        bounds: Bounds,
        watch: Rc<impl Watch>,
        in_use: Rc<Cell<usize>>,
        setup: impl for<'js> FnOnce(&Setup<'js>) -> Result<Object<'js>>,
    ) -> Result<Self> {
        let blocks = Blocks::new(in_use).ok_or(Error::Allocation)?;
        let (asked, noted) = (watch.clone(), watch.clone());
        let runtime = Runtime::new_with_alloc(Timed::new(move |size| asked.refuses(size), blocks.clone()))?;
        runtime.set_memory_limit(bounds.memory);
        runtime.set_max_stack_size(bounds.stack);
        runtime.set_interrupt_handler(Some(Box::new(move || watch.is_over())));
        let context = Context::full(&runtime)?;
        let (kept, functions) = context.with(|ctx| {
            let place = Setup { ctx, functions: RefCell::default() };
            let kept = Persistent::save(&place.ctx, setup(&place)?);
            while place.ctx.execute_pending_job() {}
            Ok::<_, Error>((kept, place.functions.into_inner()))
        })?;
        let own = kept.clone();
        runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, is_handled| {
            if let Ok(kept) = own.clone().restore(&ctx) {
                noted.rejected(&kept, promise, reason, is_handled);
            }
        })));
        runtime.run_gc();
        blocks.keep();
        Ok(Image {
            kept: ManuallyDrop::new(kept),
            functions: ManuallyDrop::new(functions),
            context: ManuallyDrop::new(context),
            runtime: ManuallyDrop::new(runtime),
            blocks,
        })
    }

    /// Works in the engine, with what the setup kept.
    pub fn with<R>(&self, work: impl for<'js> FnOnce(&Ctx<'js>, Object<'js>) -> Result<R>) -> Result<R> {
        self.context.with(|ctx| {
            let kept = (*self.kept).clone().restore(&ctx)?;
            work(&ctx, kept)
        })
    }

    /// Makes the engine what it was after its setup.
    pub fn put_back(&mut self) {
        // SAFETY: values of the run lived in closures of `with`, none of which is running, as this one borrows the image alone. What the
        // allocator, the runtime and the context have outside of the blocks is the same after a run: pointers, and the functions of the
        // setup, which `functions` keeps.
        unsafe { self.blocks.put_back() };
    }

    /// Bytes that each `put_back` copies.
    pub fn size(&self) -> usize {
        self.blocks.kept()
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        self.put_back();
        // SAFETY: each is dropped once, and nothing uses them afterwards.
        unsafe {
            ManuallyDrop::drop(&mut self.kept);
            ManuallyDrop::drop(&mut self.functions);
            ManuallyDrop::drop(&mut self.context);
            ManuallyDrop::drop(&mut self.runtime);
        }
    }
}

#[cfg(test)]
mod tests;
