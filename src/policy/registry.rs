//! The list of policies, without their types.

use std::sync::OnceLock;

use super::{ALL, Compiled, Compiler, Meta, Policy};
use crate::assembly::{Carrier, Generation};
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

/// The generation whose rules a step follows. `lambda` is the same in both; other 1.x steps follow the v5 engine and 2.x steps
/// the DataPower API Gateway, whatever the document is. A step without a version follows its document, but IBM's carriers
/// know a policy without 2.x versions, such as `if`, from the v5 engine only.
pub fn generation(entry: &Entry, version: Option<&str>, document: Generation, carrier: Carrier) -> Generation {
    let of = |version: &str| if version.starts_with("1.") { Generation::V5 } else { Generation::V10 };
    match version {
        _ if entry.meta.name == "lambda" => document,
        Some(version) => of(version),
        None if carrier == Carrier::Ibm && entry.meta.versions.iter().all(|one| of(one) == Generation::V5) => {
            Generation::V5
        }
        None => document,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_says_the_generation_then_the_document() {
        use Carrier::{Ibm, XAssembly};
        use Generation::{V5, V10};
        for (policy, version, document, carrier, expected) in [
            ("lambda", Some("1.0.0"), V10, Ibm, V10),
            ("lambda", Some("1.3.0"), V5, Ibm, V5),
            ("lambda", None, V10, XAssembly, V10),
            ("invoke", Some("1.0.0"), V10, Ibm, V5),
            ("invoke", Some("1.5.0"), V10, XAssembly, V5),
            ("invoke", Some("2.3.0"), V5, Ibm, V10),
            ("invoke", None, V5, Ibm, V5),
            ("invoke", None, V10, Ibm, V10),
            ("switch", Some("2.0.0"), V5, Ibm, V10),
            ("set-variable", Some("1.0.0"), V10, Ibm, V5),
            ("throw", Some("2.1.0"), V5, Ibm, V10),
            ("parse", None, V5, Ibm, V5),
            ("if", None, V10, Ibm, V5),
            ("if", None, V10, XAssembly, V10),
            ("if", Some("1.0.0"), V10, XAssembly, V5),
            ("proxy", None, V10, Ibm, V5),
            ("activity-log", None, V10, Ibm, V5),
        ] {
            let entry = find(policy).unwrap();
            assert_eq!(generation(entry, version, document, carrier), expected, "{policy} {version:?} {document:?}");
        }
    }
}
