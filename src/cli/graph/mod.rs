//! `gantry graph`: an assembly as a drawing.

mod mermaid;
mod outline;
mod svg;
mod text;

use super::arguments::{Drawing, GraphArguments};
use super::exit::Exit;
use super::print;
use crate::base::{Findings, Sources};
use crate::load::Paths;

pub fn run(arguments: &GraphArguments) -> Exit {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let paths = Paths { documents: &arguments.paths, files_from: &arguments.files.files_from };
    let figures = outline::figures(paths, arguments.operation.as_deref(), &mut sources, &mut findings);
    findings.sort();
    print::findings_to_stderr(&findings, &sources);
    if findings.errors() > 0 {
        return Exit::Findings;
    }
    if figures.is_empty() {
        eprintln!("there is nothing to draw: no operation with an assembly was found");
        return Exit::Findings;
    }
    let drawing = match arguments.format {
        Drawing::Text => text::draw(&figures),
        Drawing::Mermaid => mermaid::draw(&figures),
        Drawing::Svg => svg::draw(&figures),
    };
    print::text(&drawing);
    Exit::Good
}
