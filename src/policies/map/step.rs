use std::sync::Arc;

use super::config::EmptyArrays;
use super::plan::{Action, Base, Compute, Output, Plan, Read, Source, Target, has_types};
use super::schema;
use super::tree::{append, element, find, finish, place, put};
use super::{script, write_xml};
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::expression::{Builtin, Root, Scope, SetError};
use crate::policy::kit::body_conversion::{transform_error, xml_fault};
use crate::policy::kit::off_thread;
use crate::policy::kit::parse_limits::ParseLimits;
use crate::runtime::{Context, Fault, Next, Outcome, Step};
use crate::value::{Body, JsonConvention, Kind, List, Room, Value, Xml, XmlError, XmlLimits};

/// Values that one map may make. Items inside of items inside of items multiply.
const MAX_VALUES: usize = 2_000_000;

/// Room is taken for so many values at a time, of which each takes about so many bytes.
const AT_A_TIME: usize = 1024;
const VALUE: usize = 64;

/// A compiled `map`.
pub(super) struct Map(pub Arc<Plan>);

impl Step for Map {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let plan = &self.0;
        let sizes = plan.inputs.iter().map(|input| match cx.state.input(&input.reference.root) {
            Some(message) => off_thread::size_of_body(&message.body),
            None => 0,
        });
        let size = sizes.sum::<usize>();
        let Some(scripts) = &plan.scripts else { return off_thread::work(plan, cx, size, Plan::apply) };
        Outcome::wait(async move {
            finished(off_thread::work(plan, cx, size, Plan::collect)).await?;
            scripts.engine.run(cx, &scripts.script).await?;
            finished(off_thread::work(plan, cx, size, Plan::apply)).await
        })
    }
}

async fn finished(outcome: Outcome<'_>) -> Result<Next, Fault> {
    match outcome {
        Outcome::Ready(result) => result,
        Outcome::Wait(future) | Outcome::Timely(future) => future.await,
    }
}

/// One walk over the actions.
struct Walk<'p> {
    plan: &'p Plan,
    cx: &'p Context,
    /// The values, and whether they were XML.
    inputs: Vec<(Value, bool)>,
    outputs: Vec<Value>,
    /// Of every `create` around: the item that is taken, and the one that is made.
    items: Vec<(Value, Value)>,
    scripts: Scripts,
    made: usize,
    /// The room of many values, until they are where they go.
    room: Room,
}

/// The handling of a script call.
enum Scripts {
    /// The calls are noted, to be run together.
    Collect(Vec<Value>),
    /// The results are at hand, in the order of the calls.
    Results(std::vec::IntoIter<Value>),
}

impl Plan {
    /// Notes what the scripts are to be called with.
    fn collect(&self, cx: &mut Context) -> Result<(), Fault> {
        let walk = self.walk(cx, Scripts::Collect(Vec::new()))?;
        if let Scripts::Collect(calls) = walk.scripts {
            drop(cx.set(&script::calls(), calls.into()));
        }
        Ok(())
    }

    /// Makes the outputs.
    fn apply(&self, cx: &mut Context) -> Result<(), Fault> {
        let results = self.scripts.as_ref().map(|_| cx.get(&script::calls()));
        let results = results.as_ref().and_then(Value::as_list).into_iter().flat_map(List::iter);
        let results: Vec<Value> = results.map(Value::from).collect();
        let walk = self.walk(cx, Scripts::Results(results.into_iter()))?;
        let outputs = walk.outputs;
        if self.scripts.is_some() {
            drop(cx.clear(&script::calls()));
        }
        for (output, value) in self.outputs.iter().zip(outputs) {
            self.write(cx, output, value)?;
        }
        Ok(())
    }

    fn walk<'p>(&'p self, cx: &'p Context, scripts: Scripts) -> Result<Walk<'p>, Fault> {
        let inputs: Result<Vec<(Value, bool)>, Fault> =
            self.inputs.iter().map(|input| read(cx, input, self.limits.as_ref())).collect();
        let outputs = self.outputs.iter().map(|_| Value::NULL).collect();
        if let Scripts::Results(_) = scripts {
            self.tell_of_text(cx, inputs.as_deref().unwrap_or_default());
        }
        let mut walk = Walk {
            plan: self,
            cx,
            inputs: inputs?,
            outputs,
            items: Vec::new(),
            scripts,
            made: 0,
            room: Room::default(),
        };
        walk.actions(&self.actions)?;
        Ok(walk)
    }

    /// One line in the log for each input that should be JSON and is not. Nothing is found in it, as on the gateway that the step
    /// comes from, and the flow goes on.
    fn tell_of_text(&self, cx: &Context, values: &[(Value, bool)]) {
        for (input, (value, _)) in self.inputs.iter().zip(values) {
            if input.wants_json && !value.is_empty() && matches!(value.kind(), Kind::String(_) | Kind::Binary(_)) {
                tracing::warn!(
                    request_id = %cx.state.request.id,
                    step = %self.step.title,
                    place = %self.step.place,
                    input = %input.name,
                    "an input of a map is not JSON, so the map finds nothing in it"
                );
            }
        }
    }

