//! A drawing in Mermaid, which code hosts show in a README.

use std::fmt::Write;

use super::outline::{Branch, Figure, Item};

pub fn draw(figures: &[Figure]) -> String {
    let mut chart = Chart { text: "flowchart TD\n".to_owned(), used: 0, depth: 1 };
    figures.iter().for_each(|figure| chart.figure(figure));
    chart.text
}

struct Chart {
    text: String,
    /// Nodes are numbered.
    used: usize,
    depth: usize,
}

impl Chart {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = self.depth * 2);
    }

    fn name(&mut self) -> String {
        self.used += 1;
        format!("n{}", self.used)
    }

    fn figure(&mut self, figure: &Figure) {
        let start = self.name();
        let words = [std::slice::from_ref(&figure.heading), &figure.operations].concat();
        self.line(&format!(
            "{start}([\"{}\"])",
            words.iter().map(|word| escaped(word)).collect::<Vec<_>>().join("<br/>")
        ));
        self.steps(&figure.flow, Some(start.clone()));
        for handler in &figure.handlers {
            let block = self.block(handler);
            self.line(&format!("{start} -.-> {block}"));
        }
    }

    /// Steps one after the other. Gives the last one, which has something after it.
    fn steps(&mut self, items: &[Item], before: Option<String>) -> Option<String> {
        items.iter().fold(before, |before, item| Some(self.item(item, before.as_deref())))
    }

    fn item(&mut self, item: &Item, before: Option<&str>) -> String {
        let node = self.name();
        let note = if item.note.is_empty() { String::new() } else { format!("<br/>{}", escaped(&item.note)) };
        let (open, close) = if item.branches.is_empty() { ("[", "]") } else { ("{{", "}}") };
        self.line(&format!("{node}{open}\"<b>{}</b>{note}\"{close}", escaped(&item.policy)));
        if let Some(before) = before {
            self.line(&format!("{before} --> {node}"));
        }
        for handler in &item.handlers {
            let block = self.block(handler);
            self.line(&format!("{node} -.-> {block}"));
        }
        if item.branches.is_empty() {
            return node;
        }
        let behind = self.name();
        let blocks: Vec<String> = item.branches.iter().map(|branch| self.block(branch)).collect();
        self.line(&format!("{behind}((\" \"))"));
        for block in &blocks {
            self.line(&format!("{node} --> {block} --> {behind}"));
        }
        if item.branches.iter().all(|branch| branch.label != "otherwise") {
            self.line(&format!("{node} --> {behind}"));
        }
        behind
    }

    /// A box with steps inside.
    fn block(&mut self, branch: &Branch) -> String {
        let block = self.name();
        self.line(&format!("subgraph {block}[\"{}\"]", escaped(&branch.label)));
        self.depth += 1;
        if self.steps(&branch.steps, None).is_none() {
            let nothing = self.name();
            self.line(&format!("{nothing}((\" \"))"));
        }
        self.depth -= 1;
        self.line("end");
        block
    }
}

/// Text that ends neither its quotes nor a tag.
fn escaped(text: &str) -> String {
    let escape = |letter: char| match letter {
        '"' | '<' | '>' | '&' | '#' | ';' | '`' => format!("#{};", u32::from(letter)),
        letter => letter.to_string(),
    };
    text.chars().map(escape).collect()
}
