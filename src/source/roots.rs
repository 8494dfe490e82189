//! The folders whose files a document may name.
//!
//! The author of a document is not always the operator of the gateway: a document reads files of its own folder, and of the folders
//! that the command line adds.

use std::path::{Component, Path, PathBuf};

/// The use of a file that a document names, which decides how its name may end. So other files are never parsed and shown: `.env`,
/// `/proc/self/environ`, a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// YAML or JSON.
    Data,
    Script,
    Page,
}

/// The folders whose files a document may name, with their links resolved.
#[derive(Debug, Clone, Default)]
pub struct Roots(Vec<PathBuf>);

/// Why a file may not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is in none of the folders. Whether there is such a file is not said.
    Outside,
    /// Its name ends otherwise.
    Ending(Use),
    Missing,
}

/// The help text that tells how to open another folder.
pub const WIDER: &str =
    "copy the file into the document's folder, or name its folder with `--files-from DIR` or GANTRY_FILES_FROM";

impl Use {
    fn endings(self) -> &'static [&'static str] {
        match self {
            Use::Data => &["yaml", "yml", "json"],
            Use::Script => &["js"],
            Use::Page => &["html", "htm"],
        }
    }

    fn fits(self, path: &Path) -> bool {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        ending.is_some_and(|ending| self.endings().contains(&&*ending))
    }
}

impl Refusal {
    /// One sentence; `file` is the name as it is written.
    pub fn message(self, file: &str) -> String {
        match self {
            Refusal::Outside => format!("`{file}` is outside of the document's folder"),
            Refusal::Ending(kind) => {
                let endings: Vec<String> = kind.endings().iter().map(|ending| format!("`.{ending}`")).collect();
                format!("`{file}` is not read here: only files whose names end in {} are", endings.join(", "))
            }
            Refusal::Missing => format!("there is no file `{file}`"),
        }
    }

    pub fn help(self) -> Option<&'static str> {
        (self == Refusal::Outside).then_some(WIDER)
    }
}

impl Roots {
    /// The folder of what the command line names, or that folder itself, and more folders.
    pub fn of(named: &Path, more: &[PathBuf]) -> Self {
        let folder = if named.is_dir() { named } else { named.parent().unwrap_or(Path::new("")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let all = std::iter::once(folder).chain(more.iter().map(PathBuf::as_path));
        Roots(all.filter_map(|folder| folder.canonicalize().ok()).collect())
    }

    /// Whether a file of a folder may be read: a link may lead out of it.
    pub fn holds(&self, path: &Path) -> bool {
        path.canonicalize().is_ok_and(|real| self.contains(&real))
    }

    /// The file at a path, with its links resolved.
    pub fn find(&self, path: &Path, kind: Use) -> Result<PathBuf, Refusal> {
        let Ok(real) = path.canonicalize() else {
            // The refusal is the same as of a file that is there, or it would say what there is outside.
            return Err(if self.would_hold(path) { Refusal::Missing } else { Refusal::Outside });
        };
        match (self.contains(&real), kind.fits(&real), real.is_file()) {
            (false, ..) => Err(Refusal::Outside),
            (true, true, true) => Ok(real),
            (true, false, true) => Err(Refusal::Ending(kind)),
            // A folder, a device or a named pipe.
            (true, _, false) => Err(Refusal::Missing),
        }
    }

    fn contains(&self, real: &Path) -> bool {
        self.0.iter().any(|root| real.starts_with(root))
    }

    /// Whether a path that leads to nothing stays inside: what of it is there, and also what is written.
    fn would_hold(&self, path: &Path) -> bool {
        let mut real = match std::env::current_dir().and_then(|folder| folder.canonicalize()) {
            Ok(folder) => folder,
            Err(_) => return false,
        };
        for part in path.components() {
            match part {
                Component::ParentDir => {
                    real.pop();
                }
                Component::CurDir => {}
                part => real.push(part),
            }
            real = real.canonicalize().unwrap_or(real);
        }
        self.contains(&real)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("apis");
        std::fs::create_dir_all(inner.join("parts")).unwrap();
        std::fs::create_dir_all(folder.path().join("shared")).unwrap();
        for name in ["apis/a.yaml", "apis/parts/b.json", "apis/c.js", "apis/.env", "shared/s.yaml", "secret.yaml"] {
            std::fs::write(folder.path().join(name), "a: 1\n").unwrap();
        }
        symlink("parts/b.json", inner.join("inside.yaml")).unwrap();
        symlink("../secret.yaml", inner.join("out.yaml")).unwrap();
        symlink("..", inner.join("up")).unwrap();
        symlink(".env", inner.join("env.yaml")).unwrap();
        symlink("/proc/self/environ", inner.join("environ.yaml")).unwrap();
        (folder, inner)
    }

    #[test]
    fn files_of_the_folder_are_found_and_no_others() {
        let (folder, inner) = folder();
        let roots = Roots::of(&inner.join("a.yaml"), &[]);
        let find = |name: &str| roots.find(&inner.join(name), Use::Data).map(|_| ());
        for name in ["a.yaml", "parts/b.json", "parts/../a.yaml", "inside.yaml", "./a.yaml", "up/apis/a.yaml"] {
            assert_eq!(find(name), Ok(()), "{name}");
        }
        let absolute = inner.join("parts/b.json").display().to_string();
        assert_eq!(find(&absolute), Ok(()));
        for name in [
            "../secret.yaml",
            "../none.yaml",
            "out.yaml",
            "up/secret.yaml",
            "up/none.yaml",
            "up/none/../../none.yaml",
            "environ.yaml",
            "/proc/self/environ",
            "/etc/passwd",
            "/none/none.yaml",
            "/dev/zero",
            "parts/../../secret.yaml",
        ] {
            assert_eq!(find(name), Err(Refusal::Outside), "{name}");
        }
        for name in ["none.yaml", "parts", "no/such/file.yaml", "..\\secret.yaml", "a\0.yaml"] {
            assert_eq!(find(name), Err(Refusal::Missing), "{name}");
        }
        for name in [".env", "env.yaml", "c.js"] {
            assert_eq!(find(name), Err(Refusal::Ending(Use::Data)), "{name}");
        }
        assert_eq!(Roots::of(&inner, &[]).0, roots.0);
        let wider = Roots::of(&inner, &[folder.path().join("shared")]);
        assert!(wider.find(&inner.join("../shared/s.yaml"), Use::Data).is_ok());
        assert_eq!(wider.find(&inner.join("../secret.yaml"), Use::Data), Err(Refusal::Outside));
    }
}
