//! The remedies of findings.

use super::quoted_list;

/// The remedy of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// For people.
    pub sentence: String,
    /// The text that replaces what the finding marks, where there is one answer.
    pub instead: Option<String>,
}

/// The names that somebody may have meant. One is the answer; of several the author chooses.
pub fn did_you_mean<S: AsRef<str>>(near: &[S]) -> Help {
    let instead = match near {
        [only] => Some(only.as_ref().to_owned()),
        _ => None,
    };
    Help { sentence: format!("did you mean {}?", quoted_list(near)), instead }
}

/// This text is the answer.
pub fn write_instead(text: impl Into<String>) -> Help {
    let text = text.into();
    Help { sentence: format!("write `{text}`"), instead: Some(text) }
}

impl Help {
    /// The same with the sentence changed.
    pub fn map(self, change: impl FnOnce(String) -> String) -> Self {
        Help { sentence: change(self.sentence), ..self }
    }
}

impl From<String> for Help {
    fn from(sentence: String) -> Self {
        Help { sentence, instead: None }
    }
}

impl From<&str> for Help {
    fn from(sentence: &str) -> Self {
        Help::from(sentence.to_owned())
    }
}
