//! `gantry audit`: what documents allow and their authors may not have meant.

use std::path::Path;
use std::time::Instant;

use super::arguments::{AuditArguments, Threshold};
use super::exit::Exit;
use super::{load, print};
use crate::audit::{Accepted, audit};
use crate::base::{Findings, Severity, Sources};
use crate::settings::{self, Purpose};
use crate::source::ProcessEnvironment;

/// The file of accepted findings, if the command line names no other one.
const ACCEPTED: &str = "gantry-audit.yaml";

pub fn run(arguments: &AuditArguments) -> Exit {
    let start = Instant::now();
    let out = std::io::stdout();
    let format = arguments.format.unwrap_or_else(|| print::default_format(&out));
    let color = print::use_color(&out);
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let input = &arguments.input;
    let settings = settings::read(input.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    let accepted = match (&arguments.accepted, Path::new(ACCEPTED)) {
        (Some(file), _) => Accepted::read(file, &mut sources, &mut findings),
        (None, file) if file.is_file() => Accepted::read(file, &mut sources, &mut findings),
        (None, _) => Ok(Accepted::default()),
    };
    let (Ok(settings), Ok(accepted)) = (settings, accepted) else {
        print::text(&print::report(&[(&findings, &sources)], format, color));
        return Exit::Failed;
    };
    let (_, settings) = settings.split();
    let loaded = load::with(input, &settings, Purpose::Check, &|_| {});
    let found = audit(&loaded.apis, &loaded.findings, &settings, &ProcessEnvironment, &loaded.values);
    let (found, taken) = accepted.take_out(found, &loaded.sources, &mut findings);
    print::text(&print::report(&[(&findings, &sources), (&found, &loaded.sources)], format, color));

    let count = |severity| findings.count(severity) + found.count(severity);
    let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
    complain!(
        "{}, {}, {}, {taken} accepted in {}; audited in {} ms",
        print::count(errors, "error"),
        print::count(warnings, "warning"),
        print::count(notes, "note"),
        print::count(loaded.documents.len(), "document"),
        start.elapsed().as_millis()
    );
    let failing = match arguments.fail_on {
        Threshold::Note => errors + warnings + notes,
        Threshold::Warning => errors + warnings,
        Threshold::Error => errors,
        Threshold::Never => 0,
    };
    if loaded.documents.is_empty() {
        Exit::Failed
    } else if failing > 0 {
        Exit::Findings
    } else {
        Exit::Good
    }
}
