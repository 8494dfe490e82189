//! The request's parameters, validated against those that its operation declares.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::base::Span;
use crate::json_schema::{Budget, Meter, TooCostly};
use crate::openapi::schema::{Direction, Schema, SchemaError, Violation};
use crate::openapi::{Api, Location, Operation, ParameterType, Separator};
use crate::runtime::State;

/// Steps that the parameters of a request may take. A head is small, so these are many.
const STEPS: u64 = 50_000;

/// The parameters of an operation.
pub(super) type Parameters = Box<[Parameter]>;

/// A parameter that is held against its schema.
pub(super) struct Parameter {
    name: Arc<str>,
    location: Location,
    kind: ParameterType,
    required: bool,
    schema: Arc<Schema>,
}

/// The parameters of every operation, by the operation's number.
pub(super) fn compile(api: &Api) -> Result<Box<[Parameters]>, SchemaError> {
    // Many operations share a few.
    let mut known = HashMap::new();
    api.operations.iter().map(|operation| of_operation(api, operation, &mut known)).collect()
}

fn of_operation(
    api: &Api,
    operation: &Operation,
    known: &mut HashMap<Span, Arc<Schema>>,
) -> Result<Parameters, SchemaError> {
    let beside_the_body =
        |location| matches!(location, Location::Path | Location::Query | Location::Header | Location::Cookie);
    let mut all = Vec::new();
    for one in operation.parameters.iter().filter(|one| beside_the_body(one.location)) {
        // Swagger 2.0 has the schema next to the name.
        let node = one.node.get("schema").unwrap_or(&one.node);
        let schema = match known.get(&node.span) {
            Some(schema) => schema.clone(),
            None => {
                let schema = Schema::compile(api, node, Direction::Request)?;
                known.insert(node.span, schema.clone());
                schema
            }
        };
        let name = one.name.trim_matches('+').into();
        all.push(Parameter { name, location: one.location, kind: one.kind.clone(), required: one.required, schema });
    }
    Ok(all.into())
}

/// The violations in the parameters of a request.
pub(super) fn check(all: &[Parameters], state: &State) -> Result<Vec<Violation>, TooCostly> {
    let mut found = Vec::new();
    let mut meter = Meter::new(Budget { may_be_vague: true, ..Budget::steps(STEPS) });
    for parameter in all.get(state.route.operation.number).into_iter().flatten() {
        found.extend(parameter.check(state, &mut meter)?);
    }
    Ok(found)
}

impl Parameter {
    fn check(&self, state: &State, meter: &mut Meter) -> Result<Vec<Violation>, TooCostly> {
        let place = match self.location {
            Location::Path => "path",
            Location::Header => "header",
            Location::Cookie => "cookie",
            _ => "query",
        };
        let at = format!("/{place}/{}", self.name);
        let texts = state.parameter_texts(self.location, &self.name);
        if texts.is_empty() {
            let message = "a required parameter is missing".to_owned();
            return Ok(if self.required { vec![Violation { at, message }] } else { Vec::new() });
        }
        let mut found = self.schema.check(&value(&self.kind, &texts), meter)?;
        found.iter_mut().for_each(|one| one.at.insert_str(0, &at));
        Ok(found)
    }
}

/// The texts as the type says. What does not fit stays text, for the schema to refuse.
fn value(kind: &ParameterType, texts: &[String]) -> Json {
    match (kind, texts) {
        (ParameterType::List { separator: Separator::Repeated, items }, texts) => {
            texts.iter().map(|text| one(items, text)).collect()
        }
        (kind, [text]) => one(kind, text),
        (ParameterType::Any | ParameterType::List { .. }, texts) => {
            texts.iter().map(|text| Json::from(text.as_str())).collect()
        }
        // Twice where once is meant: which of them a service takes is unknown.
        (_, texts) => Json::Array(texts.iter().map(|text| one(kind, text)).collect()),
    }
}

fn one(kind: &ParameterType, text: &str) -> Json {
    match kind {
        ParameterType::Number => match serde_json::from_str(text) {
            Ok(number @ Json::Number(_)) => number,
            _ => text.into(),
        },
        ParameterType::Boolean if matches!(text, "true" | "false") => (text == "true").into(),
        ParameterType::Object => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        ParameterType::List { separator, items } => {
            let separator = match separator {
                Separator::Character(character) => *character,
                Separator::Repeated => ',',
            };
            text.split(separator).filter(|_| !text.is_empty()).map(|text| one(items, text)).collect()
        }
        _ => text.into(),
    }
}
