//! The answer of an authorizer.

use bytes::Bytes;

use crate::aws::iam::{Asked, Decision, decide};
use crate::value::{Kind, Value, ValueRef};

/// The longest answer.
const LONGEST: usize = 64 * 1024;

/// The rules that answers follow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Those of REST APIs.
    pub strict: bool,
    /// `isAuthorized` in place of a policy document.
    pub simple: bool,
}

/// An answer of the right shape, and its decision about one request.
#[derive(Debug)]
pub(super) struct Answer {
    pub decision: Decision,
    pub principal: Option<Value>,
    /// A map.
    pub context: Value,
}

impl Rules {
    /// Reads an answer. The error says why it is none.
    pub(super) fn read(self, answer: &Bytes, asked: &Asked<'_>) -> Result<Answer, &'static str> {
        if answer.len() > LONGEST {
            return Err("the answer of the authorizer is larger than 64 KB");
        }
        let answer = Value::read_unique(answer.clone())
            .map_err(|_| "the answer of the authorizer is not JSON, or has a member twice")?;
        let decision = match self.simple {
            true => match answer.get("isAuthorized").map(|one| one.to_value()).as_ref().map(Value::kind) {
                Some(Kind::Bool(true)) => Decision::Allowed,
                Some(Kind::Bool(false)) => Decision::NotAllowed,
                _ => return Err("the answer of the authorizer has no `isAuthorized` that is true or false"),
            },
            false => decide(
                answer.get("policyDocument").ok_or("the answer of the authorizer has no `policyDocument`")?,
                asked,
            )?,
        };
        let principal = answer.get("principalId").filter(|principal| !principal.is_null());
        if self.strict && principal.and_then(ValueRef::as_str).is_none_or(str::is_empty) {
            return Err("the answer of the authorizer has no `principalId` that is a text");
        }
        let principal = principal.map(ValueRef::to_value);
        Ok(Answer { decision, principal, context: self.context(&answer)? })
    }

    /// The context: in REST APIs only texts, numbers and booleans, all as texts.
    fn context(self, answer: &Value) -> Result<Value, &'static str> {
        let Some(context) = answer.get("context").filter(|context| !context.is_null()) else {
            return Ok(Value::empty_object());
        };
        let members = context.as_object().ok_or("the `context` of the authorizer's answer is not a map")?;
        if !self.strict {
            return Ok(context.to_value());
        }
        if members.values().any(ValueRef::is_compound) {
            return Err("the `context` of the authorizer's answer has a map or a list in it");
        }
        let texts = members.iter().filter(|(_, value)| !value.is_null());
        Ok(Value::object(texts.map(|(name, value)| (name, Value::from(&*value.to_text())))))
    }
}