    fn write(&self, cx: &mut Context, output: &Output, mut value: Value) -> Result<(), Fault> {
        let is_body = matches!(&*output.reference.path, [body] if &**body == "body");
        if value == Value::NULL && !(is_body && output.shape.kind == schema::Kind::Map && !output.is_xml) {
            return Ok(());
        }
        if value == Value::NULL {
            value = Value::empty_object();
        }
        if self.writing.defaults || self.writing.types {
            finish(&mut value, &output.shape, self.writing.defaults, self.writing.types && !output.is_xml);
        }
        if output.is_xml {
            let document = write_xml::document(output, &value, self.writing.xml);
            value = document.map_err(|message| failed(&format!("`{}` cannot be XML: {message}", output.name)))?.into();
        }
        cx.set(&output.reference, value).map_err(|error| match error {
            SetError::NoRoom(none) => none.into(),
            error => failed(&error.to_string()),
        })?;
        if let Some(content_type) = output.content_type {
            // A variable that is not a message has no headers.
            match &output.reference.root {
                Root::Builtin(Builtin::Message) => {
                    drop(cx.state.set_header(&CONTENT_TYPE, CONTENT_TYPE.as_str(), &content_type.into(), false));
                }
                root => {
                    if let Some(message) = cx.state.input_mut(root) {
                        message.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
                    }
                }
            }
        }
        Ok(())
    }
}

/// The value of an input, XML as maps.
fn read(cx: &Context, input: &super::plan::Input, limits: Option<&ParseLimits>) -> Result<(Value, bool), Fault> {
    if let Some(limits) = limits {
        within(cx, input, limits)?;
    }
    let xml = limits.map_or(XmlLimits::LOOSE, |limits| limits.xml);
    let value = cx.get(&input.reference);
    let wrong =
        |error: &XmlError| xml_fault(error, &format!("nothing can be mapped: the input `{}` is not XML", input.name));
    let document = match value.kind() {
        Kind::Xml(document) => document.clone(),
        Kind::String(text) if input.is_xml && !text.trim().is_empty() => {
            Arc::new(Xml::parse(text.as_bytes(), &xml).map_err(|error| wrong(&error))?)
        }
        Kind::Binary(bytes) if input.is_xml => Arc::new(Xml::parse(bytes, &xml).map_err(|error| wrong(&error))?),
        _ => return Ok((value, input.is_xml)),
    };
    let json = document.to_json(JsonConvention::Local).map_err(|error| wrong(&error))?;
    Ok((json, true))
}

/// Holds the body of an input against the limits.
fn within(cx: &Context, input: &super::plan::Input, limits: &ParseLimits) -> Result<(), Fault> {
    let body = match (&input.reference.root, &*input.reference.path) {
        (Root::Builtin(Builtin::Request), [body]) if &**body == "body" => Some(&cx.state.request.body),
        (root, [body]) if &**body == "body" => cx.state.input(root).map(|message| &message.body),
        _ => None,
    };
    let Some(bytes) = body.and_then(Body::bytes) else { return Ok(()) };
    limits.check_size(bytes.len()).map_err(|message| failed(&message))?;
    if !input.is_xml && !Xml::is_likely(&bytes) {
        limits.json.check(&bytes).map_err(|error| failed(&format!("the input `{}`: {error}", input.name)))?;
    }
    Ok(())
}

