//! A drawing as a picture: steps below each other, branches side by side, handlers in dashed boxes next to the flow.

use std::fmt::Write;

use super::outline::{Branch, Figure, Item};

/// Between two steps; an arrow fits in.
const GAP: f64 = 22.0;
/// Between boxes that stand side by side.
const ASIDE: f64 = 14.0;
/// Around what is in a box.
const PADDING: f64 = 12.0;
/// The height of a line of text.
const LINE: f64 = 18.0;
/// The widest letters that are common, at the size drawn here.
const LETTER: f64 = 7.4;

const STYLE: &str = "\
text { font: 13px ui-sans-serif, system-ui, 'Helvetica Neue', Arial, sans-serif; fill: #1c2733; }
.policy { font-weight: 600; }
.note, .label { fill: #4c5a69; }
.heading { font-size: 15px; font-weight: 600; }
rect { fill: #ffffff; stroke: #9aa7b4; }
.call { fill: #e8f1fb; stroke: #4a86c5; }
.throw { fill: #fdecea; stroke: #c9544b; }
.start { fill: #1c2733; stroke: none; }
text.start { fill: #ffffff; }
.choice { fill: #f4f6f8; }
.handler { fill: #fff9ec; stroke: #c79a3b; stroke-dasharray: 5 4; }
.arrow { stroke: #6b7885; fill: none; marker-end: url(#head); }
.fault { stroke: #c79a3b; fill: none; stroke-dasharray: 5 4; marker-end: url(#head); }
";

/// Draws all assemblies below each other.
pub fn draw(figures: &[Figure]) -> String {
    let mut canvas = Canvas::default();
    let (mut y, mut width) = (PADDING, 0.0_f64);
    for figure in figures {
        let size = canvas.figure(figure, PADDING, y);
        width = width.max(size.width);
        y += size.height + 2.0 * GAP;
    }
    let (width, height) = (width + 2.0 * PADDING, y - 2.0 * GAP + PADDING);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} \
         {height:.0}\">\n<style>\n{STYLE}</style>\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#6b7885\"/></marker></defs>\n\
         <rect x=\"0\" y=\"0\" width=\"100%\" height=\"100%\" style=\"stroke: none\"/>\n{}</svg>\n",
        canvas.text
    )
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    width: f64,
    height: f64,
}

impl Size {
    fn of(lines: &[&str]) -> Self {
        let letters = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        Size { width: letters as f64 * LETTER + 2.0 * PADDING, height: lines.len() as f64 * LINE + 10.0 }
    }

    /// The size of boxes side by side.
    fn beside(sizes: impl Iterator<Item = Size>) -> Self {
        let add = |all: Size, one: Size| Size {
            width: all.width + one.width + if all.width > 0.0 { ASIDE } else { 0.0 },
            height: all.height.max(one.height),
        };
        sizes.fold(Size::default(), add)
    }
}

// === how large things are ===

fn lines(item: &Item) -> Vec<&str> {
    [&*item.policy, &*item.note].into_iter().filter(|line| !line.is_empty()).collect()
}

fn blocks(item: &Item) -> impl Iterator<Item = (&Branch, &'static str)> {
    let handlers = item.handlers.iter().map(|branch| (branch, "handler"));
    item.branches.iter().map(|branch| (branch, "branch")).chain(handlers)
}

fn item_size(item: &Item) -> Size {
    let head = Size::of(&lines(item));
    if blocks(item).next().is_none() {
        return head;
    }
    let inner = Size::beside(blocks(item).map(|(branch, _)| branch_size(branch)));
    Size { width: head.width.max(inner.width + 2.0 * PADDING), height: head.height + inner.height + PADDING }
}

fn branch_size(branch: &Branch) -> Size {
    let (label, inner) = (Size::of(&[&branch.label]), column_size(&branch.steps));
    let below = if branch.steps.is_empty() { 0.0 } else { inner.height + PADDING };
    Size { width: label.width.max(inner.width + 2.0 * PADDING), height: label.height + below }
}

fn column_size(items: &[Item]) -> Size {
    let sizes: Vec<Size> = items.iter().map(item_size).collect();
    Size {
        width: sizes.iter().map(|size| size.width).fold(0.0, f64::max),
        height: sizes.iter().map(|size| size.height).sum::<f64>() + GAP * items.len().saturating_sub(1) as f64,
    }
}

// === drawing ===

#[derive(Default)]
struct Canvas {
    text: String,
}

impl Canvas {
    fn figure(&mut self, figure: &Figure, x: f64, y: f64) -> Size {
        self.words(&figure.heading, "heading", x, y + LINE - 4.0, "start");
        let top = y + LINE + PADDING;
        let operations: Vec<&str> = figure.operations.iter().map(String::as_str).collect();
        let (start, flow) = (Size::of(&operations), column_size(&figure.flow));
        let width = start.width.max(flow.width);
        let middle = x + width / 2.0;
        self.rect("start", middle - start.width / 2.0, top, start, start.height / 2.0);
        for (index, operation) in operations.iter().enumerate() {
            self.words(operation, "start", middle, top + LINE * (index as f64 + 1.0), "middle");
        }
        let first = top + start.height + GAP;
        self.arrow(middle, top + start.height, first);
        self.column(&figure.flow, middle, first);
        let mut bottom = first + flow.height;
        let mut right = x + width;
        let mut y = first;
        for handler in &figure.handlers {
            let size = branch_size(handler);
            let left = x + width + 3.0 * ASIDE;
            let _ = writeln!(
                self.text,
                "<path class=\"fault\" d=\"M{:.1} {:.1} H{left:.1}\"/>",
                x + width + ASIDE / 2.0,
                y + LINE
            );
            self.branch(handler, "handler", left, y, size);
            right = right.max(left + size.width);
            y += size.height + ASIDE;
            bottom = bottom.max(y - ASIDE);
        }
        let heading = Size::of(&[&figure.heading]).width;
        Size { width: (right - x).max(heading), height: bottom - (top - LINE - PADDING) }
    }

    /// Steps below each other, around a line from top to bottom.
    fn column(&mut self, items: &[Item], middle: f64, top: f64) {
        let mut y = top;
        for (index, item) in items.iter().enumerate() {
            let size = item_size(item);
            if index > 0 {
                self.arrow(middle, y - GAP, y);
            }
            self.item(item, middle - size.width / 2.0, y, size);
            y += size.height + GAP;
        }
    }

    fn item(&mut self, item: &Item, x: f64, y: f64, size: Size) {
        let kind = match &*item.policy {
            "lambda" | "aws-lambda" | "invoke" | "proxy" => "call",
            "throw" => "throw",
            _ if item.branches.is_empty() => "step",
            _ => "choice",
        };
        self.rect(kind, x, y, size, 6.0);
        let middle = x + size.width / 2.0;
        for (index, line) in lines(item).into_iter().enumerate() {
            let class = if index == 0 { "policy" } else { "note" };
            self.words(line, class, middle, y + LINE * (index as f64 + 1.0), "middle");
        }
        let inner = Size::beside(blocks(item).map(|(branch, _)| branch_size(branch)));
        let mut left = middle - inner.width / 2.0;
        let top = y + Size::of(&lines(item)).height;
        for (branch, kind) in blocks(item) {
            let size = Size { height: inner.height, ..branch_size(branch) };
            self.branch(branch, kind, left, top, size);
            left += size.width + ASIDE;
        }
    }

    fn branch(&mut self, branch: &Branch, kind: &str, x: f64, y: f64, size: Size) {
        self.rect(kind, x, y, size, 4.0);
        let middle = x + size.width / 2.0;
        self.words(&branch.label, "label", middle, y + LINE, "middle");
        self.column(&branch.steps, middle, y + Size::of(&[&branch.label]).height);
    }

    fn rect(&mut self, class: &str, x: f64, y: f64, size: Size, corner: f64) {
        let Size { width, height } = size;
        let _ = writeln!(
            self.text,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{corner:.1}\"/>"
        );
    }

    fn words(&mut self, text: &str, class: &str, x: f64, y: f64, anchor: &str) {
        let text = escaped(text);
        let _ = writeln!(
            self.text,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    fn arrow(&mut self, x: f64, from: f64, to: f64) {
        let _ = writeln!(self.text, "<path class=\"arrow\" d=\"M{x:.1} {from:.1} V{:.1}\"/>", to - 1.0);
    }
}

/// Text that cannot become markup. Control characters have no place in XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            letter => out.push(letter),
        }
    }
    out
}
