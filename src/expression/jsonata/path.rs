//! JSONata paths that name places: what `redact` hides and `extract` changes where it is.

use std::sync::Arc;

use jsonata_core::ast::{AstNode, PathStep, Stage, UnaryOp};

use super::documents::path_of;
use super::limits;
use super::{Jsonata, parse};
use crate::expression::{ExpressionError, Resolver, Scope, XPath};
use crate::value::{Kind, List, Members, Object, Value, ValueRef};

/// A path of names, `*`, `**`, numbers and filters.
#[derive(Debug, Clone)]
pub struct JsonataPath {
    steps: Vec<Step>,
}

/// The places that a text leads to: below a value, or in an XML document.
#[derive(Debug, Clone)]
pub enum Places {
    Path(JsonataPath),
    /// `$xpath(body, '…')`; the path of the body is empty for `$`.
    XPath(Vec<Arc<str>>, XPath),
}

#[derive(Debug, Clone)]
enum Step {
    Member(Arc<str>),
    Any,
    Descendants,
    /// From the end where it is negative.
    Index(i64),
    Filter(Box<Jsonata>),
}

/// The change of a place.
pub enum Edit {
    Replace(Value),
    Remove,
}

/// Decides what becomes of a place.
pub type Editor<'e> = dyn FnMut(&Value, &dyn Scope) -> Result<Edit, ExpressionError> + 'e;

impl Places {
    /// Reads a path.
    pub fn compile(text: &str, resolve: &mut Resolver<'_>) -> Result<Self, ExpressionError> {
        let ast = parse(text)?;
        if let AstNode::Function { name, args, .. } = &ast
            && name == "xpath"
        {
            let wrong = || ExpressionError::new("`$xpath` names places as `$xpath($, '//id')`", 0..text.len());
            let [document, AstNode::String(expression)] = args.as_slice() else { return Err(wrong()) };
            let path = path_of(document).ok_or_else(wrong)?;
            let start = text.find(expression.as_str());
            let xpath = XPath::compile(expression).map_err(|error| {
                let at = start.map_or(0..text.len(), |start| start + error.at.start..start + error.at.end);
                ExpressionError::new(error.message, at)
            })?;
            return Ok(Places::XPath(path, xpath));
        }
        let mut steps = Vec::new();
        collect(&ast, text, resolve, &mut steps)?;
        steps.dedup_by(|one, other| matches!((one, other), (Step::Descendants, Step::Descendants)));
        Ok(Places::Path(JsonataPath { steps }))
    }
}

impl JsonataPath {
    /// A path of names alone.
    pub fn of(names: impl IntoIterator<Item = Arc<str>>) -> Self {
        JsonataPath { steps: names.into_iter().map(Step::Member).collect() }
    }

    /// This path, and then the other.
    #[must_use]
    pub fn then(mut self, other: JsonataPath) -> Self {
        self.steps.extend(other.steps);
        self
    }

    /// The name that the path begins with, and the rest; `None` where it begins with `*`, `**` or nothing.
    pub fn split_first(&self) -> Option<(&Arc<str>, JsonataPath)> {
        match self.steps.split_first() {
            Some((Step::Member(name), rest)) => Some((name, JsonataPath { steps: rest.to_vec() })),
            _ => None,
        }
    }

    /// Whether the path begins with `**`.
    pub fn begins_anywhere(&self) -> bool {
        matches!(self.steps.first(), Some(Step::Descendants))
    }

    /// The only name of the path, or its last after `**`.
    pub fn last_name(&self) -> Option<&Arc<str>> {
        match self.steps.as_slice() {
            [Step::Member(name)] | [Step::Descendants, Step::Member(name)] => Some(name),
            _ => None,
        }
    }

