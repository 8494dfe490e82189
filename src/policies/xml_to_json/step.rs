use std::sync::Arc;

use crate::policy::kit::body_conversion::{Places, xml_fault, xml_of};
use crate::policy::kit::off_thread;
use crate::runtime::{Context, Fault, Outcome, Step};
use crate::value::JsonConvention;

/// A compiled `xml-to-json`.
pub(super) struct XmlToJson(pub Arc<Places>);

fn convert(places: &Places, cx: &mut Context) -> Result<(), Fault> {
    let document = xml_of(places.body(cx)?)?;
    let json = document.to_json(JsonConvention::BadgerFish);
    let json = json.map_err(|error| xml_fault(&error, "the body cannot become JSON"))?;
    places.put(cx, json, "application/json");
    Ok(())
}

impl Step for XmlToJson {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let size = self.0.body(cx).map_or(0, off_thread::size_of_body);
        off_thread::work(&self.0, cx, size, convert)
    }
}
