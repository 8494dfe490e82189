//! `gantry new`: a folder to start from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::arguments::NewArguments;
use super::exit::Exit;
use super::generate::generated_files;
use super::print;

/// The example that the README starts with is the best start for people's own.
const DOCUMENT: &str = include_str!("../../assemblies/hello-lambda/openapi.yaml");
const HANDLER: &str = include_str!("../../assemblies/hello-lambda/hello.py");
const TESTS: &str = include_str!("../../assemblies/hello-lambda/openapi.test.yaml");
const README: &str = include_str!("new/README.md");

/// The schemas that the first lines of the files name. A folder that starts with a dot is never read as documents.
const SCHEMA: &str = ".gantry/document.json";
const TEST_SCHEMA: &str = ".gantry/test.json";

pub fn run(arguments: &NewArguments) -> Exit {
    let folder = &arguments.folder;
    let shown = folder.display();
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.is_empty() {
        complain!("a new API is written into a new folder: name it, as in `gantry new orders`");
        return Exit::Usage;
    }
    if !is_name(&name) {
        complain!("`{name}` cannot name an API: write letters, digits, `-` and `_`, as in `gantry new orders`");
        return Exit::Usage;
    }
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        complain!("{shown} is there and not empty; nothing was written");
        return Exit::Failed;
    }
    if let Err(error) = make(folder, &files(&name)) {
        complain!("cannot make {shown}: {error}; nothing was written");
        return Exit::Failed;
    }
    print::text(&format!(
        "{shown}/openapi.yaml   the API and its assembly\n{shown}/hello.py       the function it invokes\n\
         {shown}/openapi.test.yaml  its tests\n{shown}/README.md      what to do next\n\n\
         Try it: gantry dev {shown}\nTest it: gantry test {shown}\n"
    ));
    Exit::Good
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

/// The files of a new API, by their paths below its folder.
fn files(name: &str) -> Vec<(&'static str, String)> {
    let generated = generated_files();
    let schema = |path: &str| {
        let schema = generated.iter().find(|file| file.path == path);
        schema.map(|file| file.text.clone()).unwrap_or_default()
    };
    // The examples name the schemas from their place in the repository.
    let below_modeline = |text: &'static str| text.split_once('\n').map_or(text, |(_, rest)| rest);
    let document = below_modeline(DOCUMENT).replacen("title: hello-lambda", &format!("title: {name}"), 1);
    vec![
        ("openapi.yaml", format!("# yaml-language-server: $schema={SCHEMA}\n{document}")),
        ("hello.py", HANDLER.to_owned()),
        ("openapi.test.yaml", format!("# yaml-language-server: $schema={TEST_SCHEMA}\n{}", below_modeline(TESTS))),
        ("README.md", README.replace("{name}", name)),
        (SCHEMA, schema("schemas/document.json")),
        (TEST_SCHEMA, schema("schemas/test.json")),
    ]
}

/// Makes the folder as a whole: next to its place first, so that a mistake half-way leaves nothing behind.
fn make(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    let beside = beside(folder);
    let made = write(&beside, files).and_then(|()| fs::rename(&beside, folder));
    if made.is_err() {
        let _ = fs::remove_dir_all(&beside);
    }
    made
}

fn beside(folder: &Path) -> PathBuf {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!(".{name}.{}", std::process::id()))
}

fn write(folder: &Path, files: &[(&str, String)]) -> io::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    Ok(())
}
