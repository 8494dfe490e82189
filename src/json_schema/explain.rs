//! The second look at a value that is not valid: what is wrong with it, and where.
//!
//! It goes only into what does not fit. Each part of that has something wrong, so it ends when enough was found.

use super::budget::TooCostly;
use super::instance::{Instance, Item};
use super::node::{Choice, Node, NodeId, Others, Properties, Rule};
use super::problem::{Kind, Problem};
use super::rules::Chosen;
use super::run::Run;

/// Looks for what is wrong.
pub(super) struct Explain<'r, 's, 'm, 'v> {
    run: &'r mut Run<'s, 'm>,
    path: Vec<Segment<'v>>,
    pub problems: Vec<Problem<'s>>,
    most: usize,
}

/// A part of the way to a value.
enum Segment<'v> {
    Name(&'v str),
    At(usize),
}

impl<'r, 's, 'm, 'v> Explain<'r, 's, 'm, 'v> {
    pub(super) fn new(run: &'r mut Run<'s, 'm>, most: usize) -> Self {
        Explain { run, path: Vec::new(), problems: Vec::new(), most }
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= self.most
    }

    /// Adds the problems of a value under a node, if there are any.
    pub(super) fn node<I: Instance<'v>>(&mut self, id: NodeId, item: Item<'v, I>) -> Result<(), TooCostly> {
        if self.is_full() || self.run.holds(id, item)? {
            return Ok(());
        }
        let around = self.run.enter(id)?;
        let schema = self.run.schema;
        let node = &schema.nodes[id as usize];
        for rule in &node.rules {
            self.rule(id, node, rule, item)?;
        }
        self.run.leave(around);
        Ok(())
    }

    fn rule<I: Instance<'v>>(
        &mut self,
        id: NodeId,
        node: &'s Node,
        rule: &'s Rule,
        item: Item<'v, I>,
    ) -> Result<(), TooCostly> {
        if self.is_full() {
            return Ok(());
        }
        match rule {
            Rule::Ref(node) => self.node(*node, item),
            Rule::DynamicRef { anchor, otherwise } => self.node(self.run.dynamic(*anchor, *otherwise), item),
            Rule::All(nodes) => nodes.iter().try_for_each(|node| self.node(*node, item)),
            Rule::If { condition, then, otherwise } => {
                let branch = if self.run.holds(*condition, item)? { then } else { otherwise };
                self.node(*branch, item)
            }
            Rule::DependentSchemas(all) => all.iter().try_for_each(|(name, node)| {
                let is_there = item.object().is_some_and(|(value, _)| value.member(name).is_some());
                if is_there { self.node(*node, item) } else { Ok(()) }
            }),
            Rule::Any(choice) => self.choice(node, choice, "anyOf", item),
            Rule::One(choice) => self.choice(node, choice, "oneOf", item),
            Rule::PrefixItems(nodes) => {
                let items = item.items().into_iter().flat_map(|(list, _)| list.items()).enumerate();
                items.zip(nodes).try_for_each(|((at, item), node)| self.item(at, *node, item))
            }
            Rule::Items { from, node: inner } => self.items(node, *from, *inner, item),
            Rule::Properties(properties) => self.properties(node, properties, item),
            Rule::PropertyNames(names) => self.names(*names, item),
            Rule::UnevaluatedItems(rest) | Rule::UnevaluatedProperties(rest) => self.unevaluated(id, node, *rest, item),
            _ => {
                if !self.run.rule(id, rule, item)? {
                    let kind = kind(rule, item);
                    self.push(node, kind);
                }
                Ok(())
            }
        }
    }

    fn push(&mut self, node: &'s Node, kind: Kind<'s>) {
        let mut at = String::new();
        for segment in &self.path {
            at.push('/');
            match segment {
                Segment::Name(name) => at.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Segment::At(index) => at.push_str(&index.to_string()),
            }
        }
        self.problems.push(Problem { at, schema: &node.place, kind });
    }

    fn choice<I: Instance<'v>>(
        &mut self,
        node: &'s Node,
        choice: &'s Choice,
        keyword: &'static str,
        item: Item<'v, I>,
    ) -> Result<(), TooCostly> {
        match (choice.chosen(item), &choice.discriminator) {
            (Chosen::Branch(branch), _) => return self.node(branch, item),
            (Chosen::Unknown, Some(discriminator)) => {
                self.push(node, Kind::Discriminator(&discriminator.property));
                return Ok(());
            }
            _ => {}
        }
        let most = if keyword == "oneOf" { 2 } else { 1 };
        match (self.run.branches(choice, item, most)?, &choice.discriminator) {
            (0, Some(discriminator)) if item.object().is_some() => {
                self.push(node, Kind::Required(&discriminator.property));
            }
            (0, _) => self.push(node, Kind::NoBranch(keyword)),
            (2, _) => self.push(node, Kind::ManyBranches),
            _ => {}
        }
        Ok(())
    }

    fn item<I: Instance<'v>>(&mut self, at: usize, node: NodeId, item: I) -> Result<(), TooCostly> {
        self.path.push(Segment::At(at));
        self.node(node, Item::Value(item))?;
        self.path.pop();
        Ok(())
    }

    fn items<I: Instance<'v>>(
        &mut self,
        node: &'s Node,
        from: usize,
        inner: NodeId,
        item: Item<'v, I>,
    ) -> Result<(), TooCostly> {
        let Some((list, count)) = item.items() else { return Ok(()) };
        if from > 0 && count > from && self.is_never(inner) {
            self.push(node, Kind::MoreItems(count - from));
            return Ok(());
        }
        for (at, item) in list.items().enumerate().skip(from) {
            if self.is_full() {
                break;
            }
            self.item(at, inner, item)?;
        }
        Ok(())
    }

    fn is_never(&self, id: NodeId) -> bool {
        matches!(*self.run.schema.nodes[id as usize].rules, [Rule::Never])
    }

    fn member<I: Instance<'v>>(&mut self, name: &'v str, node: NodeId, member: I) -> Result<(), TooCostly> {
        self.path.push(Segment::Name(name));
        self.node(node, Item::Value(member))?;
        self.path.pop();
        Ok(())
    }

    fn properties<I: Instance<'v>>(
        &mut self,
        node: &'s Node,
        properties: &'s Properties,
        item: Item<'v, I>,
    ) -> Result<(), TooCostly> {
        let Some((value, _)) = item.object() else { return Ok(()) };
        let mut unexpected = Vec::new();
        for (name, member) in value.members() {
            if self.is_full() {
                break;
            }
            let mut known = properties.named(name).map_or_else(Vec::new, |node| vec![node]);
            for (pattern, node) in &properties.patterns {
                if pattern.is_match(name, self.run.meter)? {
                    known.push(*node);
                }
            }
            match properties.others {
                Some(Others::Forbidden) if known.is_empty() && unexpected.len() < self.most => {
                    unexpected.push(name.to_owned());
                }
                Some(Others::Fit(node)) if known.is_empty() => known.push(node),
                _ => {}
            }
            known.into_iter().try_for_each(|node| self.member(name, node, member))?;
        }
        if !unexpected.is_empty() && !self.is_full() {
            self.push(node, Kind::Additional(unexpected));
        }
        Ok(())
    }

    /// Names have no place of their own: the object has.
    fn names<I: Instance<'v>>(&mut self, node: NodeId, item: Item<'v, I>) -> Result<(), TooCostly> {
        let Some((value, _)) = item.object() else { return Ok(()) };
        for (name, _) in value.members() {
            if self.is_full() {
                break;
            }
            self.node(node, Item::<I>::Name(name))?;
        }
        Ok(())
    }

    fn unevaluated<I: Instance<'v>>(
        &mut self,
        id: NodeId,
        node: &'s Node,
        rest: NodeId,
        item: Item<'v, I>,
    ) -> Result<(), TooCostly> {
        if let Some((list, count)) = item.items() {
            let marks = self.run.marks(id, item, count)?;
            let left: Vec<usize> = marks.left().collect();
            return match self.is_never(rest) {
                true if left.is_empty() => Ok(()),
                true => {
                    self.push(node, Kind::MoreItems(left.len()));
                    Ok(())
                }
                false => {
                    let mut items = list.items().enumerate().filter(|(at, _)| left.binary_search(at).is_ok());
                    items.try_for_each(|(at, item)| self.item(at, rest, item))
                }
            };
        }
        let Some((value, count)) = item.object() else { return Ok(()) };
        let marks = self.run.marks(id, item, count)?;
        let left: Vec<usize> = marks.left().collect();
        let mut members = value.members().enumerate().filter(|(at, _)| left.binary_search(at).is_ok());
        if self.is_never(rest) {
            let names: Vec<String> = members.take(self.most).map(|(_, (name, _))| name.to_owned()).collect();
            if !names.is_empty() {
                self.push(node, Kind::Unevaluated(names));
            }
            return Ok(());
        }
        members.try_for_each(|(_, (name, member))| self.member(name, rest, member))
    }
}

