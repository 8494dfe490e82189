//! A compiled schema: nodes in one list, which refer to each other by number.

use std::collections::HashMap;

use serde_json::Value;

use super::draft::Draft;
use super::format::Format;
use super::number::{Decimal, Number};
use super::pattern::Pattern;

/// The number of a node.
pub(super) type NodeId = u32;
/// The number of a resource: a document, or a part of one with an identifier of its own.
pub(super) type ResourceId = u32;
/// The number of a dynamic anchor's name.
pub(super) type AnchorId = u32;

/// Things by name.
pub(super) type Named<T> = Box<[(Box<str>, T)]>;
/// A list of names.
pub(super) type Names = Box<[Box<str>]>;

/// The node that takes everything.
pub(super) const ANYTHING: NodeId = 0;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
    pub(super) anchors: Anchors,
}

/// The nodes of the dynamic anchors of resources.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    pub targets: HashMap<(ResourceId, AnchorId), NodeId>,
    /// By the numbers of resources: whether it has any.
    pub resources: Vec<bool>,
}

/// One schema.
#[derive(Debug)]
pub(super) struct Node {
    /// Cheap and decisive ones first; what looks at the others' results comes last.
    pub rules: Box<[Rule]>,
    /// A JSON pointer to where it is written.
    pub place: Box<str>,
    pub resource: ResourceId,
    /// It may be held against one place more than once, so results are kept.
    pub is_shared: bool,
    /// It may refer to itself without going into the value.
    pub is_circular: bool,
}

/// The demand of a keyword, or of a few that belong together.
#[derive(Debug)]
pub(super) enum Rule {
    /// The schema `false`.
    Never,
    Type(Types),
    Const(Value),
    Enum(Value),
    Minimum(Limit),
    Maximum(Limit),
    MultipleOf(Decimal, Box<str>),
    MinLength(u64),
    MaxLength(u64),
    Pattern(Box<Pattern>),
    Format(Format),
    Content(Content),
    MinItems(u64),
    MaxItems(u64),
    UniqueItems,
    PrefixItems(Box<[NodeId]>),
    /// The items after the first ones, or all.
    Items {
        from: usize,
        node: NodeId,
    },
    Contains(Contains),
    MinProperties(u64),
    MaxProperties(u64),
    Required(Names),
    Properties(Box<Properties>),
    PropertyNames(NodeId),
    DependentRequired(Named<Names>),
    DependentSchemas(Named<NodeId>),
    Ref(NodeId),
    DynamicRef {
        anchor: AnchorId,
        otherwise: NodeId,
    },
    All(Box<[NodeId]>),
    Any(Box<Choice>),
    One(Box<Choice>),
    Not(NodeId, Box<str>),
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    UnevaluatedItems(NodeId),
    UnevaluatedProperties(NodeId),
}

/// A limit on numbers.
#[derive(Debug)]
pub(super) struct Limit {
    pub number: Number,
    pub shown: Box<str>,
    pub exclusive: bool,
}

/// Kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types {
    pub(super) bits: u8,
    /// `1.0` is no whole number, as in draft 4.
    pub(super) strict: bool,
}

/// The content of a text.
#[derive(Debug, Clone)]
pub(super) struct Content {
    /// Base 64.
    pub encoding: Option<Box<str>>,
    /// JSON.
    pub media: Option<Box<str>>,
}

/// How many items must fit a schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contains {
    pub node: NodeId,
    pub min: u64,
    pub max: Option<u64>,
    /// Items that are counted here are evaluated.
    pub evaluates: bool,
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct Properties {
    /// Sorted by name.
    pub named: Named<NodeId>,
    pub patterns: Box<[(Pattern, NodeId)]>,
    /// The demand on all other members.
    pub others: Option<Others>,
}

/// The demand on members that are neither named nor fit a pattern.
#[derive(Debug, Clone, Copy)]
pub(super) enum Others {
    Forbidden,
    Fit(NodeId),
}

/// Alternatives.
#[derive(Debug)]
pub(super) struct Choice {
    pub branches: Box<[NodeId]>,
    pub discriminator: Option<Discriminator>,
}

/// The member whose text is the name of an alternative.
#[derive(Debug)]
pub(super) struct Discriminator {
    pub property: Box<str>,
    /// Sorted by text.
    pub mapping: Named<NodeId>,
}

impl Types {
    pub(super) const ARRAY: u8 = 1;
    pub(super) const BOOLEAN: u8 = 1 << 1;
    pub(super) const INTEGER: u8 = 1 << 2;
    pub(super) const NULL: u8 = 1 << 3;
    pub(super) const NUMBER: u8 = 1 << 4;
    pub(super) const OBJECT: u8 = 1 << 5;
    pub(super) const STRING: u8 = 1 << 6;

