//! The id and the secret of an application in a request.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use zeroize::Zeroizing;

use crate::expression::Template;
use crate::identity;
use crate::identity::{Sent, basic, name_and_password};
use crate::openapi::{KeyPlace, Location};
use crate::runtime::Context;
use crate::value::form;

/// The places of both.
pub(super) enum Places {
    /// In the `Authorization` header.
    Authorization,
    Named {
        id: Place,
        secret: Option<Place>,
    },
}

/// The place of one of them.
pub(super) enum Place {
    /// In a header or in the query.
    Key(KeyPlace),
    /// In a field of a form.
    Field(Arc<str>),
    Cookie(Arc<str>),
    Variable(Template),
}

/// An id with its secret, if that was sent.
pub(super) type Pair = (String, Option<Zeroizing<String>>);

impl Places {
    /// Reads the id and the secret; `None` if there is no id. A value that is sent twice does not count.
    pub fn read(&self, cx: &Context) -> Option<Pair> {
        match self {
            Places::Authorization => {
                let Sent::Something(header) = basic(&cx.state.request.headers) else { return None };
                let (id, secret) = name_and_password(header)?;
                Some((id, Some(secret)))
            }
            Places::Named { id, secret } => {
                let id = id.read(cx).filter(|id| !id.is_empty())?;
                let secret = secret.as_ref().and_then(|place| place.read(cx)).filter(|secret| !secret.is_empty());
                Some((id, secret.map(Zeroizing::new)))
            }
        }
    }
}

impl Place {
    fn read(&self, cx: &Context) -> Option<String> {
        match self {
            Place::Key(place) => identity::sent_key(place, &cx.state),
            Place::Variable(template) => Some(template.text(cx).into_owned()),
            Place::Cookie(name) => {
                let cookies = cx.state.parameter_texts(Location::Cookie, name).into_iter();
                only(cookies.map(|value| value.trim_matches('"').to_owned()))
            }
            Place::Field(name) => {
                let kind = cx.state.request.headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').next()?;
                if !kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                    return None;
                }
                let bytes = cx.state.request.body.bytes()?;
                only(form::fields(&bytes).filter(|(key, _)| **key == **name).map(|(_, value)| value.into_owned()))
            }
        }
    }
}

/// The only one of several.
fn only(mut all: impl Iterator<Item = String>) -> Option<String> {
    match (all.next(), all.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}
