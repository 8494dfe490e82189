use http::header::CONTENT_TYPE;

use crate::expression::{Builtin, Root};
use crate::runtime::{Context, Outcome, Step};
use crate::value::{Body, JSON, Message, Value};

/// A compiled `ratelimitinfo`.
pub(super) struct RatelimitInfo {
    pub output: Root,
}

impl Step for RatelimitInfo {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let number = |number: u64| Value::from(i64::try_from(number).unwrap_or(i64::MAX));
        let limits = cx.state.budget.limits.all().iter().map(|limit| {
            Value::object([
                ("name", Value::from(&*limit.name)),
                ("limit", number(limit.limit)),
                ("remaining", number(limit.remaining)),
                ("reset", number(limit.reset.as_secs())),
            ])
        });
        let body = Value::object([("limits", Value::list(limits))]);
        if self.output == Root::Builtin(Builtin::Message) {
            cx.state.outgoing.message.body = Body::Value(body);
            return Outcome::done();
        }
        let mut message = Message { body: Body::Value(body), ..Message::default() };
        message.headers.insert(CONTENT_TYPE, JSON);
        cx.state.put_output(&self.output, message);
        Outcome::done()
    }
}
