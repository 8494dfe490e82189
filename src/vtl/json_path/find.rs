//! The values that a path names.

use super::compare::compare;
use super::functions;
use super::path::{Filter, Found, Operand, Path, Step};
use crate::value::{Kind, List, Object, Value, ValueRef};
use crate::vtl::budget::Budget;
use crate::vtl::error::RenderError;

impl Path {
    /// The values in a document.
    pub(in crate::vtl) fn find(&self, document: &Value, budget: &mut Budget) -> Result<Found, RenderError> {
        self.find_from(document.view(), document.view(), budget)
    }

    fn find_from(&self, root: ValueRef<'_>, from: ValueRef<'_>, budget: &mut Budget) -> Result<Found, RenderError> {
        let mut values = vec![from];
        for step in &self.steps {
            let mut next = Vec::new();
            for value in values {
                step.follow(root, value, &mut next, budget)?;
            }
            values = next;
        }
        let is_definite = self.is_definite();
        if let Some(function) = self.function {
            return Ok(functions::apply(function, is_definite, &values));
        }
        Ok(match (is_definite, values.as_slice()) {
            (true, [value]) => Found::One(value.to_value()),
            (true, _) => Found::Nothing,
            (false, all) => Found::Many(all.iter().map(|value| value.to_value()).collect()),
        })
    }
}

impl Step {
    /// Adds the values that the step names below one.
    fn follow<'v>(
        &self,
        root: ValueRef<'v>,
        value: ValueRef<'v>,
        next: &mut Vec<ValueRef<'v>>,
        budget: &mut Budget,
    ) -> Result<(), RenderError> {
        budget.spend(1)?;
        match self {
            Step::Names(names) => {
                budget.spend(names.len())?;
                next.extend(names.iter().filter_map(|name| value.as_object().and_then(|object| object.get(name))));
            }
            Step::Indexes(indexes) => {
                budget.spend(indexes.len())?;
                if let Some(list) = value.as_list() {
                    next.extend(indexes.iter().filter_map(|index| list.get(place(*index, list.len())?)));
                }
            }
            Step::Slice(first, end) => {
                if let Some(list) = value.as_list() {
                    let first = bound(first.unwrap_or(0), list.len());
                    let end = end.map_or(list.len(), |end| bound(end, list.len()));
                    budget.spend(end.saturating_sub(first))?;
                    next.extend((first..end).filter_map(|index| list.get(index)));
                }
            }
            Step::All => next.extend(children(value, budget)?),
            Step::Deep => {
                let mut open = vec![value];
                while let Some(value) = open.pop() {
                    if value.is_compound() {
                        next.push(value);
                        let inner = children(value, budget)?;
                        open.extend(inner.into_iter().rev());
                    }
                }
            }
            Step::Filter(filter) => {
                // Jayway filters the items of a list, or holds one map against the filter.
                let candidates = if value.as_list().is_some() { children(value, budget)? } else { vec![value] };
                for candidate in candidates {
                    if filter.holds(root, candidate, budget)? {
                        next.push(candidate);
                    }
                }
            }
        }
        Ok(())
    }
}

fn children<'v>(value: ValueRef<'v>, budget: &mut Budget) -> Result<Vec<ValueRef<'v>>, RenderError> {
    Ok(match value.kind() {
        Kind::List(list) => {
            budget.spend(List::len(list))?;
            list.iter().collect()
        }
        Kind::Object(object) => {
            budget.spend(Object::len(object))?;
            object.iter().map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    })
}

/// An index, which may count from the end.
fn place(index: i64, count: usize) -> Option<usize> {
    match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => count.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    }
}

fn bound(index: i64, count: usize) -> usize {
    place(index, count).unwrap_or(0).min(count)
}

impl Filter {
    fn holds(&self, root: ValueRef<'_>, item: ValueRef<'_>, budget: &mut Budget) -> Result<bool, RenderError> {
        budget.spend(1)?;
        match self {
            Filter::All(all) => {
                for filter in all {
                    if !filter.holds(root, item, budget)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Any(any) => {
                for filter in any {
                    if filter.holds(root, item, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::Not(filter) => Ok(!filter.holds(root, item, budget)?),
            Filter::Exists(operand) => Ok(match operand.value(root, item, budget)? {
                Found::Nothing => false,
                Found::One(_) => true,
                Found::Many(values) => !values.is_empty(),
            }),
            Filter::Matches(operand, pattern) => match operand.value(root, item, budget)? {
                Found::One(value) => {
                    let text = value.to_text();
                    budget.spend_bytes(text.len())?;
                    Ok(pattern.is_match(&text))
                }
                _ => Ok(false),
            },
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (left.value(root, item, budget)?, right.value(root, item, budget)?);
                compare(left, *comparison, right, budget)
            }
        }
    }
}

impl Operand {
    fn value(&self, root: ValueRef<'_>, item: ValueRef<'_>, budget: &mut Budget) -> Result<Found, RenderError> {
        match self {
            Operand::Value(value) => Ok(Found::One(value.clone())),
            Operand::Path { from_root, path } => path.find_from(root, if *from_root { root } else { item }, budget),
        }
    }
}
