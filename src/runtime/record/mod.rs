//! Records: everything that happened to one request, without its secrets.
//!
//! A [`Recording`] is told of steps, calls and faults while a pipeline runs, compares what there is with what there was, and hands
//! its [`Details`] to a [`RecordSink`] at the end. The types of a record are what the admin listener sends and `gantry trace` shows.

mod content;
mod forms;
mod masks;
mod recording;
mod seen;
mod shape;
mod text_masks;
mod weight;

#[cfg(test)]
mod tests;

pub use content::shown_message;
pub use masks::Masks;
pub use recording::{RecordSink, Recording};
pub use shape::{
    CallRecord, Change, Content, ContentKind, Details, Failure, FaultRecord, MessageView, Part, Record, RecordSummary,
    StepOutcome, StepRecord, Variable,
};

pub(super) use recording::Entered;
pub(super) use seen::Around;
