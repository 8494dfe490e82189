//! `ratelimit`: how often, and how many at a time.

mod config;
mod counted;
mod step;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::base::{Reported, codes};
use crate::expression::{Jsonata, Template};
use crate::identity::LimitRules;
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy, SharedParts, Stage, StageOrder};
use crate::resources::counters::Operation;
use crate::settings::{CountLimit, RateLimit};
use crate::source::Spellings;
use config::{CountOperation, RateOperation, Source};
use counted::Counted;

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
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let mark = compiler.findings.mark();
        if config.source == Source::Group {
            let help = "name the limits of the group one by one";
            return Err(compiler.error_with_help(
                codes::UNBUILT_PROPERTY,
                "/source",
                "groups of limits are known but not built yet",
                help,
            ));
        }
        let mut counted = Vec::new();
        let named = config.source != Source::PlanDefault;
        for (index, item) in config.burst_limit.iter().enumerate().filter(|_| named) {
            counted.extend(burst(&format!("/burst-limit/{index}"), item.name(), compiler).ok().flatten());
        }
        for (index, item) in config.rate_limit.iter().enumerate().filter(|_| named) {
            let operation = match item.operation {
                RateOperation::Consume => Operation::Consume,
                RateOperation::Replenish => Operation::Replenish,
                RateOperation::Check => Operation::Check,
                RateOperation::Update => Operation::Update,
            };
            counted.extend(rate(&format!("/rate-limit/{index}/name"), &item.name, operation, compiler).ok().flatten());
        }
        for (index, item) in config.count_limit.iter().enumerate().filter(|_| named) {
            counted.extend(
                count(&format!("/count-limit/{index}/name"), &item.name, item.operation, compiler).ok().flatten(),
            );
        }
        if !named {
            let settings = compiler.shared.settings;
            let by_plan = compiler.shared.directory.is_some() && !settings.rate_limits.contains_key(DEFAULT);
            if settings.burst_limits.contains_key(DEFAULT) {
                counted.extend(burst("/source", DEFAULT, compiler).ok().flatten());
            }
            if !by_plan {
                counted.extend(rate("/source", DEFAULT, Operation::Consume, compiler).ok().flatten());
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
        compiler.findings.errors_since(mark)?;
        let reads = counted.iter().flat_map(Counted::reads).collect();
        let counts_running = counted.iter().any(Counted::counts_running);
        let counters = compiler.shared.resources.counters().clone();
        let directory = compiler.shared.directory.filter(|_| !named).cloned();
        let step = step::Ratelimit { limits: counted.into(), directory, counters };
        Ok(Compiled::Step(Plan { step: Box::new(step), access: Access { reads, counts_running, ..Access::default() } }))
    }
}

fn burst(pointer: &str, name: &str, compiler: &mut Compiler<'_, '_>) -> Result<Option<Counted>, Reported> {
    let limits = &compiler.shared.settings.burst_limits;
    match find(pointer, "burst limit", "burst-limits", name, limits, compiler)? {
        Some(limit) => of_rate(pointer, "burst", name, &limit, Operation::Consume, compiler).map(Some),
        None => Ok(None),
    }
}

fn rate(
    pointer: &str,
    name: &str,
    operation: Operation,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<Counted>, Reported> {
    let limits = &compiler.shared.settings.rate_limits;
    match find(pointer, "rate limit", "rate-limits", name, limits, compiler)? {
        Some(limit) => of_rate(pointer, "rate", name, &limit, operation, compiler).map(Some),
        None => Ok(None),
    }
}

fn count(
    pointer: &str,
    name: &str,
    operation: CountOperation,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<Counted>, Reported> {
    let limits = &compiler.shared.settings.count_limits;
    let limit: Option<CountLimit> = find(pointer, "count limit", "count-limits", name, limits, compiler)?;
    let Some(limit) = limit else { return Ok(None) };
    let (value, weight) = parts(pointer, limit.dynamic_value.as_deref(), limit.weight.as_deref(), compiler)?;
    let operation = match operation {
        CountOperation::Inc => Operation::Consume,
        CountOperation::Dec => Operation::Replenish,
    };
    let (most, window) = (limit.value, None);
    let shared =
        LimitRules { most, window, hard: limit.hard_limit, client: limit.client, give_back: limit.auto_replenish };
    Ok(Some(Counted::new("count", name, operation, shared, &limit.per, value, weight, compiler)))
}

fn of_rate(
    pointer: &str,
    kind: &'static str,
    name: &str,
    limit: &RateLimit,
    operation: Operation,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Counted, Reported> {
    let (value, weight) = parts(pointer, limit.dynamic_value.as_deref(), limit.weight.as_deref(), compiler)?;
    let window: Option<Duration> = Some(limit.value.window);
    let rules =
        LimitRules { most: limit.value.most, window, hard: limit.hard_limit, client: limit.client, give_back: false };
    Ok(Counted::new(kind, name, operation, rules, &limit.per, value, weight, compiler))
}

/// A limit of the settings; `None` where a check goes on without it.
fn find<T: Clone>(
    pointer: &str,
    kind: &str,
    key: &str,
    name: &str,
    all: &indexmap::IndexMap<String, T>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Option<T>, Reported> {
    // IBM writes `name:version`; the settings may have either.
    let found = all.get(name).or_else(|| all.get(name.split(':').next().unwrap_or_default()));
    if found.is_none() {
        let known: Vec<&str> = all.keys().map(String::as_str).collect();
        compiler.missing_object(pointer, kind, key, name, &known)?;
    }
    Ok(found.cloned())
}

/// The texts of a limit that are compiled for this pipeline.
fn parts(
    pointer: &str,
    value: Option<&str>,
    weight: Option<&str>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<(Option<Template>, Option<Jsonata>), Reported> {
    let value = match value {
        Some(text) => Some(compiler.template(pointer, text)?),
        None => None,
    };
    let Some(text) = weight else { return Ok((value, None)) };
    let span = compiler.span(pointer);
    let names = &mut *compiler.names;
    match Jsonata::compile(text, &mut |name| names.resolve(name, span)) {
        Ok(weight) => {
            compiler.note_references(pointer, text, weight.references());
            compiler.note_sizes(pointer, weight.sizes());
            Ok((value, Some(weight)))
        }
        Err(error) => {
            Err(compiler.error(codes::BAD_EXPRESSION, pointer, format!("the limit's `weight` cannot be read: {error}")))
        }
    }
}
