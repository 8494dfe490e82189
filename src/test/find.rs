//! The test files at a path.

use std::io;
use std::path::{Path, PathBuf};

use crate::source::{folders_below, is_test_file};

/// The test files at a path: the file itself, or those in the folder and the folders below it. Hidden files and folders are left out,
/// and links to folders are not followed.
pub fn find_tests(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        std::fs::metadata(path)?;
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for folder in folders_below(path)? {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (path, is_hidden) = (entry.path(), entry.file_name().to_string_lossy().starts_with('.'));
            if !is_hidden && is_test_file(&path) && path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};

    use super::*;

    #[test]
    fn tests_are_found_at_any_depth_and_not_where_things_are_hidden() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a/b", ".git"] {
            create_dir_all(at(name)).unwrap();
        }
        for name in ["z.test.yaml", "a/b/c.test.yml", ".git/x.test.yaml", ".y.test.yaml", "a/api.yaml", "a/test.yaml"] {
            write(at(name), "").unwrap();
        }
        std::os::unix::fs::symlink(folder.path(), at("a/loop")).unwrap();
        assert_eq!(find_tests(folder.path()).unwrap(), [at("a/b/c.test.yml"), at("z.test.yaml")]);
        assert_eq!(find_tests(&at("a/api.yaml")).unwrap(), [at("a/api.yaml")]);
        assert!(find_tests(&at("gone")).is_err());
    }
}
