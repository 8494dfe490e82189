//! Calls that steps made.

use std::fmt;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri};
use percent_encoding::percent_decode_str;

/// A call, and why nothing answered it.
#[derive(Debug)]
pub(in crate::test) struct Made {
    pub called: Called,
    pub problem: Option<String>,
    /// A fact about its answer that explains failures.
    pub note: Option<String>,
}

/// The target of a call, with everything that it got.
#[derive(Debug)]
pub(in crate::test) enum Called {
    Function(FunctionCall),
    Service(ServiceCall),
}

/// A call of the Lambda service.
#[derive(Debug)]
pub(in crate::test) struct FunctionCall {
    /// Its name, also where the step has an ARN.
    pub name: String,
    pub qualifier: Option<String>,
    pub event: Bytes,
    /// `RequestResponse`, `Event` or `DryRun`.
    pub kind: String,
    pub wants_log: bool,
    /// The answer is a stream of events.
    pub streams: bool,
}

/// Any other call.
#[derive(Debug)]
pub(in crate::test) struct ServiceCall {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Called {
    pub(in crate::test) fn of(head: Parts, body: Bytes) -> Self {
        match invoked(&head.uri) {
            Some((name, qualifier, streams)) => {
                let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
                Called::Function(FunctionCall {
                    name,
                    qualifier,
                    event: body,
                    kind: header("x-amz-invocation-type").unwrap_or("RequestResponse").to_owned(),
                    wants_log: header("x-amz-log-type") == Some("Tail"),
                    streams,
                })
            }
            None => {
                let (method, uri, headers) = (head.method, head.uri, head.headers);
                Called::Service(ServiceCall { method, uri, headers, body })
            }
        }
    }
}

impl FunctionCall {
    /// The name with its qualifier.
    pub(in crate::test) fn full_name(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.name),
            None => self.name.clone(),
        }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Called::Function(call) => write!(f, "the function `{}`", call.full_name()),
            Called::Service(call) => write!(f, "{} {}", call.method, call.uri),
        }
    }
}

/// The function of a call of the Invoke API, its qualifier, and whether the answer streams.
fn invoked(uri: &Uri) -> Option<(String, Option<String>, bool)> {
    // An endpoint of the settings may have a path of its own.
    let below = |prefix: &str, end: &str| uri.path().split_once(prefix)?.1.strip_suffix(end);
    let plain = below("/2015-03-31/functions/", "/invocations");
    let stream = || below("/2021-11-15/functions/", "/response-streaming-invocations");
    let streams = plain.is_none();
    let name = plain.or_else(stream).filter(|name| !name.contains('/'))?;
    let name = percent_decode_str(name).decode_utf8_lossy().into_owned();
    let own = name.rsplit_once(":function:").or_else(|| name.rsplit_once("function:")).map_or(&*name, |(_, own)| own);
    let (own, suffix) = own.split_once(':').map_or((own, None), |(own, suffix)| (own, Some(suffix.to_owned())));
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let qualifier = query.filter(|(key, _)| key == "Qualifier").map(|(_, value)| value.into_owned()).next();
    Some((own.to_owned(), qualifier.or(suffix), streams))
}

/// Whether a path with its query is the one that is written; a segment in braces is any. Where no query is written, any will do.
pub(in crate::test) fn path_fits(written: &str, found: &str) -> bool {
    let (path, query) = written.split_once('?').map_or((written, None), |(path, query)| (path, Some(query)));
    let (found_path, found_query) = found.split_once('?').map_or((found, None), |(path, query)| (path, Some(query)));
    let is_any = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
    let mut segments = found_path.split('/');
    let mut fits = path.split('/').all(|own| segments.next().is_some_and(|other| own == other || is_any(own)));
    fits &= segments.next().is_none();
    fits && query.is_none_or(|query| found_query == Some(query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_their_paths() {
        let name = |path: &str| invoked(&format!("https://lambda.eu-west-1.amazonaws.com{path}").parse().unwrap());
        let found = |name: &str, qualifier: Option<&str>, streams| {
            Some((name.to_owned(), qualifier.map(str::to_owned), streams))
        };
        assert_eq!(name("/2015-03-31/functions/hello/invocations"), found("hello", None, false));
        assert_eq!(name("/2015-03-31/functions/hello/invocations?Qualifier=v2"), found("hello", Some("v2"), false));
        let arn =
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ahello%3Av2/invocations";
        assert_eq!(name(arn), found("hello", Some("v2"), false));
        let stream = "/2021-11-15/functions/hello/response-streaming-invocations";
        assert_eq!(name(stream), found("hello", None, true));
        assert_eq!(name("/orders"), None);
    }

    #[test]
    fn paths_fit_with_any_segment_and_the_query_that_is_written() {
        assert!(path_fits("/orders/{id}", "/orders/7?x=1"));
        assert!(path_fits("/orders/7?x=1", "/orders/7?x=1"));
        for (written, found) in [("/orders/{id}", "/orders"), ("/orders", "/orders/7"), ("/a?x=1", "/a"), ("/a", "/b")]
        {
            assert!(!path_fits(written, found), "{written} {found}");
        }
    }
}
