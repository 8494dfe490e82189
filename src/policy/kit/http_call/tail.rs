//! The end of a URL, after the target: the rest of the client's path, the client's query, and the encoding of a plus.

use std::borrow::Cow;

use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use super::control::Control;
use crate::runtime::State;

/// How a target goes on.
pub(super) struct Tail {
    pub forward_path: bool,
    pub parameters: Control,
    /// The client's name of a parameter, and the one under which it is appended too, encoded.
    pub copies: Box<[(String, String)]>,
    pub encode_plus: bool,
}

impl Tail {
    /// The whole URL; the error is one sentence.
    pub(super) fn append(&self, uri: Uri, state: &State) -> Result<Uri, String> {
        let plain = !self.encode_plus || !uri.query().is_some_and(|query| query.contains('+'));
        if !self.forward_path && plain && state.request.uri.query().is_none_or(str::is_empty) {
            return Ok(uri);
        }
        let mut path = uri.path().to_owned();
        if self.forward_path {
            append_path(&mut path, rest_of_path(state))?;
        }
        let own = uri.query().filter(|query| !query.is_empty());
        let passing = self.passing(state.request.uri.query().unwrap_or_default());
        let query: Vec<Cow<'_, str>> = own.map(Cow::from).into_iter().chain(passing).collect();
        let plus = self.encode_plus && query.iter().any(|pair| pair.contains('+'));
        if !self.forward_path && query.len() == usize::from(own.is_some()) && !plus {
            return Ok(uri);
        }
        if !query.is_empty() {
            let query = query.join("&");
            path.push('?');
            path.push_str(&if plus { query.replace('+', "%2B") } else { query });
        }
        with_path_and_query(uri, &path)
    }

    /// The query parameters of the client that are appended, as they were written.
    fn passing<'q>(&self, query: &'q str) -> Vec<Cow<'q, str>> {
        let mut all = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let raw = pair.split('=').next().unwrap_or_default();
            let name = percent_decode_str(raw).decode_utf8_lossy();
            if self.parameters.passes(&name) {
                all.push(Cow::from(pair));
            }
            let copies = self.copies.iter().filter(|(from, _)| **from == *name);
            all.extend(copies.map(|(_, to)| Cow::from(format!("{to}{}", &pair[raw.len()..]))));
        }
        all
    }
}

/// The URL with another path and query.
pub(super) fn with_path_and_query(uri: Uri, text: &str) -> Result<Uri, String> {
    let refused = || "the target URL became one that cannot be called".to_owned();
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(text.parse::<PathAndQuery>().map_err(|_| refused())?);
    Uri::from_parts(parts).map_err(|_| refused())
}

/// The client's path after the fixed start of the operation's path, or the value of the parameter that takes the rest.
fn rest_of_path(state: &State) -> &str {
    let operation = &state.route.operation;
    if let Some(greedy) = operation.parameters.iter().find(|parameter| parameter.greedy) {
        let parameters = &state.request.path_parameters;
        return parameters.iter().find(|(known, _)| *known == greedy.name).map_or("", |(_, value)| value);
    }
    let (path, fixed) = (state.request.uri.path(), operation.fixed_segments);
    path.trim_start_matches('/').splitn(fixed + 1, '/').nth(fixed).unwrap_or_default()
}

/// Appends with exactly one slash.
fn append_path(path: &mut String, rest: &str) -> Result<(), String> {
    let rest = rest.trim_start_matches('/');
    // A service may decode before it looks for dots, and take a backslash for a slash.
    let decoded = percent_decode_str(rest).decode_utf8_lossy();
    if decoded.split(['/', '\\']).any(|segment| matches!(segment, "." | "..")) {
        return Err("the path of the request is a step to another folder".to_owned());
    }
    if !rest.is_empty() {
        path.truncate(path.trim_end_matches('/').len());
        path.push('/');
        path.push_str(rest);
    }
    Ok(())
}
