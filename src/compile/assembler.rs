//! One assembly to one pipeline.

use std::collections::HashSet;
use std::sync::Arc;

use super::parts::Parts;
use super::{at_run_time, flow, likely_mistakes, stages};
use crate::assembly::{
    Assembly, Carrier, Catch, CustomPolicies, CustomPolicy, Faults, Property, Step, of_carrier, step_list,
};
use crate::base::{
    Code, Diagnostic, Findings, Generation, Reported, Severity, codes, did_you_mean, nearest, quoted_list,
};
use crate::expression::{Builtin, split_path};
use crate::openapi::{Api, Location};
use crate::policies;
use crate::policy::{Access, BLOCKS, Compiled, Compiler, Entry, Flow, Names, Plan, SharedParts};
use crate::runtime::{CatchNames, ErrorFormat, Handler, Op, OpId, Pipeline, StepInfo};
use crate::settings::Purpose;
use crate::source::Node;

/// Compiles an assembly.
pub fn compile_assembly(
    assembly: &Assembly,
    properties: &[Property],
    shared: SharedParts<'_>,
    findings: &mut Findings,
) -> Result<Arc<Pipeline>, Reported> {
    let mut assigned = HashSet::new();
    let messages = dotted_messages(assembly);
    loop {
        let mut names = Names::new(properties, assigned, assembly.generation);
        names.messages.clone_from(&messages);
        let mut own = Findings::default();
        let compiled = Assembler::new(assembly, shared, &mut names, &mut own).run();
        if names.must_retry() {
            // Each attempt starts with every name that the one before found to be set, and no such name folds: the names that are
            // set are at most those in the document, so this ends.
            assigned = names.assigned;
            continue;
        }
        likely_mistakes::report(assembly, &names, shared.api, &mut own);
        findings.extend(own);
        return compiled.map(|parts| Arc::new(parts.pipeline(&names, assembly, shared.api)));
    }
}

/// The messages that calls of the v5 engine read and write under names with dots.
fn dotted_messages(assembly: &Assembly) -> Vec<Vec<Arc<str>>> {
    const PARTS: [&str; 4] = ["body", "headers", "status", "statusCode"];
    if assembly.generation != Generation::V5 {
        return Vec::new();
    }
    let steps = assembly.steps();
    let written = steps.iter().flat_map(|placed| ["input", "output"].map(|key| placed.step.property(key)));
    let texts = written.filter_map(|entry| entry?.value.text());
    let names = texts.filter(|text| !text.contains("$(")).filter_map(|text| split_path(text).ok());
    let is_message = |name: &Vec<Arc<str>>| {
        name.len() > 1 && Builtin::named(&name[0]).is_none() && !name[1..].iter().any(|part| PARTS.contains(&&**part))
    };
    names.filter(is_message).collect()
}

pub(super) struct Assembler<'a, 's> {
    assembly: &'s Assembly,
    pub shared: SharedParts<'a>,
    pub names: &'s mut Names<'a>,
    pub findings: &'s mut Findings,
    parts: Parts,
    /// Of the document whose steps are laid out.
    pub carrier: Carrier,
    generation: Generation,
    /// The user-defined policies around them.
    pub inside: Vec<Arc<CustomPolicy>>,
    /// Handlers whose ops come after the main flow: what they guard, their entry, and where they go on.
    pub waiting: Vec<Waiting>,
}

pub(super) struct Waiting {
    guarded: std::ops::Range<OpId>,
    catch: Catch,
    /// `None` goes to the end.
    resume: Option<OpId>,
    /// The user-defined policies around the entry.
    inside: Vec<Arc<CustomPolicy>>,
    locals: Vec<Locals>,
}

/// The parameters of a user-defined policy, with their values where those are known.
type Locals = std::collections::HashMap<Arc<str>, Option<crate::value::Value>>;

