//! `operation-switch`: runs the steps of the operation that was called.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::base::{Reported, codes, did_you_mean, nearest};
use crate::policy::{Access, Case, Compiled, Compiler, Flow, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use config::Selector;
use step::{OperationIs, Wanted};

pub use config::Config;

/// The policy.
pub struct OperationSwitch;

impl Policy for OperationSwitch {
    const META: Meta = Meta {
        name: "operation-switch",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Runs the steps of the operation that was called.",
        page: include_str!("page.md"),
        examples: examples!["by-operation"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: crate::policy::BLOCKS,
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let mut cases = Vec::new();
        for (index, case) in config.case.iter().enumerate() {
            let wanted = case.operations.iter().enumerate();
            let wanted: Vec<Wanted> = wanted
                .map(|(number, selector)| {
                    let wanted = wanted_by(selector);
                    check(&wanted, &format!("/case/{index}/operations/{number}"), compiler);
                    wanted
                })
                .collect();
            let test = Plan { step: Box::new(OperationIs { wanted: wanted.into() }), access: Access::default() };
            cases.push(Case { test: Ok(test), execute: compiler.steps(&format!("/case/{index}/execute")) });
        }
        Ok(Compiled::Flow(Flow { cases, otherwise: compiler.steps("/otherwise") }))
    }
}

fn wanted_by(selector: &Selector) -> Wanted {
    match selector {
        Selector::Id(id) | Selector::OperationId { operation_id: id } => Wanted::Id(id.as_str().into()),
        Selector::VerbAndPath { verb, path } => {
            Wanted::VerbAndPath { verb: verb.to_ascii_uppercase().into(), path: path.as_str().into() }
        }
    }
}

/// A case that names no operation of the document never runs; most likely the name is mistyped.
fn check(wanted: &Wanted, pointer: &str, compiler: &mut Compiler<'_, '_>) {
    let operations = &compiler.shared.api.operations;
    let known = operations.iter().any(|operation| {
        wanted.is(operation.verb.as_ref().map(|verb| verb.as_str()), &operation.path.text, operation.id.as_deref())
    });
    if known {
        return;
    }
    let names: Vec<Arc<str>> = match wanted {
        Wanted::Id(_) => operations.iter().filter_map(|operation| operation.id.clone()).collect(),
        Wanted::VerbAndPath { .. } => operations.iter().map(|operation| operation.path.text.clone()).collect(),
    };
    let (message, typed) = match wanted {
        Wanted::Id(id) => (format!("the document has no operation `{id}`, so this case never runs"), id),
        Wanted::VerbAndPath { verb, path } => {
            (format!("the document has no operation `{verb} {path}`, so this case never runs"), path)
        }
    };
    let near = nearest(typed, names.iter().map(|name| &**name));
    let help = match near.as_slice() {
        [] => "name an `operationId`, or a verb and a path as they stand under `paths`".into(),
        near => did_you_mean(near),
    };
    compiler.warning(codes::UNREACHABLE, pointer, message, help);
}
