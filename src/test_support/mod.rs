//! Parts of tests that several rooms share: a document's text becomes a snapshot, a request becomes its response, all in this
//! process; only services that a step calls are on real sockets, and those on the loopback interface.

mod ask;
mod examples;
mod frames;
mod functions;
pub(crate) mod keys;
mod request;
mod setup;
mod skip;
pub(crate) mod suites;

pub(crate) use crate::aws::credentials::tests::sts;
pub(crate) use crate::http_client::test_server::{Answer as Reply, Recorded, TestServer, closed_port};
pub(crate) use crate::http_client::test_tls::Authority;
pub(crate) use ask::{Answer, Ask, Gateway};
pub(crate) use frames::stream_event;
pub(crate) use functions::Functions;
pub(crate) use request::{client_certificate, request};
pub(crate) use setup::{Loaded, Setup, document, ibm_document};
pub(crate) use skip::skipped;

/// Loads a document whose `x-assembly` is this text, with nothing special around it.
pub(crate) fn assembly(text: &str) -> Loaded {
    Setup::default().assembly(text)
}

/// An answer with a JSON body.
pub(crate) fn json_reply(status: u16, body: &str) -> Reply {
    Reply::Reply(status, vec![("content-type", "application/json".to_owned())], body.as_bytes().to_vec())
}
