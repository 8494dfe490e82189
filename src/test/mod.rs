//! Tests of authors: requests to documents, with stand-ins in the place of functions and services.
//!
//! A test file is read (`format`, `suite`, `checks`), and each of its tests gets a gateway of its own: documents are loaded as
//! `serve` does, but calls are answered by `stand_ins`. Requests go through the server over a pipe (`client`), hooks see the
//! request from inside (`observed`), and `expect` compares. No socket is used.

mod calls;
mod checks;
mod client;
mod compare;
pub mod coverage;
mod event;
mod expect;
mod fill;
mod find;
mod format;
mod from_record;
mod local;
mod observed;
mod outcome;
mod places;
pub mod report;
mod run;
mod saved;
mod stand_ins;
mod suite;
#[cfg(test)]
mod tests;
mod verdict;

pub use event::{Asked, Event, Events, events};
pub use find::find_tests;
pub use format::shape;
pub use from_record::test_of;
pub use outcome::{FileOutcome, Outcome};
pub use run::{Selection, run_file};
