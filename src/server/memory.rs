//! How many bytes the bodies of all requests may take, in a container that has a limit of its own.

use std::path::Path;

use crate::value::DEFAULT_ROOM;

/// The files in which Linux has the limit: of cgroups version 2, and of version 1.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// The setting, else the default, but at most half of the container's memory.
pub(super) fn buffered_bytes(setting: Option<usize>) -> usize {
    let limit = LIMITS.iter().find_map(|path| std::fs::read_to_string(Path::new(path)).ok());
    setting.unwrap_or_else(|| within(limit.as_deref()))
}

/// `max` is no limit.
fn within(limit: Option<&str>) -> usize {
    let limit: Option<usize> = limit.and_then(|text| text.trim().parse().ok());
    limit.map_or(DEFAULT_ROOM, |limit| DEFAULT_ROOM.min(limit / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_small_container_is_for_bodies() {
        assert_eq!(within(None), DEFAULT_ROOM);
        assert_eq!(within(Some("max\n")), DEFAULT_ROOM);
        assert_eq!(within(Some("268435456\n")), 134_217_728);
        assert_eq!(within(Some("9223372036854771712\n")), DEFAULT_ROOM);
        assert_eq!(buffered_bytes(Some(2_000_000)), 2_000_000);
    }
}
