//! Noticing that files have changed.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::source::find_files;

/// Editors write a file in several steps; this long after the last one it is complete.
const QUIET: Duration = Duration::from_millis(100);

/// The longest wait for a folder whose other files change all the time.
const LONGEST: Duration = Duration::from_secs(1);

/// Watches files until it is dropped.
pub struct Watcher {
    /// Something has changed in one of the folders.
    events: mpsc::Receiver<()>,
    watcher: notify::RecommendedWatcher,
    folders: HashSet<PathBuf>,
    /// The paths of a load: files, and folders of documents.
    paths: HashSet<PathBuf>,
    seen: HashMap<PathBuf, Stamp>,
}

/// The file at a path, with its time and size; `None` where there is none.
type Stamp = Option<(PathBuf, SystemTime, u64)>;

/// Watches the files at the paths, and the documents in those that are folders. The folders of files are watched rather than
/// the files: editors and mounted ConfigMaps replace files by renaming, and a watch on the old file would see nothing.
pub fn watch(paths: &[PathBuf]) -> notify::Result<Watcher> {
    let (sender, events) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Reading a file is an event too, and the loader reads.
        let changed = event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_)));
        if changed {
            // A full channel has the message already.
            let _ = sender.try_send(());
        }
    })?;
    let (folders, paths_seen, seen) = (HashSet::new(), HashSet::new(), HashMap::new());
    let mut watcher = Watcher { events, watcher, folders, paths: paths_seen, seen };
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
            if self.paths.insert(path.clone()) {
                // A file that is known keeps its stamp: it may have changed since the load that read it began.
                for file in files(path) {
                    self.seen.entry(file).or_insert_with_key(|file| stamp(file));
                }
            }
        }
        Ok(())
    }

    /// Waits until one of the files has changed and is complete; says which. `None` when watching has ended. Other files of
    /// the same folders, such as a log, change nothing.
    pub async fn changed(&mut self) -> Option<Vec<PathBuf>> {
        loop {
            self.events.recv().await?;
            let end = Instant::now() + LONGEST;
            while Instant::now() < end
                && let Ok(Some(())) = tokio::time::timeout(QUIET, self.events.recv()).await
            {}
            let changed = self.differences();
            if !changed.is_empty() {
                return Some(changed);
            }
        }
    }

    /// The files that are not what they were at the last call.
    fn differences(&mut self) -> Vec<PathBuf> {
        let files = self.paths.iter().flat_map(|path| files(path));
        let mut now: HashMap<PathBuf, Stamp> = files.map(|file| (file.clone(), stamp(&file))).collect();
        // A file that has left its folder has no stamp any more.
        for gone in self.seen.keys() {
            now.entry(gone.clone()).or_insert_with_key(|file| stamp(file));
        }
        let differs = |(file, stamp): &(&PathBuf, &Stamp)| self.seen.get(*file).unwrap_or(&None) != *stamp;
        let mut changed: Vec<PathBuf> = now.iter().filter(differs).map(|(file, _)| file.clone()).collect();
        changed.sort();
        self.seen = now;
        changed
    }
}

/// The files at a path that a load would read.
fn files(path: &Path) -> Vec<PathBuf> {
    find_files(path).unwrap_or_default()
}

fn stamp(file: &Path) -> Stamp {
    let metadata = std::fs::metadata(file).ok()?;
    // A ConfigMap is replaced by a link to another folder.
    Some((file.canonicalize().ok()?, metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::fs::write;

    use super::*;

    #[tokio::test]
    async fn only_files_that_are_read_count() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        write(file("api.yaml"), "a").unwrap();
        write(file("settings.yaml"), "a").unwrap();
        std::fs::create_dir(file("scripts")).unwrap();
        let mut watcher = watch(&[folder.path().to_owned()]).unwrap();
        watcher.follow(&[file("scripts/a.js")]).unwrap();
        assert_eq!(watcher.differences(), Vec::<PathBuf>::new());
        write(file("access.log"), "a line").unwrap();
        write(file("scripts/b.js"), "1").unwrap();
        assert_eq!(watcher.differences(), Vec::<PathBuf>::new());
        for (name, text) in [("api.yaml", "longer"), ("new.yaml", "b"), ("scripts/a.js", "1")] {
            write(file(name), text).unwrap();
            assert_eq!(watcher.differences(), [file(name)], "{name}");
        }
        std::fs::remove_file(file("new.yaml")).unwrap();
        assert_eq!(watcher.differences(), [file("new.yaml")]);
        assert_eq!(watcher.differences(), Vec::<PathBuf>::new());
        write(file("api.yaml"), "once more").unwrap();
        assert_eq!(watcher.changed().await, Some(vec![file("api.yaml")]));
    }
}
