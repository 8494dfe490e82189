//! The kit of a policy author: what a policy is made of, and what it is given to compile a step with.

mod access;
mod blocks;
mod compiled;
mod compiler;
mod coverage;
mod entry;
pub(crate) mod kit;
mod meta;
mod names;
mod shared;

pub use access::{Access, Plan};
pub use blocks::{BLOCKS, Steps};
pub use compiled::{Case, Compiled, Flow};
pub use compiler::Compiler;
pub use coverage::{Coverage, Covered};
pub use entry::{Entry, Policy};
pub use meta::{Example, Generations, Meta, Stage, StageOrder};
pub use names::{Names, Unknown};
pub use shared::SharedParts;
