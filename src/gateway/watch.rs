//! Noticing that files have changed.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

/// Editors write a file in several steps; this long after the last one it is complete.
const QUIET: Duration = Duration::from_millis(100);

/// Watches files until it is dropped.
pub struct Watcher {
    changes: mpsc::Receiver<()>,
    watcher: notify::RecommendedWatcher,
    folders: HashSet<PathBuf>,
}

/// Watches the files at the paths, and everything in those that are folders. Folders are watched rather than files: editors and mounted ConfigMaps replace files by
/// renaming, and a watch on the old file would see nothing.
pub fn watch(paths: &[PathBuf]) -> notify::Result<Watcher> {
    let (sender, changes) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Reading a file is an event too, and the loader reads.
        let changed = event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_)));
        if changed {
            // A full channel already says that something has changed.
            let _ = sender.try_send(());
        }
    })?;
    let mut watcher = Watcher { changes, watcher, folders: HashSet::new() };
    watcher.follow(paths)?;
    Ok(watcher)
}

impl Watcher {
    /// Watches these files too. A folder is watched once, and until the end.
    pub fn follow(&mut self, paths: &[PathBuf]) -> notify::Result<()> {
        for path in paths {
            let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(path) };
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if !self.folders.contains(folder) {
                self.watcher.watch(folder, RecursiveMode::NonRecursive)?;
                self.folders.insert(folder.to_owned());
            }
        }
        Ok(())
    }

    /// Waits for a change and for the quiet after it. `None` when watching has ended.
    pub async fn changed(&mut self) -> Option<()> {
        self.changes.recv().await?;
        while let Ok(Some(())) = tokio::time::timeout(QUIET, self.changes.recv()).await {}
        Some(())
    }
}
