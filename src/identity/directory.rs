//! The applications that may call an API, as a load knows them: by their ids, with their plans.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest as hash};

use super::catalog::Catalog;
use super::limit::Limit;
use super::offer::{Offer, Offered, Which, operation_named};
use crate::base::Generation;
use crate::openapi::Api;
use crate::runtime::{Caller, CallerNames};
use crate::settings::{Application, ApplicationState, OperationLimits, Plan, PlanLimit};
use crate::value::Value;

/// The applications of an API.
#[derive(Default)]
pub struct Directory {
    applicants: Vec<Applicant>,
    by_id: HashMap<Arc<str>, usize>,
    /// By the hash of the secret; `None` where several applications have the same one.
    by_secret: HashMap<[u8; 32], Option<usize>>,
    members: Vec<Member>,
    /// Callers without an application, under the default plan.
    anonymous: Option<Arc<Caller>>,
    /// The same on the v5 engine, which counts them against the first plan that holds the API.
    anonymous_in_v5: Option<Arc<Caller>>,
}

/// An application of the clients' file.
struct Applicant {
    secret: Option<[u8; 32]>,
    enabled: bool,
    is_subscribed: bool,
    /// Under each plan by which it may call this API.
    members: Vec<usize>,
}

/// An application under a plan.
pub struct Member {
    pub caller: Arc<Caller>,
    /// How a request names the plan, besides by its name.
    plan_id: Arc<str>,
    /// The operations that the plan holds, by their numbers; `None` is all.
    operations: Option<HashSet<usize>>,
    /// The plan's limits.
    limits: Box<[Limit]>,
    /// Those of operations that have their own, by the number of the operation.
    by_operation: HashMap<usize, Box<[Limit]>>,
}

/// The credentials of an application in a request.
#[derive(Default, Clone, Copy)]
pub struct Credentials<'a> {
    pub id: Option<&'a str>,
    pub secret: Option<&'a str>,
    /// The plan that the caller chooses where it has several.
    pub plan: Option<&'a str>,
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
    /// The applications that may call this API: those that have subscribed to a plan with it, or all of them where no plan holds it
    /// and there is a default plan.
    pub fn of(catalog: &Catalog, api: &Api) -> Self {
        let mut directory = Directory::default();
        let offers: Vec<_> = catalog.with(api).collect();
        let default = catalog.clients.default_plan.as_ref().filter(|_| offers.is_empty()).map(default_offer);
        let default = default.as_ref().map(|(offer, offered)| (offer, offered));
        for (name, application) in &catalog.clients.applications {
            let subscribed = application
                .subscriptions
                .iter()
                .flat_map(|subscription| offers.iter().copied().filter(|(offer, _)| offer.is_of(subscription)));
            let under: Vec<_> = subscribed.chain(default).collect();
            let first = directory.members.len();
            for (number, (offer, offered)) in (first..).zip(under) {
                let client = client(name, application);
                directory.members.push(Member::new(number, name, Some(client), (offer, offered), api));
            }
            directory.add(application, (first..directory.members.len()).collect());
        }
        let first = default.or_else(|| offers.first().copied());
        directory.anonymous_in_v5 = first.map(|terms| {
            let member = Member::new(directory.members.len(), "", None, terms, api);
            let caller = member.caller.clone();
            directory.members.push(member);
            caller
        });
        directory.anonymous = directory.anonymous_in_v5.clone().filter(|_| default.is_some());
        directory
    }

    fn add(&mut self, application: &Application, members: Vec<usize>) {
        let number = self.applicants.len();
        let secret = application.client_secret_sha256.as_deref().and_then(digest);
        self.by_id.insert(application.client_id.as_str().into(), number);
        if let Some(secret) = secret {
            self.by_secret.entry(secret).and_modify(|same| *same = None).or_insert(Some(number));
        }
        self.applicants.push(Applicant {
            secret,
            enabled: application.state == ApplicationState::Enabled,
            is_subscribed: !application.subscriptions.is_empty(),
            members,
        });
    }

    /// The application that sends these, under a plan that holds the operation.
    pub fn find(&self, sent: Credentials<'_>, operation: usize) -> Result<&Member, Stranger> {
        let known = self.applicant(sent).ok_or(Stranger::Unknown)?;
        if !known.enabled {
            return Err(Stranger::Disabled);
        }
        let may_use = || known.members.iter().map(|number| &self.members[*number]).filter(|one| one.holds(operation));
        let chosen = sent.plan.and_then(|plan| may_use().find(|one| one.is_under(plan)));
        chosen.or_else(|| may_use().next()).ok_or(match known.is_subscribed {
            true => Stranger::Unknown,
            false => Stranger::Unsubscribed,
        })
    }

    /// The application with this id, where a secret is sent only with that; or the one that has the secret.
    fn applicant(&self, sent: Credentials<'_>) -> Option<&Applicant> {
        // The comparison takes as long for an application that does not exist.
        let secret = sent.secret.map(|secret| hash(&SHA256, secret.as_bytes()));
        let number = match (sent.id, &secret) {
            (Some(id), _) => self.by_id.get(id).copied(),
            (None, Some(secret)) => self.by_secret.get(secret.as_ref()).copied().flatten(),
            (None, None) => None,
        };
        let known = number.map(|number| &self.applicants[number]);
        let Some(sent) = secret else { return known };
        let own = known.and_then(|known| known.secret).unwrap_or_default();
        let same = aws_lc_rs::constant_time::verify_slices_are_equal(sent.as_ref(), &own).is_ok();
        known.filter(|known| same && known.secret.is_some())
    }

    /// The caller of a request if no application is asked for.
    pub fn anonymous(&self, generation: Generation) -> Option<&Arc<Caller>> {
        match generation {
            Generation::V10 => self.anonymous.as_ref(),
            Generation::V5 => self.anonymous_in_v5.as_ref(),
        }
    }

    /// The limits of a caller for an operation.
    pub fn limits(&self, caller: &Caller, operation: usize) -> &[Limit] {
        let Some(member) = self.members.get(caller.number) else { return &[] };
        member.by_operation.get(&operation).unwrap_or(&member.limits)
    }
}

