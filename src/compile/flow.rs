//! Liveness of the message's body: where it has to be read, so that it can stream everywhere else.
//!
//! The body of `message` is live after an op when something may still read it there: a step, the response, or a handler of
//! a fault. A step that sends the body on as a stream leaves nothing behind, so where the body is live after such a step it
//! is read before it.

use super::parts::Parts;
use crate::runtime::{Op, OpId};

/// The ops that need the body read before them.
pub(super) fn body_loads(parts: &Parts, keeps_request_body: bool) -> Vec<OpId> {
    let live = live_after(parts);
    let mut loads: Vec<OpId> = Vec::new();
    for (index, access) in parts.access.iter().enumerate() {
        if access.reads_message_body() || (access.streams_message && live[index]) {
            loads.push(index as OpId);
        }
    }
    // Steps that read the original request need the body as the client sent it, so it is read before the author's first step can
    // change it; not earlier, so that a catch takes a body that cannot be read.
    let first = parts.info.iter().position(Option::is_some).unwrap_or_default() as OpId;
    if keeps_request_body && !loads.contains(&first) {
        loads.insert(0, first);
    }
    loads
}

/// For every op, whether the body is live when it is over, one way or the other.
fn live_after(parts: &Parts) -> Vec<bool> {
    let count = parts.ops.len();
    let mut before = vec![false; count];
    let mut after = vec![false; count];
    let at = |live: &[bool], op: OpId| live.get(op as usize).copied().unwrap_or(true);
    // After a fault that nothing caught the response is the error document, but `finally` still runs.
    let last = parts.finally.map_or(&[][..], |finally| &parts.access[finally as usize..]);
    let finally_reads = last.iter().any(|access| access.reads_message_body() || access.streams_message);
    loop {
        let mut changed = false;
        for index in (0..count).rev() {
            let op = index as OpId;
            let access = &parts.access[index];
            let next = match &parts.ops[index] {
                Op::Jump(to) => at(&before, *to),
                // Behind a stop comes `finally`, or the response, which sends the body.
                Op::Stop if parts.finally.is_some_and(|finally| op < finally) => {
                    parts.finally.is_some_and(|finally| at(&before, finally))
                }
                Op::Stop if parts.post.is_some_and(|post| op < post) => {
                    parts.post.is_some_and(|post| at(&before, post))
                }
                Op::Stop => true,
                Op::Branch { otherwise, .. } => at(&before, op + 1) || at(&before, *otherwise),
                Op::Step(_) | Op::LoadBody => at(&before, op + 1),
            };
            let next = next && !access.diverges;
            // A fault leaves the body to its handlers, whatever the step would have put there.
            let handlers = parts.handlers.iter().filter(|handler| handler.ops.contains(&op));
            let uncaught = parts.finally.is_some_and(|finally| op < finally) && finally_reads;
            let faulted = handlers.into_iter().any(|handler| at(&before, handler.entry)) || uncaught;
            let survives = (next && !access.replaces_message()) || faulted;
            let needed = access.reads_message_body() || access.streams_message || survives;
            changed |= after[index] != survives || before[index] != needed;
            after[index] = survives;
            before[index] = needed;
        }
        if !changed {
            return after;
        }
    }
}

/// Puts a load before each of these ops and moves every target along. A jump to an op lands on its load.
pub(super) fn insert_loads(parts: Parts, loads: &[OpId]) -> Parts {
    let moved = |op: OpId| op + loads.iter().filter(|load| **load < op).count() as OpId;
    let mut out = Parts {
        ops: Vec::with_capacity(parts.ops.len() + loads.len()),
        info: Vec::new(),
        access: Vec::new(),
        handlers: parts.handlers,
        finally: parts.finally.map(moved),
        post: parts.post.map(moved),
    };
    let steps = parts.ops.into_iter().zip(parts.info).zip(parts.access);
    for (index, ((op, info), access)) in steps.enumerate() {
        if loads.contains(&(index as OpId)) {
            out.ops.push(Op::LoadBody);
            // A body that cannot be read is a fault of the step that wanted it.
            out.info.push(info.clone());
            out.access.push(crate::policy::Access::default());
        }
        out.ops.push(match op {
            Op::Jump(to) => Op::Jump(moved(to)),
            Op::Branch { test, otherwise } => Op::Branch { test, otherwise: moved(otherwise) },
            other => other,
        });
        out.info.push(info);
        out.access.push(access);
    }
    for handler in &mut out.handlers {
        handler.ops = moved(handler.ops.start)..moved(handler.ops.end);
        handler.entry = moved(handler.entry);
    }
    out
}
