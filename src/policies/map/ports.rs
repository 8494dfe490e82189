//! The options, the inputs and the outputs of a map.

use super::config::{EmptyArrays, EmptyElement, InputConfig, OptionsConfig, OutputConfig};
use super::plan::{Input, Output, Writing, XmlWriting, has_types};
use super::schema::{Kind, Reader, Shape};
use super::tree::Reading;
use crate::base::{Generation, Reported, codes};
use crate::policy::Compiler;

/// The options, with their defaults.
#[derive(Clone, Copy)]
pub(super) struct Options {
    pub reading: Reading,
    pub writing: Writing,
    /// How often a schema may come back to itself.
    pub repeats: u8,
    /// `$(…)` in `default` is replaced.
    pub resolve: bool,
}

/// Reads the options.
pub(super) fn options(config: &OptionsConfig, compiler: &mut Compiler<'_, '_>) -> Result<Options, Reported> {
    let repeats = config.map_reference_limit.unwrap_or(1);
    if !(1..=5).contains(&repeats) {
        return Err(compiler.error(
            codes::BAD_VALUE,
            "/options/mapReferenceLimit",
            "`mapReferenceLimit` is a number from 1 to 5",
        ));
    }
    // In the v5 engine, properties of the API are options too.
    let is_v5 = compiler.generation == Generation::V5;
    let properties = compiler.names.properties;
    let property = |name: &str| {
        let property =
            properties.iter().find(|property| is_v5 && property.name.strip_prefix("x-ibm-gateway-map-") == Some(name));
        property.map(|property| property.value.to_text().trim().to_ascii_lowercase())
    };
    let flag = |written: Option<bool>, name: &str, default: bool| {
        written.or_else(|| property(name).and_then(|text| text.parse().ok())).unwrap_or(default)
    };
    // Written without quotes, the word is YAML's null.
    let is_null = compiler.node("/options/mapXMLEmptyElement").is_some_and(|node| node.is_null());
    let empty = config.xml_empty_element.or(is_null.then_some(EmptyElement::Null)).or_else(|| {
        match property("xml-empty-element").as_deref() {
            Some("null") => Some(EmptyElement::Null),
            Some("none") => Some(EmptyElement::None),
            Some("string-badgerfish") => Some(EmptyElement::StringBadgerfish),
            Some("null-badgerfish") => Some(EmptyElement::NullBadgerfish),
            _ => None,
        }
    });
    let arrays = config.map_create_empty_array.or_else(|| match property("create-empty-array").as_deref() {
        Some("parent") => Some(EmptyArrays::Parent),
        Some("none") => Some(EmptyArrays::None),
        _ => None,
    });
    let emulate = config.map_emulate_v4_default_required_props;
    Ok(Options {
        reading: Reading {
            first: flag(config.map_array_first_element_value, "array-first-element-value", false),
            nulls: flag(config.map_null_value, "null-value", false),
            empty: empty.unwrap_or_default(),
            typed: flag(config.resolve_xml_input_data_type, "resolve-xml-input-data-type", false),
        },
        writing: Writing {
            empty_arrays: arrays.unwrap_or_default(),
            empty_objects: flag(config.emulate_v4_empty_json_object, "emulate-v4-empty-json-object", false),
            defaults: flag(emulate, "emulate-v4-default-required-props", false),
            types: flag(config.enable_post_processing_json, "post-process-json-output", false),
            xml: XmlWriting {
                empty: config.include_empty_xml_elements.unwrap_or(true),
                inherit: config.namespace_inheritance.unwrap_or(true),
                inline: config.inline_namespaces.unwrap_or(true),
            },
        },
        repeats,
        resolve: flag(config.map_resolve_apic_variables, "resolve-apic-variables", true),
    })
}

/// The part of a pointer that a key of the document is.
fn key(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Compiles an input.
pub(super) fn input(
    name: &str,
    port: &InputConfig,
    reader: &mut Reader<'_>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Input, Reported> {
    let at = format!("/inputs/{}", key(name));
    let pointer = format!("{at}/variable");
    let reference = compiler.read_variable(&pointer, &port.variable)?;
    let (shape, is_xml) = (shape(&at, reader, compiler)?, is_xml(&at, port.content.as_deref(), compiler)?);
    let is_body = reference.path.len() == 1 && has_types(&reference);
    let is_json = port.content.as_deref().is_some_and(|content| content.contains("json"));
    let wants_json = is_body && !is_xml && (is_json || matches!(shape.kind, Kind::Map | Kind::List));
    Ok(Input { name: name.into(), reference, is_xml, shape, wants_json })
}

/// Compiles an output.
pub(super) fn output(
    name: &str,
    port: &OutputConfig,
    reader: &mut Reader<'_>,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Output, Reported> {
    let at = format!("/outputs/{}", key(name));
    let pointer = format!("{at}/variable");
    let reference = compiler.written_variable(&pointer, &port.variable)?;
    let (shape, is_xml) = (shape(&at, reader, compiler)?, is_xml(&at, port.content.as_deref(), compiler)?);
    let is_body = matches!(&*reference.path, [body] if &**body == "body");
    let content_type = match (is_body, is_xml, &port.content) {
        (false, ..) => None,
        (true, true, _) => Some("application/xml"),
        (true, false, Some(content)) if is_text(content) => Some("text/plain"),
        (true, false, Some(_)) => Some("application/json"),
        (true, false, None) => matches!(shape.kind, Kind::Map | Kind::List).then_some("application/json"),
    };
    Ok(Output { name: name.into(), reference, is_xml, shape, content_type })
}

fn shape(at: &str, reader: &mut Reader<'_>, compiler: &mut Compiler<'_, '_>) -> Result<Shape, Reported> {
    let pointer = format!("{at}/schema");
    let node = compiler.node(&pointer).filter(|node| !node.entries().is_empty()).or_else(|| compiler.node(at));
    let Some(node) = node.cloned() else { return Ok(Shape { open: true, ..Shape::default() }) };
    let shape = reader.read(&node);
    let missing = std::mem::take(&mut reader.missing);
    let mut failed = None;
    for bad in missing {
        failed = Some(compiler.findings.push(bad.into()));
    }
    failed.map_or(Ok(shape), Err)
}

/// Whether a content type is that of a text as it is.
fn is_text(content: &str) -> bool {
    let kind = content.split(';').next().unwrap_or_default().trim();
    kind.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("text/")) && !kind.ends_with("xml")
}

fn is_xml(at: &str, content: Option<&str>, compiler: &mut Compiler<'_, '_>) -> Result<bool, Reported> {
    let written = content.unwrap_or_default();
    let kind = written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.as_str() {
        "" | "none" => Ok(false),
        kind if is_text(kind) => Ok(false),
        kind if kind.ends_with("json") => Ok(false),
        kind if kind.ends_with("xml") => Ok(true),
        _ => {
            let message = format!("the content `{written}` is neither JSON nor XML nor text");
            let help = "write `application/json`, `application/xml` or `text/plain`";
            Err(compiler.error_with_help(codes::BAD_VALUE, &format!("{at}/content"), message, help))
        }
    }
}
