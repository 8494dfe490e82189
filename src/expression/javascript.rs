//! Telling JavaScript from JSONata. Documents of the v5 gateway have JavaScript in their conditions, and some documents that
//! say they are for the API Gateway have it too.

/// Words that JSONata does not have, with what follows them in JavaScript.
const WORDS: [&str; 9] = ["return", "var", "let", "const", "typeof", "new", "undefined", "instanceof", "throw"];

/// Operators that JSONata does not have.
const OPERATORS: [&str; 8] = ["==", "&&", "||", "=>", "++", "--", "+=", "-="];

/// Whether a text that should be JSONata is JavaScript. What both languages read alike, such as `true` or `a > 1`, is not.
pub fn looks_like_javascript(text: &str) -> bool {
    let code = without_literals(text);
    if OPERATORS.iter().any(|operator| code.contains(operator)) || code.contains("apim.") {
        return true;
    }
    has_word(&code) || calls_a_method(&code) || negates(&code) || ends_a_statement(&code) || has_plain_function(&code)
}

/// The text with the content of its strings, quoted names, comments and regular expressions left out.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let before = code.trim_end().chars().next_back();
        match letter {
            '"' | '\'' | '`' => {
                skip_to(&mut letters, letter);
                code.push_str("''");
            }
            '/' if letters.peek() == Some(&'*') => {
                letters.next();
                let mut last = ' ';
                for letter in letters.by_ref() {
                    if last == '*' && letter == '/' {
                        break;
                    }
                    last = letter;
                }
                code.push(' ');
            }
            // A slash that cannot divide, as there is nothing before it, opens a regular expression.
            '/' if before.is_none_or(|before| "(,=~?:[{&|!<>".contains(before)) => {
                skip_to(&mut letters, '/');
                code.push_str("''");
            }
            other => code.push(other),
        }
    }
    code
}

fn skip_to(letters: &mut impl Iterator<Item = char>, end: char) {
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == end {
            return;
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

/// A JavaScript word by itself: not part of a path, where any name may stand.
fn has_word(code: &str) -> bool {
    WORDS.iter().any(|word| {
        code.match_indices(word).any(|(at, _)| {
            let before = code[..at].chars().next_back();
            let after = code[at + word.len()..].chars().next();
            let in_a_path = before == Some('.') || after == Some('.');
            !in_a_path && !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    })
}

/// `context.get(`, `x.indexOf(`: JSONata's functions have a `$`, and what follows a dot without one is a name.
fn calls_a_method(code: &str) -> bool {
    code.match_indices('(').any(|(at, _)| {
        let name = code[..at].rsplit(|letter| !is_word(letter)).next().unwrap_or_default();
        !name.is_empty() && !name.starts_with('$') && code[..at - name.len()].ends_with('.')
    })
}

/// A `!` that is not part of `!=`, or that is part of `!==`.
fn negates(code: &str) -> bool {
    code.match_indices('!').any(|(at, _)| !code[at + 1..].starts_with('='))
}

/// A `;` outside of parentheses; JSONata has them only between the expressions of a block.
fn ends_a_statement(code: &str) -> bool {
    let mut depth = 0i32;
    code.chars().any(|letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ';' && depth <= 0
    })
}

/// `function (a, b)` or `function name(`: JSONata's parameters start with `$`.
fn has_plain_function(code: &str) -> bool {
    code.match_indices("function").any(|(at, word)| {
        let rest = code[at + word.len()..].trim_start();
        let inside = rest.strip_prefix('(').map(str::trim_start);
        !code[..at].ends_with(['.', '$'])
            && inside.map_or(rest.starts_with(char::is_alphabetic), |inside| inside.starts_with(char::is_alphabetic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javascript_of_real_documents_is_seen() {
        for text in [
            "((request.verb==='POST')&&(api.operation.path==='/oauth2/token'))",
            "apim.getvariable('oidc-credential') !== undefined",
            "(((request.verb==='GET')&&(api.operation.path==='/oauth2/authorize'))||((request.verb==='POST')))",
            "apim.getvariable('x')",
            "context.get('message.status.code') > 200",
            "\"$(request.headers.x)\" == 'a'",
            "'$(request.headers.x)' === 'a'",
            "!request.body",
            "request.path.indexOf('/a') > 0",
            "return true",
            "var x = 1; x > 0",
            "true;",
            "(function (a) { return a })(1)",
            "typeof message.body = 'string'",
            "message.body.x != undefined",
            "items.some(x => x)",
        ] {
            assert!(looks_like_javascript(text), "{text}");
        }
    }

    #[test]
    fn jsonata_of_real_documents_is_not_javascript() {
        for text in [
            "(($httpVerb() = 'GET' and $operationPath() = '/basic-auth/{username}/{password}'))",
            "message.body.type = 'x'",
            "$exists($urlParameter('query'))",
            "$storageType() != \"json\"",
            "$apiCtx().tokenFoundInCache = 'true'",
            "request.headers.SET = \"true\"",
            "true",
            "'$(request.headers.custom-status-code)'",
            "'a === b && c;'",
            "($x := message.body.a; $x > 1)",
            "$map(a, function($v) { $v.b })",
            "$match(a, /x&&y|z/)",
            "a.new = 1 and let.b = 2",
            "/* a === b */ a = b",
            "a.`return` = 1",
            "items.($string(x))",
            "a.$string()",
            "$filter(a, λ($i){$i > 1})",
        ] {
            assert!(!looks_like_javascript(text), "{text}");
        }
    }
}
