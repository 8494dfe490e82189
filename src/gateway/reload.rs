//! Replacing what is served, as a whole or not at all.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;

use super::{Load, load};
use crate::policy::Purpose;
use crate::resources::Resources;
use crate::runtime::Snapshot;
use crate::settings::Settings;
use crate::source::Environment;

/// The documents of a gateway and what it serves of them.
pub struct Gateway {
    paths: Vec<PathBuf>,
    settings: Settings,
    resources: Resources,
    environment: Box<dyn Environment + Send + Sync>,
    current: Arc<ArcSwap<Snapshot>>,
    generation: AtomicU64,
}

/// How a load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// The new snapshot serves.
    Swapped { generation: u64 },
    /// There were errors, and what served before serves on.
    RolledBack,
}

impl Gateway {
    /// A gateway that serves nothing yet.
    pub fn new(paths: Vec<PathBuf>, settings: Settings, environment: Box<dyn Environment + Send + Sync>) -> Self {
        Gateway {
            paths,
            settings,
            resources: Resources::default(),
            environment,
            current: Arc::new(ArcSwap::from_pointee(Snapshot::default())),
            generation: AtomicU64::new(0),
        }
    }

    /// What is served; the server reads it for every request.
    pub fn snapshot(&self) -> Arc<ArcSwap<Snapshot>> {
        self.current.clone()
    }

    /// The paths it was given.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How many loads have succeeded.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Loads the documents and, without errors, serves them. The findings are in the load either way.
    pub fn reload(&self) -> (Reload, Load) {
        let mut loaded = load(&self.paths, &self.settings, &self.resources, self.environment.as_ref(), Purpose::Serve);
        let Some(snapshot) = loaded.snapshot.take() else { return (Reload::RolledBack, loaded) };
        self.resources.loaded();
        self.current.store(Arc::new(snapshot));
        let generation = self.generation.fetch_add(1, Ordering::Relaxed) + 1;
        (Reload::Swapped { generation }, loaded)
    }
}
