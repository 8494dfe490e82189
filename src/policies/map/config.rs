use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::policy::kit::parse_limits::SettingsReference;

/// Builds bodies, headers and variables out of others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// The inputs, under the names that `from` and `value` use.
    #[serde(default)]
    pub inputs: IndexMap<String, InputConfig>,
    /// The outputs, under the names that `set` and `create` use.
    pub outputs: IndexMap<String, OutputConfig>,
    /// The actions, in order.
    #[serde(default)]
    pub actions: Vec<ActionConfig>,
    /// How values that are missing, empty or null are treated, and how XML is written.
    #[serde(default)]
    pub options: OptionsConfig,
    /// Limits that the bodies among the inputs are held against. Default: none but what keeps the gateway safe.
    #[serde(default)]
    pub parse_settings_reference: Option<SettingsReference>,
}

/// An input.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InputConfig {
    /// The variable, such as `message.body`, `request.parameters.id` or `order.body`.
    pub variable: String,
    /// `application/json` or `application/xml`; without it JSON.
    #[serde(default)]
    pub content: Option<String>,
    /// The schema, or a `$ref` to one of the document's.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub schema: IndexMap<String, serde_json::Value>,
    /// A `$ref` that stands here and not under `schema`.
    #[serde(default, rename = "$ref")]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub reference: Option<String>,
    /// A type that stands here and not under `schema`.
    #[serde(default, rename = "type")]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub kind: Option<String>,
}

/// An output.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OutputConfig {
    /// The variable, such as `message.body`, `message.headers.x-id` or `order`.
    #[serde(default = "body")]
    pub variable: String,
    /// `application/json` or `application/xml`; without it JSON.
    #[serde(default)]
    pub content: Option<String>,
    /// The schema, or a `$ref` to one of the document's.
    #[serde(default)]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub schema: IndexMap<String, serde_json::Value>,
    /// A `$ref` that stands here and not under `schema`.
    #[serde(default, rename = "$ref")]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub reference: Option<String>,
    /// A type that stands here and not under `schema`.
    #[serde(default, rename = "type")]
    #[allow(dead_code, reason = "in the schema; the compiler reads the node")]
    pub kind: Option<String>,
}

fn body() -> String {
    "message.body".to_owned()
}

/// An action, however deep it stands.
#[derive(Debug)]
pub(super) struct Action {
    pub set: Option<String>,
    pub create: Option<String>,
    pub from: Option<Names>,
    pub value: Option<Scalar>,
    pub default: Option<Scalar>,
    pub foreach: Option<String>,
    pub actions: Vec<Action>,
}

/// Actions of one depth. A type that held itself would be one that neither the loader nor an editor can look into.
macro_rules! action {
    ($name:ident, $inner:ident) => {
        /// Sets a value, or makes the items of a list.
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        #[schemars(extend("x-rules" = rules()))]
        pub struct $name {
            /// The place in an output that gets the value: `output.order.id`. Inside of a `create`, a place in the item.
            #[serde(default)]
            pub set: Option<String>,
            /// The list in an output that gets an item for every item of `foreach`.
            #[serde(default)]
            pub create: Option<String>,
            /// The place in an input, or several for `value` to use. Inside of a `create`, a place in the item.
            #[serde(default)]
            pub from: Option<Names>,
            /// A script whose last value counts, with `$(input.place)` in it, or a value as it is.
            #[serde(default)]
            pub value: Option<Scalar>,
            /// The value where there is none in the inputs.
            #[serde(default)]
            pub default: Option<Scalar>,
            /// The list in an input whose items are taken one by one.
            #[serde(default)]
            pub foreach: Option<String>,
            /// The actions for every item.
            #[serde(default)]
            pub actions: Vec<$inner>,
        }

        impl From<$name> for Action {
            fn from(action: $name) -> Self {
                let $name { set, create, from, value, default, foreach, actions } = action;
                let actions = actions.into_iter().map(Action::from).collect();
                Action { set, create, from, value, default, foreach, actions }
            }
        }
    };
}

action!(ActionConfig, InnerAction);
action!(InnerAction, ThirdAction);
action!(ThirdAction, LastAction);

