//! The policies: what the steps of an assembly do.
//!
//! A policy is a folder: its configuration type, what it compiles to, what it does at run time, its page, its examples. The
//! only other place that knows it is the list in this file.

/// The files of a policy's `examples/`, by their names without `.yaml`.
macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        &[$($crate::policy::Example { name: $name, text: include_str!(concat!("examples/", $name, ".yaml")) }),*]
    };
}

pub mod activity_log;
pub mod client_identification;
pub mod client_security;
pub mod cors;
pub mod extract;
pub mod gatewayscript;
pub mod html_page;
pub mod r#if;
pub mod invoke;
pub mod ip_restriction;
pub mod javascript;
pub mod json_to_xml;
pub mod jwt_generate;
pub mod jwt_validate;
pub mod lambda;
pub mod lambda_authorizer;
pub mod log;
pub mod map;
pub mod mapping_template;
pub mod oauth;
pub mod operation_switch;
pub mod parse;
pub mod proxy;
pub mod ratelimit;
pub mod ratelimitinfo;
pub mod redact;
pub mod security;
pub mod set_variable;
pub mod switch;
pub mod throw;
mod unbuilt;
pub mod user_security;
pub mod validate;
pub mod xml_to_json;

use crate::policy::Entry;

pub use unbuilt::{UNBUILT, instead};

/// Every policy, in the order of the alphabet. A policy is one word here and a folder of that name.
pub static ALL: [Entry; 33] = [
    Entry::of::<activity_log::ActivityLog>(),
    Entry::of::<client_identification::ClientIdentification>(),
    Entry::of::<client_security::ClientSecurity>(),
    Entry::of::<cors::Cors>(),
    Entry::of::<extract::Extract>(),
    Entry::of::<gatewayscript::GatewayScript>(),
    Entry::of::<html_page::HtmlPage>(),
    Entry::of::<r#if::If>(),
    Entry::of::<invoke::Invoke>(),
    Entry::of::<ip_restriction::IpRestriction>(),
    Entry::of::<javascript::JavaScript>(),
    Entry::of::<json_to_xml::JsonToXml>(),
    Entry::of::<jwt_generate::JwtGenerate>(),
    Entry::of::<jwt_validate::JwtValidate>(),
    Entry::of::<lambda::Lambda>(),
    Entry::of::<lambda_authorizer::LambdaAuthorizer>(),
    Entry::of::<log::Log>(),
    Entry::of::<map::Map>(),
    Entry::of::<mapping_template::MappingTemplate>(),
    Entry::of::<oauth::OAuth>(),
    Entry::of::<operation_switch::OperationSwitch>(),
    Entry::of::<parse::Parse>(),
    Entry::of::<proxy::Proxy>(),
    Entry::of::<ratelimit::Ratelimit>(),
    Entry::of::<ratelimitinfo::RatelimitInfo>(),
    Entry::of::<redact::Redact>(),
    Entry::of::<security::Security>(),
    Entry::of::<set_variable::SetVariable>(),
    Entry::of::<switch::Switch>(),
    Entry::of::<throw::Throw>(),
    Entry::of::<user_security::UserSecurity>(),
    Entry::of::<validate::Validate>(),
    Entry::of::<xml_to_json::XmlToJson>(),
];

/// The policy of a key.
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.meta.name == name || entry.meta.aliases.contains(&name))
}

#[cfg(test)]
mod numbers;

#[cfg(test)]
mod tests {
    use crate::assembly::Carrier;
    use crate::base::Generation;

    use super::find;

    #[test]
    fn the_version_says_the_generation_then_the_document() {
        use Carrier::{Ibm, XAssembly};
        use Generation::{V5, V10};
        for (policy, version, document, carrier, expected) in [
            ("lambda", Some("1.0.0"), V10, Ibm, V10),
            ("lambda", Some("1.3.0"), V5, Ibm, V5),
            ("lambda", None, V10, XAssembly, V10),
            ("invoke", Some("1.0.0"), V10, Ibm, V5),
            ("invoke", Some("1.5.0"), V10, XAssembly, V5),
            ("invoke", Some("2.3.0"), V5, Ibm, V10),
            ("invoke", None, V5, Ibm, V5),
            ("invoke", None, V10, Ibm, V10),
            ("switch", Some("2.0.0"), V5, Ibm, V10),
            ("set-variable", Some("1.0.0"), V10, Ibm, V5),
            ("throw", Some("2.1.0"), V5, Ibm, V10),
            ("parse", None, V5, Ibm, V5),
            ("if", None, V10, Ibm, V5),
            ("if", None, V10, XAssembly, V10),
            ("if", Some("1.0.0"), V10, XAssembly, V5),
            ("proxy", None, V10, Ibm, V5),
            ("activity-log", None, V10, Ibm, V5),
        ] {
            let entry = find(policy).unwrap();
            assert_eq!(entry.generation(version, document, carrier), expected, "{policy} {version:?} {document:?}");
        }
    }
}
