//! Parts that the policies with scripts share, and JavaScript conditions.

use std::path::Path;
use std::sync::Arc;

use regex::Regex;

use crate::assembly::{AllowedHosts, Carrier};
use crate::base::{Code, Diagnostic, Findings, Reported, SourceId, codes, did_you_mean, nearest, quoted_list};
use crate::expression::{Builtin, Reference, Root, Variable};
use crate::http_client::{Guard, PoolOptions, TlsOptions};
use crate::policy::{Access, Compiler, Plan};
use crate::runtime::{Context, Next, Outcome, Step};
use crate::script::{Calls, Dialect, Engine, Limits, MODULES, Map, Mistake, Reach, Script, required};
use crate::source::{is_stdin, names_file};

/// Words that a script cannot do without when it looks into a body.
const BODY_WORDS: [&str; 8] =
    ["body", "attachments", "readInput", "input", "getContext", "createMessage", "eval", "Function"];
/// The same in a script whose globals are the variables.
const BARE_WORDS: [&str; 2] = ["message", "globalThis"];
/// Words without which it is not the original request's body.
const REQUEST_WORDS: [&str; 4] = ["request", "getContext", "eval", "Function"];

/// A compiled script.
pub(crate) struct Run {
    engine: Arc<Engine>,
    script: Arc<Script>,
}

/// The test of a case.
pub(crate) struct Test(Run);

impl Step for Run {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(async { self.engine.run(cx, &self.script).await.map(|_| Next::Continue) })
    }
}

impl Step for Test {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let Test(Run { engine, script }) = self;
        Outcome::wait(async {
            let holds = engine.run(cx, script).await?;
            Ok(if holds { Next::Continue } else { Next::Otherwise })
        })
    }
}

impl Compiler<'_, '_> {
    /// Compiles the script of the property `source`: its text, or the name of a file next to the document.
    pub(crate) fn script(&mut self, source: &str, dialect: Dialect) -> Result<Plan, Reported> {
        let sources = self.shared.sources;
        let file =
            if names_file(source) { Some(self.packaged("/source", source, codes::BAD_SCRIPT, "")?) } else { None };
        // A step that an editor left without a script does nothing.
        let node = self.node("/source").unwrap_or(&self.step.config).clone();
        let (text, map): (Arc<str>, Map) = match &file {
            Some((id, text)) => (text.clone(), Map::file(*id, sources)),
            None => (source.into(), Map::inside(&node, sources)),
        };
        let modules = self.modules(&text, file.as_ref().map(|(id, _)| *id));
        let reach = self.reach(&text, file.as_ref().map(|(id, _)| *id))?;
        match Script::compile(&text, dialect, map, Vec::new(), reach) {
            Ok(script) => {
                self.note_names(&text, dialect);
                let step = Box::new(Run { engine: self.engine(), script: Arc::new(script) });
                let access = Access { reads: reads(&text, dialect), ..Access::default() };
                modules.map(|()| Plan { step, access })
            }
            Err(Mistake { message, at }) => {
                let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
                let span = match &file {
                    Some((id, _)) => crate::base::Span { source: *id, start: at as u32, end: end as u32 },
                    None => self.place("/source")(at..end),
                };
                let message = format!("the script cannot be read: {message}");
                Err(self.findings.push(Diagnostic::error(codes::BAD_SCRIPT, span, message)))
            }
        }
    }

    /// The text of a file that a property names; `what` is put before its name where it cannot be read.
    pub(crate) fn packaged(
        &mut self,
        pointer: &str,
        name: &str,
        code: Code,
        what: &str,
    ) -> Result<(SourceId, Arc<str>), Reported> {
        let read = self.shared.packaged.get(&self.shared.api.tree, name);
        read.map_err(|refusal| match refusal {
            Some(refusal) => {
                let finding = Diagnostic::error(codes::CLOSED_FILE, self.span(pointer), refusal.message(name.trim()));
                self.findings.push(refusal.help().into_iter().fold(finding, Diagnostic::help))
            }
            // A file that cannot be read has its own finding; this one says who wanted it.
            None => self.error(code, pointer, format!("{what}`{}` cannot be read", name.trim())),
        })
    }

    /// Compiles a JavaScript condition.
    pub(crate) fn javascript_condition(&mut self, pointer: &str, text: &str) -> Result<Plan, Reported> {
        let (span, place) = (self.span(pointer), self.place(pointer));
        let names = &mut *self.names;
        let substituted = match crate::script::substitute(text, &mut |name| names.resolve(name, span)) {
            Ok(substituted) => substituted,
            Err((message, at)) => {
                return Err(self.findings.push(Diagnostic::error(codes::BAD_TEMPLATE, place(at), message)));
            }
        };
        let node = self.node(pointer).unwrap_or(&self.step.config).clone();
        let untouched = substituted.text == text;
        let mut reads = reads(text, Dialect::Condition);
        reads.extend(substituted.bound.iter().cloned());
        let map = Map::inside(&node, self.shared.sources);
        match Script::compile(&substituted.text, Dialect::Condition, map, substituted.bound, Reach::default()) {
            Ok(script) => {
                // It may look at any variable by its bare name.
                self.names.dynamic = true;
                let test = Test(Run { engine: self.engine(), script: Arc::new(script) });
                Ok(Plan { step: Box::new(test), access: Access { reads, ..Access::default() } })
            }
            Err(Mistake { message, at }) => {
                let end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let span = if untouched { place(at..end) } else { span };
                let message = format!("the condition cannot be read: {message}");
                Err(self.findings.push(Diagnostic::error(codes::BAD_EXPRESSION, span, message)))
            }
        }
    }

