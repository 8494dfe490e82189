//! Limits on a body that is parsed, as `parse` and `map` take them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::base::{Reported, codes};
use crate::policy::Compiler;
use crate::source::kebab_case;
use crate::value::{JsonLimits, XmlLimits};

/// IBM's default for the size of a document, in bytes.
const DOCUMENT_SIZE: usize = 4_194_304;

/// The limits that apply; a property further down wins.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingsReference {
    /// The name of IBM's default settings, `apic-default-parsesettings`.
    #[serde(default)]
    pub default: Option<String>,
    /// The limits as a text of JSON, as in `{"ParseSettings": {"max_doc_size": 1000}}`.
    #[serde(default)]
    pub literal: Option<String>,
    /// A place that has the limits as a text. It is known but not built yet.
    #[serde(default)]
    pub url: Option<String>,
    /// The limits, written out.
    #[serde(default)]
    pub parse_settings: Option<ParseProperties>,
}

/// Limits of a document. Zero means no limit.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParseProperties {
    /// The kind that the body must have.
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

/// The kind of a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentType {
    /// JSON, or XML where the text starts with `<`.
    #[default]
    Detect,
    Json,
    Xml,
    Binary,
}

/// Limits on a body, whatever it is.
#[derive(Debug, Clone, Copy)]
pub struct ParseLimits {
    pub document: DocumentType,
    /// Bytes; 0 is no limit.
    pub size: usize,
    pub json: JsonLimits,
    pub xml: XmlLimits,
}

impl ParseLimits {
    /// The error is one sentence.
    pub fn check_size(&self, bytes: usize) -> Result<(), String> {
        match self.size > 0 && bytes > self.size {
            true => Err(format!("the body has {bytes} bytes, more than {}", self.size)),
            false => Ok(()),
        }
    }
}

impl Compiler<'_, '_> {
    /// The limits that a reference to parse settings stands for.
    pub(crate) fn parse_limits(
        &mut self,
        pointer: &str,
        reference: &SettingsReference,
    ) -> Result<ParseLimits, Reported> {
        if let Some(name) = reference.default.as_ref().filter(|name| *name != "apic-default-parsesettings") {
            let message = format!("there are no parse settings `{name}`");
            let help = "write `apic-default-parsesettings`, or the limits themselves under `parse-settings`";
            return Err(self.error_with_help(codes::BAD_VALUE, &format!("{pointer}/default"), message, help));
        }
        if reference.url.as_ref().is_some_and(|url| !url.is_empty()) {
            let message = "`url` is known but not built yet";
            let help = "write the limits under `parse-settings`, or as a text in `literal`";
            return Err(self.error_with_help(codes::UNBUILT_PROPERTY, &format!("{pointer}/url"), message, help));
        }
        let literal = match reference.literal.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => self.literal_settings(&format!("{pointer}/literal"), text)?,
            None => ParseProperties::default(),
        };
        let limits = &match &reference.parse_settings {
            Some(written) => written.over(literal),
            None => literal,
        };
        Ok(ParseLimits {
            document: limits.document_type,
            size: limits.max_doc_size.unwrap_or(DOCUMENT_SIZE),
            json: json_limits(limits),
            xml: xml_limits(limits),
        })
    }
}

impl Compiler<'_, '_> {
    /// The limits in a text of JSON. Names are those of the properties, also as `MaxDocSize`; numbers may be texts.
    fn literal_settings(&mut self, pointer: &str, text: &str) -> Result<ParseProperties, Reported> {
        let text = self.constant(pointer, text)?;
        let read = serde_json::from_str::<Json>(&text).map_err(|error| error.to_string()).and_then(|json| {
            let settings = json.get("ParseSettings").unwrap_or(&json);
            let members = settings.as_object().ok_or("it is no object")?;
            let named = members.iter().map(|(name, value)| (snake_case(name), number(value)));
            serde_json::from_value(Json::Object(named.collect())).map_err(|error| error.to_string())
        });
        read.map_err(|error| {
            let help = "write the limits under `parse-settings`";
            self.error_with_help(codes::BAD_VALUE, pointer, format!("the parse settings cannot be read: {error}"), help)
        })
    }
}

/// `MaxDocSize` -> `max_doc_size`.
fn snake_case(name: &str) -> String {
    kebab_case(name).replace('-', "_")
}

fn number(value: &Json) -> Json {
    let written = value.as_str().and_then(|text| text.parse::<u64>().ok());
    written.map_or_else(|| value.clone(), Json::from)
}

impl ParseProperties {
    /// These limits, and those of another where these have none.
    fn over(&self, other: ParseProperties) -> ParseProperties {
        ParseProperties {
            document_type: match self.document_type {
                DocumentType::Detect => other.document_type,
                own => own,
            },
            max_doc_size: self.max_doc_size.or(other.max_doc_size),
            max_nesting_depth: self.max_nesting_depth.or(other.max_nesting_depth),
            max_width: self.max_width.or(other.max_width),
            max_name_length: self.max_name_length.or(other.max_name_length),
            max_value_length: self.max_value_length.or(other.max_value_length),
            max_unique_names: self.max_unique_names.or(other.max_unique_names),
            max_number_length: self.max_number_length.or(other.max_number_length),
            max_unique_prefixes: self.max_unique_prefixes.or(other.max_unique_prefixes),
            max_unique_namespaces: self.max_unique_namespaces.or(other.max_unique_namespaces),
        }
    }
}

fn json_limits(limits: &ParseProperties) -> JsonLimits {
    let default = JsonLimits::default();
    JsonLimits {
        depth: limits.max_nesting_depth.unwrap_or(default.depth),
        width: limits.max_width.unwrap_or(default.width),
        name_length: limits.max_name_length.unwrap_or(default.name_length),
        value_length: limits.max_value_length.unwrap_or(default.value_length),
        number_length: limits.max_number_length.unwrap_or(default.number_length),
        unique_names: limits.max_unique_names.unwrap_or(default.unique_names),
    }
}

fn xml_limits(limits: &ParseProperties) -> XmlLimits {
    let default = XmlLimits::default();
    XmlLimits {
        depth: limits.max_nesting_depth.unwrap_or(default.depth),
        width: limits.max_width.unwrap_or(default.width),
        name_length: limits.max_name_length.unwrap_or(default.name_length),
        value_length: limits.max_value_length.unwrap_or(default.value_length),
        unique_names: limits.max_unique_names.unwrap_or(default.unique_names),
        unique_prefixes: limits.max_unique_prefixes.unwrap_or(default.unique_prefixes),
        unique_namespaces: limits.max_unique_namespaces.unwrap_or(default.unique_namespaces),
    }
}
