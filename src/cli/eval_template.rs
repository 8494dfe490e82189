//! A mapping template for `gantry eval`: one of a file, or that of an operation, over what the command line says of a request.

use std::borrow::Cow;
use std::path::Path;

use crate::base::{Findings, Sources};
use crate::expression::ExpressionError;
use crate::source::{Node, read_tree};
use crate::value::{Kind, Value};
use crate::vtl::{Limits, Roots, Template};

const INTEGRATION: &str = "x-amazon-apigateway-integration";

/// The request of a template. `path`, `querystring`, `context` and `stageVariables` are variables of these names.
pub struct Given<'g> {
    pub body: &'g Value,
    pub headers: &'g [(String, String)],
    pub variables: &'g Value,
}

impl Given<'_> {
    fn map(&self, name: &str) -> Value {
        let found = self.variables.get(name).filter(|value| matches!(value.kind(), Kind::Object(_)));
        found.map_or_else(Value::empty_object, Value::from)
    }
}

impl Roots for Given<'_> {
    fn body(&self) -> Cow<'_, str> {
        if self.body.is_null() { Cow::Borrowed("") } else { self.body.to_text() }
    }

    fn params(&self) -> Value {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
        let (path, query) = (self.map("path"), self.map("querystring"));
        Value::object([("path", path), ("querystring", query), ("header", Value::object(headers))])
    }

    fn context(&self) -> Value {
        self.map("context")
    }

    fn stage_variables(&self) -> Value {
        self.map("stageVariables")
    }
}

/// The output of a template.
pub fn render(text: &str, given: &Given<'_>) -> Result<String, ExpressionError> {
    let wrong = |message: String, at| ExpressionError { code: None, message, at };
    let template = Template::parse(text).map_err(|error| wrong(error.message, error.at))?;
    let rendered = template.render(given, &Limits::default()).map_err(|error| wrong(error.message, 0..0))?;
    Ok(rendered.text)
}

/// The template of an operation, by its id or by method and path. The error is a sentence.
pub fn of_operation(document: &Path, operation: &str, is_response: bool) -> Result<String, String> {
    let (mut sources, mut findings) = (Sources::default(), Findings::default());
    let Ok(tree) = read_tree(document, &mut sources, &mut findings) else {
        let said = findings.iter().next().map(|finding| finding.message.clone()).unwrap_or_default();
        return Err(format!("{}: {said}", document.display()));
    };
    let paths = tree.root.get("paths").map(Node::entries).unwrap_or_default();
    let all = paths.iter().flat_map(|path| path.value.entries().iter().map(move |method| (path, method)));
    let found =
        all.map(|(path, method)| (format!("{} {}", method.key.text.to_uppercase(), path.key.text), &method.value));
    let is_it =
        |name: &str, node: &Node| name == operation || node.get("operationId").and_then(Node::text) == Some(operation);
    let Some((_, node)) = found.into_iter().find(|(name, node)| is_it(name, node)) else {
        return Err(format!("{}: there is no operation `{operation}`", document.display()));
    };
    let integration = node.get(INTEGRATION).ok_or_else(|| format!("`{operation}` has no `{INTEGRATION}`"))?;
    let templates = match is_response {
        false => integration.get("requestTemplates"),
        true => integration.get("responses").and_then(|all| {
            let default = all.get("default").and_then(|one| one.get("responseTemplates"));
            default.or_else(|| all.entries().iter().find_map(|one| one.value.get("responseTemplates")))
        }),
    };
    let kind = if is_response { "response" } else { "request" };
    let entries = templates.map(Node::entries).unwrap_or_default();
    let json = entries.iter().find(|entry| &*entry.key.text == "application/json");
    let text = json.or_else(|| entries.first()).and_then(|entry| entry.value.text());
    text.map(str::to_owned).ok_or_else(|| format!("`{operation}` has no template for its {kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"openapi": "3.0.1", "paths": {"/orders": {"post": {"operationId": "add",
        "x-amazon-apigateway-integration": {"type": "aws",
            "requestTemplates": {"application/json": "{\"id\": \"$input.params('id')\", \"n\": $input.json('$.n')}"},
            "responses": {"default": {"responseTemplates": {"text/plain": "$context.stage $stageVariables.x"}}}}}}}}"#;

    #[test]
    fn templates_of_operations_are_rendered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("api.json");
        std::fs::write(&file, DOCUMENT).unwrap();
        let variables = br#"{"context": {"stage": "prod"}, "stageVariables": {"x": "y"}, "querystring": {"id": "q"}}"#;
        let (body, variables) = (Value::parse_json(b"{\"n\": [1]}").unwrap(), Value::parse_json(variables).unwrap());
        let given = Given { body: &body, headers: &[("id".to_owned(), "h".to_owned())], variables: &variables };
        for (operation, is_response, expected) in
            [("add", false, "{\"id\": \"q\", \"n\": [1]}"), ("POST /orders", true, "prod y")]
        {
            let template = of_operation(&file, operation, is_response).unwrap();
            assert_eq!(render(&template, &given).unwrap(), expected);
        }
        assert!(of_operation(&file, "get", false).unwrap_err().ends_with("there is no operation `get`"));
        assert_eq!(render("#if($a)", &given).unwrap_err().at.end, 3);
    }
}
