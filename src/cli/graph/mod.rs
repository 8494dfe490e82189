//! `gantry graph`: an assembly as a drawing.

mod mermaid;
mod outline;
mod svg;
mod text;

use super::arguments::{Drawing, GraphArguments};
use super::exit::Exit;
use super::print;
use crate::base::{Findings, Sources, nearest, quoted_list};
use crate::load::Paths;
use outline::Figures;

pub fn run(arguments: &GraphArguments) -> Exit {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let paths = Paths { documents: &arguments.paths, files_from: &arguments.files.files_from };
    let only = arguments.operation.as_deref();
    let Figures { figures, known } = outline::figures(paths, only, &mut sources, &mut findings);
    findings.sort();
    print::findings_to_stderr(&findings, &sources);
    if findings.errors() > 0 {
        return Exit::Findings;
    }
    if let Some(only) = only.filter(|_| figures.is_empty()) {
        let near = nearest(only, known.iter().map(String::as_str));
        let (word, named) = if near.is_empty() {
            ("there are ", known)
        } else {
            ("did you mean ", near.into_iter().map(str::to_owned).collect())
        };
        complain!("no document has an operation `{only}`; {word}{}", quoted_list(&named));
        return Exit::Usage;
    }
    if figures.is_empty() {
        complain!("there is nothing to draw: no operation with an assembly was found");
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
