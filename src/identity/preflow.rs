//! Refusals as the v5 engine words them: before the assembly runs, every one has the same name and says nearly nothing.

use std::borrow::Cow;

use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};

use super::Stranger;
use crate::base::Generation;
use crate::runtime::{Fault, FaultSource, PREFLOW, PREFLOW_MESSAGE, kinds};

/// The fault of a caller that no application is known for.
pub fn stranger_fault(stranger: Stranger, generation: Generation) -> Fault {
    let refused = |kind, message: &str| Fault::new(kind, FaultSource::Client, message);
    match (generation, stranger) {
        (Generation::V5, Stranger::Unknown) => in_v5(refused(&kinds::UNAUTHORIZED, PREFLOW_MESSAGE)),
        (Generation::V5, Stranger::Unsubscribed | Stranger::Disabled) => {
            in_v5(refused(&kinds::UNAUTHORIZED, "Subscription is not active."))
        }
        (Generation::V10, Stranger::Unknown | Stranger::Unsubscribed) => {
            refused(&kinds::UNAUTHORIZED, "Invalid client id or secret.")
        }
        (Generation::V10, Stranger::Disabled) => refused(&kinds::FORBIDDEN, "The application is disabled."),
    }
}

/// A refusal of a security check in the words of this generation.
pub fn security_fault(mut fault: Fault, generation: Generation) -> Fault {
    if generation == Generation::V10 {
        return fault;
    }
    fault.message = PREFLOW_MESSAGE.to_owned();
    for (name, value) in &mut fault.headers {
        if *name == WWW_AUTHENTICATE && value.as_bytes().starts_with(b"Basic ") {
            *value = HeaderValue::from_static("Basic realm=\"apim\"");
        }
    }
    in_v5(fault)
}

fn in_v5(mut fault: Fault) -> Fault {
    fault.name = Cow::Borrowed(PREFLOW);
    if fault.status == StatusCode::FORBIDDEN {
        fault.status = StatusCode::UNAUTHORIZED;
    }
    fault
}
