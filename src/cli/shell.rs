//! `gantry completion` and `gantry man`: what the shell and its manual know, made from the arguments themselves.

use std::io;

use clap::CommandFactory;

use super::arguments::{Cli, CompletionArguments};
use super::exit::Exit;
use super::print;

pub fn completion(arguments: &CompletionArguments) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "gantry", &mut script);
    print::bytes(&script);
    Exit::Good
}

/// One page with every verb: a page per verb would need files to put them in.
pub fn man() -> Exit {
    let mut page = Vec::new();
    if let Err(error) = render(&mut page) {
        complain!("cannot write: {error}");
        return Exit::Failed;
    }
    print::bytes(&page);
    Exit::Good
}

fn render(out: &mut impl io::Write) -> io::Result<()> {
    let mut command = Cli::command();
    command.build();
    let page = clap_mangen::Man::new(command.clone());
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
        writeln!(out, ".SH \"GANTRY {}\"", verb.get_name().to_uppercase())?;
        let page = clap_mangen::Man::new(verb.clone());
        let mut section = Vec::new();
        page.render_description_section(&mut section)?;
        page.render_synopsis_section(&mut section)?;
        page.render_options_section(&mut section)?;
        // The verb is the section, its parts stand below it.
        out.write_all(String::from_utf8_lossy(&section).replace(".SH ", ".SS ").as_bytes())?;
    }
    page.render_extra_section(out)?;
    writeln!(out, ".SH \"EXIT STATUS\"")?;
    writeln!(
        out,
        "0: clean, or warnings only. 1: findings that are errors. 2: wrong usage. 3: something could not be read."
    )
}