    pub(crate) fn engine(&self) -> Arc<Engine> {
        let scripts = &self.shared.settings.scripts;
        let limits = Limits { time: scripts.timeout.0, memory: scripts.memory_bytes, at_once: scripts.concurrent };
        self.shared.resources.scripts(limits)
    }

    /// Reports modules that there are not.
    fn modules(&mut self, text: &str, file: Option<SourceId>) -> Result<(), Reported> {
        let place = self.place("/source");
        let mut missing = None;
        for (name, at) in required(text) {
            let plain = name.rsplit('/').next().unwrap_or_default().trim_end_matches(".js").trim_end_matches(".custom");
            if plain == "apim" || MODULES.contains(&&*name) {
                continue;
            }
            let span = match file {
                Some(source) => crate::base::Span { source, start: at.start as u32, end: at.end as u32 },
                None => place(at),
            };
            let message = match name.as_str() {
                "transform" | "multistep" | "system-metadata" | "ratelimit" => {
                    format!("the module `{name}` is known from DataPower but not built yet")
                }
                name => format!("there is no module `{name}`"),
            };
            let near = nearest(&name, MODULES);
            let help = match near.as_slice() {
                [] => format!("the modules are {}", quoted_list(&MODULES)).into(),
                near => did_you_mean(near),
            };
            missing = Some(self.findings.push(Diagnostic::error(codes::BAD_SCRIPT, span, message).help(help)));
        }
        missing.map_or(Ok(()), Err)
    }

    /// The modules and hosts that the script may use.
    fn reach(&mut self, text: &str, file: Option<SourceId>) -> Result<Reach, Reported> {
        let path = &self.shared.api.tree.path;
        let folder = (!is_stdin(path)).then(|| match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => Path::new(".").to_owned(),
        });
        let calls = match text.contains("urlopen") || text.contains(".open") {
            true => {
                let shared = self.shared;
                let allowed = AllowedHosts::read(shared.api, shared.environment, &mut Findings::default());
                let tls = TlsOptions::default();
                let guard = self.guard();
                let mut pool = |guard| self.pool(None, &tls, &PoolOptions { guard, ..PoolOptions::default() });
                let (named, unnamed) = (pool(Guard::Metadata)?, pool(guard)?);
                let written = self.written(text);
                Some(Calls {
                    site: self.call_site(),
                    named,
                    unnamed,
                    allowed,
                    written,
                    required: self.carrier != Carrier::Ibm,
                })
            }
            false => None,
        };
        Ok(Reach { calls, folder, keys: self.script_keys(text, file) })
    }

    /// The hosts of URLs that the author wrote out: in the script, and in properties of the API.
    fn written(&self, text: &str) -> Vec<(String, u16)> {
        let Ok(pattern) = Regex::new(r#"\b(https?)://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d+))?(?:[/?#'"`\s]|$)"#)
        else {
            return Vec::new();
        };
        let properties = self.names.properties.iter().map(|property| property.value.to_text());
        let texts: Vec<_> = properties.chain([text.into()]).collect();
        let hosts = texts.iter().flat_map(|text| pattern.captures_iter(text)).filter_map(|found| {
            let default = if &found[1] == "https" { 443 } else { 80 };
            let port = found.get(3).map_or(Some(default), |port| port.as_str().parse().ok())?;
            Some((found[2].to_owned(), port))
        });
        hosts.collect()
    }

    /// A script may set and raise what only run time knows. Names that it writes out are known: a property that it sets is
    /// no constant.
    fn note_names(&mut self, text: &str, dialect: Dialect) {
        self.names.dynamic = true;
        self.names.raises_any = true;
        let called = r#"\b(?:set|setvariable|setVariable|clear|createMessage)\s*\(\s*['"`]([^'"`.\[]+)"#;
        let assigned = r"\b([A-Za-z_$][\w$]*)(?:\.[\w$.]+)?\s*(?:[-+*/|&]?=(?:[^=>]|$)|\+\+|--)";
        let patterns = [Some(called), (dialect == Dialect::JavaScript).then_some(assigned)];
        for pattern in patterns.into_iter().flatten() {
            let Ok(pattern) = Regex::new(pattern) else { continue };
            for name in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
                self.names.assigned.insert(name.as_str().into());
            }
        }
    }
}

/// The bodies that a script may look into. A name that is put together at run time may be any.
fn reads(text: &str, dialect: Dialect) -> Vec<Reference> {
    let computed = r#"\b(?:get|getvariable|getVariable|getMessage)\s*\(\s*[^'"\s]"#;
    let whole = r#"['"`](?:message|request)['"`]"#;
    let finds = |pattern: &str| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text));
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let bare = matches!(dialect, Dialect::JavaScript | Dialect::Condition);
    let any_name = finds(computed);
    let reads = any_name || finds(whole) || has(&BODY_WORDS) || (bare && has(&BARE_WORDS));
    let whole = |root| Reference::body_of(Root::Builtin(root));
    let message = reads.then(|| whole(Builtin::Message));
    let request = (reads && (any_name || has(&REQUEST_WORDS))).then(|| whole(Builtin::Request));
    // A script may ask for the whole document.
    let document =
        (text.contains("swagger") || text.contains("api.document")).then(|| Reference::to(Variable::ApiDocument));
    message.into_iter().chain(request).chain(document).collect()
}
