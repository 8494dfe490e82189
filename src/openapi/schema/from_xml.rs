//! XML as the value that a schema describes: `xml` of OpenAPI says which elements and attributes its members are.

use serde_json::{Map, Value as Json};

use super::defaults::target;
use crate::json_schema::{Meter, TooCostly};
use crate::value::{Attribute, NodeId, Xml, XmlName, XmlNode};

/// Schemas that apply to one element: a schema with all it refers to and all its alternatives.
const MOST_PARTS: usize = 200;
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Why a document is no value.
#[derive(Debug)]
pub enum XmlUnread {
    /// One sentence.
    Unfit(String),
    TooCostly(TooCostly),
}

impl From<TooCostly> for XmlUnread {
    fn from(cost: TooCostly) -> Self {
        XmlUnread::TooCostly(cost)
    }
}

/// The value of a document under a schema; `root` holds what that refers to.
pub(super) fn from_xml(root: &Json, document: &Xml, meter: &mut Meter) -> Result<Json, XmlUnread> {
    let unfit = |message: &str| XmlUnread::Unfit(message.to_owned());
    let Some(element) = document.root_element() else { return Err(unfit("the document has no element")) };
    let reader = Reader { root, document };
    let view = reader.view(root, meter)?;
    if let (Some(expected), XmlNode::Element { name, .. }) = (view.xml("name"), document.node(element))
        && !view.takes(name, expected)
    {
        return Err(unfit(&format!("the element is not `{expected}`")));
    }
    Ok(reader.element(&view, element, meter)?)
}

struct Reader<'a> {
    root: &'a Json,
    document: &'a Xml,
}

/// Everything that a schema says about one value.
struct View<'a>(Vec<&'a Json>);

/// The place of a member: an attribute, or elements.
struct Place<'a> {
    member: &'a str,
    /// The name of the attribute or of its elements.
    name: &'a str,
    /// The schemas of the attribute or of one element.
    view: View<'a>,
    is_attribute: bool,
    /// Every element is an item: the list has none of its own around them.
    in_list: bool,
}

impl<'a> Reader<'a> {
    fn view(&self, schema: &'a Json, meter: &mut Meter) -> Result<View<'a>, TooCostly> {
        let (mut parts, mut at) = (vec![schema], 0);
        while let Some(part) = parts.get(at).copied().filter(|_| parts.len() < MOST_PARTS) {
            let referred = part.get("$ref").and_then(Json::as_str).and_then(|reference| target(self.root, reference));
            let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| part.get(key)?.as_array());
            let more: Vec<&Json> = referred.into_iter().chain(lists.flatten()).collect();
            parts.extend(more.into_iter().filter(|new| new.is_object()));
            at += 1;
        }
        meter.charge(parts.len() as u64)?;
        Ok(View(parts))
    }

    fn element(&self, view: &View<'a>, id: NodeId, meter: &mut Meter) -> Result<Json, TooCostly> {
        let XmlNode::Element { attributes, .. } = self.document.node(id) else { return Ok(Json::Null) };
        meter.charge(1 + view.0.len() as u64)?;
        let of_instance = |name: &XmlName| name.namespace.as_deref() == Some(SCHEMA_INSTANCE);
        if attributes.iter().any(|one| of_instance(&one.name) && &*one.name.local == "nil" && &*one.value == "true") {
            return Ok(Json::Null);
        }
        let children: Vec<NodeId> = self
            .document
            .children(id)
            .filter(|id| matches!(self.document.node(*id), XmlNode::Element { .. }))
            .collect();
        if view.is("array") {
            let items = self.items(view, meter)?;
            return children.into_iter().map(|child| self.element(&items, child, meter)).collect();
        }
        let mut written = attributes.iter().filter(|one| !of_instance(&one.name)).peekable();
        if children.is_empty() && written.peek().is_none() {
            let text = self.document.text(id);
            // Text where members are expected is for the schema to refuse.
            if !view.is("object") || !text.trim().is_empty() {
                return Ok(view.scalar(&text));
            }
        }
        Ok(Json::Object(self.members(view, written, children, meter)?))
    }

