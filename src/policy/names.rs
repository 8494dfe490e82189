//! The names of one pipeline, as its steps are compiled.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::assembly::{Carrier, Property};
use crate::base::{Generation, Span};
use crate::expression::{Builtin, Reference, Resolved, Root, property_value, split_path};
use crate::runtime::{Symbols, variable_info};
use crate::value::Value;

/// The names of one pipeline.
///
/// A property is a constant and folds into the text around it, as long as no step of the pipeline sets a variable of that
/// name. Which names are set is only known at the end, so a pipeline in which that happens is compiled once more.
pub struct Names<'a> {
    pub properties: &'a [Property],
    pub symbols: Symbols,
    /// Names that some step sets.
    pub assigned: HashSet<Arc<str>>,
    /// Properties that were taken as constants.
    pub folded: HashSet<Arc<str>>,
    /// Variables that are read, with the first place.
    pub reads: Vec<(Arc<str>, Span)>,
    /// A step sets names that only run time knows, so nothing is known of names that no step sets.
    pub dynamic: bool,
    /// Parameters of the request that are read, with the first place.
    pub parameters: Vec<(Arc<str>, Span)>,
    /// The gateway whose variables these are: that of the assembly, whatever its steps say.
    pub generation: Generation,
    /// The carrier of the step that is compiled.
    pub carrier: Carrier,
    /// References below a root of the gateway that lead to nothing, with their places.
    pub unknown: Vec<Unknown>,
    /// References below the roots of the gateway that steps set.
    pub written: Vec<Reference>,
    /// Variables of the author's of which a member is set: root, first member, place.
    pub written_below: Vec<(Arc<str>, Arc<str>, Span)>,
    /// Texts that steps set variables to, with the variables' written-out names.
    literals: Vec<(Reference, Arc<str>)>,
    /// How many times steps set each root.
    writes: HashMap<Arc<str>, usize>,
    /// Whether there are calls, and the faults on which they stop.
    pub calls: Option<HashSet<&'static str>>,
    /// Names of faults that steps raise in addition to those that Gantry knows.
    pub raised: HashSet<Arc<str>>,
    /// A step raises names that only run time knows.
    pub raises_any: bool,
    /// Messages of the v5 engine whose names have dots, such as `foo.bar`, in segments.
    pub messages: Vec<Vec<Arc<str>>>,
    /// The parameters of the user-defined policies around a step, the innermost last; with their values where those are known.
    pub locals: Vec<HashMap<Arc<str>, Option<Value>>>,
}

/// The texts that a variable can have.
pub struct Literals<'a> {
    pub texts: Vec<&'a str>,
    /// It has no other value.
    pub only: bool,
}

/// A reference below a root of the gateway that leads to nothing.
pub struct Unknown {
    pub reference: Reference,
    pub span: Span,
    pub carrier: Carrier,
    /// The step sets it.
    pub is_set: bool,
}

impl<'a> Names<'a> {
    /// The names of a new pipeline; `assigned` is what an earlier attempt found out.
    pub fn new(properties: &'a [Property], assigned: HashSet<Arc<str>>, generation: Generation) -> Self {
        Names {
            properties,
            symbols: Symbols::default(),
            assigned,
            folded: HashSet::new(),
            reads: Vec::new(),
            dynamic: false,
            parameters: Vec::new(),
            generation,
            carrier: Carrier::XAssembly,
            unknown: Vec::new(),
            written: Vec::new(),
            written_below: Vec::new(),
            literals: Vec::new(),
            writes: HashMap::new(),
            calls: None,
            raised: HashSet::new(),
            raises_any: false,
            messages: Vec::new(),
            locals: Vec::new(),
        }
    }

    /// Whether a property was taken as a constant although a step sets a variable of its name.
    pub fn must_retry(&self) -> bool {
        !self.folded.is_disjoint(&self.assigned)
    }

    /// The first values of variables.
    pub fn initial(&self) -> Box<[(u16, Value)]> {
        let slots = self.properties.iter();
        slots.filter_map(|property| Some((self.symbols.find(&property.name)?, property.value.clone()))).collect()
    }

    pub fn resolve(&mut self, name: &str, span: Span) -> Result<Resolved, String> {
        if let Some(value) = self.constant(name)? {
            return Ok(Resolved::Constant(value));
        }
        let reference = self.variable(name)?;
        self.note_read(&reference, span);
        Ok(Resolved::Variable(reference))
    }

