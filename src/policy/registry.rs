//! The list of policies, without their types.

use std::sync::OnceLock;

use super::{ALL, Compiled, Compiler, Meta, Policy};
use crate::assembly::Generation;
use crate::source::Shape;

/// A policy without its types.
pub struct Entry {
    pub meta: &'static Meta,
    shape: OnceLock<Shape>,
    make_shape: fn() -> Shape,
    compile: fn(&Entry, &mut Compiler<'_, '_>) -> Option<Compiled>,
}

impl Entry {
    /// The entry of `P`.
    pub const fn of<P: Policy>() -> Self {
        Entry {
            meta: &P::META,
            shape: OnceLock::new(),
            make_shape: || Shape::of::<P::Config>(P::META.name, P::META.spellings),
            compile: |entry, compiler| {
                let config: P::Config = compiler.decode(entry)?;
                P::compile(config, compiler)
            },
        }
    }

    /// What its configuration looks like.
    pub fn shape(&self) -> &Shape {
        self.shape.get_or_init(self.make_shape)
    }

    /// Reads the step's configuration and compiles it.
    pub fn compile(&self, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        (self.compile)(self, compiler)
    }
}

/// The policy of a key.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.meta.name == name || entry.meta.aliases.contains(&name))
}

/// The generation whose rules a step follows. `lambda` 1.x is the same in both; other 1.x steps follow the v5 engine and
/// 2.x steps the DataPower API Gateway, whatever the document is; a step without a version follows its document.
pub fn generation(entry: &Entry, version: Option<&str>, document: Generation) -> Generation {
    match version {
        Some(version) if entry.meta.name != "lambda" && version.starts_with("1.") => Generation::V5,
        Some(version) if version.starts_with("2.") => Generation::V10,
        _ => document,
    }
}
