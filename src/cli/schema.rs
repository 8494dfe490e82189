//! `gantry schema`: the files that are generated from the code.

use std::path::Path;

use super::arguments::SchemaArguments;
use super::exit::Exit;
use super::{generated_files, print};
use crate::base::{nearest, quoted_list};

pub fn run(arguments: &SchemaArguments) -> Exit {
    match (&arguments.write, &arguments.check, &arguments.print) {
        (Some(folder), _, _) => write(folder),
        (_, Some(folder), _) => check(folder),
        (_, _, Some(name)) => show(name),
        _ => Exit::Usage,
    }
}

fn write(folder: &Path) -> Exit {
    for file in generated_files() {
        let path = folder.join(&file.path);
        let made =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &file.text));
        if let Err(error) = made {
            complain!("cannot write {}: {error}", path.display());
            return Exit::Failed;
        }
        print::text(&format!("{}\n", file.path));
    }
    Exit::Good
}

fn check(folder: &Path) -> Exit {
    let stale: Vec<String> = generated_files()
        .into_iter()
        .filter(|file| std::fs::read_to_string(folder.join(&file.path)).ok().as_deref() != Some(&*file.text))
        .map(|file| file.path)
        .collect();
    for path in &stale {
        complain!("{path} is not what the code generates");
    }
    if stale.is_empty() {
        return Exit::Good;
    }
    complain!("run `cargo run -- schema --write` and commit the result");
    Exit::Findings
}

fn show(name: &str) -> Exit {
    let files = generated_files();
    let named = files.iter().find(|file| file.path == name);
    match named.or_else(|| files.iter().find(|file| short_name(&file.path) == Some(name))) {
        Some(file) => {
            print::text(&file.text);
            Exit::Good
        }
        None => {
            let near = nearest(name, files.iter().filter_map(|file| short_name(&file.path)));
            let hint = if near.is_empty() { String::new() } else { format!("did you mean {}? ", quoted_list(&near)) };
            let names = files.iter().map(|file| match short_name(&file.path) {
                Some(short) => format!("{short} ({})", file.path),
                None => file.path.clone(),
            });
            let names: Vec<String> = names.collect();
            complain!("there is no generated file `{name}`; {hint}there are:\n  {}", names.join("\n  "));
            Exit::Usage
        }
    }
}

/// The names of a schema: `lambda` for `schemas/policies/lambda.json`.
fn short_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("schemas/")?.strip_suffix(".json")?;
    Some(name.strip_prefix("policies/").unwrap_or(name))
}
