//! The applications that may call an API, as a load knows them: by their ids, with their plans.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest as hash};

use super::limit::Limit;
use crate::openapi::Api;
use crate::runtime::{Caller, CallerNames};
use crate::settings::{ApplicationState, Clients, OperationLimits, Plan, PlanLimit};
use crate::value::Value;

/// The applications of an API.
#[derive(Default)]
pub struct Directory {
    by_id: HashMap<Arc<str>, usize>,
    members: Vec<Member>,
    /// The ids of applications without subscriptions.
    unsubscribed: HashSet<Arc<str>>,
}

/// An application under the plan that it has subscribed to.
pub struct Member {
    secret: Option<[u8; 32]>,
    enabled: bool,
    pub caller: Arc<Caller>,
    /// The plan's limits.
    limits: Box<[Limit]>,
    /// Those of operations that have their own, by the number of the operation.
    by_operation: HashMap<usize, Box<[Limit]>>,
}

/// Why an application may not call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    Unknown,
    /// It has subscribed to nothing.
    Unsubscribed,
    /// It is known, with its secret where that is asked for, and switched off.
    Disabled,
}

// === impl Directory ===

impl Directory {
    /// The applications that have subscribed to a product with this API.
    pub fn of(clients: &Clients, api: &Api) -> Self {
        let mut directory = Directory::default();
        for (name, application) in &clients.applications {
            if application.subscriptions.is_empty() {
                directory.unsubscribed.insert(application.client_id.as_str().into());
            }
            let subscribed = application.subscriptions.iter().find(|subscription| {
                let product = clients.products.get(&subscription.product);
                product.is_some_and(|product| product.apis.iter().any(|one| names(one, api)))
            });
            let Some(subscription) = subscribed else { continue };
            let Some(plan) = clients.plans.get(&subscription.plan) else { continue };
            let number = directory.members.len();
            let place = (name.as_str(), subscription.plan.as_str(), api);
            directory.members.push(Member {
                secret: application.client_secret_sha256.as_deref().and_then(digest),
                enabled: application.state == ApplicationState::Enabled,
                caller: Arc::new(caller(number, name, application, &subscription.plan, plan)),
                limits: counted(place, None, &plan.burst_limits, &plan.rate_limits),
                by_operation: by_operation(place, plan),
            });
            directory.by_id.insert(application.client_id.as_str().into(), number);
        }
        directory
    }

    /// The application with this id; where a secret is asked for, only with that.
    pub fn find(&self, id: &str, secret: Option<&str>) -> Result<&Member, Stranger> {
        let member = self.by_id.get(id).map(|number| &self.members[*number]);
        let known = match secret {
            None => member,
            Some(secret) => {
                // The comparison takes as long for an application that does not exist.
                let sent = hash(&SHA256, secret.as_bytes());
                let known = member.and_then(|member| member.secret).unwrap_or_default();
                let same = aws_lc_rs::constant_time::verify_slices_are_equal(sent.as_ref(), &known).is_ok();
                member.filter(|member| same && member.secret.is_some())
            }
        };
        match known {
            Some(member) if member.enabled => Ok(member),
            Some(_) => Err(Stranger::Disabled),
            None if self.unsubscribed.contains(id) => Err(Stranger::Unsubscribed),
            None => Err(Stranger::Unknown),
        }
    }

    /// The limits of a caller for an operation.
    pub fn limits(&self, caller: &Caller, operation: usize) -> &[Limit] {
        let Some(member) = self.members.get(caller.number) else { return &[] };
        member.by_operation.get(&operation).unwrap_or(&member.limits)
    }
}

/// `NAME`, `NAME:VERSION` or `*`.
fn names(text: &str, api: &Api) -> bool {
    match text.split_once(':') {
        _ if text == "*" => true,
        Some((name, version)) => *name == *api.name && *version == *api.version,
        None => *text == *api.name,
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

fn caller(number: usize, name: &str, application: &crate::settings::Application, plan: &str, of: &Plan) -> Caller {
    let text = |text: &str| Value::from(text);
    let title = application.title.as_deref().unwrap_or(name);
    let metadata = application.metadata.iter().map(|(name, value)| (Arc::<str>::from(name.as_str()), text(value)));
    let app = Value::object([
        ("id", text(&application.client_id)),
        ("name", text(title)),
        ("lifecycle-state", text("PRODUCTION")),
        ("metadata", Value::object(metadata)),
    ]);
    let organization = application.organization.as_deref().unwrap_or_default();
    let org = Value::object([("id", text(organization)), ("name", text(organization))]);
    let rate = of.rate_limits.values().next().map_or_else(String::new, |limit| limit.value.to_string());
    let shown = Value::object([
        ("id", text(plan)),
        ("name", text(plan)),
        ("version", text(of.version.as_deref().unwrap_or("1.0.0"))),
        ("rate-limit", text(&rate)),
    ]);
    let names = CallerNames { application: title.into(), plan: Some(plan.into()) };
    Caller { client: Value::object([("app", app), ("org", org)]), plan: shown, names, number }
}

type Named<'a> = &'a indexmap::IndexMap<String, PlanLimit>;

/// Where a limit counts: an application, its plan, an API.
type Place<'a> = (&'a str, &'a str, &'a Api);

fn counted(place: Place<'_>, operation: Option<usize>, burst: Named<'_>, rate: Named<'_>) -> Box<[Limit]> {
    let limit = |kind: &'static str, (name, limit): (&String, &PlanLimit)| {
        Limit::of_plan(kind, name, limit.value, limit.hard_limit, place, operation)
    };
    let burst = burst.iter().map(|one| limit("burst", one));
    burst.chain(rate.iter().map(|one| limit("rate", one))).collect()
}

fn by_operation(place: Place<'_>, plan: &Plan) -> HashMap<usize, Box<[Limit]>> {
    let mut all = HashMap::new();
    for (text, OperationLimits { rate_limits, burst_limits }) in &plan.operations {
        let found = place.2.operations.iter().position(|operation| {
            let is_id = operation.id.as_deref() == Some(text);
            let verb = operation.verb.as_ref().map_or("*", |verb| verb.as_str());
            is_id
                || text
                    .split_once(' ')
                    .is_some_and(|(one, path)| one.eq_ignore_ascii_case(verb) && path.trim() == &*operation.path.text)
        });
        if let Some(number) = found {
            all.insert(number, counted(place, Some(number), burst_limits, rate_limits));
        }
    }
    all
}
