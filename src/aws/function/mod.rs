//! Names of functions, as the Invoke API takes them.

mod error;
mod parse;

#[cfg(test)]
mod tests;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use error::{FunctionNameError, FunctionNameProblem};

/// The characters that the SDK encodes in a path label and in a query: all but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A function: a name, a partial ARN or a full ARN, each with or without a qualifier. Checked, and kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionRef {
    text: String,
    partition: Option<String>,
    region: Option<String>,
    account: Option<String>,
    name: String,
    qualifier: Option<Qualifier>,
}

/// A version, an alias, or `$LATEST`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Qualifier(String);

impl FunctionRef {
    /// The text this was made from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The partition of a full ARN: `aws`, `aws-cn`, `aws-us-gov`…
    pub fn partition(&self) -> Option<&str> {
        self.partition.as_deref()
    }

    /// The region of a full ARN. The call has to go there, and be signed for it.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// The account of a full or partial ARN, twelve digits.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The bare name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The qualifier at the end of the text.
    pub fn qualifier(&self) -> Option<&Qualifier> {
        self.qualifier.as_ref()
    }

    /// Path and query of the Invoke API for this function, percent-encoded as the SDK does it: the text as a whole, a
    /// suffix included, becomes one path segment, and `qualifier` becomes the query.
    ///
    /// That a suffix and `qualifier` agree is for the caller to check; the service refuses them otherwise.
    pub fn invoke_path(&self, qualifier: Option<&Qualifier>) -> String {
        self.path("2015-03-31", "invocations", qualifier)
    }

    /// [`FunctionRef::invoke_path`] of the call whose answer streams.
    pub fn stream_path(&self, qualifier: Option<&Qualifier>) -> String {
        self.path("2021-11-15", "response-streaming-invocations", qualifier)
    }

    fn path(&self, version: &str, call: &str, qualifier: Option<&Qualifier>) -> String {
        let function = utf8_percent_encode(&self.text, ENCODED);
        let mut path = format!("/{version}/functions/{function}/{call}");
        if let Some(qualifier) = qualifier {
            path.push_str("?Qualifier=");
            path.extend(utf8_percent_encode(qualifier.as_str(), ENCODED));
        }
        path
    }
}

impl Qualifier {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
