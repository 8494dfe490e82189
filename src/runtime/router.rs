//! From a path and a verb to a route: a trie over path segments.
//!
//! At every segment the exact text wins over a mixed segment, that over a parameter, and that over a greedy one; the search
//! goes back and tries the next kind when a branch does not lead to a route. Segments are compared decoded, one by one, so an
//! encoded slash stays inside its segment; the values of parameters are as sent.
//!
//! Among the routes of the v5 engine a score decides, as it did there; it tells another winner only in paths of five segments
//! and more.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use http::Method;

use super::encoded::{after_text, decoded, places_of};
use crate::openapi::{Part, Segment};

#[cfg(test)]
mod tests;

/// Routes by path and verb.
#[derive(Debug)]
pub struct Router<T> {
    root: Branch<T>,
    /// The path that was added last: what the next one has in common with it is kept once.
    last: Vec<Segment>,
}

/// The result of a lookup.
#[derive(Debug, PartialEq, Eq)]
pub enum RouteMatch<'r, 'p, T> {
    /// The route, and the parameters of its path as sent.
    Found {
        route: &'r T,
        parameters: Vec<(Arc<str>, &'p str)>,
    },
    /// The path exists, the verb does not; these do.
    WrongVerb {
        allowed: Vec<Method>,
    },
    NotFound,
}

/// Two routes that answer the same requests: the one that was there first.
#[derive(Debug)]
pub struct Conflict<'r, T>(pub &'r T);

#[derive(Debug)]
struct Branch<T> {
    exact: Exact<T>,
    parameter: Option<Next<T>>,
    here: Leaves<T>,
    rare: Option<Box<Rare<T>>>,
}

/// Branches that few places of the trie have.
#[derive(Debug)]
struct Rare<T> {
    mixed: Vec<(Vec<Part>, Next<T>)>,
    /// Takes everything that is left.
    greedy: Leaves<T>,
}

/// The routes after a segment: one route alone, or a branch of several.
#[derive(Debug)]
struct Next<T> {
    /// Most routes of a large document go to their ends alone, and a lookup reads one such way in one go.
    alone: Option<Box<Alone<T>>>,
    branch: Option<Box<Branch<T>>>,
}

#[derive(Debug)]
struct Alone<T> {
    segments: Box<[Segment]>,
    leaf: Leaf<T>,
}

/// The texts that can follow. Most places have one, and a map for it would be larger than all that it leads to.
#[derive(Debug)]
struct Exact<T> {
    first: Option<(Arc<str>, Next<T>)>,
    others: Option<Box<Texts<T>>>,
}

type Texts<T> = HashMap<Arc<str>, Next<T>>;

/// The routes at the end of a path: one per verb, or one for any. Each has its own names for the path's parameters.
#[derive(Debug)]
struct Leaves<T>(Vec<Leaf<T>>);

#[derive(Debug)]
struct Leaf<T> {
    verb: Option<Method>,
    /// How late its parameters stand; less is better. `None` where the order of the search decides alone.
    score: Option<usize>,
    names: Box<[Arc<str>]>,
    route: T,
}

// === impl Router ===

impl<T> Default for Router<T> {
    fn default() -> Self {
        Router { root: Branch::default(), last: Vec::new() }
    }
}

impl<T> Default for Branch<T> {
    fn default() -> Self {
        Branch { exact: Exact { first: None, others: None }, parameter: None, here: Leaves(Vec::new()), rare: None }
    }
}

