//! `gantry check`: the load path of `serve`, without serving.

use std::time::Instant;

use super::arguments::CheckArguments;
use super::{Exit, print};
use crate::diagnostics::{Findings, Sources, codes};
use crate::gateway;
use crate::policy::Purpose;
use crate::resources::Resources;
use crate::settings;
use crate::source::ProcessEnvironment;

pub fn run(arguments: &CheckArguments) -> Exit {
    let start = Instant::now();
    let mut out = std::io::stdout().lock();
    let format = arguments.format.unwrap_or_else(|| print::default_format(&out));
    let color = print::use_color(&out);
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings =
        settings::read(arguments.input.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    print::findings(&mut out, &findings, &sources, format, color);
    let errors_in_settings = findings.errors();
    let (_, settings) = settings.unwrap_or_default().split();
    let resources = Resources::default();
    let loaded = gateway::load(&arguments.input.paths, &settings, &resources, &ProcessEnvironment, Purpose::Check);
    print::findings(&mut out, &loaded.findings, &loaded.sources, format, color);
    drop(out);

    let errors = errors_in_settings + loaded.findings.errors();
    let warnings = findings.warnings() + loaded.findings.warnings();
    let operations = loaded.snapshot.as_ref().map(|snapshot| snapshot.all.len());
    let checked = operations.map(|count| format!(", {}", print::count(count, "operation"))).unwrap_or_default();
    for file in &loaded.skipped {
        eprintln!("skipped {}: not an OpenAPI document", file.display());
    }
    eprintln!(
        "{}, {} in {}{checked}; checked in {} ms",
        print::count(errors, "error"),
        print::count(warnings, "warning"),
        print::count(loaded.documents.len(), "document"),
        start.elapsed().as_millis()
    );
    let unreadable = [codes::UNREADABLE, codes::NO_DOCUMENT];
    if findings.iter().chain(loaded.findings.iter()).any(|finding| unreadable.contains(&finding.code)) {
        Exit::Failed
    } else if errors > 0 || (arguments.deny_warnings && warnings > 0) {
        Exit::Findings
    } else {
        Exit::Good
    }
}
