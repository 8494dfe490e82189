//! `invoke` against real services on the loopback interface.

mod answers;
mod cache;
mod faults;
mod headers;
mod hosts;
mod redirects;
mod refused;
mod secrets;
mod signed;
mod uploads;
mod upstreams;
mod urls;

use crate::test_support::{Gateway, Loaded, Recorded, Reply, Setup, TestServer, json_reply};

/// A service that answers `{"answer": 42}` to everything, and a gateway before it.
struct Bench {
    service: TestServer,
    gateway: Gateway,
}

impl Bench {
    /// The assembly reaches the service as `${UPSTREAM}`.
    fn new(assembly: &str) -> Self {
        Bench::answering(assembly, |_| json_reply(200, r#"{"answer": 42}"#))
    }

    fn answering(assembly: &str, answer: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        let service = TestServer::start(answer);
        let loaded = Setup::default().env("UPSTREAM", service.url("")).assembly(assembly);
        // A catch of calls that go on is told, and these tests have some.
        let others: Vec<String> =
            loaded.findings().into_iter().filter(|line| !line.contains(" G0204 no step ")).collect();
        assert_eq!(others, [""; 0]);
        let gateway = loaded.serve();
        Bench { service, gateway }
    }

    /// The only request that the service has seen.
    fn seen(&self) -> Recorded {
        let seen = self.service.requests();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }
}

/// One `invoke` with these properties, as a flow map.
fn invoke(properties: &str) -> String {
    format!("execute:\n  - invoke: {{{properties}}}")
}

/// Loads one `invoke`; its map starts at line 6, column 15.
fn loaded(properties: &str) -> Loaded {
    Setup::default().assembly(&invoke(properties))
}
