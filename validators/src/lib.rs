//! JSON Schema validators without type parameters.
//!
//! jsonschema is generic over the JSON that it reads, and a package that is compiled for speed gets a copy of everything generic
//! that it names: here of nearly the whole library, a megabyte. A package that is compiled for size shares what the library has
//! compiled itself, so this one stands in between.
#![forbid(unsafe_code)]

use std::fmt;

use jsonschema::PatternOptions;
use serde_json::Value;

pub use jsonschema::error::ValidationErrorKind;
pub use jsonschema::{Draft, ValidationError, ValidationOptions};

/// Steps of a pattern with look-around or back-references; other patterns take linear time.
const PATTERN_STEPS: usize = 100_000;

/// A compiled schema.
pub struct Validator(Box<dyn Validate>);

/// The library's validator from outside: whoever drops the box need not know what is in it.
trait Validate: Send + Sync {
    fn is_valid(&self, value: &Value) -> bool;
    fn errors<'v>(&'v self, value: &'v Value, most: usize) -> Vec<ValidationError<'v>>;
}

impl Validate for jsonschema::Validator {
    fn is_valid(&self, value: &Value) -> bool {
        jsonschema::Validator::is_valid(self, value)
    }

    fn errors<'v>(&'v self, value: &'v Value, most: usize) -> Vec<ValidationError<'v>> {
        self.iter_errors(value).take(most).collect()
    }
}

impl Validator {
    /// A schema of draft 7, with patterns and formats as the library has them. `None` where it is no good.
    pub fn draft7(schema: &Value) -> Option<Self> {
        jsonschema::draft7::new(schema).ok().map(|validator| Validator(Box::new(validator)))
    }

    /// A schema that somebody else wrote, under [`options`].
    pub fn foreign(schema: &Value, draft: Draft) -> Result<Self, ValidationError<'_>> {
        Ok(Validator(Box::new(options(draft).build(schema)?)))
    }

    pub fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// What is wrong with a value, and no more than `most` of it.
    pub fn errors<'v>(&'v self, value: &'v Value, most: usize) -> Vec<ValidationError<'v>> {
        self.0.errors(value, most)
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Validator")
    }
}

/// How the schemas of documents are compiled: nothing is fetched, patterns cannot run away.
pub fn options<'i>(draft: Draft) -> ValidationOptions<'i> {
    jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS))
}