impl<'a, 's> Assembler<'a, 's> {
    fn new(
        assembly: &'s Assembly,
        shared: SharedParts<'a>,
        names: &'s mut Names<'a>,
        findings: &'s mut Findings,
    ) -> Self {
        let parts = Parts {
            ops: Vec::new(),
            info: Vec::new(),
            access: Vec::new(),
            handlers: Vec::new(),
            finally: None,
            post: None,
        };
        let (carrier, generation) = (assembly.carrier, assembly.generation);
        names.carrier = carrier;
        let (waiting, inside) = (Vec::new(), Vec::new());
        Assembler { assembly, shared, names, findings, parts, carrier, generation, inside, waiting }
    }

    /// Layout: stages, `execute`, stop; every handler, stop or a jump back; `finally`, stop.
    fn run(mut self) -> Result<Parts, Reported> {
        let mark = self.findings.mark();
        for plan in stages::before_assembly(self.assembly, self.shared, self.names) {
            self.push_plan(plan, None);
        }
        let custom = self.shared.custom;
        if let Some(pre) = &custom.pre {
            self.hook(pre);
        }
        let start = self.next();
        let assembly = self.assembly;
        if assembly.raises_for_nothing() {
            self.push_plan(at_run_time::nothing_to_do(), None);
        }
        self.block(&assembly.execute);
        let guarded = start..self.next();
        self.push(Op::Stop);
        for catch in &assembly.catch {
            self.wait(guarded.clone(), catch, None);
        }
        self.handlers();
        if !assembly.finally.is_empty() {
            self.parts.finally = Some(self.next());
            self.block(&assembly.finally);
            self.push(Op::Stop);
            // A v5 policy inside `finally` may own a catch too.
            self.handlers();
        }
        if let Some(post) = &custom.post {
            self.parts.post = Some(self.next());
            self.hook(post);
            self.push(Op::Stop);
            self.handlers();
        }
        if let Some(error) = &custom.error {
            self.error_hook(error);
            self.handlers();
        }
        self.findings.errors_since(mark).map(|()| self.parts)
    }

    /// Appends the handlers that wait. A policy's own catch was put first, so it is tried before the assembly's.
    fn handlers(&mut self) {
        // A step inside a handler may own a catch too, which then waits in its turn.
        let mut waiting = std::collections::VecDeque::from(std::mem::take(&mut self.waiting));
        while let Some(Waiting { guarded, catch, resume, inside, locals }) = waiting.pop_front() {
            let entry = self.next();
            let outer = self.inside_of(inside);
            let outer_locals = std::mem::replace(&mut self.names.locals, locals);
            self.settle();
            self.block(&catch.execute);
            self.leave(outer);
            self.names.locals = outer_locals;
            self.push(resume.map_or(Op::Stop, Op::Jump));
            let faults = match &catch.faults {
                Faults::Default => CatchNames::Default,
                Faults::Named(names) => CatchNames::Named(names.iter().map(|(name, _)| name.clone()).collect()),
            };
            self.parts.handlers.push(Handler { ops: guarded, faults, entry });
            waiting.extend(self.waiting.drain(..));
        }
    }

    /// Appends the steps of a block; says whether the flow always ends in it.
    pub(super) fn block(&mut self, steps: &[Step]) -> bool {
        let mut ended_by: Option<&Step> = None;
        for step in steps {
            if let Some(before) = ended_by {
                let message = format!("this step can never run: the `{}` before it ends the flow", before.policy);
                self.findings.push(
                    Diagnostic::warning(codes::UNREACHABLE, step.policy_span, message)
                        .label(before.policy_span, "the flow ends here"),
                );
            }
            let first = self.next();
            if self.step(step) {
                ended_by = Some(step);
            }
            for catch in &step.catch {
                let (guarded, resume) = (first..self.next(), Some(self.next()));
                self.wait(guarded, catch, resume);
            }
        }
        ended_by.is_some()
    }

