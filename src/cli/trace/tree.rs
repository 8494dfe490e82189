//! Trees for the terminal.

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Lines of one text.
const LINES: usize = 4;

/// A text with what is below it.
pub(super) struct Tree {
    text: String,
    below: Vec<Tree>,
}

impl Tree {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Tree { text: text.into(), below: Vec::new() }
    }

    pub(super) fn add(&mut self, tree: Tree) {
        self.below.push(tree);
    }

    /// Adds a text with nothing below it.
    pub(super) fn leaf(&mut self, text: impl Into<String>) {
        self.add(Tree::new(text));
    }

    /// The lines, none of them longer than a terminal is wide.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, "", "");
        out
    }

    /// `first` comes before the first line, `rest` before the others.
    fn write(&self, out: &mut String, first: &str, rest: &str) {
        let bar = if self.below.is_empty() { "  " } else { "│ " };
        for (number, line) in
            wrapped(&self.text, WIDTH.saturating_sub(rest.chars().count() + 2).max(20)).iter().enumerate()
        {
            match number {
                0 => out.push_str(&format!("{first}{line}\n")),
                _ => out.push_str(&format!("{rest}{bar}{line}\n")),
            }
        }
        for (number, tree) in self.below.iter().enumerate() {
            let is_last = number + 1 == self.below.len();
            let (branch, bar) = if is_last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            tree.write(out, &format!("{rest}{branch}"), &format!("{rest}{bar}"));
        }
    }
}

/// The lines of a text, a few of them at most, broken at spaces where there are some.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() < LINES {
        let end = rest.char_indices().nth(width).map(|(at, _)| at);
        let Some(end) = end else {
            lines.push(rest.to_owned());
            return lines;
        };
        let space = rest[..end].rfind(' ').filter(|space| *space > end / 2);
        let (line, after) = rest.split_at(space.unwrap_or(end));
        lines.push(line.to_owned());
        rest = after.trim_start();
    }
    if let Some(last) = lines.last_mut() {
        while last.chars().count() >= width {
            last.pop();
        }
        last.push('…');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let mut tree = Tree::new("GET /a 200");
        let mut step = Tree::new("a step");
        step.leaf("ä".repeat(1000));
        step.leaf("some words ".repeat(30));
        tree.add(step);
        tree.leaf("the end");
        let shown = tree.render();
        assert!(shown.lines().all(|line| line.chars().count() <= WIDTH), "{shown}");
        assert!(shown.starts_with("GET /a 200\n├─ a step\n│  ├─ ää") && shown.ends_with("└─ the end\n"), "{shown}");
        assert_eq!(shown.matches('…').count(), 2, "{shown}");
    }
}
