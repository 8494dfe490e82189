//! XML and what reads it: an XPath expression over a body, and the ways of a body into JSON and back.
#![no_main]

use gantry_fuzz::{answer, in_proportion, quoted, split};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((expression, body)) = split(data) else { return };
    let path = format!("$xpath($, {})", quoted(expression));
    let redact = format!("redact: {{root: message.body, redactions: [{{path: {}}}]}}", quoted(&path));
    let map = "map: {inputs: {in: {variable: message.body, content: application/xml}}, outputs: {out: {content: application/xml}}, \
        actions: [{set: out, from: in}]}";
    in_proportion(data, || {
        answer(&format!("  execute: [{{parse: {{}}}}, {{{redact}}}]\n"), body);
        answer(&format!("  execute: [{{xml-to-json: {{}}}}, {{json-to-xml: {{}}}}, {{{map}}}]\n"), body);
    });
});
