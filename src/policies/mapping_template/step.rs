use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};

use crate::aws::event::covers;
use crate::expression::{Reference, Root, Scope, SetError};
use crate::policy::kit::aws_event::Origin;
use crate::policy::kit::off_thread;
use crate::runtime::{Context, Fault, FaultSource, Outcome, Step, kinds};
use crate::settings::EventContext;
use crate::value::{Body, Value, without_mark};
use crate::vtl::{Limits, Rendered, Template};

use super::config::{ContentHandling, Direction, Passthrough};
use super::roots::RequestRoots;

/// The type of a body that names none.
const JSON: &str = "application/json";

/// The template of requests that no other one fits.
const DEFAULT: &str = "$default";

/// A compiled `mapping-template`.
pub(super) struct MappingTemplate(pub Arc<Plan>);

pub(super) struct Plan {
    /// By media type in lower case.
    pub templates: Vec<(String, Template)>,
    pub direction: Direction,
    pub passthrough: Passthrough,
    pub input: Root,
    pub handling: Option<ContentHandling>,
    pub overrides: Option<Reference>,
    pub status_code: Option<Reference>,
    pub requires_json: bool,
    pub context: EventContext,
    pub origin: Origin,
}

impl Step for MappingTemplate {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let is_heavy = self.0.templates.iter().any(|(_, template)| template.is_heavy());
        let size = match is_heavy {
            true => usize::MAX,
            false => cx.state.input(&self.0.input).map_or(0, |message| off_thread::size_of_body(&message.body)),
        };
        off_thread::work(&self.0, cx, size, Plan::apply)
    }
}

// === impl Plan ===

impl Plan {
    fn apply(&self, cx: &mut Context) -> Result<(), Fault> {
        let template = match self.direction {
            Direction::Request => self.for_request(cx)?,
            Direction::Response => self.for_response(cx),
        };
        let body = self.payload(cx)?;
        let before = match (&self.overrides, self.direction) {
            (Some(name), Direction::Response) => cx.get(name),
            _ => Value::NULL,
        };
        let (body, overrides) = match template {
            Some((kind, template)) => {
                let rendered = self.rendered(cx, template, &body, before)?;
                if self.direction == Direction::Response
                    && !cx.state.outgoing.message.headers.contains_key(CONTENT_TYPE)
                {
                    set_header(cx, "content-type", &Value::from(kind), false)?;
                }
                (Bytes::from(rendered.text), rendered.overrides)
            }
            None => (body, before),
        };
        self.put(cx, body, overrides)
    }

    /// The template for the type of the request; `None` sends it on as it is.
    fn for_request(&self, cx: &Context) -> Result<Option<(&str, &Template)>, Fault> {
        let kind = cx.state.input(&self.input).and_then(|message| essence(&message.headers));
        let kind = kind.unwrap_or_else(|| JSON.to_owned());
        let found = self.template(&kind).or_else(|| self.template(DEFAULT));
        let passes = match self.passthrough {
            Passthrough::WhenNoMatch => true,
            Passthrough::WhenNoTemplates => self.templates.is_empty(),
            Passthrough::Never => false,
        };
        if found.is_none() && !passes {
            let message = "there is no template for the media type of the request";
            return Err(Fault::new(&kinds::UNSUPPORTED_MEDIA_TYPE, FaultSource::Client, message));
        }
        Ok(found)
    }

    /// The template for the last `Accept` of the client, for JSON, or the first one.
    fn for_response(&self, cx: &Context) -> Option<(&str, &Template)> {
        let accepted = cx.state.request.headers.get_all(ACCEPT).iter().next_back();
        let accepted = accepted.and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
        let found = accepted.and_then(|kind| self.template(kind.trim()));
        let first = || self.templates.first().map(|(kind, template)| (kind.as_str(), template));
        found.or_else(|| self.template(JSON)).or_else(first)
    }

    fn template(&self, kind: &str) -> Option<(&str, &Template)> {
        let found = self.templates.iter().find(|(name, _)| name == kind);
        found.map(|(name, template)| (name.as_str(), template))
    }

