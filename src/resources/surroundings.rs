//! What a load uses in addition to its documents.

use super::Resources;
use crate::settings::{Live, Purpose};
use crate::source::Environment;

/// What a load uses in addition to its documents.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub settings: &'a Live,
    pub resources: &'a Resources,
    pub environment: &'a dyn Environment,
    pub purpose: Purpose,
}
