//! The secrets of a request, by their names and their values.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

use super::forms::{MASK, written_otherwise};
use super::text_masks::{is_secret_pair, masked, prepare};
use crate::base::is_secret_name;
use crate::value::{Authorization, Secret, spelled};

/// Shorter texts are found in others by chance.
const SHORTEST: usize = 6;

/// The same of values that are one word of letters, where they are found in a text: it may mean something else elsewhere.
const SHORTEST_WORD: usize = 8;

/// Secret values of one request that are looked for.
const MOST: usize = 64;

/// The secrets of a request: names, and values that have been seen under them.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    /// Names of the settings, spelled as [`spelled`] does.
    names: Arc<[String]>,
    /// Headers and query parameters with which the API identifies its clients.
    keys: Vec<String>,
    /// Values that came from the environment and from files.
    outside: Arc<[Secret]>,
    /// Values of this request.
    seen: RefCell<Vec<Secret>>,
    /// The other forms of all values.
    forms: RefCell<Vec<Secret>>,
}

impl Masks {
    /// Masks the names that are always masked, and these.
    pub fn new(names: &Arc<[String]>) -> Self {
        Masks { names: names.clone(), ..Masks::default() }
    }

    /// Makes what all of them share, so that no request waits for it.
    pub fn prepare() {
        prepare();
    }

    /// Masks the values that came from outside at load.
    pub fn with_outside(self, outside: &Arc<[Secret]>) -> Self {
        let forms = outside.iter().map(Secret::expose).filter(|value| value.len() >= SHORTEST);
        self.forms.borrow_mut().extend(forms.flat_map(written_otherwise).map(Secret::new));
        Masks { outside: outside.clone(), ..self }
    }

