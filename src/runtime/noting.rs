//! Tells the recorder of a request what the executor does. None of this runs for a request that has none.

use super::context::{Context, Op, Pipeline, State};
use super::fault::Fault;
use super::handlers::{CatchNames, Handler};
use super::record::{Around, Entered, Part, StepOutcome};
use super::recorder::Recorder;
use super::step_info::OpId;
use crate::expression::{Builtin, Reference, Root, Scope, Variable};
use crate::value::Value;

/// An op is about to run.
#[cold]
pub(super) fn enter(pipeline: &Pipeline, cx: &mut Context, at: OpId) {
    let is_test = match pipeline.ops.get(at as usize) {
        Some(Op::Step(_) | Op::LoadBody) => false,
        Some(Op::Branch { .. }) => true,
        Some(Op::Jump(_) | Op::Stop) | None => return,
    };
    let Some(mut recorder) = cx.state.handling.recorder.take() else { return };
    let step = pipeline.info.get(at as usize).and_then(Option::as_ref);
    let reads = if recorder.is_recording() { reads(pipeline, cx, at) } else { Vec::new() };
    recorder.enter(Entered { step, part: part(pipeline, at), is_test, reads }, around(&cx.state));
    cx.state.handling.recorder = Some(recorder);
}

/// A condition does not hold.
#[cold]
pub(super) fn otherwise(cx: &mut Context) {
    if let Some(recorder) = &mut cx.state.handling.recorder {
        recorder.otherwise();
    }
}

/// The body of `message` has been read.
#[cold]
pub(super) fn loaded(state: &mut State) {
    if let Some(recorder) = &mut state.handling.recorder {
        recorder.loaded(&state.outgoing.message);
    }
}

/// The op has raised a fault, which this handler takes.
#[cold]
pub(super) fn failed(pipeline: &Pipeline, cx: &mut Context, at: OpId, fault: &Fault) {
    let taken = pipeline.handler(at, fault);
    let around_it = pipeline.handlers.iter().filter(|handler| handler.ops.contains(&at));
    let passed = around_it.take_while(|handler| taken.is_none_or(|taken| !std::ptr::eq(*handler, taken)));
    let passed = passed.map(name).collect();
    with(cx, |recorder, around| recorder.failed(fault, passed, taken.map(name), around));
}

/// The flow has come to its end, or to what runs next of the pipeline.
#[cold]
pub(super) fn leave(cx: &mut Context, stopped: bool) {
    let outcome = if stopped { StepOutcome::Stopped } else { StepOutcome::Done };
    with(cx, |recorder, around| recorder.leave(outcome, around));
}

fn with(cx: &mut Context, tell: impl FnOnce(&mut Recorder, Around<'_>)) {
    if let Some(mut recorder) = cx.state.handling.recorder.take() {
        tell(&mut recorder, around(&cx.state));
        cx.state.handling.recorder = Some(recorder);
    }
}

fn around(state: &State) -> Around<'_> {
    Around { variables: &state.variables, symbols: &state.route.pipeline.symbols, message: &state.outgoing.message }
}

/// The part of the pipeline whose start is the nearest before the op.
fn part(pipeline: &Pipeline, at: OpId) -> Part {
    let handlers = pipeline.handlers.iter().map(|handler| (handler.entry, Part::Catch));
    let others = [(pipeline.finally, Part::Finally), (pipeline.post, Part::After)];
    let others = others.into_iter().filter_map(|(start, part)| Some((start?, part)));
    let before = handlers.chain(others).filter(|(start, _)| *start <= at);
    before.max_by_key(|(start, _)| *start).map_or(Part::Flow, |(_, part)| part)
}

/// The entry of a `catch`, by the faults that it names.
fn name(handler: &Handler) -> String {
    match &handler.faults {
        CatchNames::Default => "default".to_owned(),
        CatchNames::Named(names) => names.iter().map(|name| &**name).collect::<Vec<_>>().join(", "),
    }
}

/// The variables that the step of an op reads, as far as their names are known at load.
fn reads(pipeline: &Pipeline, cx: &Context, at: OpId) -> Vec<(String, Option<Value>)> {
    let found = pipeline.reads.binary_search_by_key(&at, |(op, _)| *op);
    let references = found.ok().and_then(|found| pipeline.reads.get(found)).map(|(_, reads)| &**reads);
    let references = references.unwrap_or_default();
    references.iter().map(|one| (shown(pipeline, one), (!is_message(one)).then(|| cx.get(one)))).collect()
}

/// The name of a reference, as authors write it.
fn shown(pipeline: &Pipeline, reference: &Reference) -> String {
    let root = match &reference.root {
        Root::Builtin(root) => root.name(),
        Root::Slot(slot) => pipeline.symbols.name(*slot),
        Root::Named(name) => name,
    };
    std::iter::once(root).chain(reference.path.iter().map(|part| &**part)).collect::<Vec<_>>().join(".")
}

/// Whether it is a message, or the whole body of one: the record has those, and a value would have to be parsed.
fn is_message(reference: &Reference) -> bool {
    let Root::Builtin(root) = reference.root else { return false };
    let is_whole = match reference.variable() {
        Variable::ApiDocument => true,
        Variable::MessageBody | Variable::RequestBody => reference.rest().is_empty(),
        _ => false,
    };
    is_whole || (reference.path.is_empty() && matches!(root, Builtin::Message | Builtin::Request | Builtin::Api))
}
