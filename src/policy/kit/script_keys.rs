//! The crypto objects of the settings, for scripts with `jose` or `jwt`.

use std::sync::Arc;

use regex::Regex;

use crate::base::{Diagnostic, SourceId, Span, codes, nearest, quoted_list};
use crate::policy::Compiler;
use crate::script::{Keys, object_name};

/// Patterns of the calls in which scripts write names of keys.
const PLACES: [&str; 2] = [
    r#"\b(?:createJWSHeader|setKey|addRecipient)\s*\(\s*['"]([^'"\n{]{1,128})['"]"#,
    r#"\baddOperation\s*\(\s*['"](?:verify|decrypt)['"]\s*,\s*['"]([^'"\n{]{1,128})['"]"#,
];

impl Compiler<'_, '_> {
    /// The keys that a script may name, read once here. Names that it writes out and that there are not are reported: as
    /// warnings, since the line may be one that never runs.
    pub(crate) fn script_keys(&mut self, text: &str, file: Option<SourceId>) -> Keys {
        if !["jose", "jwt"].iter().any(|module| text.contains(module)) {
            return Keys::default();
        }
        let objects = &self.shared.settings.crypto_objects;
        let place = self.place("/source");
        for pattern in PLACES.iter().filter_map(|pattern| Regex::new(pattern).ok()) {
            for found in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
                let name = object_name(found.as_str());
                if objects.contains_key(name) || name.starts_with("-----BEGIN") {
                    continue;
                }
                let at = found.range();
                let span = match file {
                    Some(source) => Span { source, start: at.start as u32, end: at.end as u32 },
                    None => place(at),
                };
                let near = nearest(name, objects.keys().map(String::as_str));
                let help = match near.as_slice() {
                    [] => format!("add `{name}` under `crypto-objects` in the settings file"),
                    near => format!(
                        "add `{name}` under `crypto-objects` in the settings file, or did you mean {}?",
                        quoted_list(near)
                    ),
                };
                let message = format!("the settings have no crypto object `{name}`");
                self.findings.push(Diagnostic::warning(codes::ENVIRONMENT_OBJECT, span, message).help(help));
            }
        }
        // One that is broken is a finding of the settings.
        let keys = objects.iter().filter_map(|(name, object)| Some((name.clone(), Arc::new(object.keys().ok()?))));
        keys.collect()
    }
}
