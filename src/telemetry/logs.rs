//! Log lines on stderr.

use std::env::VarError;
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use super::log_line::{LineForm, LogLine};
use super::stderr::Stderr;
use crate::settings::{Log, LogFormat, log_level_help, wrong_log_level};

/// The variable whose value wins over the level in the settings.
const VARIABLE: &str = "GANTRY_LOG";

/// Libraries that talk about every connection. Directives of the user's come later and win.
const QUIET: &str = "aws_config=warn,aws_runtime=warn,aws_sdk_lambda=warn,aws_sdk_sts=warn,aws_smithy_http_client=warn,\
    aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,h2=warn,hyper=warn,hyper_util=warn,rustls=warn";

/// There is one log in a process.
static STDERR: OnceLock<Stderr> = OnceLock::new();

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("{origin} names no level: {help}")]
    Level { origin: &'static str, help: String },
    #[error("{VARIABLE} is not UTF-8")]
    Variable,
    #[error("there is no thread for it: {0}")]
    Thread(std::io::Error),
    #[error("logging has already been started")]
    Twice,
}

/// How long the last lines may take to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// The log of the process. When it goes, it waits for the last lines, but not long.
pub struct Logs(Stderr);

impl Logs {
    /// Sends log lines to stderr from now on, in the form and from the level that the settings or GANTRY_LOG ask for. `interactive` is whether
    /// a person reads them.
    pub fn start(log: &Log, interactive: bool) -> Result<Self, LogError> {
        let variable = match std::env::var(VARIABLE) {
            Ok(directives) => Some(directives),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => return Err(LogError::Variable),
        };
        let filter = filter(variable.as_deref(), log)?;
        let stderr = Stderr::start(log.format == LogFormat::Json).map_err(LogError::Thread)?;
        STDERR.set(stderr.clone()).map_err(|_| LogError::Twice)?;
        let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let (line, writer) = (LogLine { form: LineForm::of(log.format, interactive), color }, stderr.clone());
        let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone()).event_format(line);
        let lines = lines.with_filter(filter.and(filter_fn(|event| may_be_logged(event.target(), *event.level()))));
        tracing_subscriber::registry().with(lines).try_init().map_err(|_| LogError::Twice)?;
        log_panics();
        Ok(Logs(stderr))
    }

    /// The way to stderr for texts that are no log lines.
    pub fn stderr(&self) -> Stderr {
        self.0.clone()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        self.0.flush(PATIENCE);
    }
}

/// How many log lines of this process were dropped.
pub(super) fn dropped_lines() -> u64 {
    STDERR.get().map_or(0, Stderr::dropped)
}

/// A panic is a defect of ours. Where it happened goes into the log; its message may hold a value and does not.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a step panicked; this is a defect of Gantry");
    }));
}

/// Whether a line may be in the log, whatever the directives ask for. Libraries write heads, bodies and identities below these
/// levels, and do not know which of it is secret.
fn may_be_logged(target: &str, level: Level) -> bool {
    match target.split("::").next().unwrap_or_default() {
        "gantry" => true,
        name if name.starts_with("aws_") => level <= Level::INFO,
        _ => level <= Level::DEBUG,
    }
}

fn filter(variable: Option<&str>, log: &Log) -> Result<EnvFilter, LogError> {
    let (origin, directives) = match variable.filter(|text| !text.trim().is_empty()) {
        Some(directives) => (VARIABLE, directives),
        None => ("`log.level` in the settings", &*log.level),
    };
    let wrong = |text| LogError::Level { origin, help: log_level_help(text) };
    if let Some(text) = wrong_log_level(directives) {
        return Err(wrong(text));
    }
    EnvFilter::try_new(format!("{QUIET},{directives}")).map_err(|_| wrong(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins_and_libraries_are_quiet() {
        let log = Log { level: "debug".to_owned(), ..Log::default() };
        assert!(filter(None, &log).unwrap().to_string().contains("debug"));
        let filter = filter(Some("warn,hyper=trace"), &log).unwrap().to_string();
        assert!(
            !filter.contains("debug") && filter.contains("hyper=trace") && !filter.contains("hyper=warn"),
            "{filter}"
        );
        assert!(filter.contains("h2=warn"), "{filter}");
    }

    #[test]
    fn no_directive_shows_what_libraries_write_of_requests() {
        assert!(may_be_logged("gantry::aws", Level::TRACE) && may_be_logged("hyper::client", Level::DEBUG));
        assert!(!may_be_logged("aws_smithy_runtime::client", Level::DEBUG) && may_be_logged("aws_config", Level::INFO));
        assert!(!may_be_logged("h2::codec", Level::TRACE));
    }

    #[test]
    fn a_wrong_directive_names_where_it_stands() {
        let log = Log { level: "gantry=loud".to_owned(), ..Log::default() };
        assert!(filter(None, &log).unwrap_err().to_string().contains("log.level"));
        assert!(filter(Some("gantry=loud"), &Log::default()).unwrap_err().to_string().starts_with("GANTRY_LOG"));
    }
}
