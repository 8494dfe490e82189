//! Coverage for people.

use super::covered::Coverage;

/// A table of files, and below each file everything that has not run.
pub fn table(coverage: &Coverage) -> String {
    let mut text = format!("{:<50} {:>10} {:>10} {:>10}\n", "coverage", "steps", "branches", "catches");
    let mut total = Counts::default();
    for file in coverage.files() {
        let (steps, blocks) = (coverage.steps_of(file), coverage.blocks_of(file));
        let mut counts = Counts::default();
        let mut open: Vec<(usize, String)> = Vec::new();
        for step in &steps {
            let ran = coverage.hits(&step.place) > 0;
            counts.steps.count(ran);
            if !ran {
                open.push((step.line, format!("the step `{}`", step.title)));
            }
        }
        for block in &blocks {
            let ran = coverage.taken(block) > 0;
            let counted = if block.is_catch { &mut counts.catches } else { &mut counts.branches };
            counted.count(ran);
            if !ran {
                let kind = if block.is_catch { "" } else { "the branch " };
                open.push((block.line, format!("{kind}`{}`", block.label)));
            }
        }
        open.sort_by_key(|(line, _)| *line);
        text.push_str(&counts.line(file));
        for (line, shown) in open {
            text.push_str(&format!("  {file}:{line}: {shown} has not run\n"));
        }
        total.add(&counts);
    }
    text.push_str(&total.line("total"));
    text
}

/// So many of so many.
#[derive(Default)]
struct Count {
    ran: usize,
    all: usize,
}

#[derive(Default)]
struct Counts {
    steps: Count,
    branches: Count,
    catches: Count,
}

impl Count {
    fn count(&mut self, ran: bool) {
        self.ran += usize::from(ran);
        self.all += 1;
    }

    fn add(&mut self, other: &Count) {
        self.ran += other.ran;
        self.all += other.all;
    }

    fn shown(&self) -> String {
        if self.all == 0 { "-".to_owned() } else { format!("{} of {}", self.ran, self.all) }
    }
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.steps.add(&other.steps);
        self.branches.add(&other.branches);
        self.catches.add(&other.catches);
    }

    fn line(&self, name: &str) -> String {
        let [steps, branches, catches] = [&self.steps, &self.branches, &self.catches].map(Count::shown);
        format!("{name:<50} {steps:>10} {branches:>10} {catches:>10}\n")
    }
}
