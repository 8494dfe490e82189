//! Texts to loads: settings, environment and documents of a test.

use std::collections::HashMap;

use tempfile::TempDir;

use super::Gateway;
use crate::assembly::{self, Assemblies};
use crate::base::{Findings, render_short};
use crate::import::{self, Report, Rewritten};
use crate::load::{Load, Paths, load};
use crate::resources::{LoadContext, Resources};
use crate::settings::{AwsIdentity, CredentialProfile, Live, Purpose};
use crate::source::Environment;
use crate::value::Secret;

/// Everything around a document.
pub(crate) struct Setup {
    pub settings: Live,
    environment: Fixed,
    purpose: Purpose,
}

/// Variables and files that only this test has.
#[derive(Default)]
struct Fixed(HashMap<String, String>);

/// A load and the folder it came from.
pub(crate) struct Loaded {
    load: Load,
    resources: Resources,
    folder: TempDir,
}

impl Default for Setup {
    fn default() -> Self {
        Setup { settings: Live::default(), environment: Fixed::default(), purpose: Purpose::Serve }
    }
}

impl Setup {
    /// Calls of functions go to this URL, signed with keys made up for the test.
    pub(crate) fn with_lambda_at(url: impl Into<String>) -> Self {
        let mut setup = Setup::default();
        setup.settings.aws.region = Some("eu-west-1".to_owned());
        setup.settings.aws.endpoint = Some(url.into());
        setup.settings.aws.credentials = Some("test".to_owned());
        let identity = AwsIdentity {
            aws_access_key_id: Some("AKIDTEST".to_owned()),
            aws_secret_access_key: Some(Secret::new("a secret for tests")),
            ..AwsIdentity::default()
        };
        let profile = CredentialProfile { identity, profile: None };
        setup.settings.credentials.insert("test".to_owned(), profile);
        setup
    }

    /// Sets a variable of the environment; `file:/path` sets a file.
    pub(crate) fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.0.insert(name.to_owned(), value.into());
        self
    }

    /// Changes the settings.
    pub(crate) fn settings(mut self, change: impl FnOnce(&mut Live)) -> Self {
        change(&mut self.settings);
        self
    }

    /// Loads as `gantry check` does.
    pub(crate) fn check(mut self) -> Self {
        self.purpose = Purpose::Check;
        self
    }

    /// Loads a document that holds this assembly.
    pub(crate) fn assembly(&self, text: &str) -> Loaded {
        self.load(&document(text))
    }

    /// Loads one document.
    pub(crate) fn load(&self, text: &str) -> Loaded {
        self.load_files(&[("api.yaml", text)])
    }

    /// Loads a folder of documents.
    pub(crate) fn load_files(&self, files: &[(&str, &str)]) -> Loaded {
        self.load_beside(files, &[])
    }

    /// Loads documents next to which other files lie.
    pub(crate) fn load_beside(&self, files: &[(&str, &str)], others: &[(&str, &str)]) -> Loaded {
        self.load_with(Resources::default(), files, others)
    }

    /// Loads this assembly in the place of what a gateway serves, as a reload does.
    pub(crate) fn reload(&self, gateway: Gateway, text: &str) -> Gateway {
        let loaded = self.load_with(gateway.resources, &[("api.yaml", &document(text))], &[]);
        loaded.resources.loaded();
        loaded.serve_cleanly()
    }

    fn load_with(&self, resources: Resources, files: &[(&str, &str)], others: &[(&str, &str)]) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files.iter().chain(others) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let paths: Vec<_> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
        let around = LoadContext {
            settings: &self.settings,
            resources: &resources,
            environment: &self.environment,
            purpose: self.purpose,
        };
        let load = load(Paths { documents: &paths, files_from: &[] }, around, &|_| {});
        Loaded { load, resources, folder }
    }
}

impl Environment for Fixed {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn file(&self, path: &str) -> Result<String, String> {
        self.0.get(&format!("file:{path}")).cloned().ok_or_else(|| "no such file".to_owned())
    }
}

