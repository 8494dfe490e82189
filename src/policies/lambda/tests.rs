//! `lambda` against real handlers of the embedded service, and against a service made up for the test.

mod cache;
mod call_options;
mod faults;
mod function_choice;
mod ibm;
mod limits;
mod payloads;
mod refused;
mod results;
mod streams;
mod tls;
mod wire;

use crate::test_support::{Gateway, Recorded, Reply, Setup, TestServer};

/// A stand-in for the Lambda service that answers as told, and a gateway before it.
struct Bench {
    service: TestServer,
    gateway: Gateway,
}

impl Bench {
    fn answering(assembly: &str, answer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        let service = TestServer::start(answer);
        let gateway = Setup::with_lambda_at(service.url("")).assembly(assembly).serve_cleanly();
        Bench { service, gateway }
    }

    /// The only call that the service has seen.
    fn seen(&self) -> Recorded {
        let seen = self.service.requests();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }
}

/// One `lambda` with these properties, as a flow map; its map starts at line 6, column 15.
fn lambda(properties: &str) -> String {
    format!("execute:\n  - lambda: {{{properties}}}")
}

/// A catch whose body is this text.
fn answering_all(text: &str) -> String {
    format!("\ncatch:\n  - default:\n      - set-variable: {{actions: [{{set: message.body, value: '{text}'}}]}}")
}

fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Reply::Reply(status, headers, body.as_bytes().to_vec())
}
