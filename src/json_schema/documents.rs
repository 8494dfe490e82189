//! The documents of a schema: their identifiers and anchors, and what references point to. Nothing is fetched.

use std::collections::HashMap;

use fluent_uri::{Iri, IriRef};
use serde_json::Value;

use super::draft::Draft;
use super::node::ResourceId;

/// The address of a document that has none.
const NOWHERE: &str = "json-schema:///";

/// Finds a document by its address.
pub type Find<'d> = &'d dyn Fn(&str) -> Option<&'d Value>;

/// Documents, and what they are called.
pub(super) struct Documents<'d> {
    find: Option<Find<'d>>,
    draft: Draft,
    resources: Vec<Resource<'d>>,
    by_address: HashMap<String, ResourceId>,
    /// By the address in memory of the schema that starts a resource.
    by_root: HashMap<usize, ResourceId>,
}

/// A document, or a part of one with an identifier of its own.
pub(super) struct Resource<'d> {
    address: Option<Iri<String>>,
    /// A JSON pointer to it, for messages.
    pub place: String,
    pub root: &'d Value,
    pub draft: Draft,
    /// Whether the keywords of the vocabulary for validation apply: a draft of one's own may leave them out.
    pub validates: bool,
    pub anchors: HashMap<&'d str, &'d Value>,
    /// Anchors that others may take the place of. The name of `$recursiveAnchor` is empty.
    pub dynamic: HashMap<&'d str, &'d Value>,
}

/// A schema, and where it is.
#[derive(Clone)]
pub(super) struct Found<'d> {
    pub value: &'d Value,
    pub resource: ResourceId,
    pub place: String,
}

impl<'d> Documents<'d> {
    /// A document, and what is found from it. A plain one has no identifiers and no anchors.
    pub(super) fn new(root: &'d Value, draft: Draft, find: Option<Find<'d>>, is_plain: bool) -> Self {
        let mut documents =
            Documents { find, draft, resources: Vec::new(), by_address: HashMap::new(), by_root: HashMap::new() };
        if is_plain {
            documents.start(root, None, String::new(), draft, true);
            return documents;
        }
        documents.add(root, Iri::parse(NOWHERE.to_owned()).ok(), String::new());
        documents
    }

