//! The calls that steps made, and those that were expected.

use serde_json::Value;

use super::compare::{self, body_has, headers_have};
use super::format::{Exchange, ExpectedCall};
use super::stand_ins::{Base, Called, Made, path_fits};
use super::verdict::Verdict;

/// Compares the calls. Every call belongs to one expectation at most: the first that takes it and is not complete.
pub(super) fn check_calls(exchange: &Exchange, made: &[Made], verdict: &mut Verdict<'_>) {
    let Some(wanted) = &exchange.calls else { return };
    let mut counts = vec![0usize; wanted.len()];
    let mut others: Vec<&Called> = Vec::new();
    for Made { called, .. } in made {
        let takes: Vec<usize> =
            wanted.iter().enumerate().filter(|(_, one)| fits(one, called)).map(|(number, _)| number).collect();
        let open = takes.iter().find(|number| counts[**number] < wanted[**number].times).or(takes.last());
        match open {
            Some(number) => counts[*number] += 1,
            None => others.push(called),
        }
    }
    for (number, (one, count)) in
        wanted.iter().zip(&counts).enumerate().filter(|(_, (one, count))| one.times != **count)
    {
        let message = format!("{} of {} expected, {} made", calls(one.times), shown(one), made_words(*count));
        let near = others.iter().find(|called| is_about(one, called));
        verdict.fail(&format!("/calls/{number}"), message, near.and_then(|called| difference(one, called)));
    }
    for called in others {
        verdict.fail("/calls", format!("a call that is not expected: {called}"), None);
    }
}

fn calls(count: usize) -> String {
    match count {
        0 => "no call".to_owned(),
        1 => "one call".to_owned(),
        count => format!("{count} calls"),
    }
}

fn made_words(count: usize) -> String {
    if count == 0 { "none".to_owned() } else { count.to_string() }
}

fn shown(one: &ExpectedCall) -> String {
    match (&one.function, &one.service) {
        (Some(name), _) => format!("the function `{name}`"),
        (None, service) => {
            let method = one.method.as_ref().map(|method| format!("{method} ")).unwrap_or_default();
            format!("`{method}{}{}`", service.as_deref().unwrap_or_default(), one.path.as_deref().unwrap_or_default())
        }
    }
}

/// Whether a call goes to the function or service of an expectation, whatever else it is.
fn is_about(wanted: &ExpectedCall, called: &Called) -> bool {
    match called {
        Called::Function(call) => {
            let is_named = |name: &String| *name == call.name || *name == call.full_name();
            wanted.function.as_ref().is_some_and(is_named)
        }
        Called::Service(call) => {
            wanted.service.as_deref().and_then(Base::read).is_some_and(|base| base.below(&call.uri).is_some())
        }
    }
}

fn fits(wanted: &ExpectedCall, called: &Called) -> bool {
    if !is_about(wanted, called) {
        return false;
    }
    match called {
        Called::Function(call) => wanted.event.as_ref().is_none_or(|event| body_has(event, &call.event)),
        Called::Service(call) => {
            let base = wanted.service.as_deref().and_then(Base::read);
            let path = base.as_ref().and_then(|base| base.below(&call.uri)).unwrap_or_default();
            wanted.method.as_ref().is_none_or(|method| call.method.as_str().eq_ignore_ascii_case(method))
                && wanted.path.as_ref().is_none_or(|written| path_fits(written, path))
                && headers_have(&wanted.headers, &call.headers)
                && wanted.body.as_ref().is_none_or(|body| body_has(body, &call.body))
        }
    }
}

/// How a call differs from the one that was expected.
fn difference(wanted: &ExpectedCall, called: &Called) -> Option<String> {
    let (body, found) = match called {
        Called::Function(call) => (wanted.event.as_ref(), &call.event),
        Called::Service(call) => (wanted.body.as_ref(), &call.body),
    };
    let text = || Value::String(String::from_utf8_lossy(found).into_owned());
    let found = serde_json::from_slice(found).unwrap_or_else(|_| text());
    let body = body.map(|body| compare::difference(body, &compare::only(body, &found)));
    match called {
        Called::Function(_) => body,
        Called::Service(call) => {
            let wanted_line =
                format!("{} {}", wanted.method.as_deref().unwrap_or("*"), wanted.path.as_deref().unwrap_or("*"));
            let found_line = format!("{} {}", call.method, call.uri.path_and_query().map_or("/", |path| path.as_str()));
            let headers = wanted.headers.iter().filter_map(|(name, value)| {
                let found = compare::header(&call.headers, name);
                let line =
                    |value: Option<String>| format!("{name}: {}", value.unwrap_or_else(|| "(nothing)".to_owned()));
                (found != *value).then(|| compare::lines(&line(value.clone()), &line(found)))
            });
            let all: Vec<String> =
                std::iter::once(compare::lines(&wanted_line, &found_line)).chain(headers).chain(body).collect();
            Some(all.join("\n"))
        }
    }
}
