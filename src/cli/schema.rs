//! `gantry schema`: the files that are generated from the code.

use std::path::Path;

use super::arguments::SchemaArguments;
use super::{Exit, generated_files};

pub fn run(arguments: &SchemaArguments) -> Exit {
    match (&arguments.write, &arguments.check, &arguments.print) {
        (Some(folder), _, _) => write(folder),
        (_, Some(folder), _) => check(folder),
        (_, _, Some(name)) => print(name),
        _ => Exit::Usage,
    }
}

fn write(folder: &Path) -> Exit {
    for file in generated_files() {
        let path = folder.join(&file.path);
        let made =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &file.text));
        if let Err(error) = made {
            eprintln!("cannot write {}: {error}", path.display());
            return Exit::Failed;
        }
        println!("{}", file.path);
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
        eprintln!("{path} is not what the code generates");
    }
    if stale.is_empty() {
        return Exit::Good;
    }
    eprintln!("run `cargo run -- schema --write` and commit the result");
    Exit::Findings
}

fn print(name: &str) -> Exit {
    match generated_files().into_iter().find(|file| file.path == name) {
        Some(file) => {
            print!("{}", file.text);
            Exit::Good
        }
        None => {
            let names: Vec<String> = generated_files().into_iter().map(|file| file.path).collect();
            eprintln!("there is no generated file `{name}`; there are:\n  {}", names.join("\n  "));
            Exit::Usage
        }
    }
}
