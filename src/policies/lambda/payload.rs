//! The payload of the function.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, HeaderValue};

use crate::assembly::Carrier;
use crate::aws::event::{EventFormat, covers};
use crate::base::{Reported, codes};
use crate::expression::{Builtin, Reference, Root};
use crate::policy::Compiler;
use crate::policy::kit::aws_event::{self, Origin};
use crate::policy::kit::call::{input_body, input_headers, is_whole, whole_body};
use crate::runtime::{Context, Fault, FaultSource, kinds};
use crate::settings::EventContext;
use crate::value::{Body, without_mark};

use super::config::{Config, PayloadFormat};
use super::json_template::JsonTemplate;

/// A compiled payload.
pub(super) struct Payload {
    form: Form,
    /// The message whose body is sent; `None` sends nothing.
    input: Option<Reference>,
    context: EventContext,
    origin: Origin,
}

enum Form {
    Body,
    Event(EventFormat),
    Request,
    Template(JsonTemplate),
}

/// `region` is the function's, for what events say about where they come from.
pub(super) fn compile(
    config: &Config,
    input: Option<Reference>,
    region: &str,
    compiler: &mut Compiler<'_, '_>,
) -> Result<Payload, Reported> {
    let context = aws_event::event_context(config.event_context.as_ref(), compiler);
    if config.multi_value_headers && config.payload != PayloadFormat::Alb {
        let message = "only `payload: alb` has `multi-value-headers`";
        return Err(compiler.error_with_help(codes::BAD_VALUE, "/multi-value-headers", message, "remove it"));
    }
    let form = match (config.payload, &config.payload_template) {
        (PayloadFormat::Template, Some(_)) if compiler.node("/input").is_some() => {
            let message = "`payload: template` takes its values from variables, so `input` would not be read";
            return Err(compiler.error_with_help(codes::BAD_VALUE, "/input", message, "remove `input`"));
        }
        (PayloadFormat::Template, Some(text)) => {
            Form::Template(JsonTemplate::compile("/payload-template", text, compiler)?)
        }
        (PayloadFormat::Template, None) => {
            let message = "`payload: template` needs the property `payload-template`";
            return Err(compiler.error(codes::MISSING_PROPERTY, "/payload", message));
        }
        (_, Some(_)) => {
            let message = "`payload-template` is only sent with `payload: template`";
            return Err(compiler.error_with_help(
                codes::BAD_VALUE,
                "/payload-template",
                message,
                "write `payload: template`",
            ));
        }
        (PayloadFormat::Body, None) => Form::Body,
        (PayloadFormat::Request, None) => Form::Request,
        (PayloadFormat::ApiGatewayV1, None) => Form::Event(EventFormat::V1),
        (PayloadFormat::ApiGatewayV2, None) => Form::Event(EventFormat::V2),
        (PayloadFormat::Alb, None) => Form::Event(EventFormat::Alb { multi_value_headers: config.multi_value_headers }),
    };
    let mut context = context?;
    // Only steps of REST APIs are made `strict`.
    let origin = match (compiler.carrier, config.strict) {
        (Carrier::Amazon, true) => Origin::Rest,
        (Carrier::Amazon, false) => Origin::Http,
        _ => Origin::Other,
    };
    if context.target_group_arn.is_none() {
        let account = context.account_id.as_deref().unwrap_or(aws_event::ACCOUNT);
        let api = context.api_id.as_deref().unwrap_or(&compiler.shared.api.name);
        let group = format!("arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{api}/0000000000000000");
        context.target_group_arn = Some(group);
    }
    Ok(Payload { form, input, context, origin })
}

/// Whether the first type in `Accept` is one of these. A client that names none accepts all.
fn accepts_binary(headers: &HeaderMap, types: &[String]) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let first = accepted.split([',', ';']).next().unwrap_or_default().trim().to_ascii_lowercase();
    // A client that accepts several types accepts none of them as binary, but for `*/*` among the binary media types.
    types.iter().any(|pattern| pattern.trim() == "*/*" || (!first.contains('*') && covers(pattern, &first)))
}

impl Payload {
    /// The format by whose rules a proxy response is read.
    pub(super) fn format(&self) -> EventFormat {
        match self.form {
            Form::Event(format) => format,
            Form::Body | Form::Request | Form::Template(_) => EventFormat::V2,
        }
    }

    /// Whether the step is in an export of a REST API.
    pub(super) fn is_of_rest_api(&self) -> bool {
        self.origin == Origin::Rest
    }

    /// Whether the body of an answer that is marked as base64 is decoded. REST APIs of exports do so only where the client's first
    /// accepted type is one of the binary media types.
    pub(super) fn decodes(&self, cx: &Context) -> bool {
        self.origin != Origin::Rest || accepts_binary(&cx.state.request.headers, &self.context.binary_media_types)
    }

    /// The bytes of the payload.
    pub(super) fn build(&self, cx: &Context, trace_id: Option<&HeaderValue>) -> Result<Bytes, Fault> {
        let body = || match &self.input {
            Some(input) => input_body(cx, input),
            None => Ok(Bytes::new()),
        };
        let format = match &self.form {
            // JSON has no byte order mark, and Lambda refuses one.
            Form::Body => return body().map(|bytes| bytes.slice_ref(without_mark(&bytes))),
            Form::Template(template) => return Ok(template.render(cx).into()),
            Form::Event(format) => Some(*format),
            Form::Request => None,
        };
        let headers = self.client_headers(cx);
        aws_event::build(cx, format, &self.context, self.origin, headers, &body()?, trace_id).map_err(|error| {
            let message = format!("the event cannot be written: {error}");
            Fault::new(&kinds::LAMBDA_PAYLOAD, FaultSource::Gateway, message)
        })
    }

    /// Whether it is the body of `message` as that is.
    pub(super) fn is_message(&self) -> bool {
        let is_message = |input: &Reference| input.root == Root::Builtin(Builtin::Message) && is_whole(input);
        matches!(self.form, Form::Body) && self.input.as_ref().is_some_and(is_message)
    }

    /// The hash of the payload, where its bytes were hashed as they came.
    pub(super) fn sha256(&self, cx: &Context) -> Option<[u8; 32]> {
        match (&self.form, &self.input) {
            (Form::Body, Some(input)) => {
                let has_mark =
                    |body: &&Body| matches!(body, Body::Bytes(bytes, _) if without_mark(bytes).len() < bytes.len());
                whole_body(cx, input).filter(|body| !has_mark(body)).and_then(Body::sha256)
            }
            _ => None,
        }
    }

    /// The client's headers that the function receives.
    pub(super) fn client_headers<'c>(&self, cx: &'c Context) -> Cow<'c, HeaderMap> {
        match (&self.form, &self.input) {
            (Form::Body | Form::Template(_), _) => Cow::default(),
            (Form::Event(_) | Form::Request, Some(input)) => input_headers(cx, &input.root),
            (Form::Event(_) | Form::Request, None) => Cow::Borrowed(&cx.state.request.headers),
        }
    }

    pub(super) fn reads(&self) -> Vec<Reference> {
        if let Form::Template(template) = &self.form {
            return template.references().cloned().collect();
        }
        let Some(input) = &self.input else { return Vec::new() };
        let mut path = input.path.to_vec();
        if matches!(input.root, Root::Builtin(Builtin::Message | Builtin::Request)) && path.is_empty() {
            path.push("body".into());
        }
        vec![Reference::new(input.root.clone(), path)]
    }
}
