use schemars::JsonSchema;
use serde::Deserialize;

/// Parses a body, under limits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Config {
    /// Which limits apply.
    #[serde(default)]
    pub parse_settings_reference: SettingsReference,
    /// Fail where the Content-Type says something else than the document type.
    #[serde(default)]
    pub use_content_type: bool,
    /// The variable whose body is parsed.
    #[serde(default = "message")]
    pub input: String,
    /// The variable that receives the parsed body. Default: that of `input`.
    #[serde(default)]
    pub output: Option<String>,
    /// Go on, with a line in the log, where there is no body; otherwise that is a fault.
    #[serde(default)]
    pub warn_on_empty_input: bool,
}

/// Which limits apply; what is written further down wins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingsReference {
    /// The name of IBM's default settings, `apic-default-parsesettings`.
    #[serde(default)]
    pub default: Option<String>,
    /// The limits, written out.
    #[serde(default)]
    pub parse_settings: Option<Limits>,
}

/// Limits of a document. Zero means no limit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// What the body must be.
    #[serde(default)]
    pub document_type: DocumentType,
    /// Bytes of the body. Default 4194304.
    #[serde(default)]
    pub max_doc_size: Option<usize>,
    /// Maps and lists, or elements, inside each other. Default 512; beyond 127 levels of JSON and 512 of XML a body is refused
    /// anyway.
    #[serde(default)]
    pub max_nesting_depth: Option<usize>,
    /// Members of one object or items of one array; elements inside one element, attributes of one. Default 4096.
    #[serde(default)]
    pub max_width: Option<usize>,
    /// Bytes of a name. Default 256.
    #[serde(default)]
    pub max_name_length: Option<usize>,
    /// Bytes of a string; of a text or an attribute's value. Default 8192.
    #[serde(default)]
    pub max_value_length: Option<usize>,
    /// Different names. Default 1024.
    #[serde(default)]
    pub max_unique_names: Option<usize>,
    /// Characters of a number. Default 128.
    #[serde(default)]
    pub max_number_length: Option<usize>,
    /// Different prefixes of XML namespaces. Default 1024.
    #[serde(default)]
    pub max_unique_prefixes: Option<usize>,
    /// Different XML namespaces. Default 1024.
    #[serde(default)]
    pub max_unique_namespaces: Option<usize>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentType {
    /// JSON, or XML where the text starts with `<`.
    #[default]
    Detect,
    Json,
    Xml,
    Binary,
}

fn message() -> String {
    "message".to_owned()
}