    /// In the order in which they are shown.
    const NAMES: [(&'static str, u8); 7] = [
        ("null", Self::NULL),
        ("boolean", Self::BOOLEAN),
        ("integer", Self::INTEGER),
        ("number", Self::NUMBER),
        ("string", Self::STRING),
        ("array", Self::ARRAY),
        ("object", Self::OBJECT),
    ];

    pub(super) fn none(draft: Draft) -> Self {
        Types { bits: 0, strict: draft == Draft::Draft4 }
    }

    /// Adds a type; `None` where there is none of this name.
    pub(super) fn with(self, name: &str) -> Option<Self> {
        let (_, bit) = Self::NAMES.into_iter().find(|(known, _)| *known == name)?;
        Some(Types { bits: self.bits | bit, ..self })
    }

    /// The names of the types.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMES.into_iter().filter(move |(_, bit)| self.bits & bit != 0).map(|(name, _)| name)
    }
}

impl Properties {
    pub(super) fn named(&self, name: &str) -> Option<NodeId> {
        find(&self.named, name)
    }
}

impl Discriminator {
    pub(super) fn branch(&self, value: &str) -> Option<NodeId> {
        find(&self.mapping, value)
    }
}

/// Names that are compared one by one.
const FEW: usize = 8;

fn find(sorted: &[(Box<str>, NodeId)], name: &str) -> Option<NodeId> {
    if sorted.len() <= FEW {
        return sorted.iter().find(|(known, _)| **known == *name).map(|(_, node)| *node);
    }
    let at = sorted.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
    sorted.get(at).map(|(_, node)| *node)
}

impl Rule {
    /// The order in which rules are applied.
    pub(super) fn order(&self) -> u8 {
        match self {
            Rule::Never => 0,
            Rule::Type(_) => 1,
            Rule::Const(_) | Rule::Required(_) => 2,
            Rule::Minimum(_) | Rule::Maximum(_) | Rule::MinItems(_) | Rule::MaxItems(_) => 3,
            Rule::MinProperties(_) | Rule::MaxProperties(_) | Rule::MultipleOf(..) => 3,
            Rule::MinLength(_) | Rule::MaxLength(_) | Rule::DependentRequired(_) => 4,
            Rule::Enum(_) => 5,
            Rule::Format(_) | Rule::Pattern(_) | Rule::Content(_) => 6,
            Rule::Properties(_) | Rule::PrefixItems(_) | Rule::Items { .. } | Rule::PropertyNames(_) => 7,
            Rule::Ref(_) | Rule::DynamicRef { .. } | Rule::All(_) | Rule::If { .. } => 8,
            Rule::DependentSchemas(_) | Rule::Any(_) | Rule::One(_) | Rule::Not(..) => 9,
            Rule::Contains(_) | Rule::UniqueItems => 10,
            Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_) => 11,
        }
    }

    /// The nodes that it holds against the same place.
    pub(super) fn here(&self) -> Vec<NodeId> {
        match self {
            Rule::Ref(node) | Rule::Not(node, _) => vec![*node],
            Rule::DynamicRef { otherwise, .. } => vec![*otherwise],
            Rule::All(nodes) => nodes.to_vec(),
            Rule::Any(choice) | Rule::One(choice) => {
                let mapped = choice.discriminator.iter().flat_map(|one| one.mapping.iter().map(|(_, node)| *node));
                let beyond: Vec<NodeId> = mapped.filter(|node| !choice.branches.contains(node)).collect();
                choice.branches.iter().copied().chain(beyond).collect()
            }
            Rule::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            Rule::DependentSchemas(all) => all.iter().map(|(_, node)| *node).collect(),
            _ => Vec::new(),
        }
    }

    /// The nodes that it holds against items and members.
    pub(super) fn further_down(&self) -> Vec<NodeId> {
        match self {
            Rule::PrefixItems(nodes) => nodes.to_vec(),
            Rule::Items { node, .. } | Rule::UnevaluatedItems(node) | Rule::UnevaluatedProperties(node) => vec![*node],
            Rule::Contains(contains) => vec![contains.node],
            Rule::Properties(properties) => {
                let named = properties.named.iter().map(|(_, node)| *node);
                let patterns = properties.patterns.iter().map(|(_, node)| *node);
                let others = properties.others.and_then(|others| match others {
                    Others::Fit(node) => Some(node),
                    Others::Forbidden => None,
                });
                named.chain(patterns).chain(others).collect()
            }
            _ => Vec::new(),
        }
    }
}
