//! `gantry eval`: one expression, one message, without a gateway.

use std::io::Read;
use std::path::Path;

use super::arguments::{EvalArguments, ExpressionKind};
use super::eval_template::{self, Given};
use super::exit::Exit;
use super::print;
use crate::base::Printable;
use crate::expression::{ExpressionError, Jsonata, Offline, Resolved, Scope, Template, XPath, parse_path};
use crate::value::{Kind, Value, Xml, XmlLimits};

/// Characters of a line that are shown.
const WIDTH: usize = 76;

pub fn run(arguments: &EvalArguments) -> Exit {
    let (text, request) = match (expression(arguments), request(arguments)) {
        (Ok(text), Ok(request)) => (text, request),
        (Err(message), _) | (_, Err(message)) => {
            complain!("{message}");
            return Exit::Failed;
        }
    };
    let Request { body, headers, variables } = request;
    let given = Given { body: &body, headers: &headers, variables: &variables };
    let scope = Offline::new(body.clone(), &headers, variables.clone());
    let kind = arguments.kind.unwrap_or_else(|| kind_of(arguments, &text, &scope));
    let result = match kind {
        ExpressionKind::Jsonata => jsonata(&text, &scope),
        ExpressionKind::Template => template(&text, &scope),
        ExpressionKind::Xpath => xpath(&text, &scope),
        ExpressionKind::MappingTemplate => eval_template::render(&text, &given),
    };
    match result {
        Ok(result) => {
            print::text(&(result + "\n"));
            Exit::Good
        }
        Err(error) => {
            let shown = shown(&text, &error);
            complain!(
                "{}",
                shown.trim_end().lines().map(|line| Printable(line).to_string()).collect::<Vec<_>>().join("\n")
            );
            Exit::Findings
        }
    }
}

fn expression(arguments: &EvalArguments) -> Result<String, String> {
    if let (Some(operation), Some(document)) = (&arguments.operation, &arguments.document) {
        return eval_template::of_operation(document, operation, arguments.response);
    }
    match (&arguments.expression, &arguments.file) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(file)) => Ok(read(file)?.trim_end().to_owned()),
        (None, None) => Err("write an expression, or name its file with `--file FILE`".to_owned()),
    }
}

/// The message that an expression reads, and the other variables.
struct Request {
    body: Value,
    headers: Vec<(String, String)>,
    variables: Value,
}

fn request(arguments: &EvalArguments) -> Result<Request, String> {
    let body = arguments.message.as_deref().map(|file| read(file).and_then(|text| body(file, &text))).transpose()?;
    let variables = match &arguments.variables {
        Some(file) => {
            let read = Value::parse_json(read(file)?.as_bytes()).map_err(|error| error.to_string());
            let value = read.and_then(|value| match value.kind() {
                Kind::Object(_) => Ok(value),
                _ => Err("it is no object".to_owned()),
            });
            value.map_err(|error| format!("{}: variables are an object in JSON: {error}", file.display()))?
        }
        None => Value::empty_object(),
    };
    let headers = arguments.header.iter().map(|text| read_header(text)).collect::<Result<Vec<_>, String>>()?;
    Ok(Request { body: body.unwrap_or_default(), headers, variables })
}

/// XML that starts as such, JSON that is it, and text.
fn body(file: &Path, text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('<') {
        let document = Xml::parse(text.as_bytes(), &XmlLimits::default());
        return document.map(Value::from).map_err(|error| format!("{}: this is not XML: {error}", file.display()));
    }
    let read = Value::parse_json(text.as_bytes());
    if let Err(error) = &read
        && text.trim_start().starts_with(['{', '['])
    {
        complain!("{}: this is not JSON, and is read as text: {}", file.display(), Printable(&error.to_string()));
    }
    Ok(read.unwrap_or_else(|_| text.into()))
}

/// A header, as it is typed.
pub(super) fn read_header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
        None => Err(format!("`{text}` is no header: write `--header 'NAME: VALUE'`")),
    }
}

