//! Methods of texts. Numbers of characters are those of Java: UTF-16 units.

use std::sync::Arc;

use regex::Regex;

use crate::vtl::error::RenderError;
use crate::vtl::heap::Origin;
use crate::vtl::item::Item;
use crate::vtl::java;
use crate::vtl::render::Renderer;

/// Different patterns that are kept compiled.
const MOST_PATTERNS: usize = 64;

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn text_method(&mut self, text: &Arc<str>, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        self.budget.spend_bytes(text.len())?;
        match (name, arguments) {
            ("length" | "size", []) => Ok(Item::count(units(text))),
            ("isEmpty", []) => Ok(Item::Bool(text.is_empty())),
            ("toLowerCase", []) => self.made_text(text.to_lowercase()),
            ("toUpperCase", []) => self.made_text(text.to_uppercase()),
            ("trim", []) => self.made_text(text.trim_matches(|one: char| one <= ' ').to_owned()),
            ("hashCode", []) => Ok(Item::Integer(i64::from(hash(text)))),
            ("charAt", [index]) => match index.index() {
                Some(index) => self.part(text, index, Some(index + 1)),
                None => Ok(Item::Null),
            },
            ("substring", [first, rest @ ..]) => match (first.index(), rest) {
                (Some(first), []) => self.part(text, first, None),
                (Some(first), [end]) if end.index().is_some() => self.part(text, first, end.index()),
                _ => Ok(Item::Null),
            },
            ("parseInt" | "parseLong" | "parseDouble" | "parseBoolean", _) => Ok(Item::Null),
            ("valueOf", [other]) => {
                let text = self.text(other)?;
                self.made_text(text)
            }
            (_, [Item::Null, ..]) => Ok(Item::Null),
            (_, [argument, rest @ ..]) => {
                let argument = self.text(argument)?;
                self.with_text(text, name, &argument, rest)
            }
            _ => Ok(Item::Null),
        }
    }

    fn with_text(&mut self, text: &str, name: &str, argument: &str, rest: &[Item]) -> Result<Item, RenderError> {
        Ok(match (name, rest) {
            ("contains", []) => Item::Bool(text.contains(argument)),
            ("startsWith", []) => Item::Bool(text.starts_with(argument)),
            ("endsWith", []) => Item::Bool(text.ends_with(argument)),
            ("equalsIgnoreCase", []) => Item::Bool(text.to_lowercase() == argument.to_lowercase()),
            ("compareTo", []) => {
                let order = text.encode_utf16().cmp(argument.encode_utf16());
                Item::Integer(order as i64)
            }
            ("concat", []) => return self.made_text(format!("{text}{argument}")),
            ("indexOf", []) => place(text, text.find(argument)),
            ("indexOf", [from]) => {
                let start = byte(text, from.index().unwrap_or_default()).unwrap_or(text.len());
                place(text, text[start..].find(argument).map(|at| at + start))
            }
            ("lastIndexOf", []) => place(text, text.rfind(argument)),
            ("replace", [by]) => {
                let by = self.text(by)?;
                let grown = text.matches(argument).count().saturating_mul(by.len());
                self.budget.hold(grown.saturating_add(text.len()))?;
                return self.made_text(text.replace(argument, &by));
            }
            ("replaceAll" | "replaceFirst", [by]) => {
                let by = self.text(by)?;
                return self.replaced(text, argument, &by, name == "replaceFirst");
            }
            ("matches", []) => {
                let pattern = self.pattern(&format!("^(?:{argument})$"))?;
                pattern.map_or(Item::Null, |pattern| Item::Bool(pattern.is_match(text)))
            }
            ("split", rest) => {
                let limit = rest.first().and_then(Item::index).unwrap_or_default();
                return self.split(text, argument, limit);
            }
            _ => Item::Null,
        })
    }

    /// A pattern; `None` where it cannot be used.
    fn pattern(&mut self, text: &str) -> Result<Option<Regex>, RenderError> {
        if let Some(pattern) = self.patterns.get(text) {
            return Ok(pattern.clone());
        }
        if self.patterns.len() == MOST_PATTERNS {
            return Err(RenderError::new("the template makes too many patterns"));
        }
        self.budget.spend(200 + 10 * text.len())?;
        let pattern = java::pattern(text).ok();
        self.patterns.insert(text.into(), pattern.clone());
        Ok(pattern)
    }

    fn replaced(&mut self, text: &str, pattern: &str, by: &str, only_first: bool) -> Result<Item, RenderError> {
        let Some(pattern) = self.pattern(pattern)? else { return Ok(Item::Null) };
        let mut out = String::new();
        let mut at = 0;
        for captures in pattern.captures_iter(text).take(if only_first { 1 } else { usize::MAX }) {
            let Some(whole) = captures.get(0) else { continue };
            self.budget.hold(by.len() + whole.start() - at)?;
            out.push_str(&text[at..whole.start()]);
            if java::replacement(by, &captures, &mut out, self.limits.output).is_none() {
                return Ok(Item::Null);
            }
            if out.len() > self.limits.output {
                return Err(RenderError::new("a text of the template is too large"));
            }
            at = whole.end();
        }
        out.push_str(&text[at..]);
        self.made_text(out)
    }

    /// The parts between matches. Without a limit Java drops empty ones at the end.
    fn split(&mut self, text: &str, pattern: &str, limit: usize) -> Result<Item, RenderError> {
        let Some(pattern) = self.pattern(pattern)? else { return Ok(Item::Null) };
        let mut parts: Vec<Item> = Vec::new();
        let mut at = 0;
        for found in pattern.find_iter(text) {
            if limit > 0 && parts.len() + 1 == limit {
                break;
            }
            // A match of nothing at the start gives no part.
            if found.end() == 0 || (found.is_empty() && found.start() == text.len()) {
                continue;
            }
            self.budget.hold(size_of::<Item>() + found.start() - at)?;
            parts.push(Item::text(&text[at..found.start()]));
            at = found.end();
        }
        parts.push(Item::text(&text[at..]));
        let is_empty = |item: &Item| matches!(item, Item::Text(text) if text.is_empty());
        while limit == 0 && parts.len() > 1 && parts.last().is_some_and(is_empty) {
            parts.pop();
        }
        self.heap.list(parts, Origin::Template, &mut self.budget)
    }

    fn part(&mut self, text: &str, first: usize, end: Option<usize>) -> Result<Item, RenderError> {
        let end = end.map_or(Some(text.len()), |end| byte(text, end));
        match (byte(text, first), end) {
            (Some(first), Some(end)) if first <= end => self.made_text(text[first..end].to_owned()),
            _ => Ok(Item::Null),
        }
    }
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The byte at a number of UTF-16 units; `None` where the text is shorter, or inside of a character.
fn byte(text: &str, units: usize) -> Option<usize> {
    let mut left = units;
    for (at, one) in text.char_indices() {
        if left == 0 {
            return Some(at);
        }
        left = left.checked_sub(one.len_utf16())?;
    }
    (left == 0).then_some(text.len())
}

fn place(text: &str, byte: Option<usize>) -> Item {
    byte.map_or(Item::Integer(-1), |byte| Item::count(units(&text[..byte])))
}

/// Java's hash of a text.
fn hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}