    /// Compiles one step; says whether the flow ends with it.
    fn step(&mut self, step: &Step) -> bool {
        if policies::find(&step.policy).is_none() {
            match self.custom_policy(step) {
                Ok(Some(policy)) => return self.custom(step, &policy),
                Ok(None) => {}
                Err(_) => return false,
            }
        }
        let mut own = Findings::default();
        let Ok(entry) = self.entry(step, &mut own) else { return self.at_run_time(step, own, &[], self.generation) };
        let version = step.version.as_ref().map(|(version, _)| &**version);
        let carrier = self.carrier;
        let generation = entry.generation(version, self.generation, carrier);
        let mut compiler = Compiler::new(self.shared, self.names, &mut own, step, entry.meta, carrier, generation);
        compiler.cors = self.assembly.cors.as_ref();
        let info = compiler.info();
        let Ok(compiled) = entry.compile(&mut compiler) else {
            let mark = self.findings.mark();
            let diverges = self.at_run_time(step, own, entry.meta.at_run_time, generation);
            if self.findings.errors_since(mark).is_err() {
                // Nothing of the document is served then, and the rest of the step has mistakes of its own.
                self.rest_of(step, entry, generation);
            }
            return diverges;
        };
        self.findings.extend(own);
        match compiled {
            Compiled::Step(plan) => {
                let diverges = plan.access.diverges;
                self.push_plan(plan, Some(info));
                diverges
            }
            Compiled::Flow(flow) => self.flow(flow, &info),
        }
    }

    /// Compiles what can be read of a step that has mistakes, and the steps inside of it, for their findings.
    fn rest_of(&mut self, step: &Step, entry: &Entry, generation: Generation) {
        if let Some(config) = entry.shape().valid_part(&step.config) {
            let (step, mut own) = (Step { config, ..step.clone() }, Findings::default());
            let mut compiler =
                Compiler::new(self.shared, self.names, &mut own, &step, entry.meta, self.carrier, generation);
            compiler.cors = self.assembly.cors.as_ref();
            drop(entry.compile(&mut compiler));
            // Warnings and missing properties may be about what is not there any more.
            let stays = |one: &Diagnostic| one.severity == Severity::Error && one.code != codes::MISSING_PROPERTY;
            let errors = of_carrier(own, self.carrier).filter(stays);
            self.findings.extend(errors);
        }
        if entry.meta.literal == BLOCKS {
            self.blocks_inside(&step.config);
        }
    }

    /// Compiles the steps inside of a step that cannot be read, for their findings.
    fn blocks_inside(&mut self, node: &Node) {
        node.items().iter().for_each(|item| self.blocks_inside(item));
        for entry in node.entries() {
            if !BLOCKS.contains(&&*entry.key.text) || !entry.value.is_sequence() {
                self.blocks_inside(&entry.value);
                continue;
            }
            let mut own = Findings::default();
            let steps = step_list(&entry.value, &entry.key.text, &mut own);
            self.findings.extend(of_carrier(own, self.carrier));
            self.block(&steps);
        }
    }

    /// A step that could not be compiled. In IBM's documents it may be one that raises a fault.
    fn at_run_time(&mut self, step: &Step, own: Findings, of_policy: &[Code], generation: Generation) -> bool {
        let (own, raises) = match self.carrier {
            Carrier::Ibm => at_run_time::soften(own, of_policy, generation, self.shared.settings.documents.unsupported),
            _ => (own, None),
        };
        self.findings.extend(own);
        let Some(plan) = raises else { return false };
        self.push_plan(plan, Some(self.shared.step_info(step, &step.policy)));
        // The steps after it are left without a word: the author of the document has one thing to mend.
        false
    }

    /// Lays cases out: test, block, jump after all of them; and so on; what runs otherwise comes last.
    fn flow(&mut self, flow: Flow, info: &Arc<StepInfo>) -> bool {
        let mut ends = Vec::new();
        let mut diverges = true;
        for case in flow.cases {
            let branch = self.next();
            if let Ok(test) = case.test {
                self.push(Op::Branch { test: test.step, otherwise: 0 });
                self.parts.info[branch as usize] = Some(info.clone());
                self.parts.access[branch as usize] = test.access;
            }
            diverges &= self.block(&case.execute);
            ends.push(self.next());
            self.push(Op::Jump(0));
            let behind = self.next();
            if let Some(Op::Branch { otherwise, .. }) = self.parts.ops.get_mut(branch as usize) {
                *otherwise = behind;
            }
        }
        diverges &= self.block(&flow.otherwise);
        let behind = self.next();
        for end in ends {
            self.parts.ops[end as usize] = Op::Jump(behind);
        }
        diverges
    }