    /// The bytes of the body, converted.
    fn payload(&self, cx: &Context) -> Result<Bytes, Fault> {
        let Some(message) = cx.state.input(&self.input) else { return Ok(Bytes::new()) };
        let bytes = message.body.bytes().unwrap_or_default();
        let Some(handling) = self.handling else { return Ok(bytes) };
        let kind = essence(&message.headers).unwrap_or_default();
        let is_binary = self.context.binary_media_types.iter().any(|pattern| covers(pattern, &kind));
        Ok(match handling {
            ContentHandling::ConvertToText if is_binary || std::str::from_utf8(&bytes).is_err() => {
                BASE64_STANDARD.encode(&bytes).into()
            }
            ContentHandling::ConvertToBinary if !is_binary => match BASE64_STANDARD.decode(bytes.trim_ascii()) {
                Ok(decoded) => decoded.into(),
                Err(_) => return Err(failed("the body is not base64, and cannot be converted to bytes")),
            },
            _ => bytes,
        })
    }

    fn rendered(&self, cx: &Context, template: &Template, body: &Bytes, overrides: Value) -> Result<Rendered, Fault> {
        let text = std::str::from_utf8(without_mark(body))
            .map_err(|_| failed("the body is no text, and a template reads only text"))?;
        let roots = RequestRoots::new(cx, &self.context, self.origin, text, overrides);
        template.render(&roots, &Limits::default()).map_err(|error| failed(error.to_string()))
    }

    fn put(&self, cx: &mut Context, body: Bytes, overrides: Value) -> Result<(), Fault> {
        if let Some(name) = &self.status_code {
            let status = status_code(&body).ok_or_else(|| failed("the output has no number `statusCode`"))?;
            cx.set(name, status.into()).map_err(property)?;
        }
        let body = match self.requires_json {
            true => json(body)?,
            false => body,
        };
        cx.state.outgoing.message.body = Body::with_room(body)?;
        cx.state.outgoing.message.headers.remove(CONTENT_LENGTH);
        let side = match self.direction {
            Direction::Request => "requestOverride",
            Direction::Response => "responseOverride",
        };
        if let Some(headers) = overrides.at([side, "header"]).and_then(|headers| headers.as_object()) {
            for (name, value) in headers.iter() {
                override_header(cx, name, &value.to_value())?;
            }
        }
        match (&self.overrides, self.direction) {
            (Some(name), Direction::Request) => cx.set(name, overrides).map_err(property),
            (_, Direction::Response) => {
                let status = overrides.at([side, "status"]).and_then(|status| status.to_text().trim().parse().ok());
                // Other numbers are ignored, as on AWS.
                if let Some(status) = status.filter(|status| (100..600).contains(status)) {
                    cx.state.outgoing.message.status = StatusCode::from_u16(status).ok();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The media type of a message, without parameters.
fn essence(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    (!kind.is_empty()).then_some(kind)
}

/// The body for a function. AWS sends an empty object where there is none.
fn json(body: Bytes) -> Result<Bytes, Fault> {
    if body.trim_ascii().is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match Value::if_json(&body) {
        Some(_) => Ok(body),
        None => {
            let message = "Could not parse request body into json";
            Err(Fault::new(&kinds::LAMBDA_PAYLOAD, FaultSource::Client, message))
        }
    }
}

/// The number in `{"statusCode": 200}`. AWS's JSON is lenient: the name may be without quotes, and a comma at the end.
fn status_code(text: &[u8]) -> Option<u16> {
    let status = match Value::if_json(&Bytes::copy_from_slice(text)) {
        Some(json) => u16::try_from(json.get("statusCode")?.as_integer()?).ok()?,
        None => {
            let text = std::str::from_utf8(text).ok()?;
            let (_, after) = text.trim().strip_prefix('{')?.strip_suffix('}')?.split_once("statusCode")?;
            let value = after.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?;
            value.split([',', '\n']).next()?.trim().parse().ok()?
        }
    };
    (100..600).contains(&status).then_some(status)
}

/// An override of a header; a list has several values.
fn override_header(cx: &mut Context, name: &str, value: &Value) -> Result<(), Fault> {
    let Some(list) = value.as_list() else { return set_header(cx, name, value, false) };
    for (index, one) in list.iter().enumerate() {
        set_header(cx, name, &one.to_value(), index > 0)?;
    }
    Ok(())
}

fn set_header(cx: &mut Context, name: &str, value: &Value, append: bool) -> Result<(), Fault> {
    let text: Cow<'_, str> = value.to_text();
    let header = HeaderName::from_bytes(name.as_bytes());
    let header = header.map_err(|_| failed("a template sets a header that has no valid name"))?;
    cx.state.set_header(&header, name, &Value::from(&*text), append).map_err(property)
}

fn property(error: SetError) -> Fault {
    match error {
        SetError::NoRoom(none) => none.into(),
        error => failed(error.to_string()),
    }
}

fn failed(message: impl Into<String>) -> Fault {
    Fault::new(&kinds::TRANSFORM, FaultSource::Gateway, message)
}
