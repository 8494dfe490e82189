//! Text with `$(…)` in it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::{Reference, Scope};
use crate::value::Value;

/// Says what a name stands for at load; the error is one sentence for the author.
pub type Resolver<'r> = dyn FnMut(&str) -> Result<Resolved, String> + 'r;

/// The usual size of a part of a mixed template, in bytes.
const USUAL: usize = 16;

/// Bytes of scratch that a thread keeps.
const SCRATCH: usize = 16 * 1024;

thread_local! {
    /// A buffer for the texts of templates: the length of a text is known only at its end, and a value has no spare room.
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A compiled text.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// Nothing to replace, or only constants.
    Constant(Value),
    /// Exactly one reference: the value keeps its type.
    Reference(Reference),
    /// Text and references: the result is text.
    Mixed(Box<[Part]>),
}

/// A piece of a mixed template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Text(Arc<str>),
    Reference(Reference),
}

/// A mistake in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// One sentence for the author.
    pub message: String,
    /// The place in the text, in bytes.
    pub at: Range<usize>,
}

/// The meaning of a name at load.
pub enum Resolved {
    Constant(Value),
    Variable(Reference),
}

/// Says what a name at a place of the text stands for.
pub type Resolve<'r> = dyn FnMut(&str, Range<usize>) -> Result<Resolved, String> + 'r;

impl Template {
    /// Reads a text. `resolve` says what a name stands for; it also hears where in the text the reference is.
    pub fn parse(text: &str, resolve: &mut Resolve<'_>) -> Result<Self, TemplateError> {
        let mut parts: Vec<Part> = Vec::new();
        let mut whole_constant = None;
        let mut offset = 0;
        while let Some(at) = text[offset..].find("$(").map(|at| at + offset) {
            let Some(end) = closing(&text[at + 2..]).map(|end| end + at + 2) else {
                return Err(TemplateError { message: "`$(` has no closing `)`".to_owned(), at: at..at + 2 });
            };
            push_text(&mut parts, &text[offset..at]);
            let place = at..end + 1;
            match resolve(&text[at + 2..end], place.clone()).map_err(|message| TemplateError { message, at: place })? {
                Resolved::Variable(reference) => parts.push(Part::Reference(reference)),
                Resolved::Constant(value) if at == 0 && end + 1 == text.len() => whole_constant = Some(value),
                Resolved::Constant(value) => push_text(&mut parts, &value.to_text()),
            }
            offset = end + 1;
        }
        push_text(&mut parts, &text[offset..]);
        if let Some(value) = whole_constant {
            return Ok(Template::Constant(value));
        }
        Ok(match parts.as_mut_slice() {
            [] => Template::Constant("".into()),
            [Part::Text(text)] => Template::Constant(Value::from(&**text)),
            [Part::Reference(reference)] => Template::Reference(reference.clone()),
            _ => Template::Mixed(parts.into()),
        })
    }

    /// The value; one reference keeps its type.
    pub fn value(&self, scope: &dyn Scope) -> Value {
        match self {
            Template::Constant(value) => value.clone(),
            Template::Reference(reference) => scope.get(reference),
            Template::Mixed(parts) => with_scratch(|text| {
                write(parts, scope, text);
                Value::from(text.as_str())
            }),
        }
    }

    /// The text.
    pub fn text(&self, scope: &dyn Scope) -> Cow<'_, str> {
        match self {
            Template::Constant(value) => value.to_text(),
            Template::Reference(reference) => Cow::Owned(scope.text(reference)),
            Template::Mixed(parts) => {
                let mut text = String::with_capacity(parts.len() * USUAL);
                write(parts, scope, &mut text);
                Cow::Owned(text)
            }
        }
    }

    /// The text where run time adds nothing.
    pub fn constant(&self) -> Option<Cow<'_, str>> {
        match self {
            Template::Constant(value) => Some(value.to_text()),
            _ => None,
        }
    }

    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Template::Constant(_) => Vec::new(),
            Template::Reference(reference) => vec![reference],
            Template::Mixed(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Reference(reference) => Some(reference),
                    Part::Text(_) => None,
                })
                .collect(),
        }
    }
}

/// Neighbouring texts are one text.
fn push_text(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Part::Text(before)) = parts.last_mut() {
        *before = format!("{before}{text}").into();
    } else {
        parts.push(Part::Text(text.into()));
    }
}

/// Appends the text of a mixed template.
fn write(parts: &[Part], scope: &dyn Scope, text: &mut String) {
    for part in parts {
        match part {
            Part::Text(constant) => text.push_str(constant),
            Part::Reference(reference) => match scope.borrowed(reference) {
                Some(lent) => text.push_str(lent),
                None => text.push_str(&scope.text(reference)),
            },
        }
    }
}

/// Lends the thread's scratch, or a new text where it is lent already.
fn with_scratch<T>(make: impl FnOnce(&mut String) -> T) -> T {
    TEXT.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut text) => {
            let made = make(&mut text);
            text.clear();
            text.shrink_to(SCRATCH);
            made
        }
        Err(_) => make(&mut String::new()),
    })
}

/// The `)` that closes a reference; one inside quotes does not count.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, ')') => return Some(at),
            (None, '\n') => return None,
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::{Root, parse_path};

    fn parse(text: &str) -> Result<Template, TemplateError> {
        Template::parse(text, &mut |name, _| match name {
            "host" => Ok(Resolved::Constant("http://h".into())),
            "seven" => Ok(Resolved::Constant(7.into())),
            name => parse_path(name).map(Resolved::Variable),
        })
    }

    #[test]
    fn constants_fold() {
        assert_eq!(parse("$(host)/a$(seven)").unwrap(), Template::Constant("http://h/a7".into()));
        assert_eq!(parse("$(seven)").unwrap(), Template::Constant(7.into()));
        assert_eq!(parse("").unwrap(), Template::Constant("".into()));
    }

    #[test]
    fn one_reference_keeps_its_type_and_text_around_it_makes_text() {
        assert!(matches!(parse("$(order.id)").unwrap(), Template::Reference(Reference { root: Root::Named(_), .. })));
        assert!(matches!(parse("no $(order.id)").unwrap(), Template::Mixed(parts) if parts.len() == 2));
    }

    #[test]
    fn mistakes_have_their_place() {
        assert_eq!(parse("ab $(x").unwrap_err().at, 3..5);
        assert_eq!(parse("$()").unwrap_err().at, 0..3);
    }

    #[test]
    fn a_parenthesis_inside_quotes_does_not_close() {
        assert!(matches!(parse("$(a['x)'])").unwrap(), Template::Reference(reference) if &*reference.path[0] == "x)"));
    }
}