/// The kind of problem of a value that breaks a rule.
fn kind<'s, 'v, I: Instance<'v>>(rule: &'s Rule, item: Item<'v, I>) -> Kind<'s> {
    match rule {
        Rule::Type(types) => Kind::Type(*types),
        Rule::Const(value) => Kind::Const(value),
        Rule::Enum(values) => Kind::Enum(values),
        Rule::Minimum(limit) => Kind::Minimum { limit: &limit.shown, exclusive: limit.exclusive },
        Rule::Maximum(limit) => Kind::Maximum { limit: &limit.shown, exclusive: limit.exclusive },
        Rule::MultipleOf(_, divisor) => Kind::MultipleOf(divisor),
        Rule::MinLength(size) => Kind::MinLength(*size),
        Rule::MaxLength(size) => Kind::MaxLength(*size),
        Rule::Pattern(pattern) => Kind::Pattern(pattern.text()),
        Rule::Format(format) => Kind::Format(format.name()),
        Rule::Content(content) => match (&content.media, &content.encoding) {
            (Some(name), _) => Kind::Media(name),
            (None, Some(name)) => Kind::Encoding(name),
            (None, None) => Kind::Never,
        },
        Rule::MinItems(size) => Kind::MinItems(*size),
        Rule::MaxItems(size) => Kind::MaxItems(*size),
        Rule::UniqueItems => Kind::Twice,
        // Up to the least number all are too few; what is counted further is too many.
        Rule::Contains(contains) => match contains.max {
            Some(_) if contains.min == 0 => Kind::TooManyContained,
            _ => Kind::TooFewContained,
        },
        Rule::MinProperties(size) => Kind::MinProperties(*size),
        Rule::MaxProperties(size) => Kind::MaxProperties(*size),
        Rule::Required(names) => missing(names.iter(), item),
        Rule::DependentRequired(all) => {
            let is_there = |name: &str| item.object().is_some_and(|(value, _)| value.member(name).is_some());
            let needed = all.iter().filter(|(name, _)| is_there(name));
            missing(needed.flat_map(|(_, names)| names), item)
        }
        Rule::Not(_, shown) => Kind::Not(shown),
        _ => Kind::Never,
    }
}

/// The first name that is missing.
fn missing<'s, 'v, I: Instance<'v>>(mut names: impl Iterator<Item = &'s Box<str>>, item: Item<'v, I>) -> Kind<'s> {
    let first = names.find(|name| item.object().is_some_and(|(value, _)| value.member(name).is_none()));
    first.map_or(Kind::Never, |name| Kind::Required(name))
}
