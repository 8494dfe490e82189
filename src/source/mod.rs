//! Files become marked trees: one parse gives values and the place of every key and value together.
//!
//! YAML and JSON go through the same reader (JSON is YAML). The tree keeps what serde would lose: the order of keys,
//! duplicate keys, keys that are numbers, how a scalar was written, and where everything is.

mod decode;
mod expand;
mod files;
mod json;
mod loose;
mod node;
mod origin;
mod packaged;
mod parse;
mod reader;
mod reference;
mod roots;
pub mod rule;
mod scalar;
mod schema_messages;
mod second;
mod style;
mod tag;
mod valid_part;
mod yaml;

pub use decode::{Shape, Spellings, Unbuilt, kebab_case};
pub use expand::{Environment, ProcessEnvironment, Witness, expand};
pub use files::{
    MAX_BYTES, Tree, find_files, folders_below, is_stdin, is_test_file, read_regular, read_resolved, read_text,
    read_tree,
};
pub use node::{Content, Entry, Key, Node};
pub use origin::Origin;
pub use packaged::{Packaged, names_file, names_page};
pub use parse::parse;
pub use reference::{BadReference, References};
pub use roots::{Refusal, Roots, WIDER};
pub use scalar::Scalar;
pub use style::Style;
