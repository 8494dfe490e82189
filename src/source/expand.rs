//! `${NAME}`, `${NAME:-default}` and `${file:/path}`, in the settings and in the policy fields of an `x-assembly`.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use super::files::read_regular;
use super::node::{Content, Entry, Node};
use super::scalar::Scalar;
use super::style::Style;
use crate::base::{Diagnostic, Findings, codes};
use crate::value::Secret;

/// A secret file larger than this is a mistake.
const MAX_FILE: u64 = 64 * 1024;

/// The source of values. A trait, so that tests need not change the process.
pub trait Environment {
    /// The value of an environment variable.
    fn variable(&self, name: &str) -> Option<String>;
    /// The text of a file, or why there is none.
    fn file(&self, path: &str) -> Result<String, String>;
}

/// The variables and files of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// One line break at the end is dropped: `echo secret > file` writes one that is not meant.
    fn file(&self, path: &str) -> Result<String, String> {
        let bytes = read_regular(Path::new(path), MAX_FILE).map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or_else(|| format!("it has more than {} KiB", MAX_FILE / 1024))?;
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
    }
}

/// An environment that remembers which files were asked for, and what it answered.
pub struct Witness<'a> {
    environment: &'a dyn Environment,
    files: RefCell<Vec<PathBuf>>,
    answers: RefCell<Vec<Secret>>,
}

impl<'a> Witness<'a> {
    pub fn new(environment: &'a dyn Environment) -> Self {
        Witness { environment, files: RefCell::default(), answers: RefCell::default() }
    }

    /// The files, and what came from outside: no text of it may be shown.
    pub fn into_parts(self) -> (Vec<PathBuf>, Vec<Secret>) {
        (self.files.into_inner(), self.answers.into_inner())
    }

    fn remember(&self, answer: &str) {
        let (answer, mut answers) = (answer.trim(), self.answers.borrow_mut());
        if !answer.is_empty() && !answers.iter().any(|known| known.expose() == answer) {
            answers.push(Secret::new(answer));
        }
    }
}

impl Environment for Witness<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        let value = self.environment.variable(name)?;
        self.remember(&value);
        Some(value)
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.files.borrow_mut().push(path.into());
        let text = self.environment.file(path)?;
        self.remember(&text);
        Ok(text)
    }
}

/// A copy of `node` with every `${…}` in its scalars replaced. What came from outside is marked and never shown. The values
/// of the keys in `literal` keep their text: a script's `${…}` is JavaScript.
pub fn expand(node: &Node, literal: &[&str], environment: &dyn Environment, findings: &mut Findings) -> Node {
    let content = match &node.content {
        Content::Scalar(scalar) => Content::Scalar(expand_scalar(node, scalar, environment, findings)),
        Content::Sequence(items) => {
            Content::Sequence(items.iter().map(|item| expand(item, literal, environment, findings)).collect())
        }
        Content::Mapping(entries) => {
            let expanded = entries.iter().map(|entry| {
                let keep = literal.contains(&&*entry.key.text);
                let value =
                    if keep { entry.value.clone() } else { expand(&entry.value, literal, environment, findings) };
                Entry { key: entry.key.clone(), value }
            });
            Content::Mapping(expanded.collect())
        }
    };
    Node { span: node.span, content }
}

fn expand_scalar(node: &Node, scalar: &Scalar, environment: &dyn Environment, findings: &mut Findings) -> Scalar {
    if !scalar.text.contains("${") {
        return scalar.clone();
    }
    let mut out = String::new();
    let mut masked = scalar.masked;
    let mut rest: &str = &scalar.text;
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let (Some(end), false) = (after.find('}'), before.ends_with('$')) else {
            // `$${` writes `${`; a `${` without its `}` is text.
            out.push_str(before.strip_suffix('$').unwrap_or(before));
            out.push_str("${");
            rest = after;
            continue;
        };
        out.push_str(before);
        match lookup(&after[..end], environment) {
            Ok(value) => {
                masked = true;
                out.push_str(&value);
            }
            Err(message) => {
                let at = scalar.text.len() - rest.len() + at;
                let span = node.inside(at..at + 2 + end + 1).unwrap_or(node.span);
                let help = "set it, write a default as in `${NAME:-default}`, or `$${` for the characters themselves";
                findings.push(Diagnostic::error(codes::UNSET_VARIABLE, span, message).help(help));
            }
        }
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    // A plain scalar stays plain, so that `${PORT}` can be a number.
    let style = if scalar.style == Style::Plain { Style::Plain } else { scalar.style };
    Scalar { text: out.into(), style, masked, origin: None }
}

fn lookup(name: &str, environment: &dyn Environment) -> Result<String, String> {
    if let Some(path) = name.strip_prefix("file:") {
        return environment.file(path).map_err(|error| format!("cannot read the file of `${{{name}}}`: {error}"));
    }
    let (name, default) = match name.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (name, None),
    };
    match environment.variable(name).or_else(|| default.map(str::to_owned)) {
        Some(value) => Ok(value),
        None => Err(format!("the environment variable `{name}` is not set")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Sources;
    use crate::source::parse;

    struct Fixed;

    impl Environment for Fixed {
        fn variable(&self, name: &str) -> Option<String> {
            (name == "KEY").then(|| "s3cret".to_owned())
        }

        fn file(&self, path: &str) -> Result<String, String> {
            if path == "/run/x" { Ok("from file".to_owned()) } else { Err("no such file".to_owned()) }
        }
    }

    fn run(text: &str) -> (serde_json::Value, usize) {
        let mut findings = Findings::default();
        let id = Sources::default().add("t.yaml", text);
        let node = parse(id, text, &mut findings).unwrap();
        let node = expand(&node, &["source"], &Fixed, &mut findings);
        (node.to_json(), findings.errors())
    }

    #[test]
    fn names_defaults_files_and_escapes() {
        let (json, errors) =
            run("a: x${KEY}y\nb: ${NO:-7}\nc: ${file:/run/x}\nd: $${KEY}\nsource: '${KEY}'\ne: ${open\n");
        assert_eq!(errors, 0);
        let expected = serde_json::json!({
            "a": "xs3crety", "b": 7, "c": "from file", "d": "${KEY}", "source": "${KEY}", "e": "${open"
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn what_is_missing_is_an_error() {
        assert_eq!(run("a: ${NO}\nb: ${file:/nowhere}\n").1, 2);
    }
}
