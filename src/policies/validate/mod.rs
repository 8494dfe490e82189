//! `validate`: bodies and parameters against schemas.

mod config;
mod parameters;
mod step;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use http::StatusCode;

use crate::base::{Generation, Reported, codes, did_you_mean, nearest, quoted_list};
use crate::expression::Reference;
use crate::openapi::Dialect;
use crate::openapi::schema::{Bodies, Compilation, Direction, Schema, SchemaError};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::{Node, Spellings};
use config::Against;
use step::Target;

pub use config::Config;

/// The policy.
pub struct Validate;

impl Policy for Validate {
    const META: Meta = Meta {
        name: "validate",
        aliases: &[],
        versions: &[
            "1.0.0", "2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0", "2.6.0", "2.7.0", "2.8.0", "2.9.0", "2.10.0",
        ],
        summary: "Holds a body, and the parameters of a request, against schemas.",
        page: include_str!("page.md"),
        examples: examples!["parameters", "request"],
        spellings: Spellings {
            aliases: &[],
            any_case: false,
            unbuilt: &[
                ("xml-schema", &[""]),
                ("xml-validation-mode", &["", "xsd"]),
                ("validate-request", &["", "false"]),
                ("validate-response", &["", "false"]),
            ],
        },
        literal: &[],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let input = compiler.read_variable("/input", &config.input);
        let output = match config.output.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => compiler.output("/output", name).map(Some),
            None => Ok(None),
        };
        let parameters = match config.parameters {
            true => parameters::compile(compiler.shared.api).map_err(|error| report(error, compiler)).map(Some),
            false => Ok(None),
        };
        let (target, status) = target(&config, compiler)?;
        let step = step::Validate { input: input?, output: output?, target, parameters: parameters?, status };
        let body = match step.input.path.is_empty() {
            true => Reference::body_of(step.input.root.clone()),
            false => step.input.clone(),
        };
        let reads = if matches!(step.target, Target::Nothing) { Vec::new() } else { vec![body] };
        let access = Access { reads, ..Access::default() };
        Ok(Compiled::Step(Plan { step: Box::new(step), access }))
    }
}

