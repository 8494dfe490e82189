//! The metadata of a policy.

use super::{Names, Plan, SharedParts};
use crate::assembly::Assembly;
use crate::base::Code;
use crate::source::Spellings;

/// The metadata of a policy.
pub struct Meta {
    /// Its key in a document.
    pub name: &'static str,
    /// Other keys that mean it.
    pub aliases: &'static [&'static str],
    /// The versions that documents may name.
    pub versions: &'static [&'static str],
    /// One sentence.
    pub summary: &'static str,
    /// The hand-written part of its page.
    pub page: &'static str,
    /// The files of its `examples/`, which the page shows and a test runs.
    pub examples: &'static [Example],
    pub spellings: Spellings,
    /// Properties whose `${…}` is not the environment's: scripts.
    pub literal: &'static [&'static str],
    /// The gateway whose rules its versions follow.
    pub generations: Generations,
    /// The stage before every assembly in which it also runs.
    pub stage: Option<Stage>,
    /// Mistakes that IBM's gateways meet only at run time, where they are a `PropertyError`.
    pub at_run_time: &'static [Code],
}

/// The gateway whose rules the versions of a policy follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generations {
    /// 1.x follow the v5 engine, 2.x the DataPower API Gateway.
    ByVersion,
    /// The policy is the same in both: a step follows its document.
    Every,
}

/// A policy that also runs before the assembly: a step of the same pipeline, outside of what the assembly's `catch` guards.
#[derive(Clone, Copy)]
pub struct Stage {
    pub order: StageOrder,
    /// Makes the stage's step; `None` where the document has no need of it.
    pub plan: fn(&Assembly, SharedParts<'_>, &mut Names<'_>) -> Option<Plan>,
}

/// The stages in the order in which IBM's gateway runs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageOrder {
    Cors,
    ClientIdentification,
    RateLimit,
    Security,
}

/// A file of a policy's `examples/`.
pub struct Example {
    pub name: &'static str,
    pub text: &'static str,
}

impl Example {
    /// Its `title`, which is its first line.
    pub fn title(&self) -> &'static str {
        let line = self.text.lines().find_map(|line| line.strip_prefix("title:"));
        line.map_or(self.name, |title| title.trim().trim_matches(['"', '\'']))
    }
}
