//! A minimum cut of a network by Dinic's algorithm: paths along levels until none is left.
//!
//! Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation", 1970.

use std::collections::VecDeque;

/// More than any sum of costs.
pub(super) const INFINITE: u64 = u64::MAX / 4;

/// A directed network. An edge and its reverse are neighbours in the list.
#[derive(Debug, Default)]
pub(super) struct Network {
    edges: Vec<Edge>,
    /// The edges that leave each node.
    leaving: Vec<Vec<usize>>,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    /// What may flow still.
    capacity: u64,
}

impl Network {
    /// Adds a node and returns its number; numbers count from zero.
    pub fn node(&mut self) -> usize {
        self.leaving.push(Vec::new());
        self.leaving.len() - 1
    }

    /// Adds an edge, cut if `from` is on the source's side and `to` on the sink's.
    pub fn edge(&mut self, from: usize, to: usize, capacity: u64) {
        for (from, to, capacity) in [(from, to, capacity), (to, from, 0)] {
            self.leaving[from].push(self.edges.len());
            self.edges.push(Edge { to, capacity });
        }
    }

    /// Which nodes are on the sink's side of the cheapest cut; of equally cheap ones, of that with the fewest.
    pub fn cut(mut self, source: usize, sink: usize) -> Vec<bool> {
        while let Some(levels) = self.levels(source, sink) {
            let mut next = vec![0; self.leaving.len()];
            while self.augment(source, sink, &levels, &mut next) {}
        }
        let mut reaches = vec![false; self.leaving.len()];
        reaches[sink] = true;
        let mut pending = vec![sink];
        while let Some(node) = pending.pop() {
            for &edge in &self.leaving[node] {
                let before = self.edges[edge].to;
                if self.edges[edge ^ 1].capacity > 0 && !reaches[before] {
                    reaches[before] = true;
                    pending.push(before);
                }
            }
        }
        reaches
    }

    /// How many edges each node is from the source; `None` if the sink is not to be reached.
    fn levels(&self, source: usize, sink: usize) -> Option<Vec<usize>> {
        let mut levels = vec![usize::MAX; self.leaving.len()];
        levels[source] = 0;
        let mut pending = VecDeque::from([source]);
        while let Some(node) = pending.pop_front() {
            for &edge in &self.leaving[node] {
                let Edge { to, capacity } = self.edges[edge];
                if capacity > 0 && levels[to] == usize::MAX {
                    levels[to] = levels[node] + 1;
                    pending.push_back(to);
                }
            }
        }
        (levels[sink] != usize::MAX).then_some(levels)
    }

    /// Sends what it can along one path, level by level; `next` is where each node's search goes on.
    fn augment(&mut self, source: usize, sink: usize, levels: &[usize], next: &mut [usize]) -> bool {
        let mut path: Vec<usize> = Vec::new();
        let mut node = source;
        while node != sink {
            let Some(&edge) = self.leaving[node].get(next[node]) else {
                let Some(last) = path.pop() else { return false };
                node = self.edges[last ^ 1].to;
                next[node] += 1;
                continue;
            };
            let Edge { to, capacity } = self.edges[edge];
            if capacity > 0 && levels[to] == levels[node] + 1 {
                path.push(edge);
                node = to;
            } else {
                next[node] += 1;
            }
        }
        let amount = path.iter().map(|&edge| self.edges[edge].capacity).min().unwrap_or(0);
        for edge in path {
            self.edges[edge].capacity -= amount;
            self.edges[edge ^ 1].capacity = self.edges[edge ^ 1].capacity.saturating_add(amount).min(INFINITE);
        }
        amount > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `edges` between nodes 0 (the source) to `nodes - 1` (the sink): which are on the sink's side.
    fn check(nodes: usize, edges: &[(usize, usize, u64)], expected: &[usize]) {
        let mut network = Network::default();
        (0..nodes).for_each(|_| {
            network.node();
        });
        for &(from, to, capacity) in edges {
            network.edge(from, to, capacity);
        }
        let cut = network.cut(0, nodes - 1);
        let found: Vec<usize> = (0..nodes).filter(|&node| cut[node]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_narrowest_place_is_cut() {
        check(4, &[(0, 1, 5), (1, 2, 2), (2, 3, 4)], &[2, 3]);
        check(4, &[(0, 1, 5), (1, 2, INFINITE), (2, 3, 4)], &[3]);
        // Of two places alike, the one at the sink.
        check(3, &[(0, 1, 3), (1, 2, 3)], &[2]);
    }

    #[test]
    fn flow_takes_another_way() {
        // The first path blocks both others until it is undone.
        check(6, &[(0, 1, 1), (0, 2, 1), (1, 3, 1), (1, 4, 1), (2, 3, 1), (3, 5, 1), (4, 5, 1)], &[5]);
        check(6, &[(0, 1, 3), (0, 2, 3), (1, 3, 1), (1, 4, 1), (2, 3, 1), (3, 5, 9), (4, 5, 9)], &[3, 4, 5]);
    }

    #[test]
    fn long_chains_take_no_stack() {
        let edges: Vec<_> = (0..200_000).map(|node| (node, node + 1, if node == 100_000 { 1 } else { 7 })).collect();
        let mut network = Network::default();
        (0..=200_000).for_each(|_| {
            network.node();
        });
        edges.iter().for_each(|&(from, to, capacity)| network.edge(from, to, capacity));
        assert_eq!(network.cut(0, 200_000).iter().filter(|&&is_cut| is_cut).count(), 100_000);
    }
}
