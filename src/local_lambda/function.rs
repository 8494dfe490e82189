//! Functions and how they are found: one handler file each, refined by `functions.yaml`.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::address::{LATEST, is_name};
use super::event_settings::Events;
use super::injected_faults::InjectedFault;
use super::problem::Problem;
use super::routing::Alias;
use super::settings::{self, Settings};

/// One function: what to start and how to treat its invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// The working directory of its processes, absolute.
    pub folder: PathBuf,
    pub runtime: Runtime,
    /// The name of the function inside the handler file, when it is not the usual one.
    pub handler: Option<String>,
    pub timeout: Duration,
    /// How many invocations may run at once.
    pub concurrency: usize,
    pub environment: BTreeMap<String, String>,
    pub aliases: BTreeMap<String, Alias>,
    pub versions: Vec<String>,
    pub events: Events,
    pub faults: Option<InjectedFault>,
}

/// The program that runs the handler. Paths are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runtime {
    /// `python3` with the embedded bootstrap.
    Python(PathBuf),
    /// `node` with the embedded bootstrap.
    Node(PathBuf),
    /// A program that speaks the Lambda Runtime API itself.
    Executable(PathBuf),
    /// The `command:` list of `functions.yaml`; also a Runtime API client.
    Command(Vec<String>),
}

/// All functions of some folders, and everything wrong with those folders.
#[derive(Debug, Default)]
pub struct Discovery {
    pub functions: BTreeMap<String, Function>,
    pub problems: Vec<Problem>,
}

impl Function {
    /// The version a qualifier stands for; `None` when there is no such version or alias.
    pub fn version(&self, qualifier: Option<&str>) -> Option<&str> {
        match qualifier {
            None | Some(LATEST) => Some(LATEST),
            Some(asked) => {
                let version = || self.versions.iter().find(|version| *version == asked).map(String::as_str);
                self.aliases.get(asked).map(Alias::pick).or_else(version)
            }
        }
    }

    /// The handler file, if the function has one.
    pub fn file(&self) -> Option<&Path> {
        match &self.runtime {
            Runtime::Python(file) | Runtime::Node(file) | Runtime::Executable(file) => Some(file),
            Runtime::Command(_) => None,
        }
    }

    fn new(name: &str, folder: &Path, runtime: Runtime, concurrency: usize) -> Function {
        Function {
            name: name.to_owned(),
            folder: folder.to_owned(),
            runtime,
            handler: None,
            timeout: Duration::from_secs(3),
            concurrency,
            environment: BTreeMap::new(),
            aliases: BTreeMap::new(),
            versions: Vec::new(),
            events: Events::default(),
            faults: None,
        }
    }

    fn apply(&mut self, settings: Settings) {
        if let Some(command) = settings.command {
            self.runtime = Runtime::Command(command);
        }
        self.handler = settings.handler;
        self.timeout = settings.timeout;
        self.concurrency = settings.concurrency.unwrap_or(self.concurrency);
        self.environment = settings.environment;
        self.aliases = settings.aliases;
        self.versions = settings.versions;
        self.events = settings.events;
        self.events.dead_letter_log = self.events.dead_letter_log.take().map(|file| self.folder.join(file));
        self.faults = settings.faults;
    }
}

/// Looks through the folders; `concurrency` is for functions that set none of their own.
pub fn discover(folders: &[PathBuf], concurrency: usize) -> Discovery {
    let mut discovery = Discovery::default();
    for folder in folders {
        if let Err(reason) = discovery.folder(folder, concurrency) {
            let (path, reason) = (folder.clone(), reason.to_string());
            discovery.problems.push(Problem::Unreadable { path, reason });
        }
    }
    discovery
}

impl Discovery {
    fn folder(&mut self, folder: &Path, concurrency: usize) -> std::io::Result<()> {
        let folder = folder.canonicalize()?;
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in folder.read_dir()? {
            files.push(entry?.path());
        }
        files.sort();
        let mut found = BTreeMap::new();
        for file in &files {
            if let Some((name, runtime)) = handler_file(file) {
                let function = Function::new(&name, &folder, runtime, concurrency);
                self.insert(&mut found, function);
            }
        }
        self.settings(&folder, &mut found, concurrency);
        for (_, function) in found {
            let mut functions = std::mem::take(&mut self.functions);
            self.insert(&mut functions, function);
            self.functions = functions;
        }
        Ok(())
    }

    fn insert(&mut self, functions: &mut BTreeMap<String, Function>, function: Function) {
        let place = |function: &Function| function.file().unwrap_or(&function.folder).to_owned();
        match functions.get(&function.name) {
            None => {
                functions.insert(function.name.clone(), function);
            }
            Some(other) => self.problems.push(Problem::Ambiguous {
                name: function.name.clone(),
                first: place(other),
                second: place(&function),
            }),
        }
    }

    fn settings(&mut self, folder: &Path, found: &mut BTreeMap<String, Function>, concurrency: usize) {
        let file = folder.join("functions.yaml");
        let entries = match settings::read(&file) {
            Ok(entries) => entries,
            Err(problems) => return self.problems.extend(problems),
        };
        for (name, entry) in entries {
            let runtime = match (&entry.settings.command, &entry.settings.module) {
                (Some(command), _) => Some(Runtime::Command(command.clone())),
                (None, Some(module)) => module_file(folder, module),
                (None, None) => found.get(&name).map(|function| function.runtime.clone()),
            };
            let Some(runtime) = runtime.filter(|_| is_name(&name)) else {
                let module = entry.settings.module.as_ref().unwrap_or(&name);
                let message = format!(
                    "function '{name}' has no handler: expected {module}.py, {module}.mjs, {module}.cjs, {module}.js, an executable {module}, or a command list"
                );
                self.problems.push(Problem::Settings { path: file.clone(), line: entry.line, column: 1, message });
                continue;
            };
            let mut function = Function::new(&name, folder, runtime, concurrency);
            function.apply(entry.settings);
            found.insert(name, function);
        }
    }
}

/// The function a file stands for: `NAME.py`, `NAME.mjs|cjs|js`, or an executable `NAME`.
fn handler_file(file: &Path) -> Option<(String, Runtime)> {
    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let stem = file.file_stem()?.to_str()?;
    let runtime = match file.extension().map(|extension| extension.to_str()) {
        Some(Some("py")) => Runtime::Python(file.to_owned()),
        Some(Some("mjs" | "cjs" | "js")) => Runtime::Node(file.to_owned()),
        None if metadata.permissions().mode() & 0o111 != 0 => Runtime::Executable(file.to_owned()),
        _ => return None,
    };
    let usable = is_name(stem) && !stem.starts_with('.') && stem != "__init__";
    usable.then(|| (stem.to_owned(), runtime))
}

fn module_file(folder: &Path, module: &str) -> Option<Runtime> {
    let names = ["py", "mjs", "cjs", "js"].map(|extension| format!("{module}.{extension}"));
    let mut found = names.iter().filter_map(|name| handler_file(&folder.join(name)));
    found.next().map(|(_, runtime)| runtime)
}
