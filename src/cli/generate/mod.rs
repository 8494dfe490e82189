//! Files that follow from the code: schemas, pages of policies, the list of error codes, the settings with their defaults,
//! the variables.
//! They are committed, so that people can read them, and a test fails when one is stale.

mod coverage;
mod errors;
mod generated_file;
mod pages;
mod properties;
mod schemas;
mod settings;
mod variables;

pub use generated_file::GeneratedFile;
pub(super) use pages::text as policy_page;

/// All of them.
pub fn generated_files() -> Vec<GeneratedFile> {
    let mut files = schemas::files();
    files.extend(pages::files());
    files.push(coverage::file());
    files.push(errors::file());
    files.push(settings::file());
    files.push(variables::file());
    files
}