    /// Masks the headers and query parameters of these names, too.
    pub fn with_keys<'k>(mut self, keys: impl Iterator<Item = &'k str>) -> Self {
        self.keys = keys.map(spelled).collect();
        self
    }

    /// Remembers the secrets in headers, which are masked wherever else they are.
    pub fn learn_headers(&self, headers: &HeaderMap) {
        for (name, value) in headers {
            if let Ok(text) = value.to_str()
                && (value.is_sensitive() || self.is_secret(name.as_str()))
            {
                self.learn(text);
                if let Some(Authorization { rest, .. }) = Authorization::parse(text) {
                    self.learn(rest);
                    // The password of Basic.
                    let pair = BASE64_STANDARD.decode(rest).ok().and_then(|pair| String::from_utf8(pair).ok());
                    pair.as_deref().and_then(|pair| pair.split_once(':')).iter().for_each(|(_, word)| self.learn(word));
                }
                // Cookies are pairs; what follows the one of `Set-Cookie` is no secret.
                let pairs = if *name == SET_COOKIE { 1 } else { usize::MAX };
                let pairs = text.split(';').take(pairs).filter_map(|pair| pair.split_once('='));
                pairs.for_each(|(_, value)| self.learn(value));
            }
        }
    }

    /// Remembers the secrets in a query.
    pub fn learn_query(&self, query: &str) {
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if self.is_secret_pair(name, value, query) {
                self.learn(value);
                self.learn(&percent_decode_str(value).decode_utf8_lossy());
            }
        }
    }

    /// Remembers a secret value.
    pub fn learn(&self, value: &str) {
        let (value, mut seen) = (value.trim(), self.seen.borrow_mut());
        if value.len() >= SHORTEST && seen.len() < MOST && !seen.iter().any(|seen| seen.expose() == value) {
            seen.push(Secret::new(value));
            self.forms.borrow_mut().extend(written_otherwise(value).into_iter().map(Secret::new));
        }
    }

    /// Shows the path of a request without its parameters that are secrets. `template` is the path of the operation.
    pub fn path(&self, template: &str, path: &str) -> String {
        let mut templates = template.split('/');
        let shown = path.split('/').map(|segment| {
            let Some((before, rest)) = templates.next().and_then(|template| template.split_once('{')) else {
                return segment;
            };
            let Some((name, after)) = rest.split_once('}') else { return segment };
            let value = segment.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            match value.filter(|value| !value.is_empty() && self.is_secret(name)) {
                Some(value) => {
                    self.learn(value);
                    self.learn(&percent_decode_str(value).decode_utf8_lossy());
                    MASK
                }
                None => segment,
            }
        });
        shown.collect::<Vec<_>>().join("/")
    }

    fn is_secret_pair(&self, name: &str, value: &str, query: &str) -> bool {
        let name = percent_decode_str(name).decode_utf8_lossy();
        is_secret_pair(&name, value, query, &|name| self.is_secret(name))
    }

    /// Whether what has this name is a secret.
    pub fn is_secret(&self, name: &str) -> bool {
        if is_secret_name(name) {
            return true;
        }
        let is_listed = !self.names.is_empty() || !self.keys.is_empty();
        is_listed && {
            let name = spelled(name);
            self.names.contains(&name) || self.keys.contains(&name)
        }
    }

    /// A text without secrets.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let is_secret = |name: &str| self.is_secret(name);
        let learn = |value: &str| {
            if value.len() >= SHORTEST_WORD || !value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                self.learn(value)
            }
        };
        let mut shown = masked(text, &is_secret, &learn);
        for secret in self.seen.borrow().iter().chain(&*self.outside).chain(self.forms.borrow().iter()) {
            let secret = secret.expose();
            if secret.len() >= SHORTEST && shown.contains(secret) {
                shown = Cow::Owned(shown.replace(secret, MASK));
            }
        }
        shown
    }

    /// The value of a header without secrets.
    pub fn header(&self, name: &str, value: &HeaderValue) -> String {
        if (value.is_sensitive() || self.is_secret(name)) && !value.is_empty() {
            return MASK.to_owned();
        }
        self.text(&String::from_utf8_lossy(value.as_bytes())).into_owned()
    }

    /// A query without secrets.
    pub fn query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && self.is_secret_pair(name, value, query) => {
                Cow::Owned(format!("{name}={MASK}"))
            }
            _ => self.text(pair),
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_secret_once_is_secret_everywhere() {
        let names: Arc<[String]> = Arc::new(["x-pin".to_owned()]);
        let outside: Arc<[Secret]> = Arc::new([Secret::new("from outside")]);
        let masks = Masks::new(&names).with_outside(&outside).with_keys(["X-Client"].into_iter());
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer canary-1"),
            ("cookie", "a=canary-2; b=canary-3"),
            ("x-pin", "canary-4"),
            ("x-client", "canary-5"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(masks.header(name, &headers[name]), MASK);
        }
        masks.learn_headers(&headers);
        masks.learn_query("a=b&X_Pin=canary%206");
        let text = "canary-1 canary-2 canary-3 canary-4 canary-5 [canary 6] from outside";
        assert_eq!(masks.text(text), "*** *** *** *** *** [***] ***");
        let cookie = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_static("sid=canary-7; Domain=example.com"))]);
        masks.learn_headers(&cookie);
        assert_eq!(masks.text("canary-7 of example.com"), "*** of example.com");
        assert_eq!(masks.query("a=b&x_pin=1&q=canary-1"), "a=b&x_pin=***&q=***");
        assert_eq!(masks.query("apikey=&state=1&code=abc&pass%77ord=x"), "apikey=&state=1&code=***&pass%77ord=***");
        assert_eq!(masks.header("x-api-key", &HeaderValue::from_static("")), "");
        assert_eq!(masks.header("accept", &HeaderValue::from_static("a/b")), "a/b");
    }

    #[test]
    fn a_secret_is_masked_in_its_other_forms_too() {
        let masks = Masks::default().with_outside(&Arc::from([Secret::new("out/side")]));
        masks.learn("S2ecret/abc \"d");
        let forms = "S2ecret%2Fabc%20%22d S2ecret%2fabc%20%22d S2ecret%2Fabc+%22d S2ecret/abc \\\"d out%2Fside";
        assert_eq!(masks.text(forms), "*** *** *** *** ***");
        // A short one is found where it is no word.
        assert_eq!(
            masks.text(r#"{"password":"abc1234","note":"is abc1234 ok"}"#),
            r#"{"password":"***","note":"is *** ok"}"#
        );
        assert_eq!(masks.text(r#"{"session":"active","note":"is active"}"#), r#"{"session":"***","note":"is active"}"#);
    }

    #[test]
    fn parameters_of_the_path_go_by_their_names() {
        let masks = Masks::default();
        assert_eq!(masks.path("/a/{token}/b/{id}", "/a/x%201/b/7"), "/a/***/b/7");
        assert_eq!(masks.path("/a/v-{pin}.txt", "/a/v-1234567.txt"), "/a/***");
        assert_eq!(masks.text("called /b/1234567"), "called /b/***");
    }
}
