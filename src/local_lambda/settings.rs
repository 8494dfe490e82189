//! `functions.yaml`: what a handler file cannot say about its function.
//!
//! ```yaml
//! orders:
//!   handler: create            # or MODULE.FUNCTION for a function in another file
//!   timeout: 10                # seconds, default 3
//!   concurrency: 2
//!   environment: {TABLE: orders}
//!   versions: [1, 2]
//!   aliases: {prod: 2, canary: {version: 2, weights: {1: 0.1}}}
//!   events: {retries: 2, wait: 1, dead-letter-log: orders.jsonl}
//!   faults: {answer: throttled, every: 3, delay: 0.5}
//! official:
//!   command: [venv/bin/python, -m, awslambdaric, orders.create]
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::{nearest, quoted_list};

use super::address::{LATEST, is_qualifier};
use super::event_settings::Events;
use super::injected_faults::{Answer, InjectedFault};
use super::problem::Problem;
use super::routing::Alias;
use super::yaml::{Text, Unique};

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
    pub aliases: BTreeMap<String, Alias>,
    pub versions: Vec<String>,
    /// The path of its log is as written.
    pub events: Events,
    pub faults: Option<InjectedFault>,
}

/// Settings and the line their name is on.
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
    aliases: Unique<Alias>,
    versions: Vec<Text>,
    events: RawEvents,
    faults: Option<RawSwitch>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case", expecting = "the settings of events")]
struct RawEvents {
    retries: Option<u32>,
    wait: Option<f64>,
    dead_letter_log: Option<PathBuf>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, expecting = "a switch of faults")]
struct RawSwitch {
    answer: Option<Answer>,
    every: Option<u64>,
    delay: Option<f64>,
}

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
        let aliases = self.aliases.0;
        let events = self.events.checked().map_err(|message| ("events", message))?;
        let faults = self.faults.map(RawSwitch::checked).transpose().map_err(|message| ("faults", message))?;
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
            events,
            faults,
        })
    }
}

impl RawEvents {
    fn checked(self) -> Result<Events, String> {
        let default = Events::default();
        let retries = self.retries.unwrap_or(default.retries);
        if retries > 2 {
            return Err(format!("retries is {retries}: AWS tries an event again 0, 1 or 2 times"));
        }
        let odd = |file: &PathBuf| file.extension().is_none_or(|extension| extension != "jsonl");
        if let Some(file) = self.dead_letter_log.as_ref().filter(|file| odd(file)) {
            // Other files next to a handler may be its modules, and their change starts it anew.
            return Err(format!("dead-letter-log is '{}': its name must end in .jsonl", file.display()));
        }
        let wait = self.wait.map(|wait| seconds("wait", wait)).transpose()?;
        Ok(Events { retries, wait: wait.unwrap_or(default.wait), dead_letter_log: self.dead_letter_log })
    }
}

impl RawSwitch {
    fn checked(self) -> Result<InjectedFault, String> {
        let every = self.every.unwrap_or(1);
        if every == 0 {
            return Err("every is 0: write 1 for each call, 2 for every second".to_owned());
        }
        let delay = seconds("delay", self.delay.unwrap_or_default())?;
        Ok(InjectedFault { answer: self.answer, every, delay })
    }
}

fn seconds(name: &str, number: f64) -> Result<Duration, String> {
    let fits = (0.0..=900.0).contains(&number);
    if fits {
        Ok(Duration::from_secs_f64(number))
    } else {
        Err(format!("{name} is {number}: it must be 0 to 900 seconds"))
    }
}

fn check_aliases(aliases: &BTreeMap<String, Alias>, versions: &[String]) -> Result<(), String> {
    for (alias, target) in aliases {
        if is_number(alias) || !is_qualifier(alias) {
            return Err(format!("alias '{alias}' is not letters, digits, - and _ with at least one that is no digit"));
        }
        let missing = target.versions().find(|one| *one != LATEST && !versions.iter().any(|known| known == one));
        if let Some(version) = missing {
            return Err(format!("alias '{alias}' points at version '{version}', which is not in versions"));
        }
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The parser's message without its own place, and with the nearest name for an unknown one.
fn explained(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    let Some((said, expected)) = message.split_once(", expected ") else { return message.to_owned() };
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let word = said.split_once("unknown ").and_then(|(_, rest)| rest.split('`').nth(1));
    match word.map(|word| nearest(word, names)).as_deref() {
        Some([]) | None => message.to_owned(),
        Some(near) => format!("{message}; did you mean {}?", quoted_list(near)),
    }
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
