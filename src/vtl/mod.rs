//! Mapping templates of AWS API Gateway, in the Velocity Template Language.
//!
//! A [`Template`] is parsed once, at load, and rendered for every request under [`Limits`]. The rules are those of Velocity 1.7
//! with the differences that AWS has: a reference to a missing value prints nothing, and lists from JSON print as JSON.

mod budget;
mod cursor;
mod error;
mod evaluate;
mod heap;
mod input;
mod item;
mod java;
mod json_path;
mod methods;
mod operators;
mod overrides;
mod parse;
mod print;
mod references;
mod render;
mod roots;
#[cfg(test)]
mod tests;
mod tree;
mod util;

pub use budget::Limits;
pub use error::{ParseError, RenderError};
pub use render::Rendered;
pub use roots::Roots;

use render::Renderer;

/// A parsed template.
#[derive(Debug)]
pub struct Template(tree::Tree);

// === impl Template ===

impl Template {
    /// Reads a template. The error has the place of the mistake in the text.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::tree(text).map(Template)
    }

    /// The output for one request.
    pub fn render(&self, roots: &dyn Roots, limits: &Limits) -> Result<Rendered, RenderError> {
        Renderer::new(&self.0, roots, limits).run()
    }

    /// The names below a group of overrides, such as `requestOverride.header`, that the template sets by a constant name.
    pub fn overrides(&self, side: &str, group: &str) -> Vec<&str> {
        overrides::names(&self.0, side, group)
    }

    /// The template has loops in loops, or macros, so it may take long whatever the size of its input.
    pub fn is_heavy(&self) -> bool {
        self.0.is_heavy
    }

    /// The text, if the template is nothing else.
    pub fn constant(&self) -> Option<&str> {
        match &*self.0.root {
            [] => Some(""),
            [tree::Node::Text(text)] => Some(text),
            _ => None,
        }
    }
}