    /// The policy of a step, in a version that there is.
    fn entry(&self, step: &Step, findings: &mut Findings) -> Result<&'static Entry, Reported> {
        let name = &*step.policy;
        let Some(entry) = policies::find(name) else {
            // IBM's documents name policies that only their gateway has; the settings bring those.
            let may_be_brought = self.carrier == Carrier::Ibm && self.shared.purpose == Purpose::Check;
            let finding = unknown_policy(step, self.shared.custom, may_be_brought);
            return Err(findings.push(finding));
        };
        if let Some((version, span)) = &step.version
            && !entry.meta.versions.contains(&&**version)
        {
            let help = format!("write {}", quoted_list(entry.meta.versions));
            let newest = newest_of(version, entry.meta.versions).filter(|_| self.carrier == Carrier::Ibm);
            let Some(newest) = newest else {
                let message = format!("`{name}` has no version {version}");
                return Err(findings.push(Diagnostic::error(codes::BAD_VERSION, *span, message).help(help)));
            };
            let message = format!("`{name}` has no version {version} here, so it runs as {newest}");
            findings.push(Diagnostic::warning(codes::BAD_VERSION, *span, message).help(help));
        }
        Ok(entry)
    }

    /// The user-defined policy of a step; `None` where there is none of that name.
    fn custom_policy(&mut self, step: &Step) -> Result<Option<Arc<CustomPolicy>>, Reported> {
        let version = step.version.as_ref().map(|(version, _)| &**version);
        match self.shared.custom.find(&step.policy, version) {
            Ok(found) => Ok(found),
            Err(versions) => {
                // Without a version the highest one is found.
                let (version, span) = match &step.version {
                    Some((version, span)) => (&**version, *span),
                    None => ("", step.policy_span),
                };
                let message = format!("`{}` has no version {version}", step.policy);
                let help = format!("write {}", quoted_list(&versions));
                Err(self.findings.push(Diagnostic::error(codes::BAD_VERSION, span, message).help(help)))
            }
        }
    }

    /// Goes into a policy's document, whose rules its steps follow; what it answers leads back.
    pub(super) fn enter(&mut self, policy: &Arc<CustomPolicy>) -> Vec<Arc<CustomPolicy>> {
        let mut inside = self.inside.clone();
        inside.push(policy.clone());
        self.inside_of(inside)
    }

    pub(super) fn leave(&mut self, outer: Vec<Arc<CustomPolicy>>) {
        self.inside_of(outer);
    }

    fn inside_of(&mut self, inside: Vec<Arc<CustomPolicy>>) -> Vec<Arc<CustomPolicy>> {
        (self.carrier, self.generation) = match inside.last() {
            Some(policy) => (Carrier::Ibm, policy.generation),
            None => (self.assembly.carrier, self.assembly.generation),
        };
        self.names.carrier = self.carrier;
        std::mem::replace(&mut self.inside, inside)
    }

    pub(super) fn wait(&mut self, guarded: std::ops::Range<OpId>, catch: &Catch, resume: Option<OpId>) {
        let (inside, locals) = (self.inside.clone(), self.names.locals.clone());
        self.waiting.push(Waiting { guarded, catch: catch.clone(), resume, inside, locals });
    }

    pub(super) fn next(&self) -> OpId {
        self.parts.ops.len() as OpId
    }

    fn push(&mut self, op: Op) {
        self.parts.ops.push(op);
        self.parts.info.push(None);
        self.parts.access.push(Access::default());
    }

    pub(super) fn push_plan(&mut self, plan: Plan, info: Option<Arc<StepInfo>>) {
        self.parts.ops.push(Op::Step(plan.step));
        self.parts.info.push(info);
        self.parts.access.push(plan.access);
    }
}

