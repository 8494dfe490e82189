//! How many connections fit into the file descriptors that the process may have.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Descriptors for everything but connections of clients and calls to services: the admin listener, files, the log.
const RESERVE: u64 = 100;

/// The connections of clients that fit: each may need another one to a service. The soft limit is raised to the hard one first.
pub(super) fn connections(most: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        // If it may not be raised, the old limit counts.
        setrlimit(Resource::Nofile, limit).ok();
    }
    let fit = fitting(getrlimit(Resource::Nofile).current);
    if fit < most / 2 {
        tracing::info!(
            connections = fit,
            setting = most,
            "fewer connections than `server.limits.connections` fit into the file descriptors of the process (`ulimit -n`)"
        );
    }
    fit.min(most)
}

/// None: there is no limit.
fn fitting(descriptors: Option<u64>) -> usize {
    let fit = descriptors.map_or(u64::MAX, |descriptors| descriptors.saturating_sub(RESERVE) / 2);
    usize::try_from(fit.max(8)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_what_is_left_is_for_clients() {
        assert_eq!([Some(256), Some(20_100), Some(64), None].map(fitting), [78, 10_000, 8, usize::MAX]);
    }
}
