//! The two forms of a policy: with its types, and in the list without them.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{Compiled, Compiler, Generations, Meta};
use crate::assembly::COMMON;
use crate::assembly::Carrier;
use crate::base::{Generation, Reported};
use crate::source::Shape;

/// The load-time half of a policy.
pub trait Policy {
    const META: Meta;
    /// The configuration as an author writes it; its doc comments are the schema's descriptions and the page's table.
    type Config: DeserializeOwned + JsonSchema;
    /// Makes the step.
    fn compile(config: Self::Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported>;
}

/// A policy without its types.
pub struct Entry {
    pub meta: &'static Meta,
    shape: OnceLock<Shape>,
    make_shape: fn() -> Shape,
    compile: fn(&Entry, &mut Compiler<'_, '_>) -> Result<Compiled, Reported>,
}

impl Entry {
    /// The entry of `P`.
    pub const fn of<P: Policy>() -> Self {
        Entry {
            meta: &P::META,
            shape: OnceLock::new(),
            make_shape: || Shape::of::<P::Config>(P::META.name, P::META.spellings).with_others(&COMMON),
            compile: |entry, compiler| {
                let config: P::Config = compiler.decode(entry.shape())?;
                P::compile(config, compiler)
            },
        }
    }

    /// The shape of its configuration.
    pub fn shape(&self) -> &Shape {
        self.shape.get_or_init(self.make_shape)
    }

    /// Reads the step's configuration and compiles it.
    pub fn compile(&self, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        (self.compile)(self, compiler)
    }

    /// The generation whose rules a step follows. 1.x steps follow the v5 engine and 2.x steps the DataPower API Gateway,
    /// whatever the document is, but for policies that are the same in both. A step without a version follows its document, but
    /// IBM's carriers know a policy without 2.x versions, such as `if`, from the v5 engine only.
    pub fn generation(&self, version: Option<&str>, document: Generation, carrier: Carrier) -> Generation {
        let of = |version: &str| if version.starts_with("1.") { Generation::V5 } else { Generation::V10 };
        match version {
            _ if self.meta.generations == Generations::Every => document,
            Some(version) => of(version),
            None if carrier == Carrier::Ibm && self.meta.versions.iter().all(|one| of(one) == Generation::V5) => {
                Generation::V5
            }
            None => document,
        }
    }
}
