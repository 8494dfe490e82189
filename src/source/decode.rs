//! A subtree to a configuration type: spellings, JSON Schema, serde; every finding at the place of its key or value.

use std::sync::OnceLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schema_messages::{allowed, expectation, has_form, known_properties, property_name, wants_list};
use super::{Content, Entry, Key, Node, Scalar, Style};
use crate::base::{Diagnostic, Findings, Reported, codes, did_you_mean, nearest, write_instead};
use crate::json_schema::{Budget, Draft, Kind, Meter, Options, Problem, Schema};

/// Steps that a subtree may take, which the author wrote: seconds.
const STEPS: u64 = 100_000_000;

/// Other ways in which documents write the properties of one type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spellings {
    /// Spelling and canonical name.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether `snake_case` and `camelCase` stand for `kebab-case`, as IBM's lambda documents need.
    pub any_case: bool,
    /// Properties that are known and will come. They are refused with that sentence, except where they say what happens
    /// anyway.
    pub unbuilt: &'static [Unbuilt],
}

/// A property that is known and not built: its name, and the values that ask for nothing; `*` stands for all.
pub type Unbuilt = (&'static str, &'static [&'static str]);

/// The JSON Schema of a type, ready to check subtrees with.
pub struct Shape {
    /// Its name in findings: `lambda`, `the settings`.
    name: &'static str,
    schema: Value,
    /// Made where the first subtree is read. `None` inside where the schema is no good, which tests would have said.
    compiled: OnceLock<Option<Schema>>,
    spellings: Spellings,
    /// Properties that are read elsewhere, and are not in the schema.
    others: &'static [&'static str],
}

impl Shape {
    /// The shape of `T`.
    pub fn of<T: JsonSchema>(name: &'static str, spellings: Spellings) -> Self {
        let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
        Shape { name, schema, compiled: OnceLock::new(), spellings, others: &[] }
    }

    /// Knows these properties too, which are read before it.
    pub fn with_others(self, others: &'static [&'static str]) -> Self {
        Shape { others, ..self }
    }

    /// The other ways to write its properties.
    pub fn spellings(&self) -> Spellings {
        self.spellings
    }

    /// The schema with what findings add to it.
    pub fn annotated(&self) -> &Value {
        &self.schema
    }

    /// The canonical property names.
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|map| map.keys().map(String::as_str))
    }

    /// Reads `node`.
    pub fn decode<T: DeserializeOwned>(&self, node: &Node, findings: &mut Findings) -> Result<T, Reported> {
        // Counted by themselves: a finding that is known already, as the same text is read again, is one all the same.
        let mut own = Findings::default();
        let clean = own.mark();
        let node = &self.rename(node, &mut own);
        let json = to_json(node, &self.schema);
        self.check(&json, node, &mut own);
        findings.extend(own.iter().cloned());
        own.errors_since(clean)?;
        match serde_json::from_value(json) {
            Ok(config) => Ok(config),
            Err(error) => {
                // The schema let through what serde refuses: the words are serde's, the place is the whole.
                let message = format!("{} cannot be read: {error}", self.name);
                Err(findings.push(Diagnostic::error(codes::BAD_VALUE, node.span, message)))
            }
        }
    }

    /// The node with its top-level keys in canonical spelling. Its mistakes are not reported.
    pub(super) fn renamed(&self, node: &Node) -> Node {
        self.rename(node, &mut Findings::default())
    }

    /// The places at which the node does not fit, each with the kind of problem.
    pub(super) fn problems(&self, node: &Node) -> Vec<(String, Kind<'_>)> {
        let Some(schema) = self.compiled() else { return Vec::new() };
        let json = to_json(node, &self.schema);
        let found = schema.check(&json, &mut Meter::new(Budget::steps(STEPS)), usize::MAX).unwrap_or_default();
        found.into_iter().map(|problem| (problem.at, problem.kind)).collect()
    }

    fn compiled(&self) -> Option<&Schema> {
        let options = Options { draft: Draft::Draft7, discriminator: false, is_own: true, find: None };
        self.compiled.get_or_init(|| Schema::compile(&self.schema, &options).ok()).as_ref()
    }

    /// Reports what is wrong.
    fn check(&self, json: &Value, node: &Node, findings: &mut Findings) {
        let Some(schema) = self.compiled() else { return };
        match schema.check(json, &mut Meter::new(Budget::steps(STEPS)), usize::MAX) {
            Ok(problems) => problems.iter().for_each(|problem| self.report(problem, node, findings)),
            Err(cost) => {
                let message = format!("{} {cost}", self.name);
                findings.push(Diagnostic::error(codes::BAD_VALUE, node.span, message));
            }
        }
    }

    /// The node with its top-level keys in canonical spelling.
    pub fn rename(&self, node: &Node, findings: &mut Findings) -> Node {
        let Content::Mapping(entries) = &node.content else { return node.clone() };
        let mut renamed: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries.iter().filter(|entry| !self.asks_for_nothing(entry)) {
            let name = self.canonical(&entry.key.text);
            let key = Key { text: name.into(), span: entry.key.span };
            if let Some(first) = renamed.iter().find(|known| known.key.text == key.text) {
                // The same key twice has been reported by the reader.
                let first_text = entries.iter().find(|one| one.key.span == first.key.span).map(|one| &one.key.text);
                if first_text != Some(&entry.key.text) {
                    let message = format!("`{}` and `{}` are the same property", entry.key.text, first.key.text);
                    findings.push(
                        Diagnostic::error(codes::TWO_SPELLINGS, entry.key.span, message)
                            .label(first.key.span, "already set here")
                            .help(format!("remove one of the two; `{}` is the canonical spelling", key.text)),
                    );
                }
                continue;
            }
            renamed.push(Entry { key, value: entry.value.clone() });
        }
        Node { span: node.span, content: Content::Mapping(renamed.into()) }
    }

    /// Editors write every property, most of them with the value that changes nothing.
    fn asks_for_nothing(&self, entry: &Entry) -> bool {
        let known = self.unbuilt(&entry.key.text);
        known.is_some_and(|(_, values)| match entry.value.text() {
            Some(text) => values.iter().any(|value| *value == "*" || value.eq_ignore_ascii_case(text)),
            None => entry.value.is_null(),
        })
    }

    fn unbuilt(&self, key: &str) -> Option<&Unbuilt> {
        let key = kebab_case(key);
        self.spellings.unbuilt.iter().find(|(name, _)| *name == key)
    }

    fn canonical<'a>(&self, key: &'a str) -> std::borrow::Cow<'a, str> {
        if let Some((_, name)) = self.spellings.aliases.iter().find(|(alias, _)| *alias == key) {
            return (*name).into();
        }
        let kebab = kebab_case(key);
        if self.spellings.any_case && self.properties().any(|name| name == kebab) {
            return kebab.into();
        }
        key.into()
    }

    fn report(&self, problem: &Problem<'_>, root: &Node, findings: &mut Findings) {
        let pointer = problem.at.as_str();
        let node = root.pointer(pointer).unwrap_or(root);
        let name = property_name(pointer).unwrap_or_else(|| self.name.to_owned());
        match &problem.kind {
            Kind::Additional(unexpected) => {
                let mut known = known_properties(&self.schema, problem.schema);
                if pointer.is_empty() {
                    known.extend(self.others.iter().map(|name| (*name).to_owned()));
                }
                for key in unexpected {
                    let span = node.entry(key).map_or(node.span, |entry| entry.key.span);
                    findings.push(self.unknown(key, &name, &known, span));
                }
            }
            // A map that has no properties at all.
            Kind::Never if node.is_mapping() => {
                for entry in node.entries() {
                    findings.push(self.unknown(&entry.key.text, &name, &[], entry.key.span));
                }
            }
            Kind::Required(property) => {
                // A mistyped name is one mistake, and is told as such.
                let known = known_properties(&self.schema, problem.schema);
                let mistyped =
                    |key: &str| !known.iter().any(|name| name == key) && !nearest(key, [*property]).is_empty();
                if node.entries().iter().any(|entry| mistyped(&entry.key.text)) {
                    return;
                }
                let message = format!("`{name}` needs the property `{property}`");
                let span = if pointer.is_empty() { root.span } else { node.span };
                findings.push(Diagnostic::error(codes::MISSING_PROPERTY, first_line(span, node), message));
            }
            _ => drop(findings.push(self.wrong_value(problem, &name, node))),
        }
    }

    /// A value that the schema does not allow. It is quoted where it is a short text in the place of another one.
    fn wrong_value(&self, problem: &Problem<'_>, name: &str, node: &Node) -> Diagnostic {
        let expected = expectation(problem, &self.schema);
        let quoted = quotable(node).filter(|_| has_form(problem, &self.schema));
        let found = quoted.map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"));
        let message = format!("`{name}` is {found}, expected {expected}");
        let finding = Diagnostic::error(codes::WRONG_TYPE, node.span, message);
        let allowed = allowed(problem, &self.schema);
        let near = quoted.map(|text| nearest(text, allowed.iter().map(String::as_str))).unwrap_or_default();
        match (near.as_slice(), quotable(node)) {
            ([], Some(text)) if wants_list(problem, &self.schema) => finding.help(write_instead(format!("[{text}]"))),
            ([], _) => finding,
            (near, _) => finding.help(did_you_mean(near)),
        }
    }

    fn unknown(&self, key: &str, owner: &str, known: &[String], span: crate::base::Span) -> Diagnostic {
        if self.unbuilt(key).is_some() {
            let message = format!("the property `{key}` of `{owner}` is known but not built yet");
            return Diagnostic::error(codes::UNBUILT_PROPERTY, span, message);
        }
        let near = nearest(key, known.iter().map(String::as_str));
        let finding = Diagnostic::error(codes::UNKNOWN_PROPERTY, span, format!("`{owner}` has no property `{key}`"));
        if known.is_empty() {
            finding.help("it has none")
        } else if near.is_empty() {
            finding
                .help(format!("it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
        } else {
            finding.help(did_you_mean(&near))
        }
    }
}

/// A short text of the document itself, which a finding may show.
fn quotable(node: &Node) -> Option<&str> {
    let Content::Scalar(scalar) = &node.content else { return None };
    let text = node.text()?;
    let is_plain = !text.is_empty() && text.len() <= 40 && !text.chars().any(char::is_control);
    (is_plain && !scalar.masked).then_some(text)
}

/// A map that starts on its first key would underline everything: the first key is place enough.
fn first_line(span: crate::base::Span, node: &Node) -> crate::base::Span {
    node.entries().first().map_or(span, |entry| entry.key.span)
}

/// `aws_assumeRoleARN` -> `aws-assume-role-arn`.
pub fn kebab_case(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut lower_before = false;
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            if lower_before {
                out.push('-');
            }
            out.push(letter.to_ascii_lowercase());
        } else {
            out.push(if letter == '_' { '-' } else { letter });
        }
        lower_before = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    out
}