impl Loaded {
    /// Every finding as its printed line, file names without their folder.
    pub(crate) fn findings(&self) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        let lines = self.load.findings.iter().map(|finding| render_short(finding, &self.load.sources));
        lines.map(|line| line.replace(&folder, "")).collect()
    }

    /// Every finding of an audit, in the same form.
    pub(crate) fn audit(&self) -> Vec<String> {
        let Load { apis, findings, values, sources, .. } = &self.load;
        let found = crate::audit::audit(apis, findings, &Live::default(), &Fixed::default(), values);
        found.iter().map(|finding| render_short(finding, sources)).collect()
    }

    /// The first document as `gantry import` writes it.
    pub(crate) fn rewritten(&self, scripts: Option<&str>) -> Result<Rewritten, String> {
        let text = &self.load.sources.file(self.load.apis[0].tree.source).text;
        import::rewrite(&self.load.apis[0], &self.assemblies(), text, scripts)
    }

    /// The report of `gantry import` about the first document.
    pub(crate) fn report(&self) -> Report {
        Report::of(&self.assemblies(), &self.load.findings, &self.load.sources, "api.yaml")
    }

    fn assemblies(&self) -> Assemblies {
        let Load { apis, values, .. } = &self.load;
        assembly::find(&apis[0], &Fixed::default(), None, values, &mut Findings::default())
    }

    /// A gateway that serves what was loaded. Findings that keep it from doing so fail the test; warnings do not.
    pub(crate) fn serve(self) -> Gateway {
        let findings = self.findings();
        let Some(snapshot) = self.load.snapshot else { panic!("the document was refused:\n{}", findings.join("\n")) };
        Gateway { folder: Some(self.folder), ..Gateway::new(snapshot, self.resources) }
    }

    /// Like [`Loaded::serve`], where not even a warning is expected.
    pub(crate) fn serve_cleanly(self) -> Gateway {
        assert_eq!(self.findings(), [""; 0]);
        self.serve()
    }

    /// The pipeline of the first route, as a list of its ops: a policy, `switch else 7`, `load`, `jump 3`, `stop`.
    pub(crate) fn ops(&self) -> Vec<String> {
        use crate::runtime::Op;
        let findings = self.findings();
        let Some(snapshot) = &self.load.snapshot else { panic!("the document was refused:\n{}", findings.join("\n")) };
        let pipeline = &snapshot.all[0].pipeline;
        let name = |at: usize| pipeline.info[at].as_ref().map_or("before", |step| &*step.policy).to_owned();
        let ops = pipeline.ops.iter().enumerate().map(|(at, op)| match op {
            Op::Step(_) => name(at),
            Op::Branch { otherwise, .. } => format!("{} else {otherwise}", name(at)),
            Op::LoadBody => "load".to_owned(),
            Op::Jump(to) => format!("jump {to}"),
            Op::Stop => "stop".to_owned(),
        });
        ops.collect()
    }
}

/// A document with one path that takes every verb. The first line of the assembly is line 5, two columns in.
pub(crate) fn document(assembly: &str) -> String {
    let head = "openapi: 3.0.3\ninfo: {title: example, version: 1.0.0}\npaths: {'/example/{id}': {}}\n";
    format!("{head}x-assembly:\n{}", indented(assembly, 2))
}

/// The same under `x-ibm-configuration`. The first line of the assembly is line 7, four columns in.
pub(crate) fn ibm_document(gateway: &str, assembly: &str) -> String {
    let head = "swagger: '2.0'\ninfo: {title: example, version: 1.0.0}\npaths: {'/example/{id}': {}}\n";
    let extension = format!("x-ibm-configuration:\n  gateway: {gateway}\n  assembly:\n");
    format!("{head}{extension}{}", indented(assembly, 4))
}

fn indented(text: &str, by: usize) -> String {
    text.trim_start_matches('\n').lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect()
}