    fn members<'x>(
        &self,
        view: &View<'a>,
        attributes: impl Iterator<Item = &'x Attribute>,
        children: Vec<NodeId>,
        meter: &mut Meter,
    ) -> Result<Map<String, Json>, TooCostly> {
        // Made once for all of them: a document may have thousands.
        let places = view.properties().map(|(member, schema)| self.place(member, schema, meter));
        let places = places.collect::<Result<Vec<Place<'a>>, TooCostly>>()?;
        let find = |name: &XmlName, is_attribute: bool| {
            places.iter().find(|one| one.is_attribute == is_attribute && one.view.takes(name, one.name))
        };
        let mut members = Map::new();
        for attribute in attributes {
            meter.charge(1 + places.len() as u64)?;
            match find(&attribute.name, true) {
                Some(place) => members.insert(place.member.to_owned(), place.view.scalar(&attribute.value)),
                None => members.insert(attribute.name.local.to_string(), (&*attribute.value).into()),
            };
        }
        for child in children {
            let XmlNode::Element { name, .. } = self.document.node(child) else { continue };
            meter.charge(1 + places.len() as u64)?;
            match find(name, false) {
                Some(place) => {
                    let value = self.element(&place.view, child, meter)?;
                    add(&mut members, place.member, value, place.in_list);
                }
                None => add(&mut members, &name.local, self.element(&View(Vec::new()), child, meter)?, false),
            }
        }
        Ok(members)
    }

    fn items(&self, view: &View<'a>, meter: &mut Meter) -> Result<View<'a>, TooCostly> {
        view.items().map_or(Ok(View(Vec::new())), |items| self.view(items, meter))
    }

    fn place(&self, member: &'a str, schema: &'a Json, meter: &mut Meter) -> Result<Place<'a>, TooCostly> {
        let view = self.view(schema, meter)?;
        let name = view.xml("name").unwrap_or(member);
        if !view.is("array") || view.xml("wrapped").is_some() {
            let is_attribute = view.xml("attribute").is_some();
            return Ok(Place { member, name, view, is_attribute, in_list: false });
        }
        let items = self.items(&view, meter)?;
        let name = items.xml("name").unwrap_or(name);
        Ok(Place { member, name, view: items, is_attribute: false, in_list: true })
    }
}

/// A second element where one is expected makes a list, which the schema then refuses.
fn add(members: &mut Map<String, Json>, name: &str, value: Json, in_list: bool) {
    match members.get_mut(name) {
        Some(Json::Array(items)) => items.push(value),
        Some(one) => *one = Json::Array(vec![one.take(), value]),
        None => drop(members.insert(name.to_owned(), if in_list { Json::Array(vec![value]) } else { value })),
    }
}

impl<'a> View<'a> {
    /// Whether the value is of this type.
    fn is(&self, kind: &str) -> bool {
        let says =
            |written: &Json| written == kind || written.as_array().is_some_and(|all| all.iter().any(|one| one == kind));
        let implied = match kind {
            "array" => "items",
            _ => "properties",
        };
        match self.0.iter().find_map(|part| part.get("type")) {
            Some(written) => says(written),
            None => matches!(kind, "array" | "object") && self.0.iter().any(|part| part.get(implied).is_some()),
        }
    }

    fn items(&self) -> Option<&'a Json> {
        self.0.iter().find_map(|part| part.get("items"))
    }

    fn properties(&self) -> impl Iterator<Item = (&'a str, &'a Json)> {
        let all = self.0.iter().filter_map(|part| part.get("properties")?.as_object());
        all.flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    /// The value of a key of `xml`; a flag that is not set has none.
    fn xml(&self, key: &str) -> Option<&'a str> {
        let written = self.0.iter().find_map(|part| part.get("xml")?.get(key))?;
        match written {
            Json::Bool(true) => Some("true"),
            other => other.as_str().filter(|text| !text.is_empty()),
        }
    }

    /// Whether an element or an attribute is this one.
    fn takes(&self, name: &XmlName, expected: &str) -> bool {
        let namespace = self.xml("namespace");
        &*name.local == expected && (namespace.is_none() || namespace == name.namespace.as_deref())
    }

    /// A text as its type says. One that does not fit stays text, for the schema to refuse.
    fn scalar(&self, text: &str) -> Json {
        let trimmed = text.trim();
        if (self.is("integer") || self.is("number"))
            && let Ok(number @ Json::Number(_)) = serde_json::from_str(trimmed)
        {
            return number;
        }
        match trimmed {
            "true" | "1" if self.is("boolean") => true.into(),
            "false" | "0" if self.is("boolean") => false.into(),
            _ => text.into(),
        }
    }
}
