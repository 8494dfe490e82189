//! An exchange and what was expected of it.

use regex::Regex;
use serde_json::Value;

use super::calls::check_calls;
use super::client::Answered;
use super::compare::{self, header};
use super::fill::text_of;
use super::format::{Answer, Exchange};
use super::observed::Seen;
use super::places::escaped;
use super::stand_ins::Made;
use super::verdict::Verdict;
use crate::base::{nearest, quoted_list};
use crate::policies;

/// Compares an exchange with everything that is expected of it.
///
/// `titles` are those of all steps.
pub(super) fn check(
    exchange: &Exchange,
    answered: &Answered,
    (seen, titles): (&Seen, &[String]),
    made: &[Made],
    verdict: &mut Verdict<'_>,
) {
    // A call that a step repeats is one problem.
    let mut problems: Vec<&str> = made.iter().filter_map(|call| call.problem.as_deref()).collect();
    problems.dedup();
    problems.into_iter().for_each(|problem| verdict.fail("", problem, None));
    check_answer(&exchange.answer, answered, verdict);
    check_calls(exchange, made, verdict);
    check_steps(exchange, seen, titles, verdict);
    check_variables(exchange, seen, verdict);
}

fn check_answer(wanted: &Answer, answered: &Answered, verdict: &mut Verdict<'_>) {
    let is_status = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    // It was a name, and what became of it would not be looked at, or never fit.
    if let Some(text) = wanted.filled_status.as_ref().filter(|text| !is_status(text)) {
        verdict.fail("/answer/status", format!("`{text}` is no status"), None);
        return;
    }
    if !wanted.status.is_null() && text_of(&wanted.status) != answered.status.to_string() {
        let mut difference = compare::lines(&text_of(&wanted.status), &answered.status.to_string());
        // The answer tells why, where its body is not looked at anyway.
        if wanted.body.is_none() && !answered.body.is_empty() {
            let body = String::from_utf8_lossy(&answered.body);
            difference.push_str(&format!("\n  {}", body.chars().take(300).collect::<String>()));
        }
        verdict.fail("/answer/status", "the status is another one", Some(difference));
    }
    for (name, value) in &wanted.headers {
        let found = header(&answered.headers, name);
        if found != *value {
            let (value, found) = (value.clone().map(Value::String), found.map(Value::String));
            let message = format!("the header `{name}` is another one");
            let difference = compare::values(value.as_ref(), found.as_ref());
            verdict.fail(&format!("/answer/headers/{}", escaped(name)), message, Some(difference));
        }
    }
    for (name, expression) in &wanted.headers_match {
        let found = header(&answered.headers, name);
        if !found.as_ref().is_some_and(|value| matches(expression, value)) {
            let difference =
                compare::values(Some(&Value::from(expression.as_str())), found.map(Value::String).as_ref());
            let pointer = format!("/answer/headers-match/{}", escaped(name));
            verdict.fail(&pointer, format!("the header `{name}` does not match"), Some(difference));
        }
    }
    check_body(wanted, answered, verdict);
}

fn check_body(wanted: &Answer, answered: &Answered, verdict: &mut Verdict<'_>) {
    let text = String::from_utf8_lossy(&answered.body);
    let found = answered.value();
    let problem = match &wanted.body {
        None => None,
        Some(Value::Null) => (!answered.body.is_empty()).then(|| ("there is a body", compare::lines("", &text))),
        Some(Value::String(body)) => (*body != text).then(|| ("the body is another one", compare::lines(body, &text))),
        Some(json) => {
            (!compare::is_same(json, &found)).then(|| ("the body is another one", compare::difference(json, &found)))
        }
    };
    if let Some((message, difference)) = problem {
        verdict.fail("/answer/body", message, Some(difference));
    }
    match &wanted.body_contains {
        Some(Value::String(part)) if !text.contains(part.as_str()) => {
            let difference = compare::lines(part, &text);
            verdict.fail("/answer/body-contains", "the body does not contain this text", Some(difference));
        }
        Some(json) if !json.is_string() && !compare::has(json, &found) => {
            let difference = compare::difference(json, &compare::only(json, &found));
            verdict.fail("/answer/body-contains", "the body does not contain this", Some(difference));
        }
        _ => {}
    }
    if let Some(expression) = wanted.body_matches.as_ref().filter(|expression| !matches(expression, &text)) {
        let difference = compare::lines(expression, &text);
        verdict.fail("/answer/body-matches", "the body does not match", Some(difference));
    }
}

/// Whether a text matches. An expression that a value has broken matches nothing.
fn matches(expression: &str, text: &str) -> bool {
    Regex::new(expression).is_ok_and(|expression| expression.is_match(text))
}

fn check_steps(exchange: &Exchange, seen: &Seen, titles: &[String], verdict: &mut Verdict<'_>) {
    let is = |name: &str, step: &crate::runtime::StepSpan| *step.step.title == *name || *step.step.policy == *name;
    let ran = || {
        let names: Vec<&str> = seen.steps.iter().map(|span| &*span.step.title).collect();
        if names.is_empty() { "no step ran".to_owned() } else { format!("these ran: {}", names.join(", ")) }
    };
    let mut after = seen.steps.iter();
    for (number, name) in exchange.ran.iter().enumerate() {
        if !after.any(|step| is(name, step)) {
            let where_it_is = if number > 0 { " after those before it" } else { "" };
            let message = format!("the step `{name}` did not run{where_it_is}; {}", ran());
            verdict.fail(&format!("/ran/{number}"), message, None);
            break;
        }
    }
    for (number, name) in exchange.not_ran.iter().enumerate() {
        if seen.steps.iter().any(|step| is(name, step)) {
            verdict.fail(&format!("/not-ran/{number}"), format!("the step `{name}` ran; {}", ran()), None);
        } else if !titles.contains(name) && policies::find(name).is_none() {
            // It would hold for ever.
            let near = nearest(name, titles.iter().map(String::as_str));
            let hint = if near.is_empty() { String::new() } else { format!("; there is {}", quoted_list(&near)) };
            verdict.fail(&format!("/not-ran/{number}"), format!("no step is called `{name}`{hint}"), None);
        }
    }
    if let Some(wanted) = &exchange.fault {
        let found = seen.fault().map_or("none", |(fault, _)| fault);
        if found != wanted {
            verdict.fail("/fault", "the fault is another one", Some(compare::lines(wanted, found)));
        }
    }
}

fn check_variables(exchange: &Exchange, seen: &Seen, verdict: &mut Verdict<'_>) {
    for (name, wanted) in &exchange.variables {
        let found = seen.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        if !compare::has(wanted, found.unwrap_or(&Value::Null)) {
            let found = compare::only(wanted, found.unwrap_or(&Value::Null));
            let difference = compare::difference(wanted, &found);
            let message = format!("the variable `{name}` has another value");
            verdict.fail(&format!("/variables/{}", escaped(name)), message, Some(difference));
        }
    }
}
