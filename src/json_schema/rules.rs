//! Whether a value follows a rule.

use serde_json::Value;

use super::budget::TooCostly;
use super::equality::{same, unique};
use super::instance::{Instance, Item, View};
use super::node::{Choice, Contains, Content, Limit, NodeId, Others, Properties, Rule, Types};
use super::run::Run;

/// Bytes of text that are looked at in a step.
const BYTES_PER_STEP: usize = 64;

impl Run<'_, '_> {
    /// Whether a value follows a rule of a node. A rule about values of another type is followed by this one.
    pub(super) fn rule<'v, I: Instance<'v>>(
        &mut self,
        owner: NodeId,
        rule: &Rule,
        item: Item<'v, I>,
    ) -> Result<bool, TooCostly> {
        self.meter.charge(1)?;
        match rule {
            Rule::Never => Ok(false),
            Rule::Type(types) => Ok(types.have(item)),
            Rule::Const(value) => self.is_one_of(std::slice::from_ref(value), item),
            Rule::Enum(values) => self.is_one_of(values.as_array().map(Vec::as_slice).unwrap_or_default(), item),
            Rule::Minimum(limit) => Ok(is_within(limit, item, false)),
            Rule::Maximum(limit) => Ok(is_within(limit, item, true)),
            Rule::MultipleOf(divisor, _) => match item.view() {
                View::Number(number) => Ok(number.is_multiple_of(*divisor)),
                _ => Ok(true),
            },
            Rule::MinLength(_) | Rule::MaxLength(_) | Rule::Pattern(_) | Rule::Format(_) | Rule::Content(_) => {
                match item.view() {
                    View::Text(text) => self.text(rule, text),
                    _ => Ok(true),
                }
            }
            Rule::MinItems(_) | Rule::MaxItems(_) | Rule::UniqueItems | Rule::PrefixItems(_) => self.list(rule, item),
            Rule::Items { .. } | Rule::Contains(_) => self.list(rule, item),
            Rule::MinProperties(_) | Rule::MaxProperties(_) | Rule::Required(_) | Rule::Properties(_) => {
                self.object(rule, item)
            }
            Rule::PropertyNames(_) | Rule::DependentRequired(_) | Rule::DependentSchemas(_) => self.object(rule, item),
            Rule::UnevaluatedItems(rest) => self.unevaluated_items(owner, *rest, item),
            Rule::UnevaluatedProperties(rest) => self.unevaluated_properties(owner, *rest, item),
            _ => self.combination(rule, item),
        }
    }