impl<T> Router<T> {
    /// Adds a route. `None` as verb takes every verb that no other route of the path takes.
    pub fn insert(&mut self, segments: &[Segment], verb: Option<Method>, route: T) -> Result<(), Conflict<'_, T>> {
        self.add(segments, verb, None, route)
    }

    /// Adds a route of the v5 engine.
    pub fn insert_v5(&mut self, segments: &[Segment], verb: Option<Method>, route: T) -> Result<(), Conflict<'_, T>> {
        self.add(segments, verb, score(segments), route)
    }

    fn add(
        &mut self,
        segments: &[Segment],
        verb: Option<Method>,
        score: Option<usize>,
        route: T,
    ) -> Result<(), Conflict<'_, T>> {
        let known = |(at, segment): (usize, &Segment)| match self.last.get(at) {
            Some(known) if known == segment => known.clone(),
            _ => segment.clone(),
        };
        self.last = segments.iter().enumerate().map(known).collect();
        let names = self.last.iter().flat_map(names).cloned().collect();
        self.root.add(&self.last, Leaf { verb, score, names, route })
    }

    /// Finds the route of a path that starts with `/`.
    pub fn find<'r, 'p>(&'r self, verb: &Method, path: &'p str) -> RouteMatch<'r, 'p, T> {
        self.search(verb, path, false)
    }

    /// The same as if several slashes were one, and none were at the end.
    pub fn find_folded<'r, 'p>(&'r self, verb: &Method, path: &'p str) -> RouteMatch<'r, 'p, T> {
        self.search(verb, path, true)
    }

    fn search<'r, 'p>(&'r self, verb: &Method, path: &'p str, folds: bool) -> RouteMatch<'r, 'p, T> {
        let rest = path.strip_prefix('/').unwrap_or(path);
        let mut search = Search { verb, folds, values: Vec::new(), allowed: Vec::new(), best: None };
        let found = search.branch(&self.root, search.left(Some(rest))).map(|leaf| (leaf, search.values));
        match found.or(search.best) {
            Some((leaf, values)) => {
                let parameters = leaf.names.iter().cloned().zip(values).collect();
                RouteMatch::Found { route: &leaf.route, parameters }
            }
            None if search.allowed.is_empty() => RouteMatch::NotFound,
            None => {
                let mut allowed = search.allowed;
                allowed.sort_by(|a, b| a.as_str().cmp(b.as_str()));
                allowed.dedup();
                RouteMatch::WrongVerb { allowed }
            }
        }
    }
}

/// The names of a segment's parameters.
fn names(segment: &Segment) -> Vec<&Arc<str>> {
    match segment {
        Segment::Static(_) => Vec::new(),
        Segment::Parameter(name) | Segment::Greedy(name) => vec![name],
        Segment::Mixed(parts) => {
            let parameters = parts.iter().filter_map(|part| match part {
                Part::Parameter(name) => Some(name),
                Part::Text(_) => None,
            });
            parameters.collect()
        }
    }
}

impl<T> Branch<T> {
    fn add(&mut self, segments: &[Segment], leaf: Leaf<T>) -> Result<(), Conflict<'_, T>> {
        let Some((segment, after)) = segments.split_first() else { return self.here.insert(leaf) };
        match segment {
            Segment::Static(text) => self.exact.add(text, after, leaf),
            Segment::Parameter(_) => self.parameter.get_or_insert_default().add(after, leaf),
            Segment::Mixed(parts) => self.rare.get_or_insert_default().mixed(parts).add(after, leaf),
            Segment::Greedy(_) => self.rare.get_or_insert_default().greedy.insert(leaf),
        }
    }
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Rare { mixed: Vec::new(), greedy: Leaves(Vec::new()) }
    }
}

impl<T> Default for Next<T> {
    fn default() -> Self {
        Next { alone: None, branch: None }
    }
}

impl<T> Next<T> {
    /// Adds a route. The second one goes into a branch, together with the one that was alone.
    fn add(&mut self, segments: &[Segment], leaf: Leaf<T>) -> Result<(), Conflict<'_, T>> {
        if self.alone.is_none() && self.branch.is_none() {
            self.alone = Some(Box::new(Alone { segments: segments.into(), leaf }));
            return Ok(());
        }
        let branch = self.branch.get_or_insert_default();
        if let Some(first) = self.alone.take() {
            // In an empty branch there is nothing to be in conflict with.
            branch.add(&first.segments, first.leaf).ok();
        }
        branch.add(segments, leaf)
    }
}

impl<T> Rare<T> {
    fn mixed(&mut self, parts: &[Part]) -> &mut Next<T> {
        let same = |known: &[Part]| {
            known.len() == parts.len()
                && known.iter().zip(parts).all(|pair| match pair {
                    (Part::Text(a), Part::Text(b)) => a == b,
                    (Part::Parameter(_), Part::Parameter(_)) => true,
                    _ => false,
                })
        };
        let index = self.mixed.iter().position(|(known, _)| same(known)).unwrap_or_else(|| {
            self.mixed.push((parts.to_vec(), Next::default()));
            self.mixed.sort_by_cached_key(|(parts, _)| rank(parts));
            self.mixed.iter().position(|(known, _)| same(known)).unwrap_or_default()
        });
        &mut self.mixed[index].1
    }
}

