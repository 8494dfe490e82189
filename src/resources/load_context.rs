//! The parts of a load that are not documents: settings, resources, the environment.

use super::Resources;
use crate::settings::{Live, Purpose};
use crate::source::Environment;

/// The settings, resources and environment of a load, and its purpose.
#[derive(Clone, Copy)]
pub struct LoadContext<'a> {
    pub settings: &'a Live,
    pub resources: &'a Resources,
    pub environment: &'a dyn Environment,
    pub purpose: Purpose,
}
