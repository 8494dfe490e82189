//! The coverage of IBM's policies, property by property, as the policies and their pages state it.

use super::{Entry, Meta};
use crate::source::Unbuilt;

/// A property and what became of it.
pub struct Covered {
    pub policy: &'static str,
    pub property: String,
    pub state: Coverage,
    /// The difference, or the values that are accepted all the same; may be empty.
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    Supported,
    Differs,
    Refused,
}

impl Coverage {
    pub fn word(self) -> &'static str {
        match self {
            Coverage::Supported => "supported",
            Coverage::Differs => "differs",
            Coverage::Refused => "refused",
        }
    }
}

impl Entry {
    /// Every property that the policy knows.
    pub fn coverage(&self) -> Vec<Covered> {
        let Meta { name: policy, page, .. } = *self.meta;
        let differences = differences(page);
        let row = |property: &str, state, note: String| Covered { policy, property: property.to_owned(), state, note };
        let built = self.shape().properties().map(|name| {
            let quoted = format!("`{name}`");
            let notes: Vec<&str> =
                differences.iter().filter(|text| text.contains(&quoted)).map(String::as_str).collect();
            match notes.as_slice() {
                [] => row(name, Coverage::Supported, String::new()),
                notes => row(name, Coverage::Differs, notes.join(" ")),
            }
        });
        let refused = self.unbuilt().map(|(name, neutral)| {
            let note = match neutral {
                [] => String::new(),
                ["*"] => "accepted, and changes nothing".to_owned(),
                values => format!("unless it is `{}`", values.join("` or `")),
            };
            row(name, Coverage::Refused, note)
        });
        built.chain(refused).collect()
    }

    /// The properties that are known and not built. One that is built may be listed with values that it leaves alone.
    pub fn unbuilt(&self) -> impl Iterator<Item = &'static Unbuilt> {
        let built: Vec<&str> = self.shape().properties().collect();
        self.meta.spellings.unbuilt.iter().filter(move |(name, _)| !built.contains(name))
    }
}

/// The bullets and the rows of a page that say what differs, each on one line.
fn differences(page: &str) -> Vec<String> {
    let Some((_, section)) = page.split_once("### Differences from IBM's policy\n") else { return Vec::new() };
    let section = section.split("\n#").next().unwrap_or_default();
    let bullets = section.split("\n* ").skip(1);
    let bullets = bullets.map(|bullet| bullet.split_whitespace().collect::<Vec<_>>().join(" "));
    // Below the head of a table and the line under it.
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1).filter_map(row_text);
    bullets.chain(rows).collect()
}

/// The text of a row: the thing, how it is there, how it is here.
fn row_text(row: &str) -> Option<String> {
    let mut cells = row.trim_matches(['|', ' ']).split(" | ");
    let (what, there, here) = (cells.next()?, cells.next()?, cells.next()?);
    Some(format!("{}: there {}; here {}.", what.trim(), there.trim(), here.trim()))
}
