//! Path templates.

use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// A path template, such as `/orders/{id}/{+rest}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    pub text: Arc<str>,
    pub segments: Vec<Segment>,
}

/// A segment of a path: the text between two slashes. Its texts are decoded, as requests are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this text.
    Static(Arc<str>),
    /// `{name}`: one segment that is not empty.
    Parameter(Arc<str>),
    /// `{name}.json`, `{a}-{b}`: text and parameters in one segment.
    Mixed(Vec<Part>),
    /// `{+name}` or `{name+}`, at the end: one or more segments.
    Greedy(Arc<str>),
}

/// A piece of a mixed segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(Arc<str>),
    Parameter(Arc<str>),
}

impl PathTemplate {
    /// Reads a template; the error is one sentence for the author.
    pub fn parse(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix('/') else {
            return Err(format!("the path `{text}` does not start with `/`"));
        };
        let mut segments = Vec::new();
        let pieces: Vec<&str> = rest.split('/').collect();
        for (index, piece) in pieces.iter().enumerate() {
            let segment = segment(piece)?;
            if matches!(segment, Segment::Greedy(_)) && index + 1 < pieces.len() {
                return Err(format!("`{piece}` takes the rest of the path, so it must be the last segment"));
            }
            segments.push(segment);
        }
        let template = PathTemplate { text: text.into(), segments };
        let names = template.parameters();
        match names.iter().enumerate().find(|(index, name)| names[..*index].contains(*name)) {
            Some((_, name)) => Err(format!("the parameter `{name}` stands twice in `{text}`")),
            None => Ok(template),
        }
    }

    /// The shape of the template without the names of its parameters: two templates of one shape match the same paths.
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Static(text) => shape.push_str(text),
                Segment::Parameter(_) => shape.push_str("{}"),
                Segment::Greedy(_) => shape.push_str("{+}"),
                Segment::Mixed(parts) => parts.iter().for_each(|part| match part {
                    Part::Text(text) => shape.push_str(text),
                    Part::Parameter(_) => shape.push_str("{}"),
                }),
            }
        }
        shape
    }

    /// The parameters in the order in which they stand.
    pub fn parameters(&self) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        for segment in &self.segments {
            match segment {
                Segment::Static(_) => {}
                Segment::Parameter(name) | Segment::Greedy(name) => names.push(name.clone()),
                Segment::Mixed(parts) => names.extend(parts.iter().filter_map(|part| match part {
                    Part::Parameter(name) => Some(name.clone()),
                    Part::Text(_) => None,
                })),
            }
        }
        names
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn segment(piece: &str) -> Result<Segment, String> {
    let mut parts = Vec::new();
    let mut rest = piece;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| at + open) else {
            return Err(format!("`{piece}` has a `{{` without its `}}`"));
        };
        if open > 0 {
            parts.push(Part::Text(decoded(&rest[..open])));
        }
        parts.push(Part::Parameter(rest[open + 1..close].into()));
        rest = &rest[close + 1..];
    }
    if rest.contains('}') {
        return Err(format!("`{piece}` has a `}}` without its `{{`"));
    }
    if !rest.is_empty() {
        parts.push(Part::Text(decoded(rest)));
    }
    if parts.windows(2).any(|pair| matches!(pair, [Part::Parameter(_), Part::Parameter(_)])) {
        return Err(format!("the parameters in `{piece}` touch, so nothing says where one ends"));
    }
    match parts.as_slice() {
        [] => Ok(Segment::Static("".into())),
        [Part::Text(text)] => Ok(Segment::Static(text.clone())),
        [Part::Parameter(name)] => match name.strip_prefix('+').or_else(|| name.strip_suffix('+')) {
            Some(name) => checked(name, piece).map(Segment::Greedy),
            None => checked(name, piece).map(Segment::Parameter),
        },
        _ => {
            for part in &parts {
                if let Part::Parameter(name) = part {
                    checked(name, piece)?;
                }
            }
            Ok(Segment::Mixed(parts))
        }
    }
}

fn decoded(text: &str) -> Arc<str> {
    // A text that does not decode to UTF-8 can only be sent as it is written.
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.into(), Into::into)
}

fn checked(name: &str, piece: &str) -> Result<Arc<str>, String> {
    if name.is_empty() || name.contains(['{', '+', '*']) {
        return Err(format!("`{piece}` does not name its parameter"));
    }
    Ok(name.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read() {
        let template = PathTemplate::parse("/orders/{id}/{name}.json/{+rest}").unwrap();
        assert_eq!(template.parameters().iter().map(|name| &**name).collect::<Vec<_>>(), ["id", "name", "rest"]);
        assert!(matches!(template.segments[3], Segment::Greedy(_)));
        assert_eq!(
            PathTemplate::parse("/caf%C3%A9/%zz").unwrap().segments,
            [Segment::Static("café".into()), Segment::Static("%zz".into())]
        );
        assert_eq!(PathTemplate::parse("/{proxy+}").unwrap().segments, [Segment::Greedy("proxy".into())]);
    }

    #[test]
    fn mistakes_are_explained() {
        for (text, word) in [
            ("orders", "start with"),
            ("/{id", "without its"),
            ("/id}", "without its"),
            ("/{}", "does not name"),
            ("/{a}{b}", "touch"),
            ("/{+a}/b", "last segment"),
            ("/{a}/{a}", "twice"),
        ] {
            let error = PathTemplate::parse(text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
