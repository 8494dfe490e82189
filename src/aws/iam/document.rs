//! A policy document, held against a request.

use super::condition;
use super::facts::Facts;
use super::known::{all, any, not};
use super::pattern::{Budget, fits};
use crate::value::{Kind, ValueRef};

/// The action of every call of an API.
const ACTION: &str = "execute-api:Invoke";

/// The most statements of a document.
const MOST_STATEMENTS: usize = 1000;

/// The longest pattern of a resource, as AWS has it.
const LONGEST_RESOURCE: usize = 512;

/// A call of an API.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The ARN of the method with the path as it was sent.
    pub resource: &'a str,
    /// The same with the path decoded. A statement that denies is held against both, so that no spelling goes around it.
    pub decoded: &'a str,
    pub facts: Facts<'a>,
}

/// The result of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allowed,
    /// A statement denies the call.
    Denied,
    /// No statement is about the call.
    NotAllowed,
}

/// The decision of a document, or why it is none. A statement that denies wins.
pub fn decide(document: ValueRef<'_>, asked: &Asked<'_>) -> Result<Decision, &'static str> {
    let statements = document.get("Statement").ok_or("the policy document has no `Statement`")?;
    let statements: Vec<_> = match statements.kind() {
        Kind::List(list) if list.len() > MOST_STATEMENTS => return Err("the policy document has too many statements"),
        Kind::List(list) => list.iter().collect(),
        _ => vec![statements],
    };
    let budget = Budget::new();
    let (mut allowed, mut denied) = (false, false);
    for statement in statements {
        let statement = Statement::read(statement)?;
        let applies = statement.applies(asked, &budget);
        match statement.denies {
            true => denied |= applies != Some(false),
            false => allowed |= applies == Some(true),
        }
    }
    match (denied, allowed) {
        _ if budget.is_spent() => Err("the patterns of the policy document take too long"),
        (true, _) => Ok(Decision::Denied),
        (false, true) => Ok(Decision::Allowed),
        (false, false) => Ok(Decision::NotAllowed),
    }
}

/// A statement of the right shape.
struct Statement<'a> {
    denies: bool,
    actions: Patterns<'a>,
    resources: Patterns<'a>,
    condition: Option<ValueRef<'a>>,
}

/// A list of patterns, or everything but it.
struct Patterns<'a> {
    is_negated: bool,
    texts: Vec<&'a str>,
}

impl<'a> Statement<'a> {
    fn read(statement: ValueRef<'a>) -> Result<Self, &'static str> {
        let denies = match statement.get("Effect").and_then(ValueRef::as_str) {
            Some("Allow") => false,
            Some("Deny") => true,
            _ => return Err("a statement has no `Effect` that is `Allow` or `Deny`"),
        };
        let actions = Patterns::read(statement, "Action", "NotAction")
            .ok_or("a statement has no `Action`, or one that is neither a text nor a list of texts")?;
        let resources = Patterns::read(statement, "Resource", "NotResource")
            .ok_or("a statement has no `Resource`, or one that is neither a text nor a list of texts")?;
        if resources.texts.iter().any(|text| text.len() > LONGEST_RESOURCE) {
            return Err("a `Resource` has more than 512 characters");
        }
        let condition = statement.get("Condition").filter(|condition| !condition.is_null());
        Ok(Statement { denies, actions, resources, condition })
    }

    /// Whether it is about the call; `None` where that is not known.
    fn applies(&self, asked: &Asked<'_>, budget: &Budget) -> Option<bool> {
        let actions = self
            .actions
            .texts
            .iter()
            .map(|text| fits(&text.to_ascii_lowercase(), &ACTION.to_ascii_lowercase(), budget));
        let action = any(actions);
        let action = if self.actions.is_negated { not(action) } else { action };
        let condition =
            self.condition.map_or(Some(true), |condition| condition::holds(condition, &asked.facts, budget));
        all([action, self.is_about(asked, budget), condition])
    }

    /// Whether it is about the resource. One of two spellings is enough to deny. To allow, the spelling that was sent has to be in
    /// the list, and neither may be in a list of exceptions.
    fn is_about(&self, asked: &Asked<'_>, budget: &Budget) -> Option<bool> {
        let listed = |spelling: &str| any(self.resources.texts.iter().map(|text| fits(text, spelling, budget)));
        let sent = listed(asked.resource);
        if asked.decoded == asked.resource {
            return if self.resources.is_negated { not(sent) } else { sent };
        }
        match (self.resources.is_negated, self.denies) {
            (false, true) => any([sent, listed(asked.decoded)]),
            (false, false) => sent,
            (true, true) => any([not(sent), not(listed(asked.decoded))]),
            (true, false) => all([not(sent), not(listed(asked.decoded))]),
        }
    }
}

impl<'a> Patterns<'a> {
    /// Exactly one of the two keys has to be there.
    fn read(statement: ValueRef<'a>, key: &str, negated: &str) -> Option<Self> {
        let (is_negated, value) = match (statement.get(key), statement.get(negated)) {
            (Some(value), None) => (false, value),
            (None, Some(value)) => (true, value),
            _ => return None,
        };
        let texts: Option<Vec<&str>> = match value.kind() {
            Kind::String(text) => Some(vec![text]),
            Kind::List(list) => list.iter().map(ValueRef::as_str).collect(),
            _ => None,
        };
        Some(Patterns { is_negated, texts: texts.filter(|texts| !texts.is_empty())? })
    }
}
