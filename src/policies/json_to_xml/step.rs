use std::sync::Arc;

use crate::policy::kit::body_conversion::{Places, json_of, transform_error, xml_fault};
use crate::policy::kit::off_thread;
use crate::runtime::{Context, Fault, Outcome, Step};
use crate::value::{Xml, XmlRoot};

/// A compiled `json-to-xml`.
pub(super) struct JsonToXml(pub Arc<Plan>);

pub(super) struct Plan {
    pub places: Places,
    pub root: XmlRoot,
}

impl Plan {
    fn convert(&self, cx: &mut Context) -> Result<(), Fault> {
        let json = json_of(self.places.body(cx)?).map_err(transform_error)?;
        let text =
            Xml::text_of_json(&json, &self.root).map_err(|error| xml_fault(&error, "the body cannot become XML"))?;
        self.places.put(cx, text.into(), "application/xml");
        Ok(())
    }
}

impl Step for JsonToXml {
    fn run<'a>(&'a self, cx: &'a mut Context) -> Outcome<'a> {
        let size = self.0.places.body(cx).map_or(0, off_thread::size_of_body);
        off_thread::work(&self.0, cx, size, Plan::convert)
    }
}
