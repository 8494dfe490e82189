//! Header fields that are copied when somebody changes them.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

/// The media type of JSON.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The headers of a message. `message` starts with those of the request, and most steps only look at them.
#[derive(Clone)]
pub struct Headers(Kind);

#[derive(Clone)]
enum Kind {
    Own(HeaderMap),
    Shared(Arc<HeaderMap>),
}

impl Headers {
    /// The same headers twice, in one place until one of the two is changed.
    pub fn twice(headers: HeaderMap) -> [Self; 2] {
        let shared = Arc::new(headers);
        [Headers(Kind::Shared(shared.clone())), Headers(Kind::Shared(shared))]
    }

    /// The map itself.
    pub fn into_map(self) -> HeaderMap {
        match self.0 {
            Kind::Own(headers) => headers,
            Kind::Shared(headers) => Arc::unwrap_or_clone(headers),
        }
    }
}

impl Default for Headers {
    fn default() -> Self {
        HeaderMap::new().into()
    }
}

impl From<HeaderMap> for Headers {
    fn from(headers: HeaderMap) -> Self {
        Headers(Kind::Own(headers))
    }
}

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        match &self.0 {
            Kind::Own(headers) => headers,
            Kind::Shared(headers) => headers,
        }
    }
}

impl DerefMut for Headers {
    fn deref_mut(&mut self) -> &mut HeaderMap {
        match &mut self.0 {
            Kind::Own(headers) => headers,
            Kind::Shared(headers) => Arc::make_mut(headers),
        }
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use http::header::{ACCEPT, HeaderValue};

    use super::*;

    #[test]
    fn a_change_of_one_leaves_the_other_as_it_was() {
        let [mut message, request] = Headers::twice(HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("a/b"))]));
        assert!(std::ptr::eq(&raw const *message, &raw const *request));
        message.insert(ACCEPT, HeaderValue::from_static("c/d"));
        assert_eq!((message[ACCEPT].as_bytes(), request[ACCEPT].as_bytes()), (&b"c/d"[..], &b"a/b"[..]));
        assert_eq!(request.into_map().len(), 1);
    }
}
