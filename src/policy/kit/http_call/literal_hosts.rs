//! The hosts of a variable that the document itself fills: `set-variable` with a text, and the property of that name.

use http::Uri;

use super::origin::Origin;
use crate::expression::Part;
use crate::policy::Compiler;

/// The origins that the texts of a variable make of a target.
#[derive(Default)]
pub(super) struct LiteralHosts {
    pub origins: Vec<Origin>,
    /// Nothing else sets the variable.
    pub only: bool,
}

impl LiteralHosts {
    /// Those of a target whose first value is, or is in, the host.
    pub(super) fn of(parts: &[Part], compiler: &Compiler<'_, '_>) -> Self {
        let (start, rest) = match parts {
            [Part::Text(start), rest @ ..] => (&**start, rest),
            rest => ("", rest),
        };
        let [Part::Reference(reference), rest @ ..] = rest else { return LiteralHosts::default() };
        let end = match rest {
            [Part::Text(end), ..] => &**end,
            _ => "",
        };
        let literals = compiler.names.literals_of(reference);
        let url = |text: &str| format!("{start}{text}{end}").parse::<Uri>().ok();
        let origins = literals.texts.iter().filter_map(|text| Origin::of(&url(text)?)).collect();
        LiteralHosts { origins, only: literals.only }
    }
}