    /// The value of `api.properties.x`, and of `x` where it is a property that no step sets.
    fn constant(&mut self, name: &str) -> Result<Option<Value>, String> {
        let segments = split_path(name)?;
        let parts: Vec<&str> = segments.iter().map(|segment| &**segment).collect();
        if let ["local", "parameter", parameter, rest @ ..] = parts.as_slice() {
            let known = self.locals.last().and_then(|locals| locals.get(*parameter)?.as_ref());
            return Ok(known.map(|value| value.at(rest.iter().copied()).map(Value::from).unwrap_or_default()));
        }
        let is_written_out = matches!(parts.as_slice(), ["api", "properties", _, ..]);
        if !is_written_out && self.assigned.contains(&segments[0]) {
            return Ok(None);
        }
        let value = property_value(self.properties, name)?;
        if value.is_some() && !is_written_out {
            self.folded.insert(segments[0].clone());
        }
        Ok(value)
    }

    pub(super) fn variable(&mut self, name: &str) -> Result<Reference, String> {
        let mut segments = split_path(name)?;
        let first = match self.messages.iter().find(|message| segments.starts_with(message)) {
            Some(message) => segments.drain(..message.len()).collect::<Vec<_>>().join(".").into(),
            None => segments.remove(0),
        };
        let root = match Builtin::named(&first) {
            Some(builtin) => Root::Builtin(builtin),
            None => Root::Slot(self.symbols.intern(&first).ok_or("the assembly has more than 65,536 variables")?),
        };
        Ok(Reference::new(root, segments))
    }

    /// A variable that the gateway itself sets.
    pub(crate) fn of_the_gateway(&mut self, name: &str) -> Option<Reference> {
        let reference = self.variable(name).ok()?;
        self.assigned.insert(name.split('.').next().unwrap_or(name).into());
        Some(reference)
    }

    /// Notes that a step sets a variable of this root.
    pub(super) fn note_write(&mut self, root: Arc<str>) {
        *self.writes.entry(root.clone()).or_default() += 1;
        self.assigned.insert(root);
    }

    /// Notes that a step sets a variable of the author's to this text.
    pub fn note_literal(&mut self, reference: &Reference, text: &str) {
        self.literals.push((reference.clone(), text.into()));
    }

    /// The texts that the steps before set a variable of the author's to, and its property's.
    pub fn literals_of(&self, reference: &Reference) -> Literals<'_> {
        let Root::Slot(slot) = reference.root else { return Literals { texts: Vec::new(), only: false } };
        let root = self.symbols.name(slot);
        let set = self.literals.iter().filter(|(known, _)| known == reference).map(|(_, text)| &**text);
        let property = self.properties.iter().find(|property| *property.name == *root);
        let initial = property.filter(|_| reference.path.is_empty()).and_then(|property| property.value.as_str());
        let of_root = self.literals.iter().filter(|(known, _)| known.root == reference.root).count();
        let only = !self.dynamic && self.writes.get(root).is_some_and(|writes| *writes == of_root);
        Literals { texts: set.chain(initial).collect(), only }
    }

    /// Notes a reference below a root of the gateway that leads to nothing.
    pub fn note_unknown(&mut self, reference: &Reference, span: Span, is_set: bool) {
        let is_known = reference.unknown_member().is_none()
            && (!matches!(reference.root, Root::Builtin(_))
                || variable_info(reference.variable()).known.is_in(self.generation));
        if !is_known {
            self.unknown.push(Unknown { reference: reference.clone(), span, carrier: self.carrier, is_set });
        }
    }

    pub(super) fn note_read(&mut self, reference: &Reference, span: Span) {
        self.note_unknown(reference, span, false);
        let (name, reads): (Arc<str>, _) = match (&reference.root, &*reference.path) {
            (Root::Slot(slot), _) => (self.symbols.name(*slot).into(), &mut self.reads),
            (Root::Builtin(Builtin::Request), [first, name, ..]) if &**first == "parameters" => {
                (name.clone(), &mut self.parameters)
            }
            _ => return,
        };
        if !reads.iter().any(|(known, _)| *known == name) {
            reads.push((name, span));
        }
    }
}
