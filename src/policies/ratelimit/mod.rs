//! `ratelimit`: how often, and how many at a time.

mod config;
mod step;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::base::codes;
use crate::expression::{Builtin, Jsonata, Reference, Root, Template};
use crate::identity::LimitRules;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy, SharedParts, Stage, StageOrder};
use crate::resources::counters::Operation;
use crate::settings::{CountLimit, Per, RateLimit};
use crate::source::Spellings;
use config::{CountOperation, RateOperation, Source};
use step::Counted;

pub use config::Config;

/// The stage that counts callers against their plans.
fn of_plans(shared: SharedParts<'_>) -> Option<Plan> {
    let directory = Some(shared.directory?.clone());
    let step = step::Ratelimit { limits: Box::default(), directory, counters: shared.resources.counters().clone() };
    Some(Plan { step: Box::new(step), access: Access::default() })
}

/// The limits that `plan-default` takes.
const DEFAULT: &str = "default";

/// The policy.
pub struct Ratelimit;

impl Policy for Ratelimit {
    const META: Meta = Meta {
        name: "ratelimit",
        aliases: &[],
        versions: &["2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0"],
        summary: "Counts requests against limits of the settings, and refuses what goes beyond.",
        page: include_str!("page.md"),
        examples: examples!["a-client-that-asks-too-often"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &[],
        generations: Generations::ByVersion,
        stage: Some(Stage { order: StageOrder::RateLimit, plan: |_, shared, _| of_plans(shared) }),
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled> {
        let errors = compiler.findings.errors();
        if config.source == Source::Group {
            let help = "name the limits of the group one by one";
            compiler.error_with_help(
                codes::UNBUILT_PROPERTY,
                "/source",
                "groups of limits are known but not built yet",
                help,
            );
            return None;
        }
        let mut counted = Vec::new();
        let named = config.source != Source::PlanDefault;
        for (index, item) in config.burst_limit.iter().enumerate().filter(|_| named) {
            counted.extend(burst(&format!("/burst-limit/{index}"), item.name(), compiler));
        }
        for (index, item) in config.rate_limit.iter().enumerate().filter(|_| named) {
            let operation = match item.operation {
                RateOperation::Consume => Operation::Consume,
                RateOperation::Replenish => Operation::Replenish,
                RateOperation::Check => Operation::Check,
                RateOperation::Update => Operation::Update,
            };
            counted.extend(rate(&format!("/rate-limit/{index}/name"), &item.name, operation, compiler));
        }
        for (index, item) in config.count_limit.iter().enumerate().filter(|_| named) {
            counted.extend(count(&format!("/count-limit/{index}/name"), &item.name, item.operation, compiler));
        }
        if !named {
            let settings = compiler.shared.settings;
            let by_plan = compiler.shared.directory.is_some() && !settings.rate_limits.contains_key(DEFAULT);
            if settings.burst_limits.contains_key(DEFAULT) {
                counted.extend(burst("/source", DEFAULT, compiler));
            }
            if !by_plan {
                counted.extend(rate("/source", DEFAULT, Operation::Consume, compiler));
            }
        } else if config.burst_limit.is_empty() && config.rate_limit.is_empty() && config.count_limit.is_empty() {
            let message = "the step names no limit, so it counts nothing";
            compiler.warning(
                codes::BAD_VALUE,
                "/source",
                message,
                "name one under `rate-limit`, such as `- {name: default}`",
            );
        }
        if compiler.findings.errors() > errors {
            return None;
        }
        let reads = counted.iter().flat_map(Counted::reads).collect();
        let counters = compiler.shared.resources.counters().clone();
        let directory = compiler.shared.directory.filter(|_| !named).cloned();
        let step = step::Ratelimit { limits: counted.into(), directory, counters };
        Some(Compiled::Step(Plan { step: Box::new(step), access: Access { reads, ..Access::default() } }))
    }
}

fn burst(pointer: &str, name: &str, compiler: &mut Compiler<'_, '_>) -> Option<Counted> {
    let limits = &compiler.shared.settings.burst_limits;
    let limit = find(pointer, "burst limit", "burst-limits", name, limits, compiler)?;
    of_rate(pointer, "burst", name, &limit, Operation::Consume, compiler)
}

fn rate(pointer: &str, name: &str, operation: Operation, compiler: &mut Compiler<'_, '_>) -> Option<Counted> {
    let limits = &compiler.shared.settings.rate_limits;
    let limit = find(pointer, "rate limit", "rate-limits", name, limits, compiler)?;
    of_rate(pointer, "rate", name, &limit, operation, compiler)
}

fn count(pointer: &str, name: &str, operation: CountOperation, compiler: &mut Compiler<'_, '_>) -> Option<Counted> {
    let limits = &compiler.shared.settings.count_limits;
    let limit: CountLimit = find(pointer, "count limit", "count-limits", name, limits, compiler)?;
    let (value, weight) = parts(pointer, limit.dynamic_value.as_deref(), limit.weight.as_deref(), compiler)?;
    let operation = match operation {
        CountOperation::Inc => Operation::Consume,
        CountOperation::Dec => Operation::Replenish,
    };
    let (most, window) = (limit.value, None);
    let shared =
        LimitRules { most, window, hard: limit.hard_limit, client: limit.client, give_back: limit.auto_replenish };
    Some(Counted::new("count", name, operation, shared, &limit.per, value, weight, compiler))
}

fn of_rate(
    pointer: &str,
    kind: &'static str,
    name: &str,
    limit: &RateLimit,
    operation: Operation,
    compiler: &mut Compiler<'_, '_>,
) -> Option<Counted> {
    let (value, weight) = parts(pointer, limit.dynamic_value.as_deref(), limit.weight.as_deref(), compiler)?;
    let window: Option<Duration> = Some(limit.value.window);
    let rules =
        LimitRules { most: limit.value.most, window, hard: limit.hard_limit, client: limit.client, give_back: false };
    Some(Counted::new(kind, name, operation, rules, &limit.per, value, weight, compiler))
}

/// A limit of the settings.
fn find<T: Clone>(
    pointer: &str,
    kind: &str,
    key: &str,
    name: &str,
    all: &indexmap::IndexMap<String, T>,
    compiler: &mut Compiler<'_, '_>,
) -> Option<T> {
    // IBM writes `name:version`; the settings may have either.
    let found = all.get(name).or_else(|| all.get(name.split(':').next().unwrap_or_default()));
    if found.is_none() {
        let known: Vec<&str> = all.keys().map(String::as_str).collect();
        compiler.missing_object(pointer, kind, key, name, &known);
    }
    found.cloned()
}

/// The texts of a limit that are compiled for this pipeline.
fn parts(
    pointer: &str,
    value: Option<&str>,
    weight: Option<&str>,
    compiler: &mut Compiler<'_, '_>,
) -> Option<(Option<Template>, Option<Jsonata>)> {
    let value = match value {
        Some(text) => Some(compiler.template(pointer, text)?),
        None => None,
    };
    let Some(text) = weight else { return Some((value, None)) };
    let span = compiler.span(pointer);
    let names = &mut *compiler.names;
    match Jsonata::compile(text, &mut |name| names.resolve(name, span)) {
        Ok(weight) => Some((value, Some(weight))),
        Err(error) => {
            compiler.error(codes::BAD_EXPRESSION, pointer, format!("the limit's `weight` cannot be read: {error}"));
            None
        }
    }
}

/// What evaluating a weight reads.
fn reads_of(weight: &Jsonata) -> Vec<Reference> {
    let mut reads: Vec<Reference> = weight.references().into_iter().cloned().collect();
    if weight.reads_everything() {
        reads.extend(
            [Builtin::Message, Builtin::Request]
                .map(|root| Reference { root: Root::Builtin(root), path: Box::default() }),
        );
    }
    reads
}

/// Whether a limit counts each of these by itself.
fn counts_per(per: &[Per], what: Per) -> bool {
    per.contains(&what)
}