    /// Rules that hold other nodes against the same place.
    fn combination<'v, I: Instance<'v>>(&mut self, rule: &Rule, item: Item<'v, I>) -> Result<bool, TooCostly> {
        match rule {
            Rule::Ref(node) => self.holds(*node, item),
            Rule::DynamicRef { anchor, otherwise } => self.holds(self.dynamic(*anchor, *otherwise), item),
            Rule::All(nodes) => {
                for node in nodes {
                    if !self.holds(*node, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Rule::Any(choice) => Ok(self.branches(choice, item, 1)? > 0),
            Rule::One(choice) => Ok(self.branches(choice, item, 2)? == 1),
            Rule::Not(node, _) => Ok(!self.holds(*node, item)?),
            Rule::If { condition, then, otherwise } => {
                let node = if self.holds(*condition, item)? { then } else { otherwise };
                self.holds(*node, item)
            }
            _ => Ok(true),
        }
    }

    /// How many alternatives a value fits, counted up to `most`. One that it names decides alone.
    pub(super) fn branches<'v, I: Instance<'v>>(
        &mut self,
        choice: &Choice,
        item: Item<'v, I>,
        most: usize,
    ) -> Result<usize, TooCostly> {
        match choice.chosen(item) {
            Chosen::Branch(node) => return Ok(usize::from(self.holds(node, item)?)),
            Chosen::Unknown => return Ok(0),
            Chosen::Any => {}
        }
        let mut count = 0;
        for node in &choice.branches {
            count += usize::from(self.holds(*node, item)?);
            if count >= most {
                break;
            }
        }
        Ok(count)
    }

    fn is_one_of<'v, I: Instance<'v>>(&mut self, values: &[Value], item: Item<'v, I>) -> Result<bool, TooCostly> {
        for value in values {
            let is_same = match item {
                Item::Value(item) => same(item, value, self.meter)?,
                Item::Name(name) => {
                    self.meter.charge_size(name.len(), BYTES_PER_STEP)?;
                    value.as_str() == Some(name)
                }
            };
            if is_same {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn text(&mut self, rule: &Rule, text: &str) -> Result<bool, TooCostly> {
        self.meter.charge_size(text.len(), BYTES_PER_STEP)?;
        match rule {
            Rule::MinLength(least) => Ok(text.len() as u64 >= *least && text.chars().count() as u64 >= *least),
            Rule::MaxLength(most) => Ok(text.len() as u64 <= *most || text.chars().count() as u64 <= *most),
            Rule::Pattern(pattern) => pattern.is_match(text, self.meter),
            Rule::Format(format) => format.is_valid(text, self.meter),
            Rule::Content(content) => Ok(content.is_valid(text)),
            _ => Ok(true),
        }
    }

    fn list<'v, I: Instance<'v>>(&mut self, rule: &Rule, item: Item<'v, I>) -> Result<bool, TooCostly> {
        let Some((list, count)) = item.items() else { return Ok(true) };
        match rule {
            Rule::MinItems(least) => Ok(count as u64 >= *least),
            Rule::MaxItems(most) => Ok(count as u64 <= *most),
            Rule::UniqueItems => unique(list, count, self.meter),
            Rule::PrefixItems(nodes) => {
                for (node, item) in nodes.iter().zip(list.items()) {
                    if !self.holds(*node, Item::Value(item))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Rule::Items { from, node } => {
                for item in list.items().skip(*from) {
                    if !self.holds(*node, Item::Value(item))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Rule::Contains(contains) => self.contains(*contains, list),
            _ => Ok(true),
        }
    }

    fn contains<'v, I: Instance<'v>>(&mut self, contains: Contains, list: I) -> Result<bool, TooCostly> {
        let mut count = 0;
        for item in list.items() {
            self.meter.charge(1)?;
            count += u64::from(self.holds(contains.node, Item::Value(item))?);
            match contains.max {
                Some(most) if count > most => return Ok(false),
                None if count >= contains.min => break,
                _ => {}
            }
        }
        Ok(count >= contains.min)
    }

    fn object<'v, I: Instance<'v>>(&mut self, rule: &Rule, item: Item<'v, I>) -> Result<bool, TooCostly> {
        let Some((value, count)) = item.object() else { return Ok(true) };
        match rule {
            Rule::MinProperties(least) => Ok(count as u64 >= *least),
            Rule::MaxProperties(most) => Ok(count as u64 <= *most),
            Rule::Required(names) => {
                self.meter.charge_size(names.len(), 4)?;
                Ok(names.iter().all(|name| value.member(name).is_some()))
            }
            Rule::Properties(properties) => self.properties(properties, value),
            Rule::PropertyNames(node) => {
                for (name, _) in value.members() {
                    if !self.holds(*node, Item::<I>::Name(name))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Rule::DependentRequired(all) => {
                self.meter.charge_size(all.len(), 2)?;
                let is_there = |name: &str| value.member(name).is_some();
                Ok(all.iter().all(|(name, needs)| !is_there(name) || needs.iter().all(|name| is_there(name))))
            }
            Rule::DependentSchemas(all) => {
                for (name, node) in all {
                    if value.member(name).is_some() && !self.holds(*node, item)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    fn properties<'v, I: Instance<'v>>(&mut self, properties: &Properties, value: I) -> Result<bool, TooCostly> {
        for (name, member) in value.members() {
            self.meter.charge(1)?;
            let named = properties.named(name);
            let mut is_known = named.is_some();
            if let Some(node) = named
                && !self.holds(node, Item::Value(member))?
            {
                return Ok(false);
            }
            for (pattern, node) in &properties.patterns {
                if pattern.is_match(name, self.meter)? {
                    is_known = true;
                    if !self.holds(*node, Item::Value(member))? {
                        return Ok(false);
                    }
                }
            }
            let fits = match properties.others {
                Some(Others::Forbidden) => is_known,
                Some(Others::Fit(node)) => is_known || self.holds(node, Item::Value(member))?,
                None => true,
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The alternative that a value names.
pub(super) enum Chosen {
    /// It names none, so any will do.
    Any,
    Branch(NodeId),
    /// It is none that there is.
    Unknown,
}

impl Choice {
    pub(super) fn chosen<'v, I: Instance<'v>>(&self, item: Item<'v, I>) -> Chosen {
        let Some(discriminator) = &self.discriminator else { return Chosen::Any };
        let member = item.object().and_then(|(value, _)| value.member(&discriminator.property));
        match member.map(Instance::view) {
            Some(View::Text(text)) => discriminator.branch(text).map_or(Chosen::Unknown, Chosen::Branch),
            Some(_) => Chosen::Unknown,
            None => Chosen::Any,
        }
    }
}

impl Types {
    fn have<'v, I: Instance<'v>>(self, item: Item<'v, I>) -> bool {
        let bit = match item.view() {
            View::Null => Types::NULL,
            View::Bool(_) => Types::BOOLEAN,
            View::Text(_) => Types::STRING,
            View::Items(_) => Types::ARRAY,
            View::Members(_) => Types::OBJECT,
            View::Number(number) if number.is_integer(self.strict) => Types::NUMBER | Types::INTEGER,
            View::Number(_) => Types::NUMBER,
            View::Other => 0,
        };
        self.bits & bit != 0
    }
}

impl Content {
    fn is_valid(&self, text: &str) -> bool {
        use base64::Engine as _;
        let is_json = |bytes: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        let decoded = self.encoding.as_ref().map(|_| base64::engine::general_purpose::STANDARD.decode(text));
        match (decoded, &self.media) {
            (Some(Err(_)), _) => false,
            (Some(Ok(bytes)), Some(_)) => is_json(&bytes),
            (None, Some(_)) => is_json(text.as_bytes()),
            (_, None) => true,
        }
    }
}

fn is_within<'v, I: Instance<'v>>(limit: &Limit, item: Item<'v, I>, is_upper: bool) -> bool {
    let View::Number(number) = item.view() else { return true };
    let order = number.compare(limit.number);
    match order.is_eq() {
        true => !limit.exclusive,
        false => order.is_lt() == is_upper,
    }
}
