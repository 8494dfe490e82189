//! Headers and cookies of a proxy response.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};

use super::answer::{Json, Members, text_of};
use super::error::{MOST_HEADERS, ProxyError};
use crate::aws::event::EventFormat;
use crate::http_client::strip_hop_by_hop;

/// Format 1.0 takes the lists first, then adds single values that are not among them; format 2.0 knows no lists, and
/// turns `cookies` into a `Set-Cookie` each; a load balancer takes the one family that its target group asks for. Headers of
/// the connection and `Content-Length` are dropped: the response is framed anew.
pub(super) fn read(format: EventFormat, answer: &Members<'_>, strict: bool) -> Result<HeaderMap, ProxyError> {
    let (lists, singles) = match format {
        EventFormat::V1 => (true, true),
        EventFormat::V2 => (false, true),
        EventFormat::Alb { multi_value_headers } => (multi_value_headers, !multi_value_headers),
    };
    read_families(Families { lists, singles, cookies: format == EventFormat::V2, only_lists: strict }, answer)
}

/// The head of a stream may use what both formats have.
pub(super) fn read_all(head: &Members<'_>) -> Result<HeaderMap, ProxyError> {
    read_families(Families { lists: true, singles: true, cookies: true, only_lists: false }, head)
}

/// The members that count.
struct Families {
    /// `multiValueHeaders`
    lists: bool,
    /// `headers`
    singles: bool,
    cookies: bool,
    /// A value in `multiValueHeaders` that is not a list is refused.
    only_lists: bool,
}

fn read_families(wanted: Families, answer: &Members<'_>) -> Result<HeaderMap, ProxyError> {
    let mut headers = HeaderMap::new();
    if wanted.lists {
        for (name, value) in members(answer, "multiValueHeaders")? {
            match value {
                Json::Array(items) => items.iter().try_for_each(|item| add(&mut headers, name, item))?,
                _ if wanted.only_lists => return Err(ProxyError::NotAList(name.to_owned())),
                single => add(&mut headers, name, single)?,
            }
        }
    }
    if wanted.singles {
        let listed = headers.clone();
        for (name, value) in members(answer, "headers")? {
            add_single(&mut headers, &listed, name, value)?;
        }
    }
    if let (true, Some(Json::Array(cookies))) = (wanted.cookies, answer.get("cookies")) {
        cookies.iter().try_for_each(|cookie| add(&mut headers, SET_COOKIE.as_str(), cookie))?;
    }
    only_the_first(&mut headers, &CONTENT_TYPE);
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

/// Adds a single value where the lists do not have it. Of a name in several spellings the first counts, but for `Set-Cookie`:
/// authors deliberately write it in several.
fn add_single(headers: &mut HeaderMap, listed: &HeaderMap, name: &str, value: &Json<'_>) -> Result<(), ProxyError> {
    let Some((key, value)) = header(name, value)? else { return Ok(()) };
    let is_there = match key == SET_COOKIE || listed.contains_key(&key) {
        true => headers.get_all(&key).iter().any(|present| present == value),
        false => headers.contains_key(&key),
    };
    if is_there { Ok(()) } else { append(headers, key, value) }
}

/// HTTP allows one value of this header.
fn only_the_first(headers: &mut HeaderMap, name: &HeaderName) {
    let first = headers.get_all(name).iter().nth(1).and_then(|_| headers.get(name).cloned());
    if let Some(first) = first {
        headers.insert(name, first);
    }
}

fn add(headers: &mut HeaderMap, name: &str, value: &Json<'_>) -> Result<(), ProxyError> {
    header(name, value)?.map_or(Ok(()), |(key, value)| append(headers, key, value))
}

fn append(headers: &mut HeaderMap, key: HeaderName, value: HeaderValue) -> Result<(), ProxyError> {
    if headers.len() >= MOST_HEADERS {
        return Err(ProxyError::TooManyHeaders);
    }
    headers.append(key, value);
    Ok(())
}

/// The header that a member names. Null means no header, and pseudo headers are ignored.
fn header(name: &str, value: &Json<'_>) -> Result<Option<(HeaderName, HeaderValue)>, ProxyError> {
    if name.starts_with(':') {
        return Ok(None);
    }
    let text = match value {
        Json::Null => return Ok(None),
        Json::Str(_) | Json::Number(_) | Json::Bool(_) => text_of(value),
        _ => return Err(ProxyError::HeaderKind(name.to_owned())),
    };
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| ProxyError::HeaderName(name.to_owned()))?;
    let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| ProxyError::HeaderValue(name.to_owned()))?;
    Ok(Some((key, value)))
}