    /// The same places in XML, by the names of elements without prefixes, and of attributes with `@`. The path starts at the document or
    /// inside of its element. `None` where it counts or tests.
    pub fn in_xml(&self) -> Option<XPath> {
        let (mut text, mut separator) = (String::new(), "/");
        for step in &self.steps {
            match step {
                Step::Descendants => {
                    separator = "//";
                    continue;
                }
                Step::Any => text.push_str(&format!("{separator}*")),
                Step::Member(name) if name.contains('\'') => return None,
                Step::Member(name) => {
                    let (axis, name) = name.strip_prefix('@').map_or(("", &**name), |name| ("@", name));
                    text.push_str(&format!("{separator}{axis}*[local-name()='{name}']"));
                }
                Step::Index(_) | Step::Filter(_) => return None,
            }
            separator = "/";
        }
        if separator == "//" {
            text.push_str("//*");
        }
        let inside = if text.starts_with("//") { String::new() } else { format!(" | /*{text}") };
        XPath::compile(&format!("{text}{inside}")).ok().filter(|_| !text.is_empty())
    }

    /// Edits every place below a value; says whether the value itself is to go.
    pub fn edit(&self, value: &mut Value, scope: &dyn Scope, editor: &mut Editor<'_>) -> Result<bool, ExpressionError> {
        // Its filters are evaluated for one item after the other.
        let edited = limits::together(scope, || edit(&self.steps, value.view(), scope, editor));
        match edited.unwrap_or_else(|refused| Err(ExpressionError::of_run_time(refused.code(), 0)))? {
            Done::Same => Ok(false),
            Done::Gone => Ok(true),
            Done::Changed(new) => {
                *value = new;
                Ok(false)
            }
        }
    }
}

/// The result of an edit of a value. A value in which nothing has changed stays as it was read.
enum Done {
    Same,
    Changed(Value),
    Gone,
}

/// The edit of one value.
type Look<'l> = dyn FnMut(ValueRef<'_>) -> Result<Done, ExpressionError> + 'l;

fn edit(
    steps: &[Step],
    value: ValueRef<'_>,
    scope: &dyn Scope,
    editor: &mut Editor<'_>,
) -> Result<Done, ExpressionError> {
    let Some((step, rest)) = steps.split_first() else {
        return Ok(match editor(&value.to_value(), scope)? {
            Edit::Replace(new) => Done::Changed(new),
            Edit::Remove => Done::Gone,
        });
    };
    match (step, value.kind()) {
        (Step::Member(_) | Step::Any | Step::Descendants, Kind::List(items)) => {
            each_item(items, &mut |item| edit(steps, item, scope, editor))
        }
        (Step::Member(name), Kind::Object(members)) => {
            one_member(members, name, &mut |member| edit(rest, member, scope, editor))
        }
        (Step::Any, Kind::Object(members)) => each_member(members, &mut |member| edit(rest, member, scope, editor)),
        (Step::Member(_) | Step::Any, _) => Ok(Done::Same),
        // The innermost first; the items of a list are reached on their own, so the list itself is passed over.
        (Step::Descendants, Kind::Object(members)) => {
            match each_member(members, &mut |member| edit(steps, member, scope, editor))? {
                Done::Changed(changed) => match edit(rest, changed.view(), scope, editor)? {
                    Done::Same => Ok(Done::Changed(changed)),
                    done => Ok(done),
                },
                _ => edit(rest, value, scope, editor),
            }
        }
        (Step::Descendants, _) if matches!(rest.first(), Some(Step::Member(_) | Step::Any)) => Ok(Done::Same),
        (Step::Descendants, _) => edit(rest, value, scope, editor),
        (Step::Index(index), Kind::List(items)) => at_index(*index, items, &mut |item| edit(rest, item, scope, editor)),
        // Of what is no list, the first item is the value itself.
        (Step::Index(0 | -1), _) => edit(rest, value, scope, editor),
        (Step::Index(_), _) => Ok(Done::Same),
        (Step::Filter(filter), kind) => {
            let mut filtered = |value: ValueRef<'_>| match filter.test_on(&value.to_value(), scope)? {
                true => edit(rest, value, scope, editor),
                false => Ok(Done::Same),
            };
            if let Kind::List(items) = kind { each_item(items, &mut filtered) } else { filtered(value) }
        }
    }
}

fn one_member(members: Object<'_>, name: &Arc<str>, look: &mut Look<'_>) -> Result<Done, ExpressionError> {
    let Some(member) = members.get(name) else { return Ok(Done::Same) };
    let new = match look(member)? {
        Done::Same => return Ok(Done::Same),
        Done::Changed(new) => Some(new),
        Done::Gone => None,
    };
    let mut members = copied(members.iter());
    match new {
        Some(new) => drop(members.insert(name.clone(), new)),
        None => drop(members.shift_remove(name)),
    }
    Ok(Done::Changed(members.into()))
}

