//! The APIs of a load, and what becomes of those whose documents have errors.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::base::Findings;
use crate::compile::{CompiledApi, SnapshotBuilder, served_from};
use crate::openapi::Api;
use crate::runtime::Snapshot;
use crate::settings::Live;

/// A document that is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub file: PathBuf,
    /// Its last good version is served.
    pub serves_on: bool,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.serves_on { "its last good version is served" } else { "not served" };
        write!(f, "{}: {what}", self.file.display())
    }
}

/// The APIs of a load.
pub(super) struct Collected<'a> {
    builder: SnapshotBuilder,
    /// The files of the APIs, in the order in which they were added to the builder.
    files: Vec<PathBuf>,
    left_out: Vec<LeftOut>,
    /// The snapshot of an earlier load.
    earlier: Option<&'a Snapshot>,
}

impl<'a> Collected<'a> {
    pub(super) fn new(settings: &Live, earlier: Option<&'a Snapshot>) -> Self {
        Collected { builder: SnapshotBuilder::new(settings), files: Vec::new(), left_out: Vec::new(), earlier }
    }

    /// Adds an API; without what was compiled, it is broken.
    pub(super) fn add(&mut self, api: &Api, compiled: Option<CompiledApi>) {
        match compiled {
            Some(compiled) => self.keep(compiled, &api.tree.path),
            None if self.serves_on(&api.tree.path) => {}
            None => self.builder.add_unavailable(api),
        }
    }

    /// A document that could not be read at all.
    pub(super) fn add_unread(&mut self, file: &Path) {
        self.serves_on(file);
    }

    fn keep(&mut self, compiled: CompiledApi, file: &Path) {
        self.builder.add(compiled);
        self.files.push(file.to_owned());
    }

    /// Leaves a document out; says whether its last good version goes on.
    fn serves_on(&mut self, file: &Path) -> bool {
        let earlier = self.earlier.and_then(|earlier| served_from(file, earlier));
        let serves_on = earlier.is_some();
        self.left_out.push(LeftOut { file: file.to_owned(), serves_on });
        if let Some(earlier) = earlier {
            self.keep(earlier, file);
        }
        serves_on
    }

    /// The snapshot, where everything is in order or may be left out; and what is left out.
    pub(super) fn finish(mut self, leaves_out: bool, findings: &mut Findings) -> (Option<Snapshot>, Vec<LeftOut>) {
        let (mut snapshot, overlaps) = self.builder.build(&HashSet::new());
        let mut without = HashSet::new();
        for overlap in overlaps {
            findings.push(overlap.finding);
            if without.insert(overlap.number) {
                self.left_out.push(LeftOut { file: self.files[overlap.number].clone(), serves_on: false });
            }
        }
        if findings.errors() == 0 {
            return (Some(snapshot), Vec::new());
        }
        if !leaves_out || self.builder.is_empty() {
            return (None, Vec::new());
        }
        if !without.is_empty() {
            snapshot = self.builder.build(&without).0;
        }
        (Some(snapshot), self.left_out)
    }
}
