//! `request.parameters.*`.
//!
//! v10 has the parameters of the path, decoded, those of the query, as written, and declared fields of a form; every one is
//! its value, with `values` and `locations` below it. The v5 engine has the declared parameters and no other, read as their
//! types say.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use serde_json::Number;

use super::body::{self, fields};
use super::path::{Path, segments};
use super::repeated::{grouped, one_or_list};
use super::{clock, message};
use crate::base::Generation;
use crate::expression::Builtin;
use crate::openapi::{Location, ParameterType, Separator};
use crate::runtime::{DeclaredParameter, State};
use crate::value::{Value, form};

/// The parameter that the path names, and what is below its value.
pub(super) fn one(state: &State, path: Path<'_>) -> Value {
    let Some((name, below)) = path.split_first() else { return Value::NULL };
    value(state, name).below(segments(below))
}

/// Every value that was sent under the name that the path starts with, or what is below them.
pub(super) fn values(state: &State, path: Path<'_>) -> Value {
    part(state, path, |state, name| list(sent(state, name).into_iter().map(|(value, _)| value)))
}

/// The places that the values were sent in, or one of them.
pub(super) fn locations(state: &State, path: Path<'_>) -> Value {
    part(state, path, |state, name| list(sent(state, name).into_iter().map(|(_, place)| place.into())))
}

/// `NAME.values` and `NAME.locations`, which only v10 has: in the v5 engine they are members of the parameter's value.
fn part(state: &State, path: Path<'_>, whole: fn(&State, &str) -> Value) -> Value {
    match path {
        [name, _, below @ ..] if state.route.pipeline.generation == Generation::V10 => {
            whole(state, name).below(segments(below))
        }
        path => one(state, path),
    }
}

/// The text of a parameter of the path where it is in the URL as it is.
pub(super) fn lent<'s>(state: &'s State, name: &str) -> Option<&'s str> {
    if state.route.pipeline.generation != Generation::V10 || state.has_written(Builtin::Request) {
        return None;
    }
    match percent_decoded(in_path(state, name)?) {
        Cow::Borrowed(text) => Some(text),
        Cow::Owned(_) => None,
    }
}

impl State {
    /// Whether the value of this parameter is text of the URL, with its `%20`, and not what that text says.
    pub fn is_encoded_parameter(&self, name: &str) -> bool {
        let in_path = self.request.path_parameters.iter().any(|(known, _)| **known == *name);
        match self.route.pipeline.generation {
            Generation::V10 => !in_path && in_query(self, name).next().is_some(),
            // A value that a step has set is not text of the URL.
            Generation::V5 if self.has_written(Builtin::Request) => false,
            Generation::V5 => declared(self, name).is_some_and(|one| one.location == Location::Path),
        }
    }

    /// The values sent for a parameter outside the body, decoded.
    pub fn parameter_texts(&self, location: Location, name: &str) -> Vec<String> {
        match location {
            Location::Path => in_path(self, name).map(|text| percent_decoded(text).into_owned()).into_iter().collect(),
            Location::Query => in_query(self, name).map(|text| form::decoded(text).into_owned()).collect(),
            Location::Header => {
                let sent = self.request.headers.get_all(name).iter();
                sent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
            }
            Location::Cookie => {
                let sent =
                    self.request.headers.get_all(http::header::COOKIE).iter().filter_map(|one| one.to_str().ok());
                let pairs = sent.flat_map(|one| one.split(';')).filter_map(|pair| pair.trim().split_once('='));
                pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).collect()
            }
            Location::FormData | Location::Body => Vec::new(),
        }
    }

    /// Whether the query has this parameter.
    pub fn has_query_parameter(&self, name: &str) -> bool {
        in_query(self, name).next().is_some()
    }
}

/// Every parameter.
pub(super) fn all(state: &State, _: Path<'_>) -> Value {
    if state.route.pipeline.generation == Generation::V5 {
        // Of several with one name the first counts; those of the path that nothing declares come last.
        let all = state.route.operation.parameters.iter();
        let first = all.filter(|one| declared(state, &one.name).is_some_and(|first| std::ptr::eq(first, *one)));
        let members = first.map(|one| (one.name.clone(), typed(state, one)));
        return Value::object(members.filter(|(_, value)| !value.is_null()));
    }
    let path = &state.request.path_parameters;
    let mut all: IndexMap<Arc<str>, Value> =
        path.iter().map(|(name, text)| (name.clone(), percent_decoded(text).into_owned().into())).collect();
    let written = form::written_pairs(state.request.uri.query().unwrap_or_default());
    let written = written.map(|(name, value)| (percent_decoded(name), Cow::Borrowed(value)));
    for (name, value) in grouped(written) {
        all.entry(name).or_insert(value);
    }
    for field in state.route.operation.parameters.iter().filter(|one| one.location == Location::FormData) {
        if !all.contains_key(&field.name) {
            all.insert(field.name.clone(), value(state, &field.name));
        }
    }
    all.retain(|_, value| !value.is_null());
    Value::from(all)
}

