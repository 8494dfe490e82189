//! `set-variable`: sets, adds to and clears variables.

mod config;
mod step;
#[cfg(test)]
mod tests;

use crate::base::{Generation, Reported, codes, write_instead};
use crate::expression::{Builtin, Template};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::Spellings;
use crate::value::Value;
use config::{Action, Kind};
use step::{Assignment, Change};

pub use config::Config;

/// The policy.
pub struct SetVariable;

impl Policy for SetVariable {
    const META: Meta = Meta {
        name: "set-variable",
        aliases: &[],
        versions: &["1.0.0", "2.0.0"],
        summary: "Sets, adds to and clears variables.",
        page: include_str!("page.md"),
        examples: examples!["build-a-response", "change-a-body"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        // An action that is none of the three.
        at_run_time: &[codes::UNKNOWN_PROPERTY, codes::BAD_VALUE],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let actions = config.actions.into_iter().enumerate();
        let changes: Vec<Result<Change, Reported>> =
            actions.map(|(index, action)| change(&format!("/actions/{index}"), action, compiler)).collect();
        let changes = changes.into_iter().collect::<Result<Vec<Change>, Reported>>()?;
        let access = access(&changes);
        // The v5 engine replaces every `$(…)` before the first action, so an action does not see an earlier one's result.
        let together = compiler.generation == Generation::V5;
        Ok(Compiled::Step(Plan { step: Box::new(step::SetVariable { changes, together }), access }))
    }
}

fn change(at: &str, action: Action, compiler: &mut Compiler<'_, '_>) -> Result<Change, Reported> {
    let written = [("set", &action.set), ("add", &action.add), ("clear", &action.clear)];
    let named: Vec<(&str, &String)> =
        written.into_iter().filter_map(|(verb, name)| name.as_ref().map(|name| (verb, name))).collect();
    let [(verb, name)] = named.as_slice() else {
        let message = match named.len() {
            0 => "an action needs `set`, `add` or `clear`".to_owned(),
            count => format!("an action has {count} of `set`, `add` and `clear`, expected one"),
        };
        return Err(compiler.error_with_help(
            codes::BAD_VALUE,
            at,
            message,
            "write every action as an item of its own, with `- `",
        ));
    };
    let pointer = format!("{at}/{verb}");
    let name = compiler.template(&pointer, name)?;
    let assignment = match &name {
        Template::Constant(name) => {
            let name = name.to_text();
            Assignment::Known(match *verb {
                "clear" => compiler.cleared_variable(&pointer, &name)?,
                _ => compiler.written_variable(&pointer, &name)?,
            })
        }
        computed => {
            compiler.names.dynamic = true;
            Assignment::Computed(computed.clone())
        }
    };
    let value = match (&action.value, *verb) {
        (_, "clear") => return Ok(Change::Clear(assignment)),
        (None, _) => {
            return Err(compiler.error(
                codes::MISSING_PROPERTY,
                &pointer,
                format!("`{verb}` needs the property `value`"),
            ));
        }
        (Some(serde_json::Value::String(text)), _) => compiler.template(&format!("{at}/value"), text)?,
        (Some(json), _) if has_reference(json) => {
            let help = "write the whole value as JSON text, as in `value: '{\"id\": \"$(request.parameters.id)\"}'`";
            let message = "`$(…)` is not replaced inside a map or a list";
            return Err(compiler.error_with_help(codes::BAD_TEMPLATE, &format!("{at}/value"), message, help));
        }
        (Some(json), _) if json.to_string().contains("$(") => {
            let message = "a `$(…)` inside a list or a map is not replaced";
            let help = "write the value as text: `value: '{\"id\": \"$(order.id)\"}'`";
            return Err(compiler.error_with_help(codes::BAD_TEMPLATE, &format!("{at}/value"), message, help));
        }
        (Some(json), _) => Template::Constant(Value::from(json)),
    };
    if let (Template::Constant(_), Some(serde_json::Value::String(text))) = (&value, &action.value)
        && is_reference_without_sign(text)
    {
        let message = format!("this sets the text `{text}` itself, not the variable of that name");
        compiler.warning(codes::PLAIN_REFERENCE, &format!("{at}/value"), message, write_instead(format!("$({text})")));
    }
    let append = *verb == "add";
    if let Some(constant) = value.constant() {
        check_constant(at, &constant, action.kind, &assignment, compiler)?;
        if let (Assignment::Known(reference), false) = (&assignment, append) {
            compiler.names.note_literal(reference, &constant);
        }
    }
    let header = assignment.header();
    Ok(Change::Put { assignment, header, value, kind: action.kind, append })
}

/// `message.body.id`, `request.headers.x`: a name below a root of the gateway that exists.
fn is_reference_without_sign(text: &str) -> bool {
    const MEMBERS: [&str; 7] = ["body", "headers", "parameters", "status", "app", "operation", "properties"];
    let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let mut parts = text.split('.');
    let root = parts.next().and_then(Builtin::named);
    is_name && root.is_some() && parts.next().is_some_and(|member| MEMBERS.contains(&member))
}

/// Whether a text below a map or a list has `$(` in it.
fn has_reference(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => text.contains("$("),
        serde_json::Value::Array(items) => items.iter().any(has_reference),
        serde_json::Value::Object(members) => members.values().any(has_reference),
        _ => false,
    }
}

/// Checks a constant at load instead of at the first request.
fn check_constant(
    at: &str,
    text: &str,
    kind: Kind,
    assignment: &Assignment,
    compiler: &mut Compiler<'_, '_>,
) -> Result<(), Reported> {
    let pointer = format!("{at}/value");
    if kind.read(&Value::from(text)).is_none() {
        return Err(compiler.error(
            codes::BAD_VALUE,
            &pointer,
            format!("the value is not {}, as `type` wants", kind.words()),
        ));
    }
    let is_status = matches!(assignment, Assignment::Known(reference) if step::is_status_code(reference));
    if is_status && !text.parse::<u16>().is_ok_and(|code| (100..600).contains(&code)) {
        return Err(compiler.error(codes::BAD_VALUE, &pointer, "the value is not a status from 100 to 599"));
    }
    Ok(())
}

fn access(changes: &[Change]) -> Access {
    let mut access = Access::default();
    for change in changes {
        match change {
            Change::Clear(assignment) => access.reads.extend(assignment.reads(false)),
            Change::Put { assignment, value, append, .. } => {
                access.reads.extend(value.references().into_iter().cloned());
                access.reads.extend(assignment.reads(*append));
            }
        }
        // The whole body is replaced: what was there need not be kept, unless something above has read it.
        if let Change::Put { assignment: Assignment::Known(reference), append: false, .. } = change
            && step::is_message_body(reference)
        {
            access.replaces.push(reference.root.clone());
        }
    }
    access
}
