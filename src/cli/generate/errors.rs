//! `docs/errors.md`: every code a finding can carry.

use std::fmt::Write;

use super::generated_file::GeneratedFile;
use crate::base::codes;

pub(super) fn file() -> GeneratedFile {
    let mut text = String::from(
        "# Error codes\n\nA finding is `file:line:column: error CODE message`. A code keeps its meaning for ever.\n",
    );
    for code in codes::ALL {
        let _ = write!(text, "\n## {}: {}\n\n{}\n", code.id, code.title, code.page);
    }
    GeneratedFile { path: "docs/errors.md".to_owned(), text }
}
