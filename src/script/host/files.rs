//! Files that lie beside the document.

use std::path::{Component, Path};
use std::rc::Rc;

use gantry_allocator::Setup;
use rquickjs::{Exception, Object, Result};

use super::{Seat, native};
use crate::script::values;
use crate::source::read_resolved;

/// The largest file that a script reads.
const MAX_BYTES: u64 = 4 << 20;

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "readFile", |ctx, name: String| {
        match read(host.script.reach.folder.as_deref(), &name) {
            Ok(bytes) => values::to_bytes(&ctx, &bytes),
            Err(message) => Err(Exception::throw_message(&ctx, &message)),
        }
    });
    Ok(())
}

/// The bytes of a file; the error is one sentence.
fn read(folder: Option<&Path>, name: &str) -> std::result::Result<Vec<u8>, String> {
    let shown: String = name.chars().take(200).collect();
    let outside = || format!("`{shown}` cannot be read: scripts read only files that lie beside their document");
    let folder = folder.and_then(|folder| folder.canonicalize().ok()).ok_or_else(outside)?;
    // DataPower's schemes name the folder that the gateway keeps its own files in.
    let plain = Path::new(name);
    let mut parts = plain.components().filter(|part| *part != Component::CurDir);
    let inside = parts.all(|part| match part {
        Component::Normal(part) => !part.to_string_lossy().starts_with('.') && !part.to_string_lossy().contains(':'),
        _ => false,
    });
    if !inside || name.is_empty() {
        return Err(outside());
    }
    let path =
        folder.join(plain).canonicalize().map_err(|_| format!("there is no file `{shown}` beside the document"))?;
    // A link may lead out again.
    if !path.starts_with(&folder) {
        return Err(outside());
    }
    let bytes = read_resolved(&path, MAX_BYTES).map_err(|error| format!("`{shown}` cannot be read: {error}"))?;
    bytes.ok_or_else(|| format!("`{shown}` has more than {} MiB", MAX_BYTES >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_beside_the_document_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("api");
        std::fs::create_dir_all(inner.join("data")).unwrap();
        for (name, text) in [("api/a.txt", "a"), ("api/data/b.txt", "b"), ("secret.txt", "s"), ("api/.env", "e")] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), inner.join("link.txt")).unwrap();
        let text = |name: &str| read(Some(&inner), name).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(text("a.txt").unwrap(), "a");
        assert_eq!(text("./data/b.txt").unwrap(), "b");
        let absolute = inner.join("a.txt").display().to_string();
        for closed in
            ["../secret.txt", "data/../../secret.txt", ".env", "link.txt", "", "data", "local:///a", &absolute]
        {
            assert!(text(closed).is_err(), "{closed}");
        }
        assert!(text("no.txt").unwrap_err().contains("there is no file"));
        assert!(read(None, "a.txt").is_err());
    }
}
