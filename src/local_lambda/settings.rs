//! `functions.yaml`: what a handler file cannot say about its function.
//!
//! ```yaml
//! orders:
//!   handler: create            # or MODULE.FUNCTION for a function in another file
//!   timeout: 10                # seconds, default 3
//!   concurrency: 2
//!   environment: {TABLE: orders}
//!   versions: [1, 2]
//!   aliases: {prod: 2}
//! official:
//!   command: [venv/bin/python, -m, awslambdaric, orders.create]
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::address::is_qualifier;
use super::function::{LATEST, Problem};

/// The settings of one function, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The function inside the handler file.
    pub handler: Option<String>,
    /// The file, without its extension, when it is not named like the function.
    pub module: Option<String>,
    pub command: Option<Vec<String>>,
    pub timeout: Duration,
    pub concurrency: Option<usize>,
    pub environment: BTreeMap<String, String>,
    pub aliases: BTreeMap<String, String>,
    pub versions: Vec<String>,
}

/// Settings and the line their name stands on.
pub struct Entry {
    pub settings: Settings,
    pub line: usize,
}

/// The file's own spelling.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "the settings of a function")]
struct Raw {
    handler: Option<String>,
    command: Option<Vec<String>>,
    timeout: Option<u64>,
    concurrency: Option<usize>,
    environment: Unique<Text>,
    aliases: Unique<Text>,
    versions: Vec<Text>,
}

const KEYS: [&str; 7] = ["handler", "command", "timeout", "concurrency", "environment", "aliases", "versions"];

/// Reads the file; no file means no settings. All that is wrong is told at once, unless the file is
/// not readable as YAML of this shape.
pub fn read(path: &Path) -> Result<BTreeMap<String, Entry>, Vec<Problem>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => {
            let (path, reason) = (path.to_owned(), error.to_string());
            return Err(vec![Problem::Unreadable { path, reason }]);
        }
    };
    let problem = |(line, column), message| {
        let path = path.to_owned();
        Problem::Settings { path, line, column, message }
    };
    let parsed = serde_yaml::from_str::<Option<Unique<Option<Raw>>>>(&text);
    let parsed = parsed.map_err(|error| {
        let place = error.location().map_or((1, 1), |place| (place.line(), place.column()));
        vec![problem(place, explained(&error.to_string()))]
    })?;
    let (mut entries, mut problems) = (BTreeMap::new(), Vec::new());
    for (name, raw) in parsed.unwrap_or_default().0 {
        let line = place_of(&text, &name, None).0;
        match raw.unwrap_or_default().checked() {
            Ok(settings) => drop(entries.insert(name, Entry { settings, line })),
            Err((key, message)) => {
                let place = place_of(&text, &name, Some(key));
                problems.push(problem(place, format!("{name}: {message}")));
            }
        }
    }
    if problems.is_empty() { Ok(entries) } else { Err(problems) }
}

impl Raw {
    /// The settings, or the key that is wrong and why.
    fn checked(self) -> Result<Settings, (&'static str, String)> {
        let timeout = self.timeout.unwrap_or(3);
        if !(1..=900).contains(&timeout) {
            let message = format!("timeout is {timeout}: it must be 1 to 900 seconds");
            return Err(("timeout", message));
        }
        if self.concurrency == Some(0) {
            let message = "concurrency is 0: no invocation could ever run";
            return Err(("concurrency", message.to_owned()));
        }
        if self.command.as_ref().is_some_and(Vec::is_empty) {
            return Err(("command", "command is empty: name the program to start".to_owned()));
        }
        let versions: Vec<String> = self.versions.into_iter().map(|text| text.0).collect();
        if let Some(odd) = versions.iter().find(|version| !is_number(version)) {
            let message = format!("version '{odd}' is not a number; $LATEST is always there");
            return Err(("versions", message));
        }
        let aliases = self.aliases.texts();
        check_aliases(&aliases, &versions).map_err(|message| ("aliases", message))?;
        let (module, handler) = match self.handler {
            Some(handler) => match handler.rsplit_once('.') {
                Some((module, name)) => (Some(module.to_owned()), Some(name.to_owned())),
                None => (None, Some(handler)),
            },
            None => (None, None),
        };
        Ok(Settings {
            handler,
            module,
            command: self.command,
            timeout: Duration::from_secs(timeout),
            concurrency: self.concurrency,
            environment: self.environment.texts(),
            aliases,
            versions,
        })
    }
}

fn check_aliases(aliases: &BTreeMap<String, String>, versions: &[String]) -> Result<(), String> {
    for (alias, version) in aliases {
        if is_number(alias) || !is_qualifier(alias) {
            return Err(format!("alias '{alias}' is not letters, digits, - and _ with at least one that is no digit"));
        }
        if version != LATEST && !versions.contains(version) {
            return Err(format!("alias '{alias}' points at version '{version}', which is not in versions"));
        }
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A mapping that refuses a key written twice, which serde's maps would swallow.
struct Unique<T>(BTreeMap<String, T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Unique(BTreeMap::new())
    }
}

impl Unique<Text> {
    fn texts(self) -> BTreeMap<String, String> {
        self.0.into_iter().map(|(key, text)| (key, text.0)).collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Unique<T>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a mapping")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique<T>, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some(Text(key)) = map.next_key()? {
                    if entries.contains_key(&key) {
                        return Err(de::Error::custom(format!("'{key}' is written twice")));
                    }
                    entries.insert(key, map.next_value()?);
                }
                Ok(Unique(entries))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// A scalar taken as text: `1`, `"1"` and `true` are all fine where a string is meant.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("text, a number or a boolean")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Text, E> {
                Ok(Text(flag.to_string()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// The parser's message without its own place, and with the nearest name for an unknown key.
fn explained(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let unknown = message.split_once("unknown field `").and_then(|(_, rest)| rest.split_once('`'));
    let nearest = unknown.and_then(|(word, _)| {
        let near = KEYS.iter().map(|key| (distance(word, key), key));
        near.min().filter(|(distance, _)| *distance <= 3)
    });
    match nearest {
        Some((_, key)) => format!("{message}; did you mean `{key}`?"),
        None => message.to_owned(),
    }
}

/// Edits between two words (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let replaced = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = replaced.min(corner + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

/// Line and column of a function's name, or of a key below it; both counted from 1.
fn place_of(text: &str, name: &str, key: Option<&str>) -> (usize, usize) {
    let named = |line: &str| {
        let rest = line.trim_start_matches(['"', '\'']).strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    let start = text.lines().position(named).unwrap_or_default();
    let mut below = text.lines().enumerate().skip(start);
    let found = key.and_then(|key| {
        let key = format!("{key}:");
        below.find_map(|(line, text)| text.find(&key).map(|column| (line + 1, column + 1)))
    });
    found.unwrap_or((start + 1, 1))
}
