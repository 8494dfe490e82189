//! `gantry event`: the event of a function for a request, as the gateway makes it.

use super::arguments::EventArguments;
use super::eval::{read, read_header};
use super::exit::Exit;
use super::print::{self, findings_to_stderr};
use super::serve::block_on;
use crate::base::{Findings, Sources};
use crate::load::Paths;
use crate::settings::{self, FunctionNames, LocalService};
use crate::source::ProcessEnvironment;
use crate::test::{Asked, Event, events};
use crate::value::Secret;

/// The region of functions where the settings name none.
const REGION: &str = "us-east-1";

pub fn run(arguments: &EventArguments) -> Exit {
    match asked(arguments) {
        Ok(asked) => block_on(show(arguments, asked)),
        Err(message) => {
            complain!("{message}");
            Exit::Failed
        }
    }
}

fn asked(arguments: &EventArguments) -> Result<Asked, String> {
    let mut headers = arguments.header.iter().map(|text| read_header(text)).collect::<Result<Vec<_>, String>>()?;
    let body = arguments.body.as_deref().map(read).transpose()?.unwrap_or_default();
    let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if !has_type && body.trim_start().starts_with(['{', '[']) {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
    let method = arguments.method.to_ascii_uppercase();
    Ok(Asked { method, path: arguments.path.clone(), headers, body })
}

async fn show(arguments: &EventArguments, asked: Asked) -> Exit {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let settings = settings::read(arguments.settings.as_deref(), &ProcessEnvironment, &mut sources, &mut findings);
    findings_to_stderr(&findings, &sources);
    let Ok(settings) = settings else { return Exit::Findings };
    let (startup, mut live) = settings.split();
    // As in `dev`, functions are at hand and a made-up application may call; no call leaves the process.
    live.aws.local = Some(LocalService {
        endpoint: "http://127.0.0.1:1".to_owned(),
        region: live.aws.region.clone().unwrap_or_else(|| REGION.to_owned()),
        access_key_id: "local".to_owned(),
        secret_access_key: Secret::new("local"),
        functions: FunctionNames::default(),
    });
    let paths = Paths { documents: &arguments.documents, files_from: &arguments.files.files_from };
    let events = match events(paths, (&startup.server, &live), &ProcessEnvironment, asked).await {
        Ok(Ok(events)) => events,
        Ok(Err(message)) => {
            complain!("{message}");
            return Exit::Usage;
        }
        Err(load) => {
            findings_to_stderr(&load.findings, &load.sources);
            return Exit::Findings;
        }
    };
    let Some(Event { function, payload }) = arguments.call.checked_sub(1).and_then(|at| events.events.get(at)) else {
        let body = String::from_utf8_lossy(&events.body);
        complain!(
            "the request called {}, and was answered {}: {}",
            print::count(events.events.len(), "function"),
            events.status,
            crate::base::Printable(body.trim())
        );
        return Exit::Findings;
    };
    complain!("the event of `{function}`:");
    print::text(&(print::json(&String::from_utf8_lossy(payload)) + "\n"));
    Exit::Good
}
