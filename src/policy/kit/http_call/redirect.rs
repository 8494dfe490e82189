//! Redirects: where a call goes next. What is not followed is the answer.

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, HeaderName, LOCATION, PROXY_AUTHORIZATION,
};
use http::{HeaderMap, Method, Response, StatusCode, Uri};

use super::authority::Hosts;
use super::clients::Trust;
use super::origin::{Origin, UPSTREAM};
use super::outgoing::{Outgoing, Payload};
use super::tail::with_path_and_query;
use crate::resources::upstreams::Upstream;

/// A call goes on at most this often.
pub(super) const MAX_HOPS: usize = 8;

/// Headers that must not reach another origin: credentials of the client, and ours.
const PRIVATE: [HeaderName; 9] = [
    AUTHORIZATION,
    COOKIE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-api-key"),
    HeaderName::from_static("x-amz-security-token"),
    HeaderName::from_static("x-amz-date"),
    HeaderName::from_static("x-amz-content-sha256"),
    HeaderName::from_static("x-ibm-client-id"),
    HeaderName::from_static("x-ibm-client-secret"),
];

impl Outgoing {
    /// The same request for another hop.
    pub(super) fn again(&self) -> Outgoing {
        Outgoing {
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            payload: self.payload.again(),
            chunked: self.chunked,
            trust: self.trust,
        }
    }

    /// The request that an answer asks for; `None` where it asks for none, or for one that is not made.
    pub(super) fn redirected<B>(
        mut self,
        answer: &Response<B>,
        hosts: &Hosts,
        upstream: Option<&Upstream>,
    ) -> Option<Outgoing> {
        match answer.status() {
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => self.becomes_get(),
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {}
            _ => return None,
        }
        if matches!(self.payload, Payload::Lost) {
            return None;
        }
        let location = answer.headers().get(LOCATION)?.to_str().ok()?;
        let next = resolve(&self.uri, location)?;
        let is_upstream = self.uri.scheme_str() == Some(UPSTREAM);
        let upstream = upstream.filter(|_| is_upstream);
        // A target that names itself means the service.
        if upstream.is_some_and(|upstream| upstream.has(&next)) {
            let path = next.path_and_query().map_or("/", |path| path.as_str());
            self.uri = with_path_and_query(self.uri, path).ok()?;
            return Some(self);
        }
        if is_upstream && next.scheme() == self.uri.scheme() && next.authority() == self.uri.authority() {
            self.uri = next;
            return Some(self);
        }
        let (from, to) = (Origin::of_call(&self.uri)?, Origin::of(&next)?);
        let from_https = from.is_https() || upstream.is_some_and(Upstream::is_https);
        if from_https && !to.is_https() {
            return None;
        }
        if from != to {
            self.trust = Trust::Elsewhere { named: elsewhere(&to, hosts)? };
            remove_private(&mut self.headers);
        }
        self.uri = next;
        Some(self)
    }

    fn becomes_get(&mut self) {
        if self.method != Method::HEAD {
            self.method = Method::GET;
        }
        self.payload = Payload::None;
        for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE] {
            self.headers.remove(name);
        }
    }
}

/// Whether another origin may be called at all, and whether the document names it.
fn elsewhere(to: &Origin, hosts: &Hosts) -> Option<bool> {
    // Without a list the author who asked for redirects gets them; what is closed stays closed.
    if hosts.allowed.is_empty() { Some(false) } else { hosts.find(to) }
}

fn remove_private(headers: &mut HeaderMap) {
    for name in &PRIVATE {
        headers.remove(name);
    }
}

/// A `Location` against the URL it came from (RFC 3986, 5.2).
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    // Browsers take a backslash for a slash and others do not, so one URL would be two.
    if location.contains('\\') {
        return None;
    }
    let origin = format!("{}://{}", base.scheme_str()?, base.authority()?);
    let text = if has_scheme(location) {
        location.to_owned()
    } else if let Some(rest) = location.strip_prefix("//") {
        format!("{}://{rest}", base.scheme_str()?)
    } else if location.starts_with('/') {
        format!("{origin}{}", without_dots(location))
    } else if location.is_empty() {
        base.to_string()
    } else if location.starts_with('?') {
        format!("{origin}{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{origin}{}", without_dots(&format!("{folder}/{location}")))
    };
    text.parse().ok()
}

/// Whether a reference starts with a scheme, so that it is absolute.
fn has_scheme(location: &str) -> bool {
    let Some((scheme, _)) = location.split_once(':') else { return false };
    scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// A path, perhaps with its query, without `.` and `..`.
fn without_dots(text: &str) -> String {
    let (path, query) = text.find('?').map_or((text, ""), |at| text.split_at(at));
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_resolved() {
        let base: Uri = "https://h:8443/a/b?q=1".parse().unwrap();
        for (location, expected) in [
            ("/x", "https://h:8443/x"),
            ("x", "https://h:8443/a/x"),
            ("x/?y=../z", "https://h:8443/a/x/?y=../z"),
            ("./x", "https://h:8443/a/x"),
            ("../x", "https://h:8443/x"),
            ("../../../x", "https://h:8443/x"),
            ("..", "https://h:8443/"),
            ("?z", "https://h:8443/a/b?z"),
            ("", "https://h:8443/a/b?q=1"),
            ("#part", "https://h:8443/a/b?q=1"),
            ("//other/y", "https://other/y"),
            ("http://other:80/y#part", "http://other/y"),
            ("x?a=http://b", "https://h:8443/a/x?a=http://b"),
        ] {
            let found = resolve(&base, location).unwrap();
            assert_eq!(found.to_string().replace(":80/", "/"), expected, "{location}");
        }
    }

    #[test]
    fn what_is_no_http_url_is_no_target() {
        let base: Uri = "https://h/a".parse().unwrap();
        for location in
            ["ftp://h/", "javascript:alert(1)", "http://", "https://u:p@h/", "mailto:x", "http://h:x/", "//"]
        {
            let origin = resolve(&base, location).and_then(|uri| Origin::of(&uri));
            assert_eq!(origin, None, "{location}");
        }
    }
}