/// The newest version with the same first number: the versions of one policy add to each other.
fn newest_of(version: &str, known: &'static [&'static str]) -> Option<&'static str> {
    let (major, _) = version.split_once('.')?;
    known.iter().rev().copied().find(|one| one.split_once('.').is_some_and(|(own, _)| own == major))
}

/// `may_be_brought` takes a name that is like none for that of a policy that the settings will bring.
fn unknown_policy(step: &Step, custom: &CustomPolicies, may_be_brought: bool) -> Diagnostic {
    let name = &*step.policy;
    if policies::UNBUILT.contains(&name) {
        let message = format!("the policy `{name}` is known from API Connect but not built yet");
        let finding = Diagnostic::error(codes::UNBUILT_POLICY, step.policy_span, message);
        return match policies::instead(name) {
            Some(instead) => finding.help(instead),
            None => finding,
        };
    }
    let known = policies::ALL
        .iter()
        .flat_map(|entry| std::iter::once(entry.meta.name).chain(entry.meta.aliases.iter().copied()));
    let near = nearest(name, known.chain(policies::UNBUILT).chain(custom.names()));
    let mut finding =
        Diagnostic::error(codes::UNKNOWN_POLICY, step.policy_span, format!("there is no policy `{name}`"));
    if near.is_empty() {
        if may_be_brought {
            finding.severity = Severity::Warning;
        }
        let all: Vec<&str> = policies::ALL.iter().map(|entry| entry.meta.name).chain(custom.names()).collect();
        let own = "one of your own goes where `policies.paths` of the settings leads";
        return finding.help(format!("the policies are {}; {own}", quoted_list(&all)));
    }
    finding.help(did_you_mean(&near))
}

impl Parts {
    /// Puts the body loads in and closes the pipeline.
    fn pipeline(self, names: &Names<'_>, assembly: &Assembly, api: &Api) -> Pipeline {
        let in_body = |name: Option<&str>| {
            let parameters = api.operations.iter().flat_map(|operation| &operation.parameters);
            let mut in_body = parameters.filter(|one| matches!(one.location, Location::Body | Location::FormData));
            in_body.any(|one| name.is_none_or(|name| *one.name == *name))
        };
        let reads = |access: &Access| access.reads_request_body() || access.request_parameters().any(in_body);
        let keeps_request_body = self.access.iter().any(reads);
        let reads_document = self.access.iter().any(|access| access.reads_document(assembly.generation));
        let parses =
            |access: &Access| (access.reads_message_body() || access.reads_request_body()) && !access.signs_message;
        let parses_body = self.access.iter().any(parses);
        let runs_to_end = !self.handlers.is_empty()
            || self.finally.is_some()
            || self.access.iter().any(|access| access.counts_running);
        let signs_body = self.access.iter().any(|access| access.signs_message);
        let loads = flow::body_loads(&self, keeps_request_body);
        let parts = flow::insert_loads(self, &loads);
        let reads = parts.access.into_iter().enumerate().filter(|(_, access)| !access.reads.is_empty());
        let reads = reads.map(|(op, access)| (op as OpId, access.reads.into()));
        Pipeline {
            ops: parts.ops.into(),
            handlers: parts.handlers.into(),
            finally: parts.finally,
            post: parts.post,
            symbols: names.symbols.clone(),
            initial: names.initial(),
            info: parts.info.into(),
            reads: reads.collect(),
            keeps_request_body,
            parses_body,
            runs_to_end,
            signs_body,
            reads_document,
            answers_preflight: assembly.cors.is_some(),
            generation: assembly.generation,
            error_format: match assembly.error_format {
                Generation::V10 => ErrorFormat::V10,
                Generation::V5 => ErrorFormat::V5,
            },
        }
    }
}
