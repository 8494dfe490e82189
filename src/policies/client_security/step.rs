use std::sync::Arc;

use super::sent::{Pair, Places};
use crate::identity::{Credentials, Denial, Directory, Refusal, UserRegistry, basic_of, fault};
use crate::runtime::{Caller, CallerNames, Context, Fault, FaultSource, Fetches, Next, Outcome, Step, kinds};
use crate::value::Value;

/// A compiled `client-security`.
pub(super) struct ClientStep {
    pub places: Places,
    pub knower: Knower,
    pub needs_secret: bool,
    pub stops: bool,
}

/// The source of known applications.
pub(super) enum Knower {
    Directory(Arc<Directory>),
    /// `None` only where nothing is served.
    Registry(Option<Arc<UserRegistry>>),
}

/// Why there is no application.
enum Unknown {
    Refused,
    Unavailable(String),
}

impl Step for ClientStep {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let pair = self.places.read(cx).filter(|(_, secret)| secret.is_some() || !self.needs_secret);
        match (&self.knower, pair) {
            (Knower::Directory(directory), Some((id, secret))) => {
                let secret = secret.as_ref().map(|secret| secret.as_str());
                let sent = Credentials { id: Some(&id), secret, plan: None };
                let known = directory.find(sent, cx.state.route.operation.number).ok();
                let caller = known.map(|member| member.caller.clone()).ok_or(Unknown::Refused);
                Outcome::Ready(self.finish(caller, cx))
            }
            (_, None) => Outcome::Ready(self.finish(Err(Unknown::Refused), cx)),
            (Knower::Registry(registry), Some(pair)) => Outcome::wait(async move {
                let mut fetches = Fetches::default();
                let caller = ask(registry.as_deref(), pair, &mut fetches).await;
                cx.state.trace_fetches(fetches);
                self.finish(caller, cx)
            }),
        }
    }
}

impl ClientStep {
    fn finish(&self, caller: Result<Arc<Caller>, Unknown>, cx: &mut Context) -> Result<Next, Fault> {
        // The application of an earlier step does not call now.
        let (caller, unknown) = match caller {
            Ok(caller) => (Some(caller), None),
            Err(unknown) => (None, Some(unknown)),
        };
        cx.state.identity.caller = caller;
        match unknown {
            Some(Unknown::Unavailable(reason)) if !self.stops => {
                tracing::warn!(request_id = %cx.state.request.id, "a client cannot be authenticated, and the flow goes on: {reason}");
                Ok(Next::Continue)
            }
            Some(Unknown::Refused) if self.stops => {
                let message = "Invalid client id or secret.";
                Err(Fault::new(&kinds::UNAUTHORIZED, FaultSource::Client, message))
            }
            Some(Unknown::Unavailable(reason)) => Err(fault(&[Refusal::Unavailable(reason)])),
            Some(Unknown::Refused) | None => Ok(Next::Continue),
        }
    }
}

async fn ask(
    registry: Option<&UserRegistry>,
    (id, secret): Pair,
    fetches: &mut Fetches,
) -> Result<Arc<Caller>, Unknown> {
    let Some(registry) = registry else { return Err(Unknown::Refused) };
    let secret = secret.as_ref().map_or("", |secret| secret.as_str());
    let header = basic_of(&id, secret).ok_or(Unknown::Refused)?;
    match registry.approve(&header, fetches).await {
        Ok(_) => {
            let app = Value::object([("id", Value::from(id.as_str())), ("name", id.as_str().into())]);
            // No plan of the settings is theirs.
            let number = usize::MAX;
            let names = CallerNames { application: Some(id.as_str().into()), plan: None };
            Ok(Arc::new(Caller { client: Value::object([("app", app)]), plan: Value::NULL, names, number }))
        }
        Err(Denial::Refused) => Err(Unknown::Refused),
        Err(Denial::Unavailable(reason)) => Err(Unknown::Unavailable(reason)),
    }
}
