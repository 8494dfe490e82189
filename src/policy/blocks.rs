//! Properties that hold steps.

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::Compiler;
use crate::assembly::{Step, of_carrier, step_list};
use crate::base::Findings;

/// A list of steps inside a policy's configuration. It is not read with the configuration: each step has a schema of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Steps;

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Steps)
    }
}

impl JsonSchema for Steps {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Steps".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["array", "null"],
            "items": { "type": ["object", "string"] },
            "x-steps": true,
        })
    }
}

/// Keys whose `${…}` is left to the steps inside.
pub const BLOCKS: &[&str] = &["execute", "otherwise"];

impl Compiler<'_, '_> {
    /// The steps of a property, given as a JSON pointer such as `/case/0/execute`; none where it is not written.
    pub fn steps(&mut self, pointer: &str) -> Vec<Step> {
        let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        match self.node(pointer).cloned() {
            Some(list) => {
                let mut own = Findings::default();
                let steps = step_list(&list, &name, &mut own);
                self.findings.extend(of_carrier(own, self.carrier));
                steps
            }
            None => Vec::new(),
        }
    }
}
