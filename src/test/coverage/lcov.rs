//! Coverage in the format of LCOV's tracefiles, which editors and CI services read.

use std::collections::BTreeMap;

use super::covered::Coverage;

/// One record for each file: lines of steps, branches, and catches as branches too.
pub fn lcov(coverage: &Coverage) -> String {
    let mut text = String::new();
    for file in coverage.files() {
        text.push_str(&format!("TN:\nSF:{file}\n"));
        let blocks = coverage.blocks_of(file);
        // Those of one step belong together, and so do the catches of an assembly.
        let mut groups: Vec<&Option<String>> = Vec::new();
        let mut in_group: Vec<usize> = Vec::new();
        let mut taken = 0;
        for block in &blocks {
            let group = groups.iter().position(|known| **known == block.owner).unwrap_or_else(|| {
                groups.push(&block.owner);
                in_group.push(0);
                groups.len() - 1
            });
            let ran = coverage.taken(block);
            taken += usize::from(ran > 0);
            let was_reached = block.owner.as_ref().is_none_or(|owner| coverage.hits(owner) > 0);
            let count = if was_reached { ran.to_string() } else { "-".to_owned() };
            text.push_str(&format!("BRDA:{},{group},{},{count}\n", block.line, in_group[group]));
            in_group[group] += 1;
        }
        if !blocks.is_empty() {
            text.push_str(&format!("BRF:{}\nBRH:{taken}\n", blocks.len()));
        }
        let mut lines: BTreeMap<usize, usize> = BTreeMap::new();
        for step in coverage.steps_of(file) {
            let hits = coverage.hits(&step.place);
            lines.entry(step.line).and_modify(|known| *known = (*known).max(hits)).or_insert(hits);
        }
        for (line, hits) in &lines {
            text.push_str(&format!("DA:{line},{hits}\n"));
        }
        let hit = lines.values().filter(|hits| **hits > 0).count();
        text.push_str(&format!("LF:{}\nLH:{hit}\nend_of_record\n", lines.len()));
    }
    text
}
