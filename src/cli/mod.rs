//! The verbs of the command line: wiring and printing only.

/// Writes a line to stderr. A reader that has gone is no reason to panic.
macro_rules! complain {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), $($text)*);
    }};
}

mod arguments;
mod audit;
mod check;
mod dev;
mod diff;
mod eval;
mod eval_template;
mod event;
mod exit;
mod explain;
mod export;
mod fix;
mod generate;
mod graph;
mod import;
mod invoke;
mod load;
mod new;
mod print;
mod schema;
mod serve;
mod shell;
mod test;
mod trace;
mod version;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Cli, Verb};

pub use exit::Exit;
pub use generate::{GeneratedFile, generated_files};

/// Runs the command line of this process. `give_memory_back` is what the process' allocator has for when much was needed once.
pub fn run(give_memory_back: fn()) -> ExitCode {
    let exit = match Cli::parse().verb {
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Audit(arguments) => audit::run(&arguments),
        Verb::Import(arguments) => import::run(&arguments),
        Verb::Serve(arguments) => serve::run(arguments, give_memory_back),
        Verb::Dev(arguments) => dev::run(arguments),
        Verb::Invoke(arguments) => invoke::run(&arguments),
        Verb::Test(arguments) => test::run(&arguments),
        Verb::Trace(arguments) => trace::run(&arguments),
        Verb::New(arguments) => new::run(&arguments),
        Verb::Graph(arguments) => graph::run(&arguments),
        Verb::Export(arguments) => export::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Event(arguments) => event::run(&arguments),
        Verb::Eval(arguments) => eval::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::Completion(arguments) => shell::completion(&arguments),
        Verb::Man => shell::man(),
        Verb::Version => version::run(),
    };
    let exit = if print::is_complete() { exit } else { Exit::Failed };
    ExitCode::from(exit as u8)
}
