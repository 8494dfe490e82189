//! `extract`: changes values where they stand.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::Reported;
use crate::expression::{Jsonata, Reference};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use step::Change;

pub use config::Config;

/// The policy.
pub struct Extract;

impl Policy for Extract {
    const META: Meta = Meta {
        name: "extract",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Changes values where they stand.",
        page: include_str!("page.md"),
        examples: examples!["last-digits"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let root = compiler.read_variable("/root", &config.root)?;
        let extracts = config.extracts.iter().enumerate();
        let changes: Vec<Result<Change, Reported>> =
            extracts.map(|(index, extract)| change(index, extract, &root, compiler)).collect();
        let changes = changes.into_iter().collect::<Result<Vec<Change>, Reported>>()?;
        let reads = changes.iter().flat_map(|change| {
            let transform = change.transform.references().into_iter().cloned();
            change.target.access().reads.into_iter().chain(transform)
        });
        let access = Access { reads: reads.collect(), ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step::Extract(changes.into())), access }))
    }
}

fn change(
    index: usize,
    extract: &config::Extract,
    root: &Reference,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Change, Reported> {
    let target = compiler.target(&format!("/extracts/{index}/capture"), &extract.capture, Some(root.clone()));
    let pointer = format!("/extracts/{index}/transform");
    let span = compiler.span(&pointer);
    let names = &mut *compiler.names;
    let transform = Jsonata::compile_relative(&extract.transform, &mut |name| names.resolve(name, span));
    let transform = transform.map_err(|error| compiler.bad_path(&pointer, &error))?;
    compiler.note_references(&pointer, &extract.transform, transform.references());
    compiler.note_sizes(&pointer, transform.sizes());
    Ok(Change { target: target?, transform })
}
