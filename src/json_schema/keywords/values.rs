//! Keywords about a value itself: its type, the values it may have, numbers and texts.

use serde_json::Value;

use super::source::Source;
use crate::json_schema::compile::{Bad, Compiler};
use crate::json_schema::draft::Draft;
use crate::json_schema::format::Format;
use crate::json_schema::node::{Content, Limit, Rule, Types};
use crate::json_schema::number::{Decimal, Number};
use crate::json_schema::pattern::Pattern;

impl Compiler<'_> {
    pub(super) fn values(&self, source: &Source<'_>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        if let Some(value) = source.get("type") {
            rules.push(Rule::Type(types(source, value)?));
        }
        if let Some(value) = source.since(Draft::Draft6, "const") {
            rules.push(Rule::Const(value.clone()));
        }
        if let Some(value) = source.get("enum") {
            source.list("enum")?;
            rules.push(Rule::Enum(value.clone()));
        }
        if source.has_more_than_type() {
            self.numbers_and_texts(source, rules)?;
        }
        Ok(())
    }

    fn numbers_and_texts(&self, source: &Source<'_>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
        numbers(source, rules)?;
        rules.extend(source.count("minLength")?.map(Rule::MinLength));
        rules.extend(source.count("maxLength")?.map(Rule::MaxLength));
        if let Some(text) = source.text("pattern")? {
            rules.push(Rule::Pattern(Box::new(self.pattern(source, "pattern", text)?)));
        }
        rules.extend(source.text("format")?.and_then(|name| Format::named(name, source.draft)).map(Rule::Format));
        rules.extend(content(source));
        Ok(())
    }

    pub(super) fn pattern(&self, source: &Source<'_>, keyword: &str, text: &str) -> Result<Pattern, Bad> {
        if self.options.is_own {
            return Ok(Pattern::later(text));
        }
        Pattern::compile(text).ok_or_else(|| Bad {
            pointer: source.place(keyword),
            message: format!("`{text}` is no regular expression that can be used"),
        })
    }
}

fn types(source: &Source<'_>, value: &Value) -> Result<Types, Bad> {
    let names = match value {
        Value::String(_) => std::slice::from_ref(value),
        Value::Array(names) => names,
        _ => return Err(source.bad("type", "the name of a type, or a list of them")),
    };
    names.iter().try_fold(Types::none(source.draft), |types, name| {
        let added = name.as_str().and_then(|name| types.with(name));
        added.ok_or_else(|| source.bad("type", "`array`, `boolean`, `integer`, `null`, `number`, `object` or `string`"))
    })
}

fn numbers(source: &Source<'_>, rules: &mut Vec<Rule>) -> Result<(), Bad> {
    let number = |keyword: &str| match source.get(keyword) {
        None => Ok(None),
        Some(Value::Number(number)) => Ok(Some((Number::from(number), number.to_string()))),
        Some(_) => Err(source.bad(keyword, "a number")),
    };
    type Make = fn(Limit) -> Rule;
    for (keyword, exclusive, make) in
        [("minimum", "exclusiveMinimum", Rule::Minimum as Make), ("maximum", "exclusiveMaximum", Rule::Maximum as Make)]
    {
        let limit = |number: (Number, String), exclusive| Limit { number: number.0, shown: number.1.into(), exclusive };
        if source.draft > Draft::Draft4 {
            rules.extend(number(keyword)?.map(|number| make(limit(number, false))));
            rules.extend(number(exclusive)?.map(|number| make(limit(number, true))));
            continue;
        }
        let exclusive = match source.get(exclusive) {
            None => false,
            Some(Value::Bool(exclusive)) => *exclusive,
            Some(_) => return Err(source.bad(exclusive, "`true` or `false`")),
        };
        rules.extend(number(keyword)?.map(|number| make(limit(number, exclusive))));
    }
    if let Some((divisor, shown)) = number("multipleOf")? {
        let divisor = Decimal::divisor(divisor).ok_or_else(|| source.bad("multipleOf", "a number greater than 0"))?;
        rules.push(Rule::MultipleOf(divisor, shown.into()));
    }
    Ok(())
}

/// The content of a text: only drafts 6 and 7 let it be checked.
fn content(source: &Source<'_>) -> Option<Rule> {
    if !matches!(source.draft, Draft::Draft6 | Draft::Draft7) {
        return None;
    }
    let known = |keyword: &str, name: &str| {
        source.get(keyword).and_then(Value::as_str).filter(|value| *value == name).map(Box::from)
    };
    let content =
        Content { encoding: known("contentEncoding", "base64"), media: known("contentMediaType", "application/json") };
    (content.encoding.is_some() || content.media.is_some()).then_some(Rule::Content(content))
}
