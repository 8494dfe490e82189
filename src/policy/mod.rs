//! Policies: what the steps of an assembly do.
//!
//! A policy is a folder: its configuration type, what it compiles to, what it does at run time, its page, its examples. The
//! only other place that knows it is the list in this file.

/// The files of a policy's `examples/`, by their names without `.yaml`.
macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        &[$($crate::policy::Example { name: $name, text: include_str!(concat!("examples/", $name, ".yaml")) }),*]
    };
}

mod aws_credentials;
mod blocks;
mod call;
mod clients;
mod compiler;
mod condition;
mod converted;
mod coverage;
mod jwt;
mod lent;
mod located;
mod pcre;
mod registry;
mod script;
mod script_keys;
mod unbuilt;

pub mod activity_log;
pub mod client_identification;
pub mod client_security;
pub mod cors;
pub mod extract;
pub mod gatewayscript;
pub mod html_page;
pub mod r#if;
pub mod invoke;
pub mod javascript;
pub mod json_to_xml;
pub mod jwt_generate;
pub mod jwt_validate;
pub mod lambda;
pub mod log;
pub mod map;
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
pub mod user_security;
pub mod validate;
pub mod xml_to_json;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::assembly;
use crate::expression::{Builtin, Reference, Root};
use crate::runtime::Step;
use crate::source::Spellings;

pub use blocks::{BLOCKS, Steps};
pub(crate) use call::read_profile;
pub use clients::{Directory, Stranger};
pub use compiler::{Compiler, Names, Purpose, SharedParts};
pub use coverage::{Coverage, Covered};
pub use registry::{Entry, find, generation};
pub use security::Guard;
pub use unbuilt::{UNBUILT, instead};

/// Every policy, in the order of the alphabet. A policy is one word here and a folder of that name.
pub static ALL: [Entry; 30] = [
    Entry::of::<activity_log::ActivityLog>(),
    Entry::of::<client_identification::ClientIdentification>(),
    Entry::of::<client_security::ClientSecurity>(),
    Entry::of::<cors::Cors>(),
    Entry::of::<extract::Extract>(),
    Entry::of::<gatewayscript::GatewayScript>(),
    Entry::of::<html_page::HtmlPage>(),
    Entry::of::<r#if::If>(),
    Entry::of::<invoke::Invoke>(),
    Entry::of::<javascript::JavaScript>(),
    Entry::of::<json_to_xml::JsonToXml>(),
    Entry::of::<jwt_generate::JwtGenerate>(),
    Entry::of::<jwt_validate::JwtValidate>(),
    Entry::of::<lambda::Lambda>(),
    Entry::of::<log::Log>(),
    Entry::of::<map::Map>(),
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

/// The load-time half of a policy.
pub trait Policy {
    const META: Meta;
    /// What an author writes; its doc comments are the schema's descriptions and the page's table.
    type Config: DeserializeOwned + JsonSchema;
    /// Makes the step. `None` means that findings say why not.
    fn compile(config: Self::Config, compiler: &mut Compiler<'_, '_>) -> Option<Compiled>;
}

/// What a policy says about itself.
pub struct Meta {
    /// Its key in a document.
    pub name: &'static str,
    /// Other keys that mean it.
    pub aliases: &'static [&'static str],
    /// The versions that documents may name.
    pub versions: &'static [&'static str],
    /// One sentence.
    pub summary: &'static str,
    /// The hand-written part of its page.
    pub page: &'static str,
    /// The files of its `examples/`, which the page shows and a test runs.
    pub examples: &'static [Example],
    pub spellings: Spellings,
    /// Properties whose `${…}` is not the environment's: scripts.
    pub literal: &'static [&'static str],
}

/// A file of a policy's `examples/`.
pub struct Example {
    pub name: &'static str,
    pub text: &'static str,
}

impl Example {
    /// Its `title`, which is its first line.
    pub fn title(&self) -> &'static str {
        let line = self.text.lines().find_map(|line| line.strip_prefix("title:"));
        line.map_or(self.name, |title| title.trim().trim_matches(['"', '\'']))
    }
}

/// What a policy compiles to.
pub enum Compiled {
    /// A step that does something.
    Step(Plan),
    /// Steps of which some run: the compiler lays their blocks out.
    Flow(Flow),
}

/// Control flow: the first case whose test holds runs, and then the flow goes on behind all of them.
pub struct Flow {
    pub cases: Vec<Case>,
    /// What runs where no test holds.
    pub otherwise: Vec<assembly::Step>,
}

/// One case of a [`Flow`].
pub struct Case {
    /// Answers `Continue` where the case applies and `Otherwise` where it does not. `None` where a finding says why there is
    /// none; the steps have findings of their own.
    pub test: Option<Plan>,
    pub execute: Vec<assembly::Step>,
}

/// A compiled step and what the compiler must know of it.
pub struct Plan {
    pub step: Box<dyn Step>,
    pub access: Access,
}

/// What a step touches.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Variables it reads.
    pub reads: Vec<Reference>,
    /// Roots whose body it replaces when it succeeds.
    pub replaces: Vec<Root>,
    /// It sends the body of `message` on as it comes.
    pub streams_message: bool,
    /// It signs the body of `message` as it is.
    pub signs_message: bool,
    /// The flow never goes on behind it.
    pub diverges: bool,
}

impl Access {
    /// Whether the step looks into the body of `message`.
    pub fn reads_message_body(&self) -> bool {
        self.reads.iter().any(|reference| is_body_of(reference, Builtin::Message))
    }

    /// Whether the step looks into the body of the original request.
    pub fn reads_request_body(&self) -> bool {
        self.reads.iter().any(|reference| is_body_of(reference, Builtin::Request))
    }

    /// Whether the step reads the document of the API; in the v5 engine the whole `api` holds it too.
    pub fn reads_document(&self, generation: assembly::Generation) -> bool {
        let is_v5 = generation == assembly::Generation::V5;
        let mut below_api = self.reads.iter().filter(|reference| reference.root == Root::Builtin(Builtin::Api));
        below_api.any(|reference| reference.path.first().map_or(is_v5, |first| &**first == "document"))
    }

    /// The parameters of the request that the step reads; `None` is all of them.
    pub fn request_parameters(&self) -> impl Iterator<Item = Option<&str>> {
        self.reads.iter().filter_map(|reference| match &*reference.path {
            [first, rest @ ..] if reference.root == Root::Builtin(Builtin::Request) && &**first == "parameters" => {
                Some(rest.first().map(|name| &**name))
            }
            _ => None,
        })
    }

    /// Whether the step puts a new body into `message`.
    pub fn replaces_message(&self) -> bool {
        self.replaces.contains(&Root::Builtin(Builtin::Message))
    }
}

fn is_body_of(reference: &Reference, root: Builtin) -> bool {
    reference.root == Root::Builtin(root) && reference.path.first().is_none_or(|part| &**part == "body")
}
