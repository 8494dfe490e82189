//! The tree of a record.

use super::tree::Tree;
use crate::base::Printable;
use crate::runtime::{
    CallRecord, Change, Content, ContentKind, FaultRecord, MessageView, Part, Record, StepOutcome, StepRecord, Variable,
};

/// Milliseconds of stages that are left out.
const SHORT: f64 = 1.0;

/// Shows a record.
pub(super) fn of(record: &Record) -> Tree {
    let query = record.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let mut tree = Tree::new(format!(
        "{} {}{} {} in {}",
        record.method,
        Printable(&record.path),
        Printable(&query),
        status(record.status),
        time(record.duration_ms)
    ));
    tree.leaf(format!("{}, {}, {}", record.id, record.time, record.client));
    if let (Some(api), Some(operation)) = (&record.api, &record.operation) {
        tree.leaf(format!("{}, {}", Printable(api), Printable(operation)));
    }
    if let Some(reason) = &record.refused {
        tree.leaf(format!("refused before any step: {}", Printable(reason)));
    }
    let details = &record.details;
    if let Some(first) = details.messages.first() {
        tree.add(message("request", first));
    }
    let mut part = Part::Flow;
    let mut inner: Option<Tree> = None;
    let steps = details.steps.iter().enumerate().filter(|(number, step)| !is_dull(*number, step, &details.faults));
    for (number, one) in steps {
        if one.part != part {
            inner.take().into_iter().for_each(|inner| tree.add(inner));
            part = one.part;
            inner = title(part).map(Tree::new);
        }
        let faults = details.faults.iter().filter(|fault| fault.step == Some(number));
        let shown = step(one, faults, &details.messages);
        inner.as_mut().unwrap_or(&mut tree).add(shown);
    }
    inner.into_iter().for_each(|inner| tree.add(inner));
    for fault in details.faults.iter().filter(|fault| fault.step.is_none()) {
        faulted(&mut tree, fault);
    }
    if details.cut {
        tree.leaf("the record was full: something is missing");
    }
    if let Some(answer) = &record.answer {
        let mut shown = message(&format!("response {}", status(record.status)), answer);
        let sent = if record.complete { "sent" } else { "sent, and not all" };
        shown.leaf(format!("{}: {sent}", bytes(record.bytes)));
        tree.add(shown);
    }
    tree
}

/// Whether stages have only let the request pass.
fn is_dull(number: usize, step: &StepRecord, faults: &[FaultRecord]) -> bool {
    let is_stage = step.policy.is_empty() && step.outcome == StepOutcome::Done && step.duration_ms < SHORT;
    let changed = !step.writes.is_empty() || step.before != step.after || !step.calls.is_empty();
    is_stage && !changed && !faults.iter().any(|fault| fault.step == Some(number))
}

fn title(part: Part) -> Option<&'static str> {
    match part {
        Part::Flow => None,
        Part::Catch => Some("catch"),
        Part::Finally => Some("finally"),
        Part::After => Some("after the assembly"),
    }
}

fn step<'r>(step: &StepRecord, faults: impl Iterator<Item = &'r FaultRecord>, messages: &[MessageView]) -> Tree {
    let name = match step.policy.as_str() {
        "" => Printable(&step.title).to_string(),
        policy if policy == step.title => policy.to_owned(),
        policy => format!("{policy} `{}`", Printable(&step.title)),
    };
    let end = match step.outcome {
        StepOutcome::Done => "",
        StepOutcome::Stopped => ", ends the flow",
        StepOutcome::Fault => ", FAULT",
        StepOutcome::Unfinished => ", not finished",
    };
    let case = match step.case {
        None => String::new(),
        Some(0) => ", no condition holds".to_owned(),
        Some(case) => format!(", case {case}"),
    };
    let mut tree = Tree::new(format!("{name}  {}{case}{end}", time(step.duration_ms)));
    if !step.place.is_empty() {
        tree.leaf(Printable(&step.place).to_string());
    }
    for Variable { name, value } in &step.reads {
        if let Some(value) = value {
            tree.leaf(format!("reads {}: {}", Printable(name), content(value)));
        }
    }
    step.calls.iter().for_each(|one| tree.add(call(one)));
    for Change { name, before, after } in &step.writes {
        tree.leaf(format!("{}: {} → {}", Printable(name), content(before), content(after)));
    }
    if let (Some(before), Some(after)) = (messages.get(step.before), messages.get(step.after))
        && step.before != step.after
    {
        changes(&mut tree, before, after);
    }
    faults.for_each(|fault| faulted(&mut tree, fault));
    tree
}