/// More text is more specific; among equals, text that comes earlier. No two shapes are alike, so which route wins does not
/// hang on the order of the documents.
fn rank(parts: &[Part]) -> (Reverse<usize>, String) {
    let text = |part: &Part| match part {
        Part::Text(text) => text.to_string(),
        Part::Parameter(_) => char::MAX.to_string(),
    };
    let length = parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum();
    (Reverse(length), parts.iter().map(text).collect())
}

impl<T> Exact<T> {
    /// Adds what follows after a text.
    fn add(&mut self, text: &Arc<str>, after: &[Segment], leaf: Leaf<T>) -> Result<(), Conflict<'_, T>> {
        let (known, next) = self.first.get_or_insert_with(|| (text.clone(), Next::default()));
        if known == text {
            return next.add(after, leaf);
        }
        self.others.get_or_insert_default().entry(text.clone()).or_default().add(after, leaf)
    }

    fn get(&self, text: &str) -> Option<&Next<T>> {
        let (known, next) = self.first.as_ref()?;
        if **known == *text {
            return Some(next);
        }
        self.others.as_ref()?.get(text)
    }
}

impl<T> Leaves<T> {
    fn insert(&mut self, new: Leaf<T>) -> Result<(), Conflict<'_, T>> {
        if let Some(known) = self.0.iter().position(|leaf| leaf.verb == new.verb) {
            return Err(Conflict(&self.0[known].route));
        }
        // Most paths have one verb.
        self.0.reserve_exact(1);
        self.0.push(new);
        Ok(())
    }
}

/// The leaf of a verb.
fn of_verb<'r, T>(leaves: &'r [Leaf<T>], verb: &Method) -> Option<&'r Leaf<T>> {
    let exact = leaves.iter().find(|leaf| leaf.verb.as_ref() == Some(verb));
    exact.or_else(|| leaves.iter().find(|leaf| leaf.verb.is_none()))
}

/// The score of the v5 engine: every parameter adds the square of the number of segments from it to the end. `None` where it
/// tells nothing that the order of the search does not.
fn score(segments: &[Segment]) -> Option<usize> {
    if segments.len() < FIRST_SCORED || matches!(segments.last(), Some(Segment::Greedy(_))) {
        return None;
    }
    let parameters = segments.iter().rev().zip(1_usize..).filter(|(one, _)| !matches!(one, Segment::Static(_)));
    Some(parameters.map(|(_, from_end)| from_end * from_end).sum())
}

/// In shorter paths one parameter weighs more than all that could stand after it: 16 > 9 + 4 + 1, but 25 < 16 + 9 + 4 + 1.
const FIRST_SCORED: usize = 5;

/// One lookup.
struct Search<'v, 'r, 'p, T> {
    verb: &'v Method,
    /// Empty segments are passed over.
    folds: bool,
    values: Vec<&'p str>,
    allowed: Vec<Method>,
    /// The route with the least score so far.
    best: Option<(&'r Leaf<T>, Vec<&'p str>)>,
}

