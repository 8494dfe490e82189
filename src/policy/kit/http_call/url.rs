//! Target URLs: what run time adds is encoded for its place.

use std::ops::Range;

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::authority::{self, AfterHost, Authority, Hosts};
use super::literal_hosts::LiteralHosts;
use super::origin::UPSTREAM;
use crate::base::{Generation, Reported, codes};
use crate::expression::{Builtin, Part, Reference, Root, Scope, Template};
use crate::openapi::{Api, Location};
use crate::policy::Compiler;
use crate::runtime::{Context, State};

/// The characters that are encoded in a path segment: no value can end the segment or start the query.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The characters that are encoded in a query value: it can neither start another parameter nor end the query.
const QUERY: &AsciiSet = &SEGMENT.add(b'&').add(b'=').add(b'+').add(b';');

/// A target that is ready to be called.
pub(super) enum Target {
    Fixed(Uri),
    Computed(Box<[Piece]>),
    /// Run time supplies the host too.
    Open(Box<[Piece]>),
}

/// A piece of a computed URL.
pub(super) enum Piece {
    Text(Box<str>),
    Value { reference: Reference, place: Place },
}

/// The place of a value in the URL.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// The value is a part of the URL up to the host's end; the host is checked when the URL is whole.
    Start,
    /// The value is part of the URL as the client wrote it, and goes in as it is.
    AsWritten,
    Path,
    Query,
}

impl Target {
    /// The URL of this request; the error is one sentence.
    /// `decode` takes query parameters for what they say instead of how they are written.
    pub(super) fn uri(&self, cx: &Context, decode: bool) -> Result<Uri, String> {
        let pieces = match self {
            Target::Fixed(uri) => return Ok(uri.clone()),
            Target::Computed(pieces) | Target::Open(pieces) => pieces,
        };
        let mut url = String::with_capacity(128);
        let mut values = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => url.push_str(text),
                Piece::Value { reference, place } => {
                    let changed = is_api(reference) && cx.state.has_written(Builtin::Api);
                    let text = match is_operation_path(reference) && !changed {
                        true => operation_path(cx),
                        false => rest_of_path(reference, cx).map_or_else(|| cx.text(reference), str::to_owned),
                    };
                    let start = url.len();
                    match place {
                        Place::AsWritten if changed => url.push_str(&changed_path(&text)?),
                        Place::Start => url.push_str(&text),
                        Place::AsWritten => url.push_str(&text),
                        Place::Path if is_url_text(reference, cx) => {
                            url.extend(utf8_percent_encode(&percent_decode_str(&text).decode_utf8_lossy(), SEGMENT));
                        }
                        Place::Path => url.extend(utf8_percent_encode(&text, SEGMENT)),
                        // Text of the path may have an `&` of its own.
                        Place::Query
                            if is_url_text(reference, cx) && cx.state.route.pipeline.generation == Generation::V5 =>
                        {
                            url.extend(utf8_percent_encode(&percent_decode_str(&text).decode_utf8_lossy(), QUERY));
                        }
                        Place::Query if is_url_text(reference, cx) && decode => {
                            let text = text.replace('+', " ");
                            url.extend(utf8_percent_encode(&percent_decode_str(&text).decode_utf8_lossy(), QUERY));
                        }
                        Place::Query if is_url_text(reference, cx) => url.push_str(&text),
                        Place::Query => url.extend(utf8_percent_encode(&text, QUERY)),
                    }
                    if matches!(place, Place::Path) {
                        values.push(start..url.len());
                    }
                }
            }
        }
        if values.iter().any(|value| is_dot_segment(&url, value)) {
            return Err("a value for the target URL is a step to another folder".to_owned());
        }
        url.parse().map_err(|_| "the target URL became one that cannot be called".to_owned())
    }

    /// Whether the document says that the call leaves this machine without TLS.
    pub(super) fn is_plain_http(&self) -> bool {
        let plain = match self {
            Target::Fixed(uri) => uri.scheme_str() == Some("http"),
            Target::Computed(pieces) => {
                matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with("http://"))
            }
            Target::Open(_) => false,
        };
        let host = self.fixed_host().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        plain && host != "localhost" && !address.is_ok_and(|address| address.is_loopback())
    }

    /// The name of the upstream, where the target is one.
    pub(super) fn upstream(&self) -> Option<String> {
        let is_upstream = match self {
            Target::Fixed(uri) => uri.scheme_str() == Some(UPSTREAM),
            Target::Computed(pieces) => {
                matches!(pieces.first(), Some(Piece::Text(text)) if text.starts_with("upstream://"))
            }
            Target::Open(_) => false,
        };
        if is_upstream { self.fixed_host() } else { None }
    }

    /// The host, where the document says it.
    pub(super) fn fixed_host(&self) -> Option<String> {
        let text = match self {
            Target::Fixed(uri) => return uri.host().map(str::to_ascii_lowercase),
            Target::Computed(pieces) => match pieces.first() {
                Some(Piece::Text(text)) => text,
                _ => return None,
            },
            Target::Open(_) => return None,
        };
        let rest = text.split_once("://").map(|(_, rest)| rest)?;
        let authority = rest.split(['/', '?', '#']).next()?.parse::<http::uri::Authority>().ok()?;
        Some(authority.host().to_ascii_lowercase())
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        let pieces: &[Piece] = match self {
            Target::Fixed(_) => &[],
            Target::Computed(pieces) | Target::Open(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Value { reference, .. } => Some(reference),
            Piece::Text(_) => None,
        })
    }
}

