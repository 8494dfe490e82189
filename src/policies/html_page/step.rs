use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::expression::{Builtin, Root};
use crate::runtime::{Context, Outcome, Step};
use crate::value::{Body, Message};

/// A compiled `html-page`.
pub(super) struct HtmlPage {
    pub page: Option<Bytes>,
    pub output: Root,
}

impl Step for HtmlPage {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let Some(page) = &self.page else { return Outcome::done() };
        let mut message = Message { body: Body::from_bytes(page.clone()), ..Message::default() };
        message.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if self.output == Root::Builtin(Builtin::Message) {
            cx.state.outgoing.message = message;
            // It is an answer now: nothing of the request goes out with it.
            cx.state.outgoing.is_response = true;
            return Outcome::done();
        }
        cx.state.put_output(&self.output, message);
        Outcome::done()
    }
}
