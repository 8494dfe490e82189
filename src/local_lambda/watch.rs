//! Live edits: the folders are watched, and changes handed to the registry in batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::registry::Registry;

/// An editor writes a file in several steps; a batch ends when nothing happened for this long.
const QUIET: Duration = Duration::from_millis(100);

/// Starts watching; the returned future does the reloading and must be spawned.
///
/// Only the folders themselves are watched, not what is below them: a virtual environment or
/// `node_modules` may hold more directories than the system has watches.
pub fn watch(registry: Arc<Registry>) -> notify::Result<impl Future<Output = ()> + Send> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths.into_iter().filter(|path| is_source(path)) {
            // An error says that the service has stopped.
            let _ = sender.send(path);
        }
    })?;
    for folder in registry.folders() {
        // Canonical, so that the paths of events are those of the functions.
        let folder = folder.canonicalize().map_err(notify::Error::io)?;
        watcher.watch(&folder, RecursiveMode::NonRecursive)?;
    }
    Ok(reloads(registry, receiver, watcher))
}

async fn reloads(registry: Arc<Registry>, mut changes: mpsc::UnboundedReceiver<PathBuf>, _watcher: RecommendedWatcher) {
    while let Some(first) = changes.recv().await {
        let mut batch = vec![first];
        while let Ok(Some(path)) = tokio::time::timeout(QUIET, changes.recv()).await {
            batch.push(path);
        }
        batch.sort();
        batch.dedup();
        registry.reload(&batch).await;
    }
}

/// Whether a handler may be made of it. Python, editors, logs and API documents leave other files next to the source.
fn is_source(path: &Path) -> bool {
    const OTHERS: [&str; 9] = ["swp", "jsonl", "log", "out", "err", "txt", "md", "tmp", "pid"];
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_left_over = name.starts_with('.') || name.ends_with('~') || name == "__pycache__";
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_document = matches!(extension, "yaml" | "yml") && name != "functions.yaml";
    !is_left_over && !is_document && !OTHERS.contains(&extension)
}