fn at_index(index: i64, items: List<'_>, look: &mut Look<'_>) -> Result<Done, ExpressionError> {
    let at = if index < 0 { items.len() as i64 + index } else { index };
    let Ok(at) = usize::try_from(at) else { return Ok(Done::Same) };
    let Some(item) = items.get(at) else { return Ok(Done::Same) };
    let new = match look(item)? {
        Done::Same => return Ok(Done::Same),
        Done::Changed(new) => Some(new),
        Done::Gone => None,
    };
    let mut items: Vec<Value> = items.iter().map(Value::from).collect();
    match new {
        Some(new) => items[at] = new,
        None => drop(items.remove(at)),
    }
    Ok(Done::Changed(items.into()))
}

/// Looks at the items of a list.
fn each_item(items: List<'_>, look: &mut Look<'_>) -> Result<Done, ExpressionError> {
    let mut changed: Option<Vec<Value>> = None;
    for (at, item) in items.iter().enumerate() {
        let new = match look(item)? {
            Done::Same => changed.is_some().then(|| item.to_value()),
            done => {
                changed.get_or_insert_with(|| items.iter().take(at).map(Value::from).collect());
                if let Done::Changed(new) = done { Some(new) } else { None }
            }
        };
        if let Some(changed) = &mut changed {
            changed.extend(new);
        }
    }
    Ok(changed.map_or(Done::Same, |changed| Done::Changed(changed.into())))
}

/// The same for the members of a map. Their names are read when one of them changes.
fn each_member(members: Object<'_>, look: &mut Look<'_>) -> Result<Done, ExpressionError> {
    for (at, member) in members.values().enumerate() {
        match look(member)? {
            Done::Same => {}
            done => return others(members, at, done, look),
        }
    }
    Ok(Done::Same)
}

/// Goes on after the first member that has changed.
fn others(members: Object<'_>, first: usize, done: Done, look: &mut Look<'_>) -> Result<Done, ExpressionError> {
    let mut changed = copied(members.iter().take(first));
    let mut put = |name: &str, member: ValueRef<'_>, done: Done| match done {
        Done::Same => drop(changed.insert(name.into(), member.to_value())),
        Done::Changed(new) => drop(changed.insert(name.into(), new)),
        Done::Gone => {}
    };
    let mut rest = members.iter().skip(first);
    if let Some((name, member)) = rest.next() {
        put(name, member, done);
    }
    for (name, member) in rest {
        put(name, member, look(member)?);
    }
    Ok(Done::Changed(changed.into()))
}

fn copied<'v>(members: impl Iterator<Item = (&'v str, ValueRef<'v>)>) -> Members {
    members.map(|(name, member)| (name.into(), member.to_value())).collect()
}

/// The steps of a path. `$` and `$$` at its start are what it is applied to.
fn collect(
    node: &AstNode,
    text: &str,
    resolve: &mut Resolver<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), ExpressionError> {
    match node {
        AstNode::Name(name) | AstNode::String(name) => steps.push(Step::Member(name.as_str().into())),
        AstNode::Wildcard => steps.push(Step::Any),
        AstNode::Descendant => steps.push(Step::Descendants),
        AstNode::Variable(name) if (name.is_empty() || name == "$") && steps.is_empty() => {}
        AstNode::ParentVariable(name) if name.is_empty() && steps.is_empty() => {}
        AstNode::Path { steps: path } => {
            for PathStep { node, stages, focus, index_var, ancestor_label, .. } in path {
                collect(node, text, resolve, steps)?;
                if focus.is_some() || index_var.is_some() || ancestor_label.is_some() {
                    return Err(no_path(text));
                }
                for stage in stages {
                    steps.push(filter(stage, text, resolve)?);
                }
            }
        }
        _ => return Err(no_path(text)),
    }
    Ok(())
}

