//! A drawing for the terminal.

use super::outline::{Branch, Figure, Item};

pub fn draw(figures: &[Figure]) -> String {
    figures.iter().map(figure).collect::<Vec<_>>().join("\n")
}

fn figure(figure: &Figure) -> String {
    let mut lines = vec![figure.heading.clone()];
    lines.extend(figure.operations.iter().map(|operation| format!("  {operation}")));
    steps(&figure.flow, figure.handlers.is_empty(), "", &mut lines);
    branches(&figure.handlers, true, "", &mut lines);
    lines.join("\n") + "\n"
}

/// Draws steps below each other; `last` says that nothing follows them at this depth.
fn steps(items: &[Item], last: bool, before: &str, lines: &mut Vec<String>) {
    let wide = items.iter().map(|item| item.policy.chars().count()).max().unwrap_or_default();
    for (index, item) in items.iter().enumerate() {
        let end = last && index + 1 == items.len();
        let line = format!("{before}{}{:wide$}  {}", if end { "└─ " } else { "├─ " }, item.policy, item.note);
        lines.push(line.trim_end().to_owned());
        let below = format!("{before}{}", if end { "   " } else { "│  " });
        branches(&item.branches, item.handlers.is_empty(), &below, lines);
        branches(&item.handlers, true, &below, lines);
    }
}

fn branches(all: &[Branch], last: bool, before: &str, lines: &mut Vec<String>) {
    for (index, branch) in all.iter().enumerate() {
        let end = last && index + 1 == all.len();
        lines.push(format!("{before}{}[{}]", if end { "└─ " } else { "├─ " }, branch.label));
        steps(&branch.steps, true, &format!("{before}{}", if end { "   " } else { "│  " }), lines);
    }
}
