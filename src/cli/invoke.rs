//! `gantry invoke`: one function, one event, without a document around it.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;

use super::arguments::InvokeArguments;
use super::exit::Exit;
use super::serve::block_on;
use super::{dev, print};
use crate::base::{nearest, quoted_list};
use crate::local_lambda::LocalLambda;

/// How long the last words of a handler may take to be printed.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub fn run(arguments: &InvokeArguments) -> Exit {
    let event = match event(arguments.event.as_deref()) {
        Ok(event) => event,
        Err(message) => {
            complain!("{message}");
            return Exit::Failed;
        }
    };
    block_on(invoke(arguments, event))
}

async fn invoke(arguments: &InvokeArguments, event: Bytes) -> Exit {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = dev::options(listen, dev::region(), arguments.functions.clone());
    let lambda = match LocalLambda::start(options).await {
        Ok(lambda) => lambda,
        Err(error) => return dev::not_started(error),
    };
    let notices = tokio::spawn(dev::print_notices(lambda.notices(), |line| complain!("{line}")));
    let invoked = lambda.invoke(&arguments.function, event).await;
    let functions = lambda.functions();
    lambda.shutdown().await;
    let _ = tokio::time::timeout(LAST_WORDS, notices).await;
    match invoked {
        Ok(invoked) => {
            print::bytes(&[&*invoked.payload, b"\n"].concat());
            if invoked.failed { Exit::Findings } else { Exit::Good }
        }
        Err(refusal) => {
            complain!("{refusal}");
            complain!("{}", there_is(&arguments.function, &functions));
            Exit::Failed
        }
    }
}

/// The functions that could be called instead.
fn there_is(asked: &str, functions: &[String]) -> String {
    let near = nearest(asked, functions.iter().map(String::as_str));
    match (near.as_slice(), functions) {
        ([], []) => "there are no functions here; name their folder with `--functions DIR`".to_owned(),
        ([], all) => format!("there are {}", quoted_list(&all.iter().map(String::as_str).collect::<Vec<_>>())),
        (near, _) => format!("did you mean {}?", quoted_list(near)),
    }
}

/// The event of a file, checked here so that a mistake has its place.
fn event(file: Option<&Path>) -> Result<Bytes, String> {
    let Some(file) = file else { return Ok(Bytes::from_static(b"{}")) };
    let (name, read) = match file.as_os_str() == "-" {
        true => {
            let mut bytes = Vec::new();
            ("stdin".to_owned(), std::io::stdin().read_to_end(&mut bytes).map(|_| bytes))
        }
        false => (file.display().to_string(), std::fs::read(file)),
    };
    let bytes = read.map_err(|error| format!("{name}: the event cannot be read: {error}"))?;
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
        let text = error.to_string();
        let reason = text.split(" at line ").next().unwrap_or_default();
        return Err(format!("{name}:{}:{}: the event is not JSON: {reason}", error.line(), error.column()));
    }
    Ok(Bytes::from(bytes))
}
