//! The parts of a multipart body.

use std::rc::Rc;

use bytes::Bytes;
use gantry_allocator::Setup;
use http::header::CONTENT_TYPE;
use memchr::memmem;
use rquickjs::{Array, Exception, Object, Result};

use super::bodies::read;
use super::places::root;
use super::{Host, Seat, native};
use crate::expression::{Builtin, Root};
use crate::script::values;
use crate::value::Headers;

/// Parts of one body; more are refused, as each is an object of the script.
const MOST: usize = 1000;

/// A part of a body: its headers as they are written, and its bytes.
struct Part {
    headers: Vec<(String, String)>,
    body: Bytes,
}

pub(super) fn install<'js>(setup: &Setup<'js>, host: &Rc<Seat>, native: &Object<'js>) -> Result<()> {
    native!(native, setup, host, "attachments", |ctx, name: String| {
        let list = Array::new(ctx.clone())?;
        let Some(kind) = content_type(&host, &name) else { return Ok(list) };
        let parts = parts(&kind, &read(&ctx, &host, &name)?);
        if parts.len() > MOST {
            return Err(Exception::throw_range(&ctx, &format!("the body has more than {MOST} parts")));
        }
        for (index, part) in parts.into_iter().enumerate() {
            let object = Object::new(ctx.clone())?;
            let headers = Object::new(ctx.clone())?;
            for (name, value) in part.headers {
                headers.set(name, value)?;
            }
            object.set("headers", headers)?;
            object.set("bytes", values::to_bytes(&ctx, &part.body)?)?;
            list.set(index, object)?;
        }
        Ok::<_, rquickjs::Error>(list)
    });
    Ok(())
}

fn content_type(host: &Host, name: &str) -> Option<String> {
    let cx = host.cx.borrow();
    let text = |headers: &Headers| Some(headers.get(CONTENT_TYPE)?.to_str().ok()?.to_owned());
    match root(name) {
        Root::Builtin(Builtin::Request) => text(&cx.state.request.headers),
        root => text(&cx.state.input(&root)?.headers),
    }
}

/// The attachments of a multipart body: all of its parts but the root, which is the message itself. A form has no root.
fn parts(content_type: &str, body: &Bytes) -> Vec<Part> {
    let is_multipart = content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"));
    let Some(boundary) = parameter(content_type, "boundary").filter(|_| is_multipart) else { return Vec::new() };
    let delimiter = format!("--{boundary}");
    let found = memmem::find_iter(body, &delimiter).filter(|at| is_delimiter(body, *at, delimiter.len()));
    let starts: Vec<usize> = found.collect();
    let mut all: Vec<Part> = Vec::new();
    for pair in starts.windows(2) {
        let between = body.slice(pair[0] + delimiter.len()..pair[1]);
        let Some(line) = memchr::memchr(b'\n', &between) else { continue };
        let end = if between.ends_with(b"\r\n") { 2 } else { 1 };
        all.push(part(&between.slice(line + 1..(between.len() - end).max(line + 1))));
    }
    let is_form = content_type.get(10..19).is_some_and(|kind| kind.eq_ignore_ascii_case("form-data"));
    if is_form || all.is_empty() {
        return all;
    }
    let start = parameter(content_type, "start");
    let is_root = |part: &Part| start.is_some() && part.header("content-id") == start.as_deref();
    all.remove(all.iter().position(is_root).unwrap_or(0));
    all
}

/// Whether what is at a place is a delimiter, which has a line to itself.
fn is_delimiter(body: &[u8], at: usize, length: usize) -> bool {
    let rest = &body[at + length..];
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    (at == 0 || body[at - 1] == b'\n') && line.strip_prefix(b"--").unwrap_or(line).trim_ascii().is_empty()
}

impl Part {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn part(bytes: &Bytes) -> Part {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut at = 0;
    while let Some(length) = memchr::memchr(b'\n', &bytes[at..]) {
        let line = String::from_utf8_lossy(&bytes[at..at + length]).into_owned();
        at += length + 1;
        if line.trim().is_empty() {
            return Part { headers, body: bytes.slice(at..) };
        }
        match (line.split_once(':'), headers.last_mut()) {
            // A header goes on in a line that starts with a space.
            (_, Some((_, value))) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (Some((name, value)), _) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, _) => {}
        }
    }
    Part { headers, body: Bytes::new() }
}

/// A parameter of a media type.
fn parameter(content_type: &str, name: &str) -> Option<String> {
    let mut pairs = content_type.split(';').skip(1).filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}
