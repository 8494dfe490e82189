//! The message that the next call sends and the client receives.

use http::header::{HeaderName, HeaderValue};

use crate::value::Message;

/// `message`, and what of the response does not depend on it.
#[derive(Default)]
pub struct Outgoing {
    pub message: Message,
    /// Headers of `message` that a step has set. While `message` is still the request, only these go to the client.
    pub touched_headers: Vec<HeaderName>,
    /// A call has replaced `message`, so it is a response now.
    pub is_response: bool,
    /// Changes of the response's head that stay whatever becomes of `message`.
    pub answer_headers: Vec<AnswerHeader>,
}

/// A change of the response's head that neither a call's answer nor an error document undoes.
#[derive(Debug, Clone)]
pub enum AnswerHeader {
    Set(HeaderName, HeaderValue),
    Add(HeaderName, HeaderValue),
    Remove(HeaderName),
}

impl Outgoing {
    /// Puts the changes of the head on a response.
    pub(super) fn finish(&self, message: &mut Message) {
        for change in &self.answer_headers {
            match change {
                AnswerHeader::Set(name, value) => drop(message.headers.insert(name, value.clone())),
                AnswerHeader::Add(name, value) => drop(message.headers.append(name, value.clone())),
                AnswerHeader::Remove(name) => drop(message.headers.remove(name)),
            }
        }
    }
}