/// Whether the value is a single parameter that variables hold as the client wrote it: in v10 one of the query.
fn is_url_text(reference: &Reference, cx: &Context) -> bool {
    let [parameters, name] = &*reference.path else { return false };
    is_request(reference)
        && &**parameters == "parameters"
        && cx.state.is_encoded_parameter(name)
        && (cx.get(reference).as_str().is_some() || rest_of_path(reference, cx).is_some())
}

/// The rest of the path as it was sent, where the v5 engine has it as a list.
fn rest_of_path<'c>(reference: &Reference, cx: &'c Context) -> Option<&'c str> {
    let State { route, request, .. } = &*cx.state;
    let operation = &route.operation;
    let [parameters, name] = &*reference.path else { return None };
    let is_greedy = || operation.parameters.iter().any(|one| one.greedy && one.name == *name);
    if !is_request(reference)
        || &**parameters != "parameters"
        || cx.state.route.pipeline.generation == Generation::V10
        || cx.state.has_written(Builtin::Request)
        || !is_greedy()
    {
        return None;
    }
    request.path_parameters.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
}

/// The URL with something harmless in the place of every value.
fn sample(pieces: &[Piece]) -> String {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => &**text,
        Piece::Value { place: Place::AsWritten | Place::Start, .. } => "",
        Piece::Value { .. } => "x",
    });
    texts.collect()
}

fn is_api(reference: &Reference) -> bool {
    reference.root == Root::Builtin(Builtin::Api)
}

/// A path of the API that a step has set: it can neither end the path nor go on with the host's name.
fn changed_path(text: &str) -> Result<String, String> {
    if !text.is_empty() && !text.starts_with('/') {
        return Err("a path that a step has set for the target URL does not start with `/`".to_owned());
    }
    if text.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("a value for the target URL is a step to another folder".to_owned());
    }
    let segments = text.split('/').map(|segment| utf8_percent_encode(segment, SEGMENT).to_string());
    Ok(segments.collect::<Vec<_>>().join("/"))
}

fn is_operation_path(reference: &Reference) -> bool {
    is_api(reference) && matches!(&*reference.path, [first, second] if &**first == "operation" && &**second == "path")
}

/// The operation's path with the client's values, as they were sent, in the place of its parameters.
fn operation_path(cx: &Context) -> String {
    let parameters = cx.state.request.path_parameters.iter();
    parameters.fold(cx.state.route.operation.path.to_string(), |path, (name, value)| {
        let forms = [format!("{{{name}}}"), format!("{{+{name}}}"), format!("{{{name}+}}")];
        forms.iter().fold(path, |path, form| path.replace(form.as_str(), value))
    })
}

