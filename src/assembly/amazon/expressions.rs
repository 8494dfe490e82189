//! The values of parameter mappings of HTTP APIs: `$request.header.a`, or texts with `${request.path.a}` in them.

use super::names::is_name;

/// A value, in parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// A header of the client's request, or of the answer.
    Header(String),
    /// A query parameter of the client.
    Query(String),
    /// A parameter of the route's path.
    Path(String),
    /// A value that every request has, as a reference.
    Known(&'static str),
    /// A value of the Lambda authorizer's answer.
    Authorizer(String),
}

/// The message whose headers are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// The parts of a value; `None` where it has a part that is not built.
pub(super) fn parts(text: &str, side: Side) -> Option<Vec<Part>> {
    if let Some(whole) = text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        return one(whole, side).map(|part| vec![part]);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}')?;
        push_text(&mut parts, before)?;
        parts.push(one(name.trim(), side)?);
        rest = after;
    }
    push_text(&mut parts, rest)?;
    Some(parts)
}

fn push_text(parts: &mut Vec<Part>, text: &str) -> Option<()> {
    if text.contains('$') {
        return None;
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Some(())
}

/// The part of one name.
pub(super) fn one(name: &str, side: Side) -> Option<Part> {
    let named = |prefix: &str| name.strip_prefix(prefix).filter(|name| is_name(name)).map(str::to_owned);
    let header = if side == Side::Request { "request.header." } else { "response.header." };
    named(header)
        .map(Part::Header)
        .or_else(|| named("request.querystring.").filter(|_| side == Side::Request).map(Part::Query))
        .or_else(|| named("request.path.").filter(|_| side == Side::Request).map(Part::Path))
        .or_else(|| known(name).map(Part::Known))
        .or_else(|| authorizer(name).map(Part::Authorizer))
}

/// The member of an authorizer's answer that a variable of AWS API Gateway names. Claims of tokens are elsewhere.
fn authorizer(name: &str) -> Option<String> {
    let member = name.strip_prefix("context.authorizer.").filter(|member| is_name(member))?;
    (!member.contains('.') && member != "claims").then(|| member.to_owned())
}

/// Gantry's name for a variable of AWS API Gateway.
pub(super) fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "context.requestId" | "context.extendedRequestId" => "$(session.globalTransactionID)",
        "context.httpMethod" => "$(request.verb)",
        "context.path" | "request.path" => "$(request.path)",
        "context.identity.sourceIp" => "$(session.clientAddress)",
        "context.identity.userAgent" => "$(request.headers['user-agent'])",
        "context.resourcePath" => "$(api.operation.path)",
        _ => return None,
    })
}

impl Part {
    /// The part as an assembly's template has it.
    pub(super) fn template(&self, side: Side) -> String {
        let message = if side == Side::Request { "request" } else { "message" };
        match self {
            Part::Text(text) => text.clone(),
            Part::Header(name) => format!("$({message}.headers['{}'])", name.to_ascii_lowercase()),
            Part::Query(name) | Part::Path(name) => format!("$(request.parameters['{name}'])"),
            Part::Known(reference) => (*reference).to_owned(),
            Part::Authorizer(member) => format!("$(authorizer['{member}'])"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_expression_or_a_text_with_expressions_in_braces() {
        let read = |text| parts(text, Side::Request);
        let header = || Part::Header("a".to_owned());
        assert_eq!(read("$request.header.a"), Some(vec![header()]));
        assert_eq!(
            read("x-${request.header.a}-${request.path.id}"),
            Some(vec![Part::Text("x-".to_owned()), header(), Part::Text("-".to_owned()), Part::Path("id".to_owned())])
        );
        assert_eq!(read("${context.requestId}"), Some(vec![Part::Known("$(session.globalTransactionID)")]));
        assert_eq!(read("plain"), Some(vec![Part::Text("plain".to_owned())]));
        for unbuilt in ["$request.body.a", "${request.body.a}", "a $b", "${request.header.a", "${response.header.a}"] {
            assert_eq!(read(unbuilt), None, "{unbuilt}");
        }
    }
}
