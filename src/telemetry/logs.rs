//! Log lines on stderr.

use std::env::VarError;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::settings::{Log, LogFormat};

/// The variable whose value wins over the level in the settings.
const VARIABLE: &str = "GANTRY_LOG";

/// Libraries that talk about every connection. Directives of the user's come later and win.
const QUIET: &str = "aws_config=warn,aws_runtime=warn,aws_sdk_lambda=warn,aws_sdk_sts=warn,aws_smithy_http_client=warn,\
    aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,h2=warn,hyper=warn,hyper_util=warn,rustls=warn";

/// Why logging could not start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("{origin} is neither a level nor a list of directives such as `info,gantry::aws=debug`: {cause}")]
    Directives { origin: &'static str, cause: ParseError },
    #[error("{VARIABLE} is not UTF-8")]
    Variable,
    #[error("logging has already been started")]
    Twice,
}

/// Sends log lines to stderr from now on, in the form and from the level that the settings or GANTRY_LOG ask for.
pub fn init(log: &Log) -> Result<(), LogError> {
    let variable = match std::env::var(VARIABLE) {
        Ok(directives) => Some(directives),
        Err(VarError::NotPresent) => None,
        Err(VarError::NotUnicode(_)) => return Err(LogError::Variable),
    };
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter(variable.as_deref(), log)?).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            lines.with_ansi(colour).try_init()
        }
    };
    started.map_err(|_| LogError::Twice)?;
    log_panics();
    Ok(())
}

/// A panic is a defect of ours. Where it happened goes into the log; its message may hold a value and does not.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a step panicked; this is a defect of Gantry");
    }));
}

fn filter(variable: Option<&str>, log: &Log) -> Result<EnvFilter, LogError> {
    let (origin, directives) = match variable.filter(|text| !text.trim().is_empty()) {
        Some(directives) => (VARIABLE, directives),
        None => ("`log.level` in the settings", &*log.level),
    };
    EnvFilter::try_new(format!("{QUIET},{directives}")).map_err(|cause| LogError::Directives { origin, cause })
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
    fn a_wrong_directive_names_where_it_stands() {
        let log = Log { level: "gantry=loud".to_owned(), ..Log::default() };
        assert!(filter(None, &log).unwrap_err().to_string().contains("log.level"));
        assert!(filter(Some("gantry=loud"), &Log::default()).unwrap_err().to_string().starts_with("GANTRY_LOG"));
    }
}
