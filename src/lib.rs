//! Gantry: an API gateway that runs DataPower-style assemblies.
//!
//! The modules are in the order of their dependencies: a module uses only modules above it in this list.
//! `docs/architecture.md` describes how a document and a request go through them.
#![forbid(unsafe_code)]

/// Findings with a place, a reason and a remedy; one renderer per format.
pub mod base;

/// The content of requests: values, bodies, messages, secrets.
pub mod value;

/// JSON Web Tokens: keys, signatures, tokens.
pub mod jose;

/// Mapping templates of AWS API Gateway.
pub mod vtl;

/// JSON Schema under a budget.
pub mod json_schema;

/// Files to marked trees: one parse, with the place of everything.
pub mod source;

/// The gateway's own configuration.
pub mod settings;

/// One API from every dialect.
pub mod openapi;

/// Assemblies as syntax.
pub mod assembly;

/// `$(…)` references and templates.
pub mod expression;

/// Pipelines, contexts, faults, the executor, the route trie.
pub mod runtime;

/// Pooled outgoing HTTP.
pub mod http_client;

/// Credentials, endpoints, signing, the Lambda client, event and response formats.
pub mod aws;

/// The JavaScript engine.
pub mod script;

/// The state that outlives a reload.
pub mod resources;

/// Callers: applications and plans, registries, providers, guards.
pub mod identity;

/// The kit of a policy author.
pub mod policy;

/// The steps: one folder per policy.
pub mod policies;

/// Assemblies to pipelines.
pub mod compile;

/// Documents and folders to a snapshot.
pub mod load;

/// Documents of API Connect on their way here.
pub mod import;

/// Findings about documents that work and are unsafe.
pub mod audit;

/// Two states of documents, compared.
pub mod diff;

/// Logs, metrics, the access log.
pub mod telemetry;

/// Listeners, limits, health.
pub mod server;

/// Loading, reloading, watching, signals.
pub mod gateway;

/// The embedded Lambda service of `gantry dev`.
pub mod local_lambda;

/// The runner of authors' tests: stand-ins, comparison, coverage, reports.
pub mod test;

/// The verbs of the command line.
pub mod cli;

#[cfg(test)]
mod test_support;
