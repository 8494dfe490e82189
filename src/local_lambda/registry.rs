//! All functions by name, kept in step with the folders.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::sync::broadcast;
use tokio::task::JoinSet;

use super::address::Home;
use super::function::{Function, discover};
use super::lock::locked;
use super::notice::Notice;
use super::pool::Pool;
use super::problem::Problem;

/// The functions of a service.
pub struct Registry {
    folders: Vec<PathBuf>,
    /// For functions that set none of their own.
    concurrency: usize,
    home: Arc<Home>,
    notices: broadcast::Sender<Notice>,
    pools: Mutex<BTreeMap<String, Arc<Pool>>>,
}

impl Registry {
    /// Finds the functions; everything wrong with the folders is an error here.
    pub fn open(
        folders: Vec<PathBuf>,
        concurrency: usize,
        home: Arc<Home>,
        notices: broadcast::Sender<Notice>,
    ) -> Result<Registry, Vec<Problem>> {
        let discovery = discover(&folders, concurrency);
        if !discovery.problems.is_empty() {
            return Err(discovery.problems);
        }
        let pool = |function| Arc::new(Pool::new(function, home.clone(), notices.clone()));
        let functions = discovery.functions.into_iter();
        let pools = functions.map(|(name, function)| (name, pool(function))).collect();
        Ok(Registry { folders, concurrency, home, notices, pools: Mutex::new(pools) })
    }

    pub fn names(&self) -> Vec<String> {
        locked(&self.pools).keys().cloned().collect()
    }

    pub fn pool(&self, name: &str) -> Option<Arc<Pool>> {
        locked(&self.pools).get(name).cloned()
    }

    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Looks through the folders again after `changed` files changed.
    ///
    /// A wrong folder changes nothing: half of an edit must not take functions away.
    pub async fn reload(&self, changed: &[PathBuf]) {
        let discovery = discover(&self.folders, self.concurrency);
        if !discovery.problems.is_empty() {
            for problem in discovery.problems {
                self.tell(Notice::Refused(problem));
            }
            return;
        }
        let gone: Vec<(String, Arc<Pool>)> = {
            let mut pools = locked(&self.pools);
            let gone = |name: &String, _: &mut Arc<Pool>| !discovery.functions.contains_key(name);
            pools.extract_if(.., gone).collect()
        };
        for (function, pool) in gone {
            pool.stop().await;
            self.tell(Notice::Removed { function });
        }
        let mut trials = JoinSet::new();
        for function in discovery.functions.into_values() {
            self.update(function, changed, &mut trials);
        }
        while trials.join_next().await.is_some() {}
    }

    /// Adds a new function, or has the edited code of an old one tried while the others run.
    fn update(&self, function: Function, changed: &[PathBuf], trials: &mut JoinSet<()>) {
        let Some(pool) = self.pool(&function.name) else {
            let name = function.name.clone();
            let pool = Pool::new(function, self.home.clone(), self.notices.clone());
            locked(&self.pools).insert(name.clone(), Arc::new(pool));
            return self.tell(Notice::Added { function: name });
        };
        let own = |path: &PathBuf| Some(path.as_path()) == function.file();
        let edited = *pool.function() != function || changed.iter().any(own);
        // Any other file of the folder may be a module this function imports.
        let neighbour = |path: &PathBuf| path.parent() == Some(function.folder.as_path());
        if edited || changed.iter().any(neighbour) {
            trials.spawn(async move { pool.reload(function, edited).await });
        }
    }

    /// Kills all idle processes and waits for their end; running ones end with their tasks.
    pub async fn stop(&self) {
        let pools = std::mem::take(&mut *locked(&self.pools));
        for pool in pools.into_values() {
            pool.stop().await;
        }
    }

    /// Kills all idle processes without waiting for their end.
    pub fn clear(&self) {
        locked(&self.pools).clear();
    }

    fn tell(&self, notice: Notice) {
        // An error only means that there is no receiver.
        let _ = self.notices.send(notice);
    }
}
