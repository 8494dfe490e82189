//! The values that an expression reads, as references: found at load, fetched per evaluation.

use std::sync::Arc;

use super::want::Want;
use crate::expression::{Builtin, Reference, Resolved, Resolver, Root, Scope, Variable};
use crate::value::Value;

/// A value that an expression needs in its context.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// Its path in the context.
    pub path: Box<[Arc<str>]>,
    pub source: Source,
    /// The parts of it that are read.
    pub want: Want,
    pub level: Level,
}

/// The source of a value.
#[derive(Debug, Clone)]
pub(in crate::expression) enum Source {
    Constant(Value),
    Variable(Reference),
}

/// The kind of object that a value is. The case of header names does not count, that of all other names does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::expression) enum Level {
    /// It may be a message: what is below `headers` is headers.
    Message,
    Headers,
    Other,
}

/// The value of a path: where its beginning comes from, and how many of its names that covers. The rest is found by walking
/// the value as JSONata does.
pub(in crate::expression) struct Beginning {
    pub source: Source,
    pub names: usize,
    pub level: Level,
}

impl Source {
    /// The value; null where there is none.
    pub(in crate::expression) fn value(&self, scope: &dyn Scope) -> Value {
        match self {
            Source::Constant(value) => value.clone(),
            Source::Variable(reference) => scope.get(reference),
        }
    }
}

impl Level {
    pub(in crate::expression) fn below(self, name: &str) -> Self {
        if self == Level::Message && name == "headers" { Level::Headers } else { Level::Other }
    }
}

/// The source of the beginning of a path. The path is not empty.
pub(in crate::expression) fn beginning(path: &[Arc<str>], resolve: &mut Resolver<'_>) -> Result<Beginning, String> {
    let Some((first, rest)) = path.split_first() else { return Err("the name is empty".to_owned()) };
    let Some(builtin) = Builtin::named(first) else {
        let source = match is_plain(first) {
            true => into_source(resolve(first)?),
            false => Source::Variable(Reference::new(Root::Named(first.clone()), Vec::new())),
        };
        return Ok(Beginning { source, names: 1, level: Level::Message });
    };
    let below = rest.len().min(depth(builtin, rest));
    let known = &rest[..below];
    let level = match (builtin, known) {
        (Builtin::Message | Builtin::Request, []) => Level::Message,
        (Builtin::Message | Builtin::Request, [one]) if &**one == "headers" => Level::Headers,
        _ => Level::Other,
    };
    let source = match known {
        [properties, name] if builtin == Builtin::Api && &**properties == "properties" && is_plain(name) => {
            into_source(resolve(&format!("api.properties.{name}"))?)
        }
        known => Source::Variable(Reference::new(Root::Builtin(builtin), known.to_vec())),
    };
    Ok(Beginning { source, names: 1 + below, level })
}

/// How many names below a root of the gateway belong to its variables and not to a value. Values may be arrays, and JSONata looks
/// into those. A name that no variable has belongs to none.
fn depth(builtin: Builtin, path: &[Arc<str>]) -> usize {
    let reference = Reference::new(Root::Builtin(builtin), path.to_vec());
    let known = usize::from(Variable::find(builtin, path).depth);
    known + usize::from(reference.unknown_member().is_some())
}

/// Whether v10 has this member below a parameter. Otherwise the parameter is its value.
fn is_part_of_parameter(name: &str) -> bool {
    matches!(name, "values" | "locations")
}

/// Whether a name can stand in `$(…)` as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && !name.contains(['.', '[', ']', '\'', '"'])
}

fn into_source(resolved: Resolved) -> Source {
    match resolved {
        Resolved::Constant(value) => Source::Constant(value),
        Resolved::Variable(reference) => Source::Variable(reference),
    }
}

/// The reads for these parts of the context.
pub(super) fn reads(context: &Want, resolve: &mut Resolver<'_>) -> Result<Vec<Read>, (Arc<str>, String)> {
    let mut reads = Vec::new();
    for (name, want) in &context.members {
        collect(vec![name.clone()], want, resolve, &mut reads).map_err(|message| (name.clone(), message))?;
    }
    Ok(reads)
}

fn collect(path: Vec<Arc<str>>, want: &Want, resolve: &mut Resolver<'_>, reads: &mut Vec<Read>) -> Result<(), String> {
    let builtin = Builtin::named(&path[0]);
    let is_parameter = builtin == Some(Builtin::Request) && path.len() == 3 && &*path[1] == "parameters";
    let only_parts = is_parameter && want.members.iter().all(|(name, _)| is_part_of_parameter(name));
    let is_value = match builtin {
        None => true,
        Some(_) if path.len() == 1 || only_parts => false,
        Some(_) if is_parameter => true,
        Some(builtin) => {
            let found = Variable::find(builtin, &path[1..]);
            usize::from(found.depth) + 1 < path.len() || !found.variable.has_variables_below()
        }
    };
    if want.whole || is_value || want.members.is_empty() {
        let Beginning { source, level, .. } = beginning(&path, resolve)?;
        reads.push(Read { path: path.into(), source, want: want.clone(), level });
        return Ok(());
    }
    for (name, want) in &want.members {
        let path = path.iter().cloned().chain([name.clone()]).collect();
        collect(path, want, resolve, reads)?;
    }
    Ok(())
}

impl Read {
    /// The references that it reads, as far as names are known.
    pub(super) fn references(&self) -> Vec<Reference> {
        let Source::Variable(from) = &self.source else { return Vec::new() };
        let leaves = self.want.leaves().into_iter();
        leaves.map(|leaf| Reference::new(from.root.clone(), from.path.iter().cloned().chain(leaf).collect())).collect()
    }
}
