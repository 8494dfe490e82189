//! `redact`: hides or removes parts of bodies.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Generation, Reported, codes};
use crate::expression::{Builtin, Places, Reference, Root, XPath};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use config::{Action, From, Kind, Redaction};
use step::{Change, V5Path};

pub use config::Config;

/// The policy.
pub struct Redact;

impl Policy for Redact {
    const META: Meta = Meta {
        name: "redact",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Hides or removes parts of bodies.",
        page: include_str!("page.md"),
        examples: examples!["card-numbers", "xml"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let is_v5 = compiler.generation == Generation::V5;
        let wrong = match is_v5 {
            true if !config.redactions.is_empty() => Some(("redactions", "actions", "1.0.0")),
            true if config.root.is_some() => Some(("root", "from", "1.0.0")),
            false if !config.actions.is_empty() => Some(("actions", "redactions", "2.0.0")),
            _ => None,
        };
        if let Some((written, instead, version)) = wrong {
            let message = format!("`{written}` does not belong to version {version} of `redact`");
            let help = format!("write `{instead}`, or another `version`");
            return Err(compiler.error_with_help(codes::BAD_VALUE, &format!("/{written}"), message, help));
        }
        let root = config.root.as_deref().unwrap_or_default();
        if root == "log" || root.starts_with("log.") {
            // Logs here hold no bodies, so there is nothing to hide in them.
            return Ok(plan(Vec::new()));
        }
        let root = match config.root.as_deref() {
            Some(root) => Some(compiler.read_variable("/root", root)?),
            None => None,
        };
        let v10 = config.redactions.iter().enumerate();
        let mut changes: Vec<Result<Vec<Change>, Reported>> =
            v10.map(|(index, one)| redaction(index, one, root.clone(), compiler)).collect();
        let v5 = config.actions.iter().enumerate();
        changes.extend(v5.map(|(index, one)| action(index, one, compiler)));
        let changes = changes.into_iter().collect::<Result<Vec<Vec<Change>>, Reported>>()?;
        Ok(plan(changes.into_iter().flatten().collect()))
    }
}

fn plan(changes: Vec<Change>) -> Compiled {
    let mut access = Access::default();
    for change in &changes {
        access.reads.extend(change.access().reads);
    }
    Compiled::Step(Plan { step: Box::new(step::Redact(changes.into())), access })
}

fn redaction(
    index: usize,
    redaction: &Redaction,
    root: Option<Reference>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Vec<Change>, Reported> {
    let pointer = format!("/redactions/{index}/path");
    if redaction.path.trim() == "log" || redaction.path.trim().starts_with("log.") {
        return Ok(Vec::new());
    }
    let target = compiler.target(&pointer, &redaction.path, root)?;
    Ok(vec![Change::At(target, redaction.action)])
}

fn action(index: usize, action: &Action, compiler: &mut Compiler<'_, '_>) -> Result<Vec<Change>, Reported> {
    let pointer = format!("/actions/{index}/path");
    let Some(path) = action.path.as_deref().filter(|path| !path.trim().is_empty()) else {
        let message = "an action without `path` hides nothing";
        compiler.warning(codes::BAD_VALUE, &format!("/actions/{index}"), message, "write the `path` of what to hide");
        return Ok(Vec::new());
    };
    let path = v5_path(&pointer, path, compiler)?;
    let all = action.from.is_empty() || action.from.contains(&From::All);
    let bodies = [(Builtin::Request, From::Request), (Builtin::Message, From::Response)];
    let wanted = bodies.into_iter().filter(|(_, from)| all || action.from.contains(from));
    let changes = wanted.map(|(root, from)| Change::V5 {
        root: Root::Builtin(root),
        // The message that goes on to the service is part of the request too.
        and_message: from == From::Request && !all && !action.from.contains(&From::Response),
        path: path.clone(),
        kind: action.action,
    });
    Ok(changes.collect())
}

/// XPath has slashes, axes or functions; anything else is names with dots.
fn v5_path(pointer: &str, path: &str, compiler: &mut Compiler<'_, '_>) -> Result<V5Path, Reported> {
    let error = if path.contains(['/', '@', '(']) {
        match XPath::compile(path) {
            Ok(xpath) => return Ok(V5Path::XPath(xpath)),
            Err(error) => error,
        }
    } else {
        match Places::compile(path, &mut |name| Err(format!("`{name}` cannot be read here"))) {
            Ok(Places::Path(path)) => {
                let in_xml = path.in_xml();
                return Ok(V5Path::Names(path, in_xml));
            }
            Ok(Places::XPath(..)) => {
                let message = "`$xpath` does not belong to version 1.0.0 of `redact`";
                return Err(compiler.error_with_help(
                    codes::BAD_EXPRESSION,
                    pointer,
                    message,
                    "write the XPath itself",
                ));
            }
            Err(error) => error,
        }
    };
    Err(compiler.bad_path(pointer, &error))
}

impl Change {
    fn access(&self) -> Access {
        match self {
            Change::At(target, _) => target.access(),
            Change::V5 { root, and_message, .. } => {
                let body = |root: Root| Reference::body_of(root);
                let message = and_message.then(|| body(Root::Builtin(Builtin::Message)));
                Access { reads: message.into_iter().chain([body(root.clone())]).collect(), ..Access::default() }
            }
        }
    }
}

impl Kind {
    fn removes(self) -> bool {
        self == Kind::Remove
    }
}