/// The schemas that the step applies to bodies, and the status of its fault.
fn target(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<(Target, StatusCode), Reported> {
    let written =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (definition, json_schema) = (written(&config.definition), written(&config.json_schema));
    // The v5 engine answers 400 to a bad request, everything else is 422.
    let of_request = match compiler.generation {
        Generation::V5 => StatusCode::BAD_REQUEST,
        Generation::V10 => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let otherwise = StatusCode::UNPROCESSABLE_ENTITY;
    match (config.validate_against, definition, json_schema) {
        (Against::BodyParam, ..) => Ok((of_operations("/validate-against", Direction::Request, compiler)?, of_request)),
        (Against::ResponseParam, ..) => {
            Ok((of_operations("/validate-against", Direction::Response, compiler)?, otherwise))
        }
        (Against::Unsaid | Against::Definition, Some(name), _) => match name.as_str() {
            "request" => Ok((of_operations("/definition", Direction::Request, compiler)?, of_request)),
            "response" => Ok((of_operations("/definition", Direction::Response, compiler)?, otherwise)),
            name => Ok((named("/definition", name, compiler)?, otherwise)),
        },
        (Against::Unsaid | Against::Url, _, Some(place)) if place.starts_with("#/") => {
            Ok((named("/json-schema", &place, compiler)?, otherwise))
        }
        (Against::Unsaid | Against::Url, _, Some(place)) if place.contains("://") => {
            let help = "put the schema beside the document and write its name, such as `./order.schema.json`";
            let message = "schemas are read from files, and nothing is fetched while loading";
            Err(compiler.error_with_help(codes::BAD_VALUE, "/json-schema", message, help))
        }
        (Against::Unsaid | Against::Url, _, Some(_)) => Ok((in_file(compiler)?, otherwise)),
        (Against::Wsdl | Against::Graphql, ..) => {
            Err(compiler.error(codes::UNBUILT_PROPERTY, "/validate-against", "this is known but not validated yet"))
        }
        (Against::Unsaid, None, None) if config.parameters => Ok((Target::Nothing, of_request)),
        (against, ..) => {
            let property = if against == Against::Url { "json-schema" } else { "definition" };
            let message = format!("nothing says what the body is held against: `{property}` is missing");
            let help = "write `definition: request`, `definition: response`, or the name of a schema of the document";
            Err(compiler.error_with_help(codes::MISSING_PROPERTY, &format!("/{property}"), message, help))
        }
    }
}

/// The schemas that the operations declare.
fn of_operations(pointer: &str, direction: Direction, compiler: &mut Compiler<'_, '_>) -> Result<Target, Reported> {
    let api = compiler.shared.api;
    let mut compilation = Compilation::new(api, direction);
    let (mut all, mut places, mut failed) = (Vec::new(), HashSet::new(), None);
    for operation in &api.operations {
        match compilation.bodies(operation) {
            Ok(bodies) => all.push(bodies),
            Err(error) => {
                // An error in a schema that several operations share is reported once.
                if places.insert((error.span.source, error.span.start)) {
                    failed = Some(report(error, compiler));
                }
            }
        }
    }
    if let Some(reported) = failed {
        return Err(reported);
    }
    let says_something =
        |bodies: &Bodies| bodies.request.is_some() || bodies.responses.iter().any(|(_, one)| one.is_some());
    if !all.iter().any(says_something) {
        let what = if direction == Direction::Request { "request" } else { "response" };
        let message = format!("no operation declares the body of its {what}, so this step checks nothing");
        let help = "declare the body with its schema, or write `definition` with the name of a schema";
        compiler.warning(codes::BAD_VALUE, pointer, message, help);
    }
    Ok(match direction {
        Direction::Response => Target::Response(all.into()),
        _ => Target::Request(all.into()),
    })
}

/// A schema of the document, by its pointer or its name.
fn named(pointer: &str, name: &str, compiler: &mut Compiler<'_, '_>) -> Result<Target, Reported> {
    let name = compiler.constant(pointer, name)?;
    let api = compiler.shared.api;
    let root = &api.tree.root;
    let home = match api.dialect {
        Dialect::Swagger20 => "/definitions",
        Dialect::OpenApi30 | Dialect::OpenApi31 => "/components/schemas",
    };
    let bare = name.strip_prefix("#/definitions/").or_else(|| name.strip_prefix("#/components/schemas/"));
    let known = || root.pointer(home).map(Node::entries).unwrap_or_default();
    let by_name = |name: &str| known().iter().find(|entry| *entry.key.text == *name).map(|entry| &entry.value);
    let found = match name.strip_prefix('#') {
        Some(place) => root.pointer(place).or_else(|| by_name(bare?)),
        None => by_name(&name),
    };
    let Some(node) = found else {
        let names: Vec<&str> = known().iter().map(|entry| &*entry.key.text).collect();
        let near = nearest(bare.unwrap_or(&name), names.iter().copied());
        let help = match near.as_slice() {
            [] if names.is_empty() => format!("the document has no schemas under `#{home}`").into(),
            [] => format!("the schemas are {}", quoted_list(&names[..names.len().min(10)])).into(),
            near => did_you_mean(near),
        };
        return Err(compiler.error_with_help(
            codes::UNRESOLVED_REF,
            pointer,
            format!("the document has no schema `{name}`"),
            help,
        ));
    };
    compiled(node, compiler)
}

/// The schema in the file that `json-schema` names.
fn in_file(compiler: &mut Compiler<'_, '_>) -> Result<Target, Reported> {
    let api = compiler.shared.api;
    let node = compiler.node("/json-schema").unwrap_or(&compiler.step.config);
    match api.references.target(node) {
        Ok(node) => compiled(node, compiler),
        Err(bad) => Err(compiler.findings.push(bad.into())),
    }
}

fn compiled(node: &Node, compiler: &mut Compiler<'_, '_>) -> Result<Target, Reported> {
    match Schema::compile(compiler.shared.api, node, Direction::Either) {
        Ok(schema) => Ok(Target::Schema(schema)),
        Err(error) => Err(report(error, compiler)),
    }
}

fn report(error: SchemaError, compiler: &mut Compiler<'_, '_>) -> Reported {
    compiler.findings.push(error.into())
}
