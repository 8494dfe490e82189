//! `gantry check`: the load path of `serve`, without serving.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::arguments::CheckArguments;
use super::exit::Exit;
use super::{fix, load, print};
use crate::base::{Findings, Sources, codes};
use crate::settings::{self, Purpose};
use crate::source::ProcessEnvironment;

/// How many times files are mended in one run.
const ROUNDS: usize = 5;

/// A run that is shorter needs no word on how far it is.
const PATIENCE: Duration = Duration::from_millis(500);

pub fn run(arguments: &CheckArguments) -> Exit {
    let start = Instant::now();
    let out = std::io::stdout();
    let format = arguments.format.unwrap_or_else(|| print::default_format(&out));
    let color = print::use_color(&out);
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings =
        settings::read(arguments.input.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    let (_, settings) = settings.unwrap_or_default().split();
    // With the settings of the gateway the answer is that of `serve`; without them, what they must supply is a warning.
    let purpose = if arguments.input.settings.is_some() { Purpose::Serve } else { Purpose::Check };
    let input = match arguments.recursive {
        true => load::with_folders_below(&arguments.input),
        false => Ok(arguments.input.clone()),
    };
    let input = match input {
        Ok(input) => input,
        Err(error) => {
            complain!("cannot read the folders: {error}");
            return Exit::Failed;
        }
    };
    let progress = Progress::new(start);
    let mut loaded = load::with(&input, &settings, purpose, &|files| progress.show(files));
    progress.clear();
    if arguments.fix {
        let mut mended = 0;
        // A mistake can hide others.
        for _ in 0..ROUNDS {
            match fix::mend(&loaded.findings, &loaded.sources) {
                0 => break,
                count => mended += count,
            }
            loaded = load::with(&input, &settings, purpose, &|_| {});
        }
        complain!("mended {}", print::count(mended, "mistake"));
    }
    print::text(&print::report(&[(&findings, &sources), (&loaded.findings, &loaded.sources)], format, color));

    let errors = findings.errors() + loaded.findings.errors();
    let warnings = findings.warnings() + loaded.findings.warnings();
    let operations = loaded.snapshot.as_ref().map(|snapshot| snapshot.all.len());
    let checked = operations.map(|count| format!(", {}", print::count(count, "operation"))).unwrap_or_default();
    for file in &loaded.skipped {
        complain!("skipped {}: not an OpenAPI document", file.display());
    }
    complain!(
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

/// The line on a terminal that says how far a long run is.
struct Progress {
    terminal: bool,
    start: Instant,
    shown: Cell<Option<Instant>>,
}

impl Progress {
    fn new(start: Instant) -> Self {
        Progress { terminal: std::io::stderr().is_terminal(), start, shown: Cell::new(None) }
    }

    fn show(&self, files: usize) {
        let last = self.shown.get().unwrap_or(self.start);
        if self.terminal && last.elapsed() > PATIENCE {
            let _ = write!(std::io::stderr(), "\rchecked {} ...", print::count(files, "document"));
            let _ = std::io::stderr().flush();
            self.shown.set(Some(Instant::now()));
        }
    }

    /// Leaves an empty line for what follows.
    fn clear(&self) {
        if self.shown.get().is_some() {
            let _ = write!(std::io::stderr(), "\r{:40}\r", "");
        }
    }
}
