//! JSON as people lay it out: what fits on a line is on one.

use serde_json::Value;

const WIDTH: usize = 120;

/// The text of a file.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value after `before` characters of its line.
fn write(value: &Value, indent: usize, before: usize, out: &mut String) {
    let line = one_line(value);
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (format!("{}: ", quoted(key)), value)).collect(),
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        _ => Vec::new(),
    };
    if children.is_empty() || before + line.chars().count() < WIDTH {
        out.push_str(&line);
        return;
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    let inside = indent + 2;
    for (index, (key, child)) in children.iter().enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        out.push_str(&" ".repeat(inside));
        out.push_str(key);
        write(child, inside, inside + key.chars().count(), out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let members: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", quoted(key), one_line(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(one_line).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_fits_stands_on_one_line_and_all_is_still_json() {
        let value = json!({ "short": [1, { "a": null }], "long": "x".repeat(80), "longer": ["y".repeat(110), {}] });
        let text = text(&value);
        assert!(text.starts_with("{\n  \"short\": [1, { \"a\": null }],\n"), "{text}");
        assert!(text.contains("\n  \"longer\": [\n    \"yyy"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(super::text(&json!({})), "{}\n");
    }
}