impl Walk<'_> {
    fn actions(&mut self, actions: &[Action]) -> Result<(), Fault> {
        for action in actions {
            self.made += 1;
            if self.made > MAX_VALUES {
                return Err(failed(&format!("it would make more than {MAX_VALUES} values")));
            }
            if self.made.is_multiple_of(AT_A_TIME) {
                self.room.take(AT_A_TIME * VALUE)?;
            }
            match action {
                Action::Set { target, source } => match self.value(source, target) {
                    Some(value) => self.put(target, value),
                    None if self.plan.writing.empty_objects => self.make_parents(target),
                    None => {}
                },
                Action::Create { target, over, actions } => self.create(target, over.as_ref(), actions)?,
            }
        }
        Ok(())
    }

    fn create(&mut self, target: &Target, over: Option<&Read>, actions: &[Action]) -> Result<(), Fault> {
        let taken = match over {
            None => vec![Value::NULL],
            Some(over) => match self.raw(over) {
                Some(found) => match found.as_list() {
                    Some(items) => items.iter().map(Value::from).collect(),
                    // A list of one is no list in XML.
                    None => vec![found],
                },
                None => Vec::new(),
            },
        };
        let mut made = Vec::with_capacity(taken.len());
        for item in taken {
            self.items.push((item, Value::NULL));
            let result = self.actions(actions);
            let item = self.items.pop().map(|(_, made)| made).unwrap_or_default();
            result?;
            if item != Value::NULL {
                made.push(item);
            }
        }
        let is_inner = !self.items.is_empty();
        let writes_empty = match self.plan.writing.empty_arrays {
            EmptyArrays::All => true,
            EmptyArrays::Parent => !is_inner,
            EmptyArrays::None => false,
        };
        if made.is_empty() && !writes_empty {
            return Ok(());
        }
        let base = self.base(target);
        append(place(base, &target.path, target.is_list && !target.path.is_empty()), made);
        Ok(())
    }

    fn base(&mut self, target: &Target) -> &mut Value {
        match target.base {
            Base::Port(output) => &mut self.outputs[output],
            Base::Item(up) => {
                let at = self.items.len() - 1 - up;
                &mut self.items[at].1
            }
        }
    }

    fn put(&mut self, target: &Target, value: Value) {
        let is_list = target.is_list;
        put(self.base(target), &target.path, is_list, value);
    }

    fn make_parents(&mut self, target: &Target) {
        let Some((_, parents)) = target.path.split_last() else { return };
        let parent = place(self.base(target), parents, target.is_list);
        if *parent == Value::NULL {
            *parent = Value::empty_object();
        }
    }

    /// The value of an action; `None` where nothing is to be set.
    fn value(&mut self, source: &Source, target: &Target) -> Option<Value> {
        let value = match &source.compute {
            Compute::Constant(value) => Some(value.clone()),
            Compute::Nothing => None,
            Compute::Copy(reads) => {
                match reads.iter().find_map(|read| Some((read, self.found(read, target.wants_map)?))) {
                    // JSON has types and keeps them; XML has options of its own.
                    Some((read, found)) if self.has_types(read) => return Some(found),
                    other => other.map(|(_, found)| found),
                }
            }
            Compute::Script { number, arguments } => self.computed(*number, arguments),
        };
        let default = || source.default.as_ref().map(|default| default.value(self.cx)).filter(|value| !value.is_null());
        value.or_else(default).map(|value| target.kind.typed(value))
    }

    /// Whether what is read has a type of its own.
    fn has_types(&self, read: &Read) -> bool {
        match read {
            Read::Variable(reference) => has_types(reference),
            Read::Input { input, .. } => {
                self.plan.inputs.get(*input).is_none_or(|input| input.is_xml || has_types(&input.reference))
            }
        }
    }

    fn computed(&mut self, number: usize, arguments: &[Read]) -> Option<Value> {
        let values: Vec<Option<Value>> = arguments.iter().map(|read| self.found(read, false)).collect();
        // Nothing to compute with is nothing, and not the text `undefined`.
        if !values.is_empty() && values.iter().all(Option::is_none) {
            return None;
        }
        match &mut self.scripts {
            Scripts::Collect(calls) => {
                let number = Value::from(i64::try_from(number).unwrap_or_default());
                let values = values.into_iter().map(Option::unwrap_or_default);
                let call: Vec<Value> = std::iter::once(number).chain(values).collect();
                calls.push(call.into());
                None
            }
            Scripts::Results(results) => results.next().filter(|value| !value.is_null()),
        }
    }

    /// The value at a place; of an XML element without elements inside, its text.
    fn found(&self, read: &Read, wants_map: bool) -> Option<Value> {
        let value = self.raw(read)?;
        let Read::Input { input, below, kind, .. } = read else { return Some(value) };
        match (self.plan.inputs.get(*input), self.inputs.get(*input)) {
            (Some(port), Some((_, true))) => element(value.view(), port.shape.at(below), &self.plan.reading, wants_map),
            _ => Some(kind.typed(value)),
        }
    }

    fn raw(&self, read: &Read) -> Option<Value> {
        let reading = &self.plan.reading;
        match read {
            Read::Variable(reference) => Some(self.cx.get(reference)).filter(|value| !value.is_null()),
            Read::Input { base: Base::Item(up), path, .. } => {
                let (item, _) = &self.items[self.items.len() - 1 - up];
                find(item.view(), path, reading)
            }
            Read::Input { base: Base::Port(input), path, .. } => {
                let (value, is_xml) = &self.inputs[*input];
                let found = find(value.view(), path, reading);
                if found.is_some() || !*is_xml {
                    return found;
                }
                match value.as_object() {
                    // A schema may describe the document's element or what is in it.
                    Some(members) if members.len() == 1 => {
                        members.iter().next().and_then(|(_, root)| find(root, path, reading))
                    }
                    _ => None,
                }
            }
        }
    }
}

fn failed(message: &str) -> Fault {
    transform_error(format!("nothing can be mapped: {message}"))
}
