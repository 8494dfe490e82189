//! Headers and cookies of a proxy response.

use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

use super::answer::{Json, Members, text_of};
use super::error::{MOST_HEADERS, ProxyError};
use crate::aws::event::EventFormat;
use crate::http_client::strip_hop_by_hop;

/// Format 1.0 takes the lists first, then adds single values that are not among them; format 2.0 knows no lists, and
/// turns `cookies` into a `Set-Cookie` each; a load balancer takes the one family that its target group asks for. Headers of
/// the connection and `Content-Length` are dropped: the response is framed anew.
pub(super) fn read(format: EventFormat, answer: &Members<'_>) -> Result<HeaderMap, ProxyError> {
    let (lists, singles) = match format {
        EventFormat::V1 => (true, true),
        EventFormat::V2 => (false, true),
        EventFormat::Alb { multi_value_headers } => (multi_value_headers, !multi_value_headers),
    };
    read_families(Families { lists, singles, cookies: format == EventFormat::V2 }, answer)
}

/// The head of a stream may use what both formats have.
pub(super) fn read_all(head: &Members<'_>) -> Result<HeaderMap, ProxyError> {
    read_families(Families { lists: true, singles: true, cookies: true }, head)
}

/// Which of the members count.
struct Families {
    /// `multiValueHeaders`
    lists: bool,
    /// `headers`
    singles: bool,
    cookies: bool,
}

fn read_families(wanted: Families, answer: &Members<'_>) -> Result<HeaderMap, ProxyError> {
    let mut headers = HeaderMap::new();
    if wanted.lists {
        for (name, value) in members(answer, "multiValueHeaders")? {
            match value {
                Json::Array(items) => items.iter().try_for_each(|item| add(&mut headers, name, item, false))?,
                single => add(&mut headers, name, single, false)?,
            }
        }
    }
    if wanted.singles {
        for (name, value) in members(answer, "headers")? {
            add(&mut headers, name, value, true)?;
        }
    }
    if let (true, Some(Json::Array(cookies))) = (wanted.cookies, answer.get("cookies")) {
        cookies.iter().try_for_each(|cookie| add(&mut headers, SET_COOKIE.as_str(), cookie, false))?;
    }
    strip_hop_by_hop(&mut headers);
    headers.remove(CONTENT_LENGTH);
    Ok(headers)
}

/// The members of the object `name`; none where it is null or missing.
fn members<'v>(
    answer: &'v Members<'_>,
    name: &'static str,
) -> Result<impl Iterator<Item = (&'v str, &'v Json<'v>)>, ProxyError> {
    let members = match answer.get(name) {
        None | Some(Json::Null) => None,
        Some(Json::Object(members)) if members.len() > MOST_HEADERS => return Err(ProxyError::TooManyHeaders),
        Some(Json::Object(members)) => Some(members),
        Some(_) => return Err(ProxyError::NotAMap(name)),
    };
    Ok(members.into_iter().flat_map(|members| {
        let is_last =
            move |&(at, (name, _)): &(usize, (&str, &Json<'_>))| !members.keys().skip(at + 1).any(|key| key == name);
        members.iter().enumerate().filter(is_last).map(|(_, member)| member)
    }))
}

/// Adds a value; `once` leaves out one that is already there. Null means no header, and pseudo headers are ignored.
fn add(headers: &mut HeaderMap, name: &str, value: &Json<'_>, once: bool) -> Result<(), ProxyError> {
    if name.starts_with(':') {
        return Ok(());
    }
    let text = match value {
        Json::Null => return Ok(()),
        Json::Str(_) | Json::Number(_) | Json::Bool(_) => text_of(value),
        _ => return Err(ProxyError::HeaderKind(name.to_owned())),
    };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ProxyError::HeaderName(name.to_owned()))?;
    let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| ProxyError::HeaderValue(name.to_owned()))?;
    if once && headers.get_all(&key).iter().any(|present| present == value) {
        return Ok(());
    }
    if headers.len() >= MOST_HEADERS {
        return Err(ProxyError::TooManyHeaders);
    }
    headers.append(key, value);
    Ok(())
}