/// `{name}` in the text of a URL stands for the path or query parameter of that name, where an operation has it.
fn with_parameters(parts: Vec<Part>, api: &Api) -> Vec<Part> {
    let known = |name: &str| {
        api.operations.iter().any(|operation| {
            operation.path.parameters().iter().any(|one| **one == *name)
                || operation.parameters.iter().any(|one| *one.name == *name && one.location == Location::Query)
        })
    };
    let mut replaced = Vec::with_capacity(parts.len());
    for part in parts {
        let Part::Text(text) = &part else {
            replaced.push(part);
            continue;
        };
        let mut rest: &str = text;
        let mut searched = 0;
        while let Some(open) = rest[searched..].find('{').map(|at| at + searched) {
            let Some(close) = rest[open..].find('}').map(|at| at + open) else { break };
            let name = &rest[open + 1..close];
            if !known(name) {
                searched = open + 1;
                continue;
            }
            if open > 0 {
                replaced.push(Part::Text(rest[..open].into()));
            }
            let path = vec!["parameters".into(), name.into()];
            replaced.push(Part::Reference(Reference::new(Root::Builtin(Builtin::Request), path)));
            (rest, searched) = (&rest[close + 1..], 0);
        }
        if !rest.is_empty() {
            replaced.push(Part::Text(rest.into()));
        }
    }
    replaced
}

/// Whether the segment around a value is `.` or `..`, which services resolve before they look at the path.
fn is_dot_segment(url: &str, value: &Range<usize>) -> bool {
    let start = url[..value.start].rfind('/').map_or(0, |slash| slash + 1);
    let end = url[value.end..].find(['/', '?', '#']).map_or(url.len(), |end| value.end + end);
    matches!(&url[start..end], "." | "..")
}

/// Reads `target-url`, and adds to `hosts` those that the document writes into its variables.
pub(super) fn compile(text: &str, hosts: &mut Hosts, compiler: &mut Compiler<'_, '_>) -> Result<Target, Reported> {
    let template = compiler.template("/target-url", text)?;
    let parts: Vec<Part> = match template {
        Template::Constant(value) => vec![Part::Text(value.to_text().into())],
        Template::Reference(reference) => vec![Part::Reference(reference)],
        Template::Mixed(parts) => parts.into_vec(),
    };
    let parts = with_parameters(parts, compiler.shared.api);
    hosts.literal = LiteralHosts::of(&parts, compiler);
    let authority = authority::check(&parts, hosts, compiler)?;
    if let [Part::Text(whole)] = parts.as_slice() {
        return match whole.parse::<Uri>() {
            Ok(uri) => Ok(Target::Fixed(uri)),
            Err(error) => Err(compiler.error(codes::BAD_TARGET, "/target-url", format!("this is not a URL: {error}"))),
        };
    }
    let pieces = pieces(parts, authority);
    if authority == Authority::Open {
        return Ok(Target::Open(pieces));
    }
    if sample(&pieces).parse::<Uri>().is_err() {
        let message = "the text of this URL has characters that no URL can carry";
        return Err(compiler.error_with_help(codes::BAD_TARGET, "/target-url", message, "write a space as `%20`"));
    }
    Ok(Target::Computed(pieces))
}

fn pieces(parts: Vec<Part>, authority: Authority) -> Box<[Piece]> {
    let mut in_query = false;
    let mut starting = authority == Authority::Open;
    let mut host_is_open = false;
    let mut pieces: Vec<Piece> = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Text(text) => {
                in_query |= text.contains('?');
                let rest = text.split_once("://").map_or(&*text, |(_, rest)| rest);
                let ends_host = rest.contains(['/', '?', '#']);
                host_is_open = pieces.is_empty() && !ends_host;
                starting &= !ends_host;
                pieces.push(Piece::Text((&*text).into()));
            }
            Part::Reference(reference) => {
                let place = match place(&reference, in_query) {
                    Place::Path | Place::Query if starting => Place::Start,
                    place => place,
                };
                if host_is_open && AfterHost::of(&reference) == AfterHost::Query {
                    pieces.push(Piece::Text("/".into()));
                }
                host_is_open = false;
                in_query |= matches!(&*reference.path, [one] if &**one == "search") && is_request(&reference);
                pieces.push(Piece::Value { reference, place });
            }
        }
    }
    pieces.into()
}

fn place(reference: &Reference, in_query: bool) -> Place {
    let of_request = is_request(reference)
        && matches!(&*reference.path, [one] if matches!(&**one, "path" | "search" | "uri" | "querystring"));
    // The document's own paths are URL text too.
    let as_written = of_request || (!is_request(reference) && AfterHost::of(reference) == AfterHost::Path);
    match (as_written, in_query) {
        (true, _) => Place::AsWritten,
        (false, true) => Place::Query,
        (false, false) => Place::Path,
    }
}

fn is_request(reference: &Reference) -> bool {
    reference.root == Root::Builtin(Builtin::Request)
}
