//! `html-page`: a page of HTML that is next to the document.

mod config;
mod step;
#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::base::{Reported, codes};
use crate::policy::{Access, Compiled, Compiler, Generations, Meta, Plan, Policy};
use crate::source::{Node, Spellings, names_page};

pub use config::Config;

/// The places at which IBM's documents name their page.
const CARRIERS: [&str; 2] = ["/x-gateway-configuration/html-page", "/x-ibm-configuration/html-page"];

/// The policy.
pub struct HtmlPage;

impl Policy for HtmlPage {
    const META: Meta = Meta {
        name: "html-page",
        aliases: &[],
        versions: &["2.0.0"],
        summary: "Answers with a page of HTML.",
        page: include_str!("page.md"),
        examples: examples!["inline"],
        spellings: Spellings { aliases: &[], any_case: false, unbuilt: &[] },
        literal: &["page"],
        generations: Generations::ByVersion,
        stage: None,
        at_run_time: &[],
    };
    type Config = Config;

    fn compile(config: Config, compiler: &mut Compiler<'_, '_>) -> Result<Compiled, Reported> {
        let output = compiler.output("/output", &config.output)?;
        let page = page(&config, compiler)?;
        let access = match page {
            Some(_) => Access { replaces: vec![output.clone()], ..Access::default() },
            None => Access::default(),
        };
        Ok(Compiled::Step(Plan { step: Box::new(step::HtmlPage { page, output }), access }))
    }
}

/// The page; `None` where the document has none.
fn page(config: &Config, compiler: &mut Compiler<'_, '_>) -> Result<Option<Bytes>, Reported> {
    let root = &compiler.shared.api.tree.root;
    let of_document = || CARRIERS.iter().find_map(|pointer| root.pointer(pointer).and_then(Node::text));
    let written = config.page.as_deref().filter(|text| !text.is_empty());
    let Some(text) = written.or_else(of_document) else { return Ok(None) };
    if !names_page(text) {
        return Ok(Some(Bytes::copy_from_slice(text.as_bytes())));
    }
    let (_, text) = compiler.packaged("/page", text, codes::UNREADABLE, "the page ")?;
    Ok(Some(Bytes::copy_from_slice(text.as_bytes())))
}
