//! A mapping template of AWS API Gateway over a payload: an error or an output, within its limits.
#![no_main]

use std::borrow::Cow;

use gantry::value::Value;
use gantry::vtl::{Limits, Roots, Template};
use gantry_fuzz::{split, within};

/// What the values and the output of a template may take: texts are copied while they are made.
const MOST: usize = 256 << 20;

struct Payload<'d>(Cow<'d, str>);

impl Roots for Payload<'_> {
    fn body(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn params(&self) -> Value {
        Value::object([("path", Value::object([("id", Value::from("7"))]))])
    }

    fn context(&self) -> Value {
        Value::object([("httpMethod", Value::from("POST"))])
    }

    fn stage_variables(&self) -> Value {
        Value::empty_object()
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((template, body)) = split(data) else { return };
    within(MOST, data, || {
        if let Ok(template) = Template::parse(template) {
            let _ = template.render(&Payload(String::from_utf8_lossy(body)), &Limits::default());
        }
    });
});
