use std::sync::Arc;

use http::header::{HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use zeroize::Zeroizing;

use crate::expression::{Reference, Scope, Template};
use crate::identity::{Approval, Denial, Refusal, Sent, UserRegistry, basic, basic_of, fault, keep, name_and_password};
use crate::policy::kit::pcre::Pattern;
use crate::runtime::{Context, Fault, FaultSource, Fetches, Next, Outcome, Step, kinds};
use crate::value::Value;

/// A compiled `user-security`.
pub(super) struct UserStep {
    pub identity: Identity,
    pub extract_stops: bool,
    pub asked: Asked,
    pub ask_stops: bool,
    /// Whether the flow ends for people whom no registry knows.
    pub asks_whether_known: bool,
    /// The variable that receives the person.
    pub variable: Reference,
    /// The variable that receives the reason of a refusal.
    pub error: Reference,
    pub headers: Pattern,
    pub credential: HeaderName,
}

/// The source of name and password.
pub(super) enum Identity {
    Header,
    Variables {
        user: Template,
        password: Template,
    },
    /// An earlier step found the person.
    Earlier,
}

/// The registry that is asked.
pub(super) enum Asked {
    /// `None` only where nothing is served.
    Registry(Option<Arc<UserRegistry>>),
    Nobody,
}

/// A person, as far as they are known.
struct Person {
    name: String,
    header: HeaderValue,
}

impl Step for UserStep {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        Outcome::wait(self.person(cx))
    }
}

impl UserStep {
    /// Variables that the step reads.
    pub fn reads(&self) -> Vec<Reference> {
        match &self.identity {
            Identity::Variables { user, password } => {
                [user, password].into_iter().flat_map(Template::references).cloned().collect()
            }
            Identity::Header | Identity::Earlier => Vec::new(),
        }
    }

    async fn person(&self, cx: &mut Context) -> Result<Next, Fault> {
        let person = match &self.identity {
            Identity::Earlier => None,
            _ => {
                let person = self.extract(cx);
                match &person {
                    Some(person) => keep(&self.variable, self.known(&person.name, None), cx),
                    None => {
                        // The user of an earlier step does not call now.
                        keep(&self.variable, Value::NULL, cx);
                        self.fail("the request names nobody", self.extract_stops, cx)?;
                    }
                }
                person
            }
        };
        self.ask(person, cx).await?;
        if self.asks_whether_known && !self.is_known(cx) {
            self.fail("nobody is known who may go on", true, cx)?;
        }
        Ok(Next::Continue)
    }

    fn extract(&self, cx: &Context) -> Option<Person> {
        match &self.identity {
            Identity::Header => {
                let Sent::Something(header) = basic(&cx.state.request.headers) else { return None };
                Some(Person { name: name_and_password(header)?.0, header: header.clone() })
            }
            Identity::Variables { user, password } => {
                let name = user.text(cx).into_owned();
                let password = Zeroizing::new(password.text(cx).into_owned());
                let header = basic_of(&name, &password).filter(|_| !name.is_empty())?;
                Some(Person { name, header })
            }
            Identity::Earlier => None,
        }
    }

    async fn ask(&self, person: Option<Person>, cx: &mut Context) -> Result<(), Fault> {
        let registry = match &self.asked {
            Asked::Nobody => return Ok(()),
            Asked::Registry(registry) => registry,
        };
        let Some(person) = person else {
            return match self.is_known(cx) {
                true => Ok(()),
                false => self.fail("there is nobody to ask about", self.ask_stops, cx),
            };
        };
        let Some(registry) = registry else {
            return Err(Fault::new(&kinds::RUNTIME, FaultSource::Gateway, "the settings have no such registry"));
        };
        let mut fetches = Fetches::default();
        let approval = registry.approve(&person.header, &mut fetches).await;
        cx.state.trace_fetches(fetches);
        match approval {
            Ok(approval) => {
                keep(&self.variable, self.known(&person.name, Some(&approval)), cx);
                Ok(())
            }
            Err(Denial::Refused) => self.fail("name or password is wrong", self.ask_stops, cx),
            Err(Denial::Unavailable(reason)) if self.ask_stops => Err(fault(&[Refusal::Unavailable(reason)])),
            Err(Denial::Unavailable(reason)) => {
                tracing::warn!(request_id = %cx.state.request.id, "a user cannot be authenticated, and the flow goes on: {reason}");
                self.fail("the registry does not answer", false, cx)
            }
        }
    }

    /// The value of the person's variable.
    fn known(&self, name: &str, approval: Option<&Approval>) -> Value {
        let answered = approval.map(|approval| &approval.headers);
        let credential = answered.and_then(|headers| headers.get(&self.credential)?.to_str().ok());
        let headers = answered.map_or(Value::NULL, |headers| self.kept(headers));
        let members = [
            ("username", Value::from(name)),
            ("credential", approval.map_or(Value::NULL, |_| credential.unwrap_or(name).into())),
            ("authenticated", Value::from(approval.is_some())),
            ("headers", headers),
        ];
        Value::object(members.into_iter().filter(|(_, value)| !value.is_null()))
    }

    fn kept(&self, headers: &HeaderMap) -> Value {
        let kept = headers.iter().filter(|(name, _)| self.headers.is_match(name.as_str()));
        Value::object(kept.filter_map(|(name, value)| Some((name.as_str(), Value::from(value.to_str().ok()?)))))
    }

    fn is_known(&self, cx: &Context) -> bool {
        cx.get(&self.variable).get("authenticated") == Some(Value::from(true).view())
    }

    /// Keeps the reason, and ends the flow where it has to.
    fn fail(&self, reason: &str, stops: bool, cx: &mut Context) -> Result<(), Fault> {
        keep(&self.error, reason.into(), cx);
        if !stops {
            return Ok(());
        }
        let challenge = HeaderValue::from_static("Basic realm=\"gantry\", charset=\"UTF-8\"");
        let message = "The user cannot be authenticated.";
        let fault = Fault::new(&kinds::UNAUTHORIZED, FaultSource::Client, message).with_cause(reason);
        Err(fault.with_header(WWW_AUTHENTICATE, challenge))
    }
}