/// The text of a file, or of stdin. The error is a sentence.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    read.map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// A text with `$(` is a template; one for XML that starts as a path is XPath; the end of a file's name tells a mapping template.
fn kind_of(arguments: &EvalArguments, text: &str, scope: &Offline) -> ExpressionKind {
    let ending = arguments.file.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    if arguments.operation.is_some() || matches!(ending, Some("vtl" | "vm")) {
        return ExpressionKind::MappingTemplate;
    }
    let is_path = text.trim_start().starts_with(['/', '@']) || text.trim_start().starts_with("count(");
    match scope.body().kind() {
        _ if text.contains("$(") => ExpressionKind::Template,
        Kind::Xml(_) if is_path => ExpressionKind::Xpath,
        _ => ExpressionKind::Jsonata,
    }
}

fn jsonata(text: &str, scope: &Offline) -> Result<String, ExpressionError> {
    let mut resolve = |name: &str| parse_path(name).map(Resolved::Variable);
    let expression = Jsonata::compile(text, &mut resolve)?;
    Ok(pretty(&expression.evaluate(scope)?))
}

fn template(text: &str, scope: &Offline) -> Result<String, ExpressionError> {
    let mut names = Vec::new();
    let template = Template::parse(text, &mut |name, _| {
        names.push(name.to_owned());
        parse_path(name).map(Resolved::Variable)
    });
    let template = template.map_err(|error| ExpressionError { code: None, message: error.message, at: error.at })?;
    for name in names.iter().filter(|name| parse_path(name).is_ok_and(|place| scope.get(&place).is_null())) {
        complain!("`$({})` has no value, and is empty", Printable(name));
    }
    Ok(template.text(scope).into_owned())
}

fn xpath(text: &str, scope: &Offline) -> Result<String, ExpressionError> {
    let expression = XPath::compile(text)?;
    let wrong = |message: &str| ExpressionError { code: None, message: message.to_owned(), at: 0..text.len() };
    let body = scope.body();
    let Kind::Xml(document) = body.kind() else { return Err(wrong("the message is not XML")) };
    Ok(pretty(&expression.evaluate(document).map_err(|message| wrong(&message))?.value(document)))
}

/// JSON for people; XML as its text.
fn pretty(value: &Value) -> String {
    if let Kind::Xml(_) = value.kind() {
        return value.to_text().into_owned();
    }
    print::json(&value.to_json())
}

/// The mistake, with the line of the expression and a mark below it. Of a long line the part around the mark is shown.
fn shown(text: &str, error: &ExpressionError) -> String {
    let start = error.at.start.min(text.len());
    let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let number = text[..start].matches('\n').count() + 1;
    let column = text[line_start..start].chars().count();
    let end = error.at.end.min(line_start + line.len()).max(start);
    let left_out = if line.chars().count() > WIDTH { column.saturating_sub(WIDTH / 2) } else { 0 };
    let part: String = line.chars().skip(left_out).take(WIDTH).collect();
    let marks = text[start..end].chars().count().clamp(1, WIDTH - (column - left_out).min(WIDTH - 1));
    let code = error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let (blanks, marks) = (" ".repeat(column - left_out), "^".repeat(marks));
    format!("{number}:{}: {}{code}\n  {part}\n  {blanks}{marks}\n", column + 1, error.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_marked_in_its_line() {
        let text = "$sum(\n  itemß.price +)";
        let mut resolve = |name: &str| parse_path(name).map(Resolved::Variable);
        let error = Jsonata::compile(text, &mut resolve).err().unwrap();
        let shown = shown(text, &error);
        assert!(shown.ends_with("  itemß.price +)\n                 ^\n"), "{shown}");
        assert!(shown.starts_with("2:16: "), "{shown}");
    }

    #[test]
    fn of_a_long_line_the_part_around_the_mistake_is_shown() {
        let error = ExpressionError { code: None, message: "wrong".to_owned(), at: 500..501 };
        let text = format!("{}!{}", "a".repeat(500), "b".repeat(500));
        let lines: Vec<String> = shown(&text, &error).lines().map(str::to_owned).collect();
        assert_eq!((lines[1].len(), lines[2].len()), (2 + WIDTH, 2 + WIDTH / 2 + 1));
        assert_eq!(lines[1].as_bytes()[lines[2].len() - 1], b'!');
    }
}