fn value(state: &State, name: &str) -> Value {
    match state.route.pipeline.generation {
        Generation::V10 => match in_path(state, name) {
            Some(text) => (&*percent_decoded(text)).into(),
            None => {
                let fields = declared_fields(state, name).into_iter().map(Value::from);
                one_or_list(in_query(state, name).map(Value::from).chain(fields))
            }
        },
        Generation::V5 => declared(state, name).map_or(Value::NULL, |parameter| typed(state, parameter)),
    }
}

// === v10 ===

/// Every value that was sent under a name, with the place it was sent in.
fn sent(state: &State, name: &str) -> Vec<(Value, &'static str)> {
    let path = in_path(state, name).map(|text| (percent_decoded(text).into_owned().into(), "path"));
    let query = in_query(state, name).map(|text| (text.into(), "query"));
    let fields = declared_fields(state, name).into_iter().map(|text| (text.into(), "formData"));
    path.into_iter().chain(query).chain(fields).collect()
}

/// The fields of a form under a name that the operation declares as one.
fn declared_fields(state: &State, name: &str) -> Vec<String> {
    let mut declared = state.route.operation.parameters.iter();
    let is_field = declared.any(|one| one.location == Location::FormData && *one.name == *name);
    if is_field { fields(state, name) } else { Vec::new() }
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    let values: Vec<Value> = values.collect();
    if values.is_empty() { Value::NULL } else { Value::list(values) }
}

// === v5 ===

fn declared<'s>(state: &'s State, name: &str) -> Option<&'s DeclaredParameter> {
    state.route.operation.parameters.iter().find(|one| *one.name == *name)
}

/// The value of a declared parameter. Nothing is an error here: what does not fit its type is not there.
fn typed(state: &State, parameter: &DeclaredParameter) -> Value {
    let name = &*parameter.name;
    let texts: Vec<Cow<'_, str>> = match parameter.location {
        // Paths are not decoded, queries are.
        Location::Path if parameter.greedy => {
            return in_path(state, name).map_or(Value::NULL, |text| Value::list(text.split('/').map(Value::from)));
        }
        Location::Path => in_path(state, name).map(Cow::Borrowed).into_iter().collect(),
        Location::Query => in_query(state, name).map(form::decoded).collect(),
        Location::Header => {
            let sent = message::header(&state.request.headers, name);
            sent.as_str().map(|text| Cow::Owned(text.to_owned())).into_iter().collect()
        }
        Location::FormData => fields(state, name).into_iter().map(Cow::Owned).collect(),
        Location::Body => return body::body(state, &[]),
        Location::Cookie => Vec::new(),
    };
    convert(&parameter.kind, &texts)
}

fn convert(kind: &ParameterType, texts: &[Cow<'_, str>]) -> Value {
    match (kind, texts) {
        (_, []) => Value::NULL,
        (ParameterType::List { separator: Separator::Repeated, items }, texts) => {
            Value::list(texts.iter().map(|text| convert_one(items, text)))
        }
        (kind, [one]) => convert_one(kind, one),
        (ParameterType::Any, many) => Value::list(many.iter().map(|text| Value::from(&**text))),
        (ParameterType::List { .. } | ParameterType::Text, many) => convert_one(kind, &many.join(",")),
        _ => Value::NULL,
    }
}

fn convert_one(kind: &ParameterType, text: &str) -> Value {
    match kind {
        ParameterType::Any | ParameterType::Text => text.into(),
        ParameterType::Number => number(text),
        ParameterType::Boolean if text.eq_ignore_ascii_case("true") => true.into(),
        ParameterType::Boolean if text.eq_ignore_ascii_case("false") => false.into(),
        ParameterType::Date => clock::read_date(text).map_or(Value::NULL, |date| clock::milliseconds(date).into()),
        ParameterType::Object => Value::parse_json(text.as_bytes()).unwrap_or_default(),
        ParameterType::Bytes => Value::binary(Bytes::copy_from_slice(text.as_bytes())),
        ParameterType::List { separator, items } => {
            let separator = match separator {
                Separator::Character(character) => *character,
                Separator::Repeated => ',',
            };
            let texts = text.split(separator).filter(|_| !text.is_empty());
            Value::list(texts.map(|text| convert_one(items, text)))
        }
        ParameterType::Boolean | ParameterType::File => Value::NULL,
    }
}

/// A number as JavaScript reads text: with spaces around it, hexadecimal, and 0 where there is nothing.
fn number(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return 0.into();
    }
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.to_ascii_lowercase().strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).map_or(Value::NULL, Value::from);
        }
    }
    let Ok(number) = text.parse::<f64>() else { return Value::NULL };
    // JavaScript has one kind of number: 2.0 is 2.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return (number as i64).into();
    }
    Number::from_f64(number).map_or(Value::NULL, |number| Value::from(&number))
}

// === where they stand ===

fn in_path<'s>(state: &'s State, name: &str) -> Option<&'s str> {
    state.request.path_parameters.iter().find(|(known, _)| **known == *name).map(|(_, text)| text.as_str())
}

/// The values of a query parameter, as they were written.
fn in_query<'s>(state: &'s State, name: &'s str) -> impl Iterator<Item = &'s str> {
    form::written_values(state.request.uri.query().unwrap_or_default(), name)
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}