fn filter(stage: &Stage, text: &str, resolve: &mut Resolver<'_>) -> Result<Step, ExpressionError> {
    let Stage::Filter(filter) = stage else { return Err(no_path(text)) };
    let whole = |number: f64| Step::Index(number.floor() as i64);
    match &**filter {
        AstNode::Number(number) => Ok(whole(*number)),
        AstNode::Unary { op: UnaryOp::Negate, operand } => match &**operand {
            AstNode::Number(number) => Ok(whole(-number)),
            _ => Err(no_path(text)),
        },
        other => Ok(Step::Filter(Box::new(Jsonata::of(text, other.clone(), true, resolve)?))),
    }
}

fn no_path(text: &str) -> ExpressionError {
    let message =
        "this is not a path of names, `*`, `**`, numbers and filters, as in `$.orders[status = 'open'].**.card`";
    ExpressionError::new(message, 0..text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::test_scope::{request, resolve};

    fn hide(text: &str, json: &str) -> String {
        let Places::Path(path) = Places::compile(text, &mut resolve).unwrap() else { panic!("{text}") };
        let mut value = Value::parse_json(json.as_bytes()).unwrap();
        path.edit(&mut value, &request(), &mut |_, _| Ok(Edit::Replace("*".into()))).unwrap();
        value.to_text().into_owned()
    }

    #[test]
    fn every_kind_of_step_leads_to_its_places() {
        let json = r#"{"a":[{"b":1,"c":{"b":2}},{"b":3}],"b":4,"x y":5}"#;
        for (path, expected) in [
            ("$.b", r#"{"a":[{"b":1,"c":{"b":2}},{"b":3}],"b":"*","x y":5}"#),
            ("b", r#"{"a":[{"b":1,"c":{"b":2}},{"b":3}],"b":"*","x y":5}"#),
            ("a.b", r#"{"a":[{"b":"*","c":{"b":2}},{"b":"*"}],"b":4,"x y":5}"#),
            ("$.**.b", r#"{"a":[{"b":"*","c":{"b":"*"}},{"b":"*"}],"b":"*","x y":5}"#),
            ("$$.a.**.b", r#"{"a":[{"b":"*","c":{"b":"*"}},{"b":"*"}],"b":4,"x y":5}"#),
            ("**.c.*", r#"{"a":[{"b":1,"c":{"b":"*"}},{"b":3}],"b":4,"x y":5}"#),
            ("a[0].b", r#"{"a":[{"b":"*","c":{"b":2}},{"b":3}],"b":4,"x y":5}"#),
            ("a[-1].b", r#"{"a":[{"b":1,"c":{"b":2}},{"b":"*"}],"b":4,"x y":5}"#),
            ("a[b > 2].b", r#"{"a":[{"b":1,"c":{"b":2}},{"b":"*"}],"b":4,"x y":5}"#),
            ("a[$exists(c)]", r#"{"a":["*",{"b":3}],"b":4,"x y":5}"#),
            ("`x y`", r#"{"a":[{"b":1,"c":{"b":2}},{"b":3}],"b":4,"x y":"*"}"#),
            ("none.b", r#"{"a":[{"b":1,"c":{"b":2}},{"b":3}],"b":4,"x y":5}"#),
        ] {
            assert_eq!(hide(path, json), expected, "{path}");
        }
    }

    #[test]
    fn places_are_edited_once_and_can_go() {
        let Places::Path(path) = Places::compile("**.a", &mut resolve).unwrap() else { panic!() };
        let mut value = Value::parse_json(br#"{"l":[{"a":1},{"a":[1,2]}],"a":3}"#).unwrap();
        let mut seen = 0;
        path.edit(&mut value, &request(), &mut |_, _| {
            seen += 1;
            Ok(Edit::Remove)
        })
        .unwrap();
        assert_eq!((seen, value.to_text().as_ref()), (3, r#"{"l":[{},{}]}"#));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["a + 1", "$sum(a)", "a.$string()", "a^(b)", "a@$b.c", "", "$xpath($)", "$xpath($, '//a[]')"] {
            assert!(Places::compile(text, &mut resolve).is_err(), "{text}");
        }
        let found = Places::compile("$xpath(message.body, '//a')", &mut resolve).unwrap();
        assert!(matches!(found, Places::XPath(path, _) if path.len() == 2));
    }
}
