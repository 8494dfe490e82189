//! Findings that somebody has accepted, with the reason.

use std::path::Path;
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::{Diagnostic, Findings, Reported, Severity, Sources, Span, codes};
use crate::source::{Node, Shape, Spellings, read_tree};

/// A file of accepted findings.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Accepted {
    /// The findings that are accepted, and the reasons.
    #[serde(default)]
    accepted: Vec<Entry>,
    #[serde(skip)]
    spans: Vec<Span>,
}

/// One kind of finding at one place, or everywhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    /// The code, such as `G0905`.
    code: String,
    /// The file, or how its path ends. Default: every file.
    #[serde(default)]
    file: Option<String>,
    /// A text in the line of the finding, such as `/status:`. Default: every line.
    #[serde(default)]
    line: Option<String>,
    /// Why this is no risk here.
    reason: String,
}

/// The shape of the file, for the loader and for the schema.
pub fn accepted_shape() -> &'static Shape {
    static SHAPE: OnceLock<Shape> = OnceLock::new();
    SHAPE.get_or_init(|| Shape::of::<Accepted>("a file of accepted findings", Spellings::default()))
}

impl Accepted {
    /// Reads the file.
    pub fn read(path: &Path, sources: &mut Sources, findings: &mut Findings) -> Result<Self, Reported> {
        let tree = read_tree(path, sources, findings)?;
        let read: Accepted = accepted_shape().decode(&tree.root, findings)?;
        let items = tree.root.get("accepted").map(Node::items).unwrap_or_default();
        let mark = findings.mark();
        for (entry, item) in read.accepted.iter().zip(items) {
            if entry.reason.trim().is_empty() {
                let message = "an accepted finding needs its reason";
                let help = "write in one sentence why this is no risk here";
                findings.push(Diagnostic::error(codes::BAD_ACCEPTED, item.span, message).help(help));
            }
            if !codes::ALL.iter().any(|code| code.id == entry.code) {
                let span = item.get("code").map_or(item.span, |code| code.span);
                let message = format!("there is no finding `{}`", entry.code);
                findings.push(
                    Diagnostic::error(codes::BAD_ACCEPTED, span, message).help("`gantry audit` prints the codes"),
                );
            }
        }
        let spans = items.iter().map(|item| item.span).collect();
        findings.errors_since(mark).map(|()| Accepted { accepted: read.accepted, spans })
    }

    /// Takes out what is accepted; says of `own`, the file's findings, what fits nothing any more. Gives the number taken.
    pub fn take_out(&self, found: Findings, sources: &Sources, own: &mut Findings) -> (Findings, usize) {
        let mut used = vec![false; self.accepted.len()];
        let (mut left, mut taken) = (Findings::default(), 0);
        for finding in found.iter() {
            let mut fitting =
                self.accepted.iter().zip(&mut used).filter(|(entry, _)| entry.fits(finding, sources)).peekable();
            match fitting.peek() {
                Some(_) => {
                    taken += 1;
                    fitting.for_each(|(_, used)| *used = true);
                }
                None => {
                    left.push(finding.clone());
                }
            }
        }
        for ((entry, _), span) in self.accepted.iter().zip(&used).zip(&self.spans).filter(|((_, used), _)| !**used) {
            let message = format!("nothing is found any more that this accepts as `{}`", entry.code);
            own.push(Diagnostic::warning(codes::BAD_ACCEPTED, *span, message).help("remove the entry"));
        }
        (left, taken)
    }
}

impl Entry {
    /// A finding that keeps a document from being served cannot be accepted.
    fn fits(&self, finding: &Diagnostic, sources: &Sources) -> bool {
        let can_be = finding.severity != Severity::Error || finding.code.is_of_audit();
        let file = sources.file(finding.span.source);
        let of_file = self.file.as_deref().is_none_or(|end| {
            let name = file.name.strip_suffix(end);
            name.is_some_and(|before| before.is_empty() || before.ends_with('/') || end.starts_with('/'))
        });
        let of_line = || {
            let number = sources.position(finding.span).line.saturating_sub(1);
            let line = file.text.lines().nth(number).unwrap_or_default();
            self.line.as_deref().is_none_or(|part| line.contains(part))
        };
        can_be && finding.code.id == self.code && of_file && of_line()
    }
}
