//! Finds the nodes that may be applied to one place more than once, and those that lead back to themselves.

use super::node::{Anchors, Node, NodeId, Rule};

/// The nodes that a node leads to.
struct Edges {
    here: Vec<NodeId>,
    further_down: Vec<NodeId>,
    /// Two of them may meet at one place.
    may_meet: bool,
    has_unevaluated: bool,
}

/// Marks nodes whose results must be kept, and nodes that may come back to themselves.
pub(super) fn mark(nodes: &mut [Node], root: NodeId, anchors: &Anchors) {
    let edges: Vec<Edges> = nodes.iter().map(|node| edges(node, anchors)).collect();
    let mut ways = vec![0_usize; nodes.len()];
    ways[root as usize] = 1;
    for target in edges.iter().flat_map(|edges| edges.here.iter().chain(&edges.further_down)) {
        ways[*target as usize] += 1;
    }
    // Rules about what others left look at the results of all these again.
    let looks_twice = edges.iter().any(|edges| edges.has_unevaluated);
    let met = reachable(&edges);
    let circular = circular(&edges);
    for (at, node) in nodes.iter_mut().enumerate() {
        let is_large = !edges[at].here.is_empty() || !edges[at].further_down.is_empty();
        node.is_shared = is_large && (looks_twice || met[at] && ways[at] > 1);
        node.is_circular = circular[at];
    }
}

fn edges(node: &Node, anchors: &Anchors) -> Edges {
    let mut edges = Edges { here: Vec::new(), further_down: Vec::new(), may_meet: false, has_unevaluated: false };
    let mut rules_further_down = 0;
    for rule in &node.rules {
        edges.here.extend(rule.here());
        if let Rule::DynamicRef { anchor, .. } = rule {
            edges.here.extend(anchors.targets.iter().filter(|((_, name), _)| name == anchor).map(|(_, node)| *node));
        }
        let further = rule.further_down();
        rules_further_down += usize::from(!further.is_empty());
        edges.further_down.extend(further);
        match rule {
            Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_) => edges.has_unevaluated = true,
            Rule::Properties(properties) => edges.may_meet |= !properties.patterns.is_empty(),
            _ => {}
        }
    }
    let with_others = !edges.here.is_empty() && edges.here.len() + edges.further_down.len() > 1;
    edges.may_meet |= with_others || rules_further_down > 1;
    edges
}

/// The nodes that are reached from where two ways may meet again.
fn reachable(edges: &[Edges]) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    let mut open: Vec<NodeId> = Vec::new();
    for edges in edges.iter().filter(|edges| edges.may_meet) {
        open.extend(edges.here.iter().chain(&edges.further_down));
    }
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut seen[node as usize], true) {
            let edges = &edges[node as usize];
            open.extend(edges.here.iter().chain(&edges.further_down));
        }
    }
    seen
}

/// One node at least of every circle that does not go into the value.
fn circular(edges: &[Edges]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut found = vec![false; edges.len()];
    let mut states = vec![State::New; edges.len()];
    for start in 0..edges.len() {
        let mut path = vec![(start, 0)];
        if states[start] != State::New {
            continue;
        }
        states[start] = State::Open;
        while let Some((node, next)) = path.pop() {
            let Some(target) = edges[node].here.get(next).map(|target| *target as usize) else {
                states[node] = State::Done;
                continue;
            };
            path.push((node, next + 1));
            match states[target] {
                State::New => {
                    states[target] = State::Open;
                    path.push((target, 0));
                }
                State::Open => found[target] = true,
                State::Done => {}
            }
        }
    }
    found
}
