//! The time and the random numbers of a test.

use std::cell::RefCell;

use rquickjs::{Ctx, Exception, Function, Object, Result};

use super::Host;
use super::native_function::native;
use crate::script::evaluate::evaluate;
use crate::script::values;

/// Replaces `Date` and `Math.random`.
const FIX: &str = include_str!("../library/fixed.js");

/// Random bytes that one call may ask for.
const MOST_RANDOM: usize = 1 << 16;

/// Fixes what a test fixes; without one nothing changes.
pub(super) fn install<'js>(ctx: &Ctx<'js>, host: &Host, native: &Object<'js>) -> Result<()> {
    let fixed = host.cx.borrow().state.fixed;
    if fixed == Default::default() {
        return Ok(());
    }
    if fixed.random.is_some() {
        let generator = RefCell::new(fixed.generator());
        native!(native, ctx, "random", |ctx, count: f64| {
            if !(0.0..=MOST_RANDOM as f64).contains(&count) {
                return Err(Exception::throw_range(&ctx, "`randomBytes` gives fewer bytes"));
            }
            let mut bytes = vec![0; count as usize];
            generator.borrow_mut().fill(&mut bytes);
            values::to_bytes(&ctx, &bytes)
        });
    }
    let fix: Function<'js> = evaluate(ctx, FIX, "gantry-fixed")?.get()?;
    fix.call((fixed.fixed_millis().map(|at| at as f64), fixed.random))
}
