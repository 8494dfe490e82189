use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Counts requests against limits of the settings.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The place of the limits' definitions. Here all are names of the settings; `plan-default` takes those called `default`.
    #[serde(default)]
    pub source: Source,
    /// Limits of `rate-limits` in the settings, and what is done with them.
    #[serde(default)]
    pub rate_limit: Vec<RateItem>,
    /// Limits of `burst-limits` in the settings. They are counted before the others.
    #[serde(default)]
    pub burst_limit: Vec<NameItem>,
    /// Limits of `count-limits` in the settings, and what is done with them.
    #[serde(default)]
    pub count_limit: Vec<CountItem>,
}

/// The place of limits' definitions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    #[default]
    PlanDefault,
    PlanNamed,
    CatalogNamed,
    CollectionNamed,
    GatewayNamed,
    DomainNamed,
    /// Not built yet.
    #[schemars(extend("x-unbuilt" = true))]
    Group,
}

/// A rate limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RateItem {
    /// Its name.
    pub name: String,
    /// The operation on the limit.
    #[serde(default)]
    pub operation: RateOperation,
}

/// A burst limit, as its name or as a map with its name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum NameItem {
    Name(String),
    Map(Named),
}

/// A name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Named {
    /// Its name.
    pub name: String,
}

/// A count limit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountItem {
    /// Its name.
    pub name: String,
    /// The operation on the limit.
    #[serde(default)]
    pub operation: CountOperation,
}

/// The operation on a rate limit.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RateOperation {
    /// Counts, and refuses what goes beyond.
    #[default]
    Consume,
    /// Takes back.
    Replenish,
    /// Refuses what would go beyond, and counts nothing.
    Check,
    /// Counts, and refuses nothing.
    Update,
}

/// The operation on a count limit.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CountOperation {
    #[default]
    Inc,
    Dec,
}

impl NameItem {
    pub(super) fn name(&self) -> &str {
        match self {
            NameItem::Name(name) | NameItem::Map(Named { name }) => name,
        }
    }
}
