//! XML as a value: a document that is read under limits, kept as one flat list of nodes, and written again.
//!
//! Nothing is ever fetched or expanded: a document type declaration is refused, and with it every entity but XML's five and
//! the references to characters. CDATA is text.

mod build;
mod copy;
mod document;
mod encoding;
mod from_json;
mod limits;
mod names;
mod parse;
mod references;
mod scope;
#[cfg(test)]
mod tests;
mod text;
mod to_json;
mod tokens;
mod write;

pub use build::XmlBuilder;
pub use document::{Attribute, Declaration, NodeId, Xml, XmlName, XmlNode};
pub use from_json::XmlRoot;
pub use limits::{MAX_XML_DEPTH, XmlError, XmlLimits, XmlMetrics};
pub use names::{is_qualified_name, is_xml_char};
pub use to_json::JsonConvention;