/// Sets a value of an item of a list in a list in a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LastAction {
    /// The place in the item that gets the value.
    pub set: String,
    /// The place in an input or in the item that is taken.
    #[serde(default)]
    pub from: Option<Names>,
    /// A script whose last value counts, or a value as it is.
    #[serde(default)]
    pub value: Option<Scalar>,
    /// The value where there is none in the inputs.
    #[serde(default)]
    pub default: Option<Scalar>,
}

impl From<LastAction> for Action {
    fn from(action: LastAction) -> Self {
        let LastAction { set, from, value, default } = action;
        Action { set: Some(set), create: None, from, value, default, foreach: None, actions: Vec::new() }
    }
}

fn rules() -> Vec<serde_json::Value> {
    crate::source::rule::exactly_one(&["set", "create"], "An action has one of set and create.")
}

/// One name or several.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Names {
    One(String),
    Many(Vec<String>),
}

/// A text, a number or a boolean.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Text(String),
    Flag(bool),
    Number(serde_json::Number),
}

/// How values that are missing, empty or null are treated, and how XML is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OptionsConfig {
    /// Write an empty element for every element of the schema that nothing sets. Default true.
    #[serde(default, rename = "includeEmptyXMLElements")]
    pub include_empty_xml_elements: Option<bool>,
    /// An element without a namespace of its own is in that of the element around it. Default true.
    #[serde(default)]
    pub namespace_inheritance: Option<bool>,
    /// Declare a namespace at the first element that needs it; `false`: all at the document's element. Default true.
    #[serde(default)]
    pub inline_namespaces: Option<bool>,
    /// Read XML elements that the schema calls numbers and booleans as such. Default false.
    #[serde(default, rename = "mapResolveXMLInputDataType")]
    pub resolve_xml_input_data_type: Option<bool>,
    /// The value of an empty XML element of an input. Default `string`.
    #[serde(default, rename = "mapXMLEmptyElement")]
    pub xml_empty_element: Option<EmptyElement>,
    /// Of a list on the way to a value, take the first item; `false`: the values of all items, as a list. Default false.
    #[serde(default)]
    pub map_array_first_element_value: Option<bool>,
    /// Replace `$(…)` in `default`. Default true.
    #[serde(default)]
    pub map_resolve_apic_variables: Option<bool>,
    /// A null in an input is a value; `false`: it is missing. Default false.
    #[serde(default)]
    pub map_null_value: Option<bool>,
    /// The lists without items that are written. Default `all`.
    #[serde(default)]
    pub map_create_empty_array: Option<EmptyArrays>,
    /// How often a schema may come back to itself, 1 to 5. Default 1.
    #[serde(default)]
    pub map_reference_limit: Option<u8>,
    /// Taken, and changes nothing: schemas are read once, at load.
    #[serde(default)]
    #[allow(dead_code, reason = "there is nothing to optimize")]
    pub map_optimize_schema_definition: Option<bool>,
    /// Write maps that nothing was set in. Default false.
    #[serde(default, rename = "mapEmulateV4EmptyJSONObject")]
    pub emulate_v4_empty_json_object: Option<bool>,
    /// Give required members that nothing sets the `default` of their schema. Default false.
    #[serde(default)]
    pub map_emulate_v4_default_required_props: Option<bool>,
    /// Convert what is written as JSON to the types of the schema, and BadgerFish texts to plain ones. Default false.
    #[serde(default, rename = "mapEnablePostProcessingJSON")]
    pub enable_post_processing_json: Option<bool>,
    /// How loud IBM's gateway logs inputs that do not fit. Taken, and changes nothing.
    #[serde(default)]
    #[allow(dead_code, reason = "missing inputs are not logged")]
    pub messages_input_data: Option<Level>,
}

/// The value of an empty XML element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyElement {
    /// Text without letters.
    #[default]
    String,
    Null,
    /// As if it were not there.
    None,
    /// `{"$": ""}`
    StringBadgerfish,
    /// `{"$": null}`
    NullBadgerfish,
}

/// The lists without items that are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyArrays {
    #[default]
    All,
    /// Only those that are not inside of another.
    Parent,
    None,
}

/// A level of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Error,
    Warn,
    Info,
}
