//! The differences that were found.

/// The part of an API that a change is about, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    Routes,
    Access,
    Parameters,
    Steps,
    Calls,
    Limits,
    Properties,
    /// What no other topic is about.
    Rest,
}

/// How much a change asks of a reviewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Added,
    Changed,
    Removed,
    /// Callers of before may be refused, or others may call.
    Careful,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub topic: Topic,
    pub weight: Weight,
    /// The routes that it is about, or the API.
    pub subjects: Vec<String>,
    pub sentence: String,
    /// Lines of a long text that came (`+`) and went (`-`).
    pub lines: Vec<String>,
    /// `file:line:column`, in the new documents where it is there.
    pub place: String,
}

/// All differences, each once with all of its routes.
#[derive(Debug, Default)]
pub struct Changes(pub Vec<Change>);

impl Topic {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Topic::Routes => "Routes",
            Topic::Access => "Who may call",
            Topic::Parameters => "What callers send",
            Topic::Steps => "Steps",
            Topic::Calls => "What is called",
            Topic::Limits => "Limits",
            Topic::Properties => "Properties",
            Topic::Rest => "Something else",
        }
    }
}

impl Weight {
    /// Its sign in front of a line.
    pub fn sign(self) -> char {
        match self {
            Weight::Added => '+',
            Weight::Changed => '~',
            Weight::Removed => '-',
            Weight::Careful => '!',
        }
    }
}

impl Changes {
    /// Adds a change of one subject. The same change of another one gets this subject too.
    pub(super) fn add(&mut self, subject: &str, change: Change) {
        let same = self.0.iter_mut().find(|known| {
            known.topic == change.topic
                && known.sentence == change.sentence
                && known.place == change.place
                && known.lines == change.lines
        });
        match same {
            Some(known) if known.subjects.iter().any(|one| one == subject) => {}
            Some(known) => known.subjects.push(subject.to_owned()),
            None => self.0.push(Change { subjects: vec![subject.to_owned()], ..change }),
        }
    }

    /// In the order in which they are shown.
    pub(super) fn sort(&mut self) {
        self.0.sort_by_key(|change| change.topic);
    }

    /// Whether a reviewer has to look: a caller may be refused, or others may call.
    pub fn need_care(&self) -> bool {
        self.0.iter().any(|change| change.weight == Weight::Careful)
    }
}

impl Change {
    /// A change whose subjects are added with it.
    pub(super) fn new(topic: Topic, weight: Weight, sentence: impl Into<String>, place: String) -> Self {
        Change { topic, weight, subjects: Vec::new(), sentence: sentence.into(), lines: Vec::new(), place }
    }
}