/// The node as JSON, where the schema helps with scalars: where text is wanted, `3` is the text it was written as; where a
/// number is wanted, `"3"` is a number. Documents in the wild have both.
fn to_json(node: &Node, schema: &Value) -> Value {
    match &node.content {
        Content::Scalar(scalar) => scalar_json(scalar, schema),
        Content::Sequence(items) => {
            let items_schema = schema.get("items").unwrap_or(&Value::Null);
            items.iter().map(|item| to_json(item, items_schema)).collect()
        }
        Content::Mapping(entries) => {
            let property = |key: &str| {
                let named = schema.get("properties").and_then(|map| map.get(key));
                named.or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null)
            };
            let members = entries.iter().map(|entry| {
                let key = entry.key.text.to_string();
                let value = to_json(&entry.value, property(&key));
                (key, value)
            });
            Value::Object(members.collect())
        }
    }
}

fn scalar_json(scalar: &Scalar, schema: &Value) -> Value {
    let wants = |name: &str| match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(many)) => many.iter().any(|one| one == name),
        _ => false,
    };
    let json = scalar.to_json();
    match &json {
        Value::Number(_) if wants("string") && !wants("number") && !wants("integer") => {
            Value::String(scalar.text.to_string())
        }
        Value::Bool(_) if wants("string") && !wants("boolean") => Value::String(scalar.text.to_string()),
        Value::String(text) if !wants("string") && (wants("number") || wants("integer") || wants("boolean")) => {
            let plain = Scalar { text: text.as_str().into(), style: Style::Plain, masked: scalar.masked, origin: None };
            plain.to_json()
        }
        _ => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::source::parse;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Config {
        function: String,
        #[serde(default)]
        timeout: Option<u32>,
        #[serde(default)]
        verify_host: bool,
    }

    const SPELLINGS: Spellings =
        Spellings { aliases: &[("function_name", "function")], any_case: true, unbuilt: &[("cache", &["false"])] };

    fn decode(text: &str) -> (Option<Config>, Vec<String>) {
        let mut sources = Sources::default();
        let id = sources.add("t.yaml", text);
        let mut findings = Findings::default();
        let node = parse(id, text, &mut findings).unwrap();
        let config = Shape::of::<Config>("lambda", SPELLINGS).decode(&node, &mut findings);
        let lines = findings.iter().map(|finding| crate::base::render_short(finding, &sources)).collect();
        (config.ok(), lines)
    }

    #[test]
    fn spellings_and_scalar_forms_are_accepted() {
        let (config, findings) = decode("function_name: 42\ntimeout: \"30\"\nverifyHost: true\n");
        assert_eq!(findings, [""; 0]);
        assert_eq!(config, Some(Config { function: "42".to_owned(), timeout: Some(30), verify_host: true }));
    }

    #[test]
    fn every_mistake_is_found_at_its_place() {
        let (config, findings) = decode("function: []\ntimout: 3\ncache: {}\nverify-host: maybe\n");
        assert!(config.is_none());
        assert_eq!(
            findings,
            [
                "t.yaml:1:11: error G0304 `function` is a list, expected text",
                "t.yaml:4:14: error G0304 `verify-host` is text, expected `true` or `false`",
                "t.yaml:2:1: error G0303 `lambda` has no property `timout`; did you mean `timeout`?",
                "t.yaml:3:1: error G0307 the property `cache` of `lambda` is known but not built yet",
            ]
        );
    }

    #[test]
    fn an_unbuilt_property_that_asks_for_nothing_is_accepted() {
        assert!(decode("function: a\ncache: false\n").0.is_some());
    }

    #[test]
    fn a_missing_property_and_two_spellings() {
        assert_eq!(decode("timeout: 3\n").1, ["t.yaml:1:1: error G0305 `lambda` needs the property `function`"]);
        let (_, findings) = decode("function: a\nfunction_name: b\n");
        assert!(findings[0].starts_with("t.yaml:2:1: error G0306"), "{findings:?}");
    }
}