    pub(super) fn resource(&self, id: ResourceId) -> &Resource<'d> {
        &self.resources[id as usize]
    }

    pub(super) fn count(&self) -> usize {
        self.resources.len()
    }

    /// The resource that a schema belongs to: its own, or that of the schema around it.
    pub(super) fn resource_of(&self, schema: &Value, around: ResourceId) -> ResourceId {
        match self.resources.len() {
            1 => around,
            _ => self.by_root.get(&address(schema)).copied().unwrap_or(around),
        }
    }

    /// The target of a reference; the error is one sentence.
    pub(super) fn resolve(&mut self, reference: &str, from: ResourceId) -> Result<Found<'d>, String> {
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let nowhere = || format!("`{reference}` points nowhere");
        let id = match uri {
            "" => from,
            uri => self.document(uri, from).ok_or_else(nowhere)?,
        };
        let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
        let resource = self.resource(id);
        if fragment.is_empty() {
            return Ok(Found { value: resource.root, resource: id, place: resource.place.clone() });
        }
        if fragment.starts_with('/') {
            return self.walk(id, &fragment).ok_or_else(nowhere);
        }
        let value = *resource.anchors.get(&*fragment).ok_or_else(nowhere)?;
        Ok(Found { value, resource: self.resource_of(value, id), place: format!("{}#{fragment}", resource.place) })
    }

    /// The target of a JSON pointer. The path may enter other resources.
    fn walk(&self, mut id: ResourceId, pointer: &str) -> Option<Found<'d>> {
        let resource = self.resource(id);
        let (mut value, place) = (resource.root, format!("{}{pointer}", resource.place));
        for segment in pointer.split('/').skip(1) {
            value = match value {
                Value::Array(items) => items.get(segment.parse::<usize>().ok()?)?,
                _ => value.get(&*segment.replace("~1", "/").replace("~0", "~"))?,
            };
            id = self.resource_of(value, id);
        }
        Some(Found { value, resource: id, place })
    }

    /// The resource with an address, relative to another's.
    fn document(&mut self, uri: &str, from: ResourceId) -> Option<ResourceId> {
        let address = self.absolute(uri, Some(from))?;
        if let Some(known) = self.by_address.get(address.as_str()) {
            return Some(*known);
        }
        let value = self.find?(address.as_str())?;
        let place = address.as_str().to_owned();
        Some(self.add(value, Some(address), place))
    }

    fn absolute(&self, uri: &str, base: Option<ResourceId>) -> Option<Iri<String>> {
        let uri = uri.split('#').next().unwrap_or_default();
        let reference = IriRef::parse(uri).ok()?;
        let base = base.and_then(|base| self.resource(base).address.as_ref());
        match base {
            Some(base) => Some(reference.resolve_against(base).ok()?.normalize()),
            None => Iri::try_from(reference.normalize()).ok(),
        }
    }

    /// Adds a document with everything in it that has a name.
    fn add(&mut self, root: &'d Value, address: Option<Iri<String>>, place: String) -> ResourceId {
        let id = self.start(root, address, place, self.draft, true);
        let mut open = vec![(root, id)];
        while let Some((schema, around)) = open.pop() {
            let around = self.enter(schema, around);
            let draft = self.resource(around).draft;
            open.extend(
                draft.inside(schema).filter(|inner| inner.is_object() || inner.is_array()).map(|one| (one, around)),
            );
        }
        id
    }

    /// A resource that starts at a schema.
    fn start(
        &mut self,
        root: &'d Value,
        address_of_root: Option<Iri<String>>,
        place: String,
        draft: Draft,
        validates: bool,
    ) -> ResourceId {
        let id = self.resources.len() as ResourceId;
        let (draft, validates) = self.dialect(root).unwrap_or((draft, validates));
        if let Some(known) = &address_of_root {
            self.by_address.insert(known.as_str().to_owned(), id);
        }
        self.by_root.insert(address(root), id);
        let (anchors, dynamic) = (HashMap::new(), HashMap::new());
        self.resources.push(Resource { address: address_of_root, place, root, draft, validates, anchors, dynamic });
        id
    }

    /// The draft that `$schema` names, and whether it has the vocabulary for validation.
    fn dialect(&self, schema: &Value) -> Option<(Draft, bool)> {
        let uri = schema.get("$schema")?.as_str()?;
        if let Some(draft) = Draft::named(uri) {
            return Some((draft, true));
        }
        let meta = self.find?(uri.trim_end_matches('#'))?;
        let draft = Draft::named(meta.get("$schema")?.as_str()?)?;
        let validates = meta.get("$vocabulary").and_then(Value::as_object).is_none_or(|all| {
            all.iter().any(|(name, wanted)| name.ends_with("/vocab/validation") && wanted.is_boolean())
        });
        Some((draft, validates))
    }

    /// Notes what a schema is called; the resource that it belongs to.
    fn enter(&mut self, schema: &'d Value, around: ResourceId) -> ResourceId {
        let mut id = self.resource_of(schema, around);
        let outer = self.resource(id);
        let (draft, validates) = self.dialect(schema).unwrap_or((outer.draft, outer.validates));
        if let Some(name) = draft.id(schema) {
            match name.strip_prefix('#') {
                // Before there was `$anchor`.
                Some(anchor) if draft.ref_is_alone() => {
                    self.resources[id as usize].anchors.insert(anchor, schema);
                }
                Some(_) => {}
                None => id = self.name(schema, name, id, (draft, validates)),
            }
        }
        if draft >= Draft::Draft201909 {
            self.note_anchors(schema, id, draft);
        }
        id
    }

    /// Gives a schema its identifier.
    fn name(&mut self, schema: &'d Value, name: &str, around: ResourceId, dialect: (Draft, bool)) -> ResourceId {
        let known = self.absolute(name, Some(around));
        let outer = self.resource(around);
        if std::ptr::eq(outer.root, schema) {
            if let Some(known) = known {
                self.by_address.insert(known.as_str().to_owned(), around);
                self.resources[around as usize].address = Some(known);
            }
            return around;
        }
        let place = known.as_ref().map_or_else(|| outer.place.clone(), |known| known.as_str().to_owned());
        self.start(schema, known, place, dialect.0, dialect.1)
    }

    fn note_anchors(&mut self, schema: &'d Value, id: ResourceId, draft: Draft) {
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str);
        let resource = &mut self.resources[id as usize];
        if let Some(name) = text("$anchor") {
            resource.anchors.insert(name, schema);
        }
        if draft >= Draft::Draft202012
            && let Some(name) = text("$dynamicAnchor")
        {
            resource.anchors.insert(name, schema);
            resource.dynamic.insert(name, schema);
        }
        if draft == Draft::Draft201909 && schema.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
            resource.dynamic.insert("", resource.root);
        }
    }
}

/// An address that identifies a schema.
pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema).addr()
}
