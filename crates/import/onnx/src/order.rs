//! The order of nodes: as in the file if that is right, else repaired, else a cycle.

use crate::proto::{GraphProto, NodeProto};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What became of the order of a graph's nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// It is right.
    AsIs,
    /// These indices are a right order.
    Sorted(Vec<usize>),
    /// Each of these nodes uses a value of the one before, and the first one of the last.
    Cycle(Vec<usize>),
}

/// Orders `nodes` so that each comes after those whose values it uses.
pub(crate) fn find_order(nodes: &[NodeProto]) -> Order {
    let mut producers: FxHashMap<&str, usize> = FxHashMap::default();
    for (index, node) in nodes.iter().enumerate() {
        for output in node.output.iter().filter(|name| !name.is_empty()) {
            producers.entry(output).or_insert(index);
        }
    }
    let needs: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let mut needs: Vec<usize> =
                used_names(node).iter().filter_map(|name| producers.get(name)).copied().collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        })
        .collect();
    if needs.iter().enumerate().all(|(index, needs)| needs.iter().all(|&need| need < index)) {
        return Order::AsIs;
    }
    let sorted = sort(&needs);
    match sorted.len() == nodes.len() {
        true => Order::Sorted(sorted),
        false => Order::Cycle(find_cycle(&needs, &sorted)),
    }
}

/// Nodes whose needs are met, the earliest in the file first; those on or after a cycle are left out.
fn sort(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (index, needs) in needs.iter().enumerate() {
        for &need in needs {
            users[need].push(index);
        }
    }
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        missing.iter().enumerate().filter(|(_, count)| **count == 0).map(|(index, _)| Reverse(index)).collect();
    let mut sorted = Vec::with_capacity(needs.len());
    while let Some(Reverse(index)) = ready.pop() {
        sorted.push(index);
        for &user in &users[index] {
            missing[user] -= 1;
            if missing[user] == 0 {
                ready.push(Reverse(user));
            }
        }
    }
    sorted
}

/// A cycle among the nodes that `sorted` lacks: each has a need among them, so following needs comes around.
fn find_cycle(needs: &[Vec<usize>], sorted: &[usize]) -> Vec<usize> {
    let done: FxHashSet<usize> = sorted.iter().copied().collect();
    let mut path: Vec<usize> = Vec::new();
    let mut positions: FxHashMap<usize, usize> = FxHashMap::default();
    let mut at = (0..needs.len()).find(|index| !done.contains(index));
    while let Some(index) = at {
        if let Some(&start) = positions.get(&index) {
            let mut cycle = path.split_off(start);
            cycle.reverse();
            return cycle;
        }
        positions.insert(index, path.len());
        path.push(index);
        at = needs[index].iter().copied().find(|need| !done.contains(need));
    }
    path
}

/// The names a node uses: its inputs, what it names in attributes, and what its graphs use from outside.
fn used_names(node: &NodeProto) -> Vec<&str> {
    let mut names: Vec<&str> = node.input.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.extend(named_tensors(node));
    for attribute in &node.attribute {
        for graph in attribute.g.iter().chain(&attribute.graphs) {
            names.extend(free_names(graph));
        }
    }
    names
}

/// The tensors that a `Gradient` names in attributes: those of `xs`, of `zs`, then `y`.
pub(crate) fn named_tensors(node: &NodeProto) -> Vec<&str> {
    if node.op_type != "Gradient" || node.domain != "ai.onnx.preview.training" {
        return Vec::new();
    }
    let find = |name: &'static str| node.attribute.iter().filter(move |attribute| attribute.name == name);
    let lists = ["xs", "zs"].into_iter().flat_map(find).flat_map(|attribute| &attribute.strings);
    let names = lists.chain(find("y").filter_map(|attribute| attribute.s.as_ref()));
    names.filter_map(|name| std::str::from_utf8(name).ok()).collect()
}

/// The names a graph uses and does not define.
fn free_names(graph: &GraphProto) -> Vec<&str> {
    let mut defined: FxHashSet<&str> = graph.input.iter().map(|input| input.name.as_str()).collect();
    defined.extend(graph.initializer.iter().map(|tensor| tensor.name.as_str()));
    defined.extend(graph.node.iter().flat_map(|node| &node.output).map(String::as_str));
    let used = graph.node.iter().flat_map(used_names);
    let used = used.chain(graph.output.iter().map(|output| output.name.as_str()));
    used.filter(|name| !defined.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::AttributeProto;

    fn nodes(rows: &[(&[&str], &str)]) -> Vec<NodeProto> {
        let node = |(inputs, output): &(&[&str], &str)| NodeProto {
            input: inputs.iter().map(|name| name.to_string()).collect(),
            output: vec![output.to_string()],
            ..NodeProto::default()
        };
        rows.iter().map(node).collect()
    }

    #[test]
    fn orders() {
        let check = |rows: &[(&[&str], &str)], order: Order| assert_eq!(find_order(&nodes(rows)), order);
        check(&[(&["x"], "a"), (&["a", "x"], "b")], Order::AsIs);
        check(&[(&["b"], "c"), (&["x"], "a"), (&["a"], "b")], Order::Sorted(vec![1, 2, 0]));
        check(&[(&["x"], "a"), (&["a", "d"], "b"), (&["b"], "c"), (&["c"], "d")], Order::Cycle(vec![2, 3, 1]));
        check(&[(&["a"], "a")], Order::Cycle(vec![0]));
    }

    #[test]
    fn a_gradient_comes_after_what_it_names() {
        let attribute = AttributeProto { name: "y".into(), s: Some("b".into()), ..AttributeProto::default() };
        let mut nodes = nodes(&[(&["x"], "a"), (&["a"], "b")]);
        let (op_type, domain) = ("Gradient".to_owned(), "ai.onnx.preview.training".to_owned());
        nodes[0] = NodeProto { op_type, domain, attribute: vec![attribute], ..nodes[0].clone() };
        nodes[1].input = vec!["x".into()];
        assert_eq!(find_order(&nodes), Order::Sorted(vec![1, 0]));
    }
}