/// The offer of an API that no plan holds.
fn default_offer(terms: &Plan) -> (Offer, Offered) {
    let name = || "default".to_owned();
    let offer = Offer { product: name(), version: None, plan: name(), terms: terms.clone(), apis: Vec::new() };
    (offer, Offered::all_of(Which::Any))
}

// === impl Member ===

impl Member {
    /// `application` is empty, and there is no client, for callers without an application.
    fn new(
        number: usize,
        application: &str,
        client: Option<Client>,
        (offer, offered): (&Offer, &Offered),
        api: &Api,
    ) -> Self {
        let place = (application, &*offer.id(), api);
        let terms = &offer.terms;
        let only = offered.only.as_ref();
        Member {
            caller: Arc::new(caller(number, client, offer)),
            plan_id: offer.id().into(),
            operations: only.map(|only| only.iter().filter_map(|(text, _)| operation_named(api, text)).collect()),
            limits: counted(place, None, &terms.burst_limits, &terms.rate_limits),
            by_operation: by_operation(place, terms.operations.iter().chain(&offered.limits)),
        }
    }

    fn holds(&self, operation: usize) -> bool {
        self.operations.as_ref().is_none_or(|held| held.contains(&operation))
    }

    fn is_under(&self, plan: &str) -> bool {
        *self.plan_id == *plan || self.caller.names.plan.as_deref() == Some(plan)
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// The value of `client.*`, and the application's title.
type Client = (Value, Arc<str>);

fn client(name: &str, application: &Application) -> Client {
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
    (Value::object([("app", app), ("org", org)]), title.into())
}

fn caller(number: usize, client: Option<Client>, offer: &Offer) -> Caller {
    let text = |text: &str| Value::from(text);
    let version = offer.version.as_deref().or(offer.terms.version.as_deref()).unwrap_or("1.0.0");
    let rate = offer.terms.rate_limits.values().next().map_or_else(String::new, |limit| limit.value.to_string());
    let plan = Value::object([
        ("id", text(&offer.id())),
        ("name", text(&offer.plan)),
        ("version", text(version)),
        ("rate-limit", text(&rate)),
    ]);
    let (client, application) = client.map_or((Value::NULL, None), |(client, title)| (client, Some(title)));
    Caller { client, plan, names: CallerNames { application, plan: Some(offer.plan.as_str().into()) }, number }
}

type Named<'a> = &'a indexmap::IndexMap<String, PlanLimit>;

/// The scope of a limit: an application, its plan, an API.
type Place<'a> = (&'a str, &'a str, &'a Api);

fn counted(place: Place<'_>, operation: Option<usize>, burst: Named<'_>, rate: Named<'_>) -> Box<[Limit]> {
    let limit = |kind: &'static str, (name, limit): (&String, &PlanLimit)| {
        Limit::of_plan(kind, name, limit.value, limit.hard_limit, place, operation)
    };
    let burst = burst.iter().map(|one| limit("burst", one));
    burst.chain(rate.iter().map(|one| limit("rate", one))).collect()
}

fn by_operation<'a>(
    place: Place<'_>,
    all: impl Iterator<Item = (&'a String, &'a OperationLimits)>,
) -> HashMap<usize, Box<[Limit]>> {
    let limits = |(text, limits): (&String, &OperationLimits)| {
        let number = operation_named(place.2, text)?;
        Some((number, counted(place, Some(number), &limits.burst_limits, &limits.rate_limits)))
    };
    all.filter_map(limits).collect()
}