impl<'r, 'p, T> Search<'_, 'r, 'p, T> {
    /// The rest of the path, without empty segments at its beginning and its end if they do not count.
    fn left(&self, rest: Option<&'p str>) -> Option<&'p str> {
        match self.folds {
            true => rest.map(|rest| rest.trim_matches('/')).filter(|rest| !rest.is_empty()),
            false => rest,
        }
    }

    /// `rest` is what is left of the path, `None` after its last segment.
    fn branch(&mut self, branch: &'r Branch<T>, rest: Option<&'p str>) -> Option<&'r Leaf<T>> {
        let Some(rest) = rest else {
            // The path `/` has one segment, which is empty.
            let empty = if self.folds { branch.exact.get("") } else { None };
            return self.leaf(&branch.here.0).or_else(|| self.next(empty?, None));
        };
        let (segment, after) = first_segment(rest);
        let after = self.left(after);
        if let Some(leaf) = branch.exact.get(&decoded(segment)).and_then(|next| self.next(next, after)) {
            return Some(leaf);
        }
        let depth = self.values.len();
        let rare = branch.rare.as_deref();
        for (parts, next) in rare.map(|rare| &*rare.mixed).unwrap_or_default() {
            if match_parts(parts, segment, &mut self.values)
                && let Some(leaf) = self.next(next, after)
            {
                return Some(leaf);
            }
            self.values.truncate(depth);
        }
        if let Some(next) = branch.parameter.as_ref().filter(|_| !segment.is_empty()) {
            self.values.push(segment);
            if let Some(leaf) = self.next(next, after) {
                return Some(leaf);
            }
            self.values.truncate(depth);
        }
        if let Some(rare) = rare.filter(|rare| !rest.is_empty() && !rare.greedy.0.is_empty()) {
            self.values.push(rest);
            if let Some(leaf) = self.leaf(&rare.greedy.0) {
                return Some(leaf);
            }
            self.values.truncate(depth);
        }
        None
    }

    fn next(&mut self, next: &'r Next<T>, rest: Option<&'p str>) -> Option<&'r Leaf<T>> {
        let Some(alone) = &next.alone else { return self.branch(next.branch.as_deref()?, rest) };
        let depth = self.values.len();
        let found = self.alone(alone, rest);
        if found.is_none() {
            self.values.truncate(depth);
        }
        found
    }

    fn alone(&mut self, alone: &'r Alone<T>, mut rest: Option<&'p str>) -> Option<&'r Leaf<T>> {
        for segment in &alone.segments {
            let left = rest?;
            let (text, after) = match segment {
                Segment::Greedy(_) => (left, None),
                _ => first_segment(left),
            };
            match segment {
                Segment::Static(known) if **known == *decoded(text) => {}
                Segment::Parameter(_) | Segment::Greedy(_) if !text.is_empty() => self.values.push(text),
                Segment::Mixed(parts) if match_parts(parts, text, &mut self.values) => {}
                _ => return None,
            }
            rest = self.left(after);
        }
        match rest {
            None => self.leaf(std::slice::from_ref(&alone.leaf)),
            Some(_) => None,
        }
    }

    /// The route that ends the search; one with a score lets it go on.
    fn leaf(&mut self, leaves: &'r [Leaf<T>]) -> Option<&'r Leaf<T>> {
        let Some(found) = of_verb(leaves, self.verb) else {
            self.allowed.extend(leaves.iter().filter_map(|leaf| leaf.verb.clone()));
            return None;
        };
        match (found.score, &self.best) {
            (Some(score), Some((best, _))) if best.score.is_some_and(|best| best <= score) => None,
            (Some(_), _) => {
                self.best = Some((found, self.values.clone()));
                None
            }
            // A route with a score was found before this one.
            (None, Some(_)) => None,
            (None, None) => Some(found),
        }
    }
}

/// The first segment of what is left, and what is left behind its slash.
fn first_segment(rest: &str) -> (&str, Option<&str>) {
    match rest.split_once('/') {
        Some((segment, after)) => (segment, Some(after)),
        None => (rest, None),
    }
}

/// Matches `{a}-{b}.json` against a segment. A parameter takes at least one character and as few as the text after it allows;
/// the last text must be the segment's end.
fn match_parts<'p>(parts: &[Part], segment: &'p str, values: &mut Vec<&'p str>) -> bool {
    let mut rest = segment;
    let mut parts = parts.iter().peekable();
    while let Some(part) = parts.next() {
        match part {
            Part::Text(text) => match after_text(rest, text) {
                Some(after) => rest = after,
                None => return false,
            },
            Part::Parameter(_) => {
                let end = match parts.peek() {
                    None => rest.len(),
                    Some(Part::Text(text)) => {
                        let mut places = places_of(rest, text);
                        let found = if parts.len() == 1 { places.last() } else { places.find(|at| *at > 0) };
                        match found {
                            Some(at) => at,
                            None => return false,
                        }
                    }
                    Some(Part::Parameter(_)) => return false,
                };
                if end == 0 {
                    return false;
                }
                values.push(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty()
}
