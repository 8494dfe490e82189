//! `$input`.

use bytes::Bytes;

use super::error::RenderError;
use super::heap::Origin;
use super::item::Item;
use super::json_path::{Found, Path};
use super::render::Renderer;
use crate::value::Value;

/// The payload of `$input` where there is none.
const NOTHING: &str = "{}";

// === impl Renderer ===

impl Renderer<'_> {
    pub(super) fn input_member(&mut self, name: &str) -> Result<Item, RenderError> {
        match name {
            "body" => {
                let body = self.body();
                self.made_text(body)
            }
            "params" => self.params(&[]),
            _ => Ok(Item::Null),
        }
    }

    pub(super) fn input(&mut self, name: &str, arguments: &[Item]) -> Result<Item, RenderError> {
        match (name, arguments) {
            ("params", arguments) => self.params(arguments),
            ("path", [path]) => {
                let found = self.found(path)?;
                self.item_of(found)
            }
            ("json", [path]) => {
                let text = match self.found(path)? {
                    Found::Nothing => "\"\"".to_owned(),
                    Found::One(value) => value.to_json(),
                    Found::Many(values) => Value::from(values).to_json(),
                };
                self.made_text(text)
            }
            _ => Ok(Item::Null),
        }
    }

    fn body(&self) -> String {
        let body = self.roots.body();
        if body.is_empty() { NOTHING.to_owned() } else { body.into_owned() }
    }

    fn item_of(&mut self, found: Found) -> Result<Item, RenderError> {
        match found {
            Found::Nothing => Ok(Item::Null),
            Found::One(value) => self.heap.opened(Item::of_json(value.view()), &mut self.budget),
            Found::Many(values) => {
                let items = values.iter().map(|value| Item::of_json(value.view())).collect();
                self.heap.list(items, Origin::Json, &mut self.budget)
            }
        }
    }

    /// The part of the payload that a path names.
    fn found(&mut self, path: &Item) -> Result<Found, RenderError> {
        let text = self.text(path)?;
        let path = Path::parse(&text).map_err(RenderError::new)?;
        if self.payload.is_none() {
            let body = self.body();
            self.budget.hold(body.len())?;
            self.payload = Some(Value::if_json(&Bytes::from(body)));
        }
        let Some(payload) = self.payload.clone().flatten() else { return Ok(Found::Nothing) };
        path.find(&payload, &mut self.budget)
    }

    /// All parameters, or the one of a name: of the path, the query, or a header.
    fn params(&mut self, arguments: &[Item]) -> Result<Item, RenderError> {
        let params = self.roots.params();
        let Some(name) = arguments.first() else {
            return self.heap.opened(Item::of_json(params.view()), &mut self.budget);
        };
        let name = self.text(name)?;
        if let Some(value) = ["path", "querystring"].iter().find_map(|place| params.at([*place, &*name])) {
            return Ok(Item::of_json(value));
        }
        // Names of headers have no case.
        let headers = params.get("header").and_then(|headers| headers.as_object());
        let mut headers = headers.iter().flat_map(|headers| headers.iter());
        let header = headers.find(|(header, _)| header.eq_ignore_ascii_case(&name));
        Ok(header.map_or_else(|| Item::text(""), |(_, value)| Item::of_json(value)))
    }
}
