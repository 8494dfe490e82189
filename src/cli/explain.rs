//! `gantry explain`: the page of a code or of a policy.

use super::arguments::ExplainArguments;
use super::exit::Exit;
use super::generate::policy_page;
use super::print;
use crate::base::{Code, codes, nearest, quoted_list};
use crate::policies;

/// Pages are read on a terminal.
const WIDTH: usize = 80;

pub fn run(arguments: &ExplainArguments) -> Exit {
    let words: Vec<&str> = arguments.what.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["policy", name] => explain_policy(name),
        [word] => match code(word) {
            Some(code) => explain_code(code),
            None => explain_policy(word),
        },
        _ => {
            eprintln!("write `gantry explain G0301` or `gantry explain policy lambda`");
            Exit::Usage
        }
    }
}

/// `G0301`, also as `g301` or `301`.
fn code(word: &str) -> Option<&'static Code> {
    let digits = word.strip_prefix(['G', 'g']).unwrap_or(word);
    let number: u16 = digits.parse().ok()?;
    codes::ALL.iter().find(|code| code.id[1..].parse() == Ok(number))
}

fn explain_code(code: &Code) -> Exit {
    print::text(&format!("{}: {}\n\n{}\n", code.id, code.title, textwrap::fill(code.page, WIDTH)));
    Exit::Good
}

fn explain_policy(name: &str) -> Exit {
    if let Some(entry) = policies::find(name) {
        print::text(&policy_page(entry));
        return Exit::Good;
    }
    let names = policies::ALL.iter().map(|entry| entry.meta.name);
    let near = nearest(name, names.clone().chain(codes::ALL.iter().map(|code| code.id)));
    if policies::UNBUILT.contains(&name) {
        let instead = policies::instead(name).map(|instead| format!("; {instead}")).unwrap_or_default();
        eprintln!("the policy `{name}` is known but not built yet{instead}");
    } else if near.is_empty() {
        eprintln!(
            "there is no code and no policy `{name}`; the policies are: {}",
            names.collect::<Vec<_>>().join(", ")
        );
    } else {
        eprintln!("there is no code and no policy `{name}`; did you mean {}?", quoted_list(&near));
    }
    Exit::Usage
}
