//! `gantry explain`: the page of a code, a policy or a fault.

use super::arguments::ExplainArguments;
use super::exit::Exit;
use super::generate::policy_page;
use super::print;
use crate::base::{Code, codes, nearest, quoted_list};
use crate::policies;
use crate::policy::Entry;
use crate::runtime::{FaultKind, kinds};

/// Pages are read on a terminal.
const WIDTH: usize = 80;

pub fn run(arguments: &ExplainArguments) -> Exit {
    let words: Vec<&str> = arguments.what.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["policy", name] => explain_policy(name),
        [word] => match code(word) {
            Some(code) => explain_code(code),
            None => kinds::ALL
                .iter()
                .find(|kind| kind.name == *word)
                .map_or_else(|| explain_policy(word), |kind| explain_fault(kind)),
        },
        _ => {
            complain!("write `gantry explain G0301` or `gantry explain policy lambda`");
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

/// The handlers of a fault, its default answer, and the pages that have more.
fn explain_fault(kind: &FaultKind) -> Exit {
    let FaultKind { name, ancestor, status, by_default } = kind;
    let mut lines = vec![format!("{name}: status {status} if nothing catches it.")];
    if let Some(ancestor) = ancestor {
        lines.push(format!("A catch of `{}` takes it too.", ancestor.name));
    }
    let takes = if *by_default {
        "The entry `default` of a catch takes it."
    } else {
        "The entry `default` of a catch does not take it."
    };
    lines.push(takes.to_owned());
    let tells = |entry: &&Entry| entry.meta.page.contains(&format!("`{name}`"));
    let policies: Vec<String> = policies::ALL
        .iter()
        .filter(tells)
        .map(|entry: &Entry| format!("`gantry explain {}`", entry.meta.name))
        .collect();
    if !policies.is_empty() {
        lines.push(format!("More is on the pages of policies: {}.", policies.join(", ")));
    }
    print::text(&format!("{}\n", textwrap::fill(&lines.join(" "), WIDTH)));
    Exit::Good
}

fn explain_policy(name: &str) -> Exit {
    if let Some(entry) = policies::find(name) {
        print::text(&policy_page(entry));
        return Exit::Good;
    }
    let names = policies::ALL.iter().map(|entry| entry.meta.name);
    let near = nearest(
        name,
        names.clone().chain(codes::ALL.iter().map(|code| code.id)).chain(kinds::ALL.iter().map(|kind| kind.name)),
    );
    if policies::UNBUILT.contains(&name) {
        let instead = policies::instead(name).map(|instead| format!("; {instead}")).unwrap_or_default();
        complain!("the policy `{name}` is known but not built yet{instead}");
    } else if near.is_empty() {
        complain!(
            "there is no code, policy or fault `{name}`; the policies are: {}",
            names.collect::<Vec<_>>().join(", ")
        );
    } else {
        complain!("there is no code, policy or fault `{name}`; did you mean {}?", quoted_list(&near));
    }
    Exit::Usage
}