/// Adds the differences between `message` before and after a step.
fn changes(tree: &mut Tree, before: &MessageView, after: &MessageView) {
    if before.status != after.status {
        tree.leaf(format!("message.status: {} → {}", status(before.status), status(after.status)));
    }
    // An answer takes the place of a request with all of its headers.
    let is_replaced = before.status.is_none() && after.status.is_some();
    let gone = before.headers.iter().filter(|header| !is_replaced && !after.headers.contains(header));
    for (name, _) in gone.filter(|(name, _)| !after.headers.iter().any(|(kept, _)| kept == name)) {
        tree.leaf(format!("message.headers.{} removed", Printable(name)));
    }
    for (name, value) in after.headers.iter().filter(|header| !before.headers.contains(header)) {
        tree.leaf(format!("message.headers.{}: {}", Printable(name), Printable(value)));
    }
    if before.body != after.body {
        tree.leaf(format!("message.body: {}", content(&after.body)));
    }
}

fn call(call: &CallRecord) -> Tree {
    let end = match (&call.failure, call.status) {
        (Some(failure), _) => format!("failed after {}: {}", time(call.duration_ms), Printable(&failure.cause)),
        (None, status_of) => format!("{} in {}", status(status_of), time(call.duration_ms)),
    };
    let again = if call.attempts > 1 { format!(", {} attempts", call.attempts) } else { String::new() };
    let mut tree = Tree::new(format!("calls {}: {end}{again}", Printable(&call.target)));
    if let Some(request) = &call.request {
        tree.add(message("sent", request));
    }
    if let Some(answer) = &call.answer {
        tree.add(message("answered", answer));
    }
    if let Some(log) = &call.log {
        tree.leaf(format!("log: {}", content(log)));
    }
    tree
}

fn message(name: &str, message: &MessageView) -> Tree {
    let mut tree = Tree::new(format!("{name}: {}", content(&message.body)));
    for (name, value) in &message.headers {
        tree.leaf(format!("{}: {}", Printable(name), Printable(value)));
    }
    tree
}

fn faulted(tree: &mut Tree, fault: &FaultRecord) {
    let FaultRecord { name, message, status, source, .. } = fault;
    let mut shown = Tree::new(format!("{} ({status}, {source}): {}", Printable(name), Printable(message)));
    if let Some(cause) = &fault.cause {
        shown.leaf(format!("cause: {}", Printable(cause)));
    }
    for passed in &fault.passed {
        shown.leaf(format!("not taken by catch `{}`", Printable(passed)));
    }
    match &fault.caught_by {
        Some(taken) => shown.leaf(format!("taken by catch `{}`", Printable(taken))),
        None => shown.leaf("taken by no catch: the client gets the error document"),
    }
    tree.add(shown);
}

/// A content in one line.
fn content(content: &Content) -> String {
    let length = content.bytes.map(bytes);
    let cut = if content.cut { "…" } else { "" };
    let text = Printable(&content.text);
    match content.kind {
        ContentKind::None => "nothing".to_owned(),
        ContentKind::Stream => format!("a stream{}", length.map(|length| format!(" of {length}")).unwrap_or_default()),
        ContentKind::Sent => "a stream that was sent on".to_owned(),
        ContentKind::Binary => format!("{} that are no text: {text}{cut}", length.unwrap_or_default()),
        ContentKind::Json | ContentKind::Text | ContentKind::Xml if content.cut => {
            format!("{}: {text}…", length.unwrap_or_default())
        }
        ContentKind::Json | ContentKind::Xml => text.to_string(),
        ContentKind::Text if content.text.is_empty() => "empty text".to_owned(),
        ContentKind::Text => text.to_string(),
    }
}

fn bytes(number: u64) -> String {
    if number == 1 { "1 byte".to_owned() } else { format!("{number} bytes") }
}

fn status(status: Option<u16>) -> String {
    status.map_or_else(|| "no status".to_owned(), |status| status.to_string())
}

fn time(millis: f64) -> String {
    match millis {
        long if long >= 1000.0 => format!("{:.2} s", long / 1000.0),
        long if long >= 10.0 => format!("{long:.1} ms"),
        short => format!("{short:.2} ms"),
    }
}
