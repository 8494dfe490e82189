//! Failures of scripts, without the engine.

use std::time::Duration;

use rquickjs::{Ctx, Value};

/// The name under which scripts stand in the engine's stacks.
pub(super) const SCRIPT: &str = "gantry-script";

/// Why a script failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Failure {
    /// The `name` that the thrown object has of its own.
    pub name: Option<String>,
    /// The class of an error that is not a plain `Error`, such as `TypeError`; the message begins with it.
    pub class: Option<String>,
    pub message: String,
    /// Line and column in the code that ran.
    pub place: Option<(usize, usize)>,
    pub reason: Reason,
}

/// The kind of failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Reason {
    #[default]
    Thrown,
    /// It ran longer than it may.
    Time,
    /// The request's deadline passed, or its client went away.
    Late,
    /// It used more memory than it may.
    Memory,
    /// All requests together hold as much memory as they may.
    NoRoom,
    /// It was not started.
    Refused,
}

impl Failure {
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Failure { message: message.into(), ..Failure::default() }
    }

    pub(super) fn of(reason: Reason, message: impl Into<String>) -> Self {
        Failure { reason, ..Failure::plain(message) }
    }

    pub(super) fn too_long(limit: Duration) -> Self {
        let limit = limit.as_secs_f64();
        let message = format!("the script ran longer than {limit} s (`scripts: timeout` of the settings)");
        Failure::of(Reason::Time, message)
    }

    /// The failure of a script whose thread was given up.
    pub(super) fn hung(limit: Duration) -> Self {
        let Failure { message, .. } = Failure::too_long(limit);
        let message = format!("{message} inside one built-in function, and what the request held is lost");
        Failure::of(Reason::Time, message)
    }

    /// The engine's pending exception. An engine without memory has none.
    pub(super) fn pending(ctx: &Ctx<'_>) -> Self {
        let thrown = ctx.catch();
        Failure::thrown(&thrown)
    }

    /// The failure of a thrown value.
    pub(super) fn thrown(thrown: &Value<'_>) -> Self {
        let Some(object) = thrown.as_object() else {
            let message = match thrown.as_string().map(|text| text.to_string()) {
                Some(Ok(text)) => text,
                _ if thrown.is_null() => {
                    return Failure::of(Reason::Memory, "null was thrown, or the script ran out of memory");
                }
                _ => described(thrown),
            };
            return Failure::plain(cut(&message));
        };
        let text = |key: &str| object.get::<_, Option<String>>(key).ok().flatten();
        let own = object.keys::<String>().flatten().any(|key| key == "name");
        let is_error = thrown.is_error();
        let message = text("message").unwrap_or_else(|| if is_error { String::new() } else { described(thrown) });
        let kind = text("name").filter(|_| is_error);
        let class = kind.filter(|kind| kind != "Error");
        let full = match &class {
            Some(class) => format!("{class}: {message}"),
            None => message.clone(),
        };
        let reason = if full == "InternalError: out of memory" { Reason::Memory } else { Reason::Thrown };
        let place = text("stack").and_then(|stack| place(&stack));
        let name = text("name").filter(|_| own);
        Failure { message: cut(if name.is_some() { &message } else { &full }), name, class, place, reason }
    }
}

fn described(value: &Value<'_>) -> String {
    match value.ctx().json_stringify(value.clone()) {
        Ok(Some(text)) => text.to_string().unwrap_or_default(),
        _ => {
            let _ = value.ctx().catch();
            "a value that is no error was thrown".to_owned()
        }
    }
}

/// Messages may hold whole bodies.
fn cut(text: &str) -> String {
    text.chars().take(1000).collect()
}

/// The innermost place in the script.
fn place(stack: &str) -> Option<(usize, usize)> {
    let line = stack.lines().find_map(|line| line.split_once(SCRIPT).map(|(_, rest)| rest))?;
    let mut numbers = line.trim_start_matches(':').trim_end_matches(')').split(':');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.trim_end_matches(')').parse().ok()?))
}
