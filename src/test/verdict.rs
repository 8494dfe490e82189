//! The failures of an exchange.

use super::outcome::Failure;
use super::places::Places;

/// Collects the failures of one exchange.
pub(super) struct Verdict<'a> {
    places: Places<'a>,
    /// The exchange, as a JSON pointer.
    at: &'a str,
    step: Option<String>,
    pub failures: Vec<Failure>,
}

impl<'a> Verdict<'a> {
    pub(super) fn new(places: Places<'a>, at: &'a str, step: Option<String>) -> Self {
        Verdict { places, at, step, failures: Vec::new() }
    }

    /// A fact that explains failures.
    pub(super) fn note(&mut self, note: &str) {
        if let Some(first) = self.failures.first_mut() {
            let before = first.difference.take().map(|text| text + "\n").unwrap_or_default();
            first.difference = Some(format!("{before}  {note}"));
        }
    }

    /// Something is not as expected at a pointer below the exchange.
    pub(super) fn fail(&mut self, pointer: &str, message: impl Into<String>, difference: Option<String>) {
        let place = self.places.place(&format!("{}{pointer}", self.at));
        self.failures.push(Failure { message: message.into(), difference, place, step: self.step.clone() });
    }
}
