//! Who may call: applications, plans and products, in a file of their own.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Rate;

/// The clients' file.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Clients {
    /// Plans: how often an application may call.
    pub plans: IndexMap<String, Plan>,
    /// The plan of APIs that no product has. Every application of this file may call them under it; callers of operations that ask for no application are counted together. Without it these APIs have no plan, and no application may call them.
    pub default_plan: Option<Plan>,
    /// Products: APIs that are offered together, under some plans.
    pub products: IndexMap<String, Product>,
    /// The applications that may call.
    pub applications: IndexMap<String, Application>,
    /// APIs that are not to be called, by their base path such as `/shop/v1`; or single paths of them, with the base path or without.
    pub api_states: IndexMap<String, ApiState>,
}

/// Whether an API may be called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApiState {
    #[default]
    Running,
    /// Requests are answered 503.
    Suspended,
    /// Requests are answered 404.
    Stopped,
}

/// How often an application may call.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Plan {
    /// What `plan.version` says.
    pub version: Option<String>,
    /// Limits over all operations of an API, by name. The name `default` is what clients see most.
    pub rate_limits: IndexMap<String, PlanLimit>,
    /// Short limits, which are counted before the others.
    pub burst_limits: IndexMap<String, PlanLimit>,
    /// Operations with limits of their own in the place of the plan's: an `operationId`, or a verb and a path such as `GET /orders/{id}`.
    pub operations: IndexMap<String, OperationLimits>,
}

/// A limit of a plan.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlanLimit {
    /// How many in how much time: `100/1hour`; units are second, minute, hour, day and week.
    pub value: Rate,
    /// Whether what goes beyond is refused. `false` only logs it.
    #[serde(default = "yes")]
    pub hard_limit: bool,
}

/// The limits of an operation.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct OperationLimits {
    /// Limits, by name.
    pub rate_limits: IndexMap<String, PlanLimit>,
    /// Short limits, which are counted before the others.
    pub burst_limits: IndexMap<String, PlanLimit>,
}

/// APIs that are offered together.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Product {
    /// Its APIs, as `NAME`, `NAME:VERSION`, or `*` for all; the name is `x-ibm-name` or the title.
    pub apis: Vec<String>,
    /// The plans under which it is offered.
    pub plans: Vec<String>,
}

/// An application that may call.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Application {
    /// What it sends as its id.
    pub client_id: String,
    /// The SHA-256 of its secret, in hexadecimal: `printf %s SECRET | sha256sum`. Without it the id is enough where no secret is asked for.
    #[serde(default)]
    pub client_secret_sha256: Option<String>,
    /// What people call it.
    #[serde(default)]
    pub title: Option<String>,
    /// Whose it is: `client.org.name`.
    #[serde(default)]
    pub organization: Option<String>,
    /// Whether it may call.
    #[serde(default)]
    pub state: ApplicationState,
    /// What `client.app.metadata.NAME` says.
    #[serde(default)]
    pub metadata: IndexMap<String, String>,
    /// What it has subscribed to. The first subscription with the API that is called counts.
    pub subscriptions: Vec<Subscription>,
}

/// Whether an application may call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationState {
    #[default]
    Enabled,
    Disabled,
}

/// A product under one of its plans.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subscription {
    /// The product's name.
    pub product: String,
    /// The plan's name.
    pub plan: String,
}

/// What the application of `gantry dev` sends.
pub const TEST_CLIENT_ID: &str = "test-client";
pub const TEST_CLIENT_SECRET: &str = "test-secret";

impl Clients {
    /// One application that may call everything, for `gantry dev`.
    pub fn for_development() -> Self {
        let name = || "test".to_owned();
        // printf %s test-secret | sha256sum
        let hash = "9caf06bb4436cdbfa20af9121a626bc1093c4f54b31c0fa937957856135345b6";
        let application = Application {
            client_id: TEST_CLIENT_ID.to_owned(),
            client_secret_sha256: Some(hash.to_owned()),
            title: None,
            organization: None,
            state: ApplicationState::Enabled,
            metadata: IndexMap::new(),
            subscriptions: vec![Subscription { product: name(), plan: name() }],
        };
        Clients {
            plans: [(name(), Plan::default())].into(),
            products: [(name(), Product { apis: vec!["*".to_owned()], plans: vec![name()] })].into(),
            applications: [(name(), application)].into(),
            ..Clients::default()
        }
    }
}

fn yes() -> bool {
    true
}
