//! References to variables, and their names: `message.headers['Content-Type']`, `order.body.items.0`.

use std::sync::Arc;

use super::{Builtin, Found, Root, Variable};

/// A variable: where its root lives, and the way down from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub root: Root,
    pub path: Box<[Arc<str>]>,
    /// The variable that the path leads to. Below a variable of the pipeline's own: the variable that it leads to if that one holds
    /// a message.
    found: Found,
}

impl Reference {
    /// Resolves the path.
    pub fn new(root: Root, path: Vec<Arc<str>>) -> Self {
        let path = path.into_boxed_slice();
        let builtin = if let Root::Builtin(builtin) = root { builtin } else { Builtin::Message };
        let found = Variable::find(builtin, &path);
        Reference { root, path, found }
    }

    /// The whole of a root of the gateway.
    pub fn whole(root: Builtin) -> Self {
        Reference::new(Root::Builtin(root), Vec::new())
    }

    /// The body of a message, of the original request, or of a variable of the pipeline.
    pub fn body_of(root: Root) -> Self {
        Reference::new(root, vec![Arc::from("body")])
    }

    /// A variable of the gateway whose name has no part that the author chooses.
    pub fn to(variable: Variable) -> Self {
        let path: Vec<Arc<str>> = variable.name().split('.').skip(1).map(Arc::from).collect();
        Reference::new(Root::Builtin(variable.root()), path)
    }

    /// The row of the table of variables that it leads to.
    pub fn variable(&self) -> Variable {
        self.found.variable
    }

    /// The part of the path that the variable's name does not fix: a name that the author chose, and the names below the variable.
    pub fn rest(&self) -> &[Arc<str>] {
        &self.path[usize::from(self.found.fixed)..]
    }

    /// The part of the path that names nothing: there is no such member of a variable of the gateway.
    pub fn unknown_member(&self) -> Option<&[Arc<str>]> {
        let below = &self.path[usize::from(self.found.depth)..];
        let is_unknown = matches!(self.root, Root::Builtin(_)) && !below.is_empty() && !self.found.variable.is_open();
        is_unknown.then_some(below)
    }
}

/// The segments of a name; the error is one sentence for the author.
pub fn split_path(name: &str) -> Result<Vec<Arc<str>>, String> {
    let mut segments = Vec::new();
    let mut rest = name.trim();
    if rest.is_empty() {
        return Err("the name is empty".to_owned());
    }
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (segment, after) = rest.split_at(end);
        if !segment.is_empty() {
            segments.push(Arc::from(segment));
        } else if !after.starts_with('[') || segments.is_empty() {
            return Err(format!("`{name}` has an empty part"));
        }
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (segment, after) = bracket(inside).ok_or_else(|| format!("`{name}` has a `[` without its `]`"))?;
            segments.push(Arc::from(segment));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some("") => return Err(format!("`{name}` ends in a dot")),
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(segments),
            None => return Err(format!("`{name}` needs a `.` behind `]`")),
        }
    }
}

/// `'Content-Type'] …`, `"x"] …` or `0] …`: the segment and what follows the bracket.
fn bracket(inside: &str) -> Option<(&str, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = inside.strip_prefix(quote) {
            let end = quoted.find(quote)?;
            let after = quoted[end + 1..].strip_prefix(']')?;
            return Some((&quoted[..end], after));
        }
    }
    let end = inside.find(']')?;
    Some((inside[..end].trim(), &inside[end + 1..]))
}

/// A reference to a name that only run time knows.
pub fn parse_path(name: &str) -> Result<Reference, String> {
    let mut segments = split_path(name)?;
    let first = segments.remove(0);
    let root = Builtin::named(&first).map_or(Root::Named(first), Root::Builtin);
    Ok(Reference::new(root, segments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split() {
        let split =
            |name: &str| split_path(name).map(|parts| parts.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(split("message.body.a").unwrap(), ["message", "body", "a"]);
        assert_eq!(split("request.headers['Content-Type'].x").unwrap(), ["request", "headers", "Content-Type", "x"]);
        assert_eq!(split("a[0][\"b.c\"]").unwrap(), ["a", "0", "b.c"]);
        assert_eq!(split("my property").unwrap(), ["my property"]);
        for wrong in ["", "a..b", ".a", "a.", "a['x", "a[0]b"] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }
}
