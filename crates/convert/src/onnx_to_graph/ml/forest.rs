//! A forest as tables of nodes, and what it computes as steps from table to table.
//!
//! All examples go down all trees at once. A step looks up, for each example and tree, the feature and the threshold of the
//! node it is at, compares, and goes on to one of two nodes; leaves go on to themselves. As many steps as the deepest tree has
//! levels bring everything to its leaf. There are no branches, and nothing depends on the order of nodes.

use super::floats;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

/// The most levels of a tree: each becomes a few ops.
const MOST_LEVELS: usize = 256;

/// The most weights of all nodes and targets together: a file that asks for more has few of them.
const MOST_WEIGHTS: usize = 1 << 28;

/// How a node compares a feature with its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    LessEqual,
    Less,
    GreaterEqual,
    Greater,
    Equal,
    NotEqual,
}

impl Mode {
    const ALL: [(Mode, &'static str); 6] = [
        (Mode::LessEqual, "graph.less_equal"),
        (Mode::Less, "graph.less"),
        (Mode::GreaterEqual, "graph.greater_equal"),
        (Mode::Greater, "graph.greater"),
        (Mode::Equal, "graph.equal"),
        (Mode::NotEqual, "graph.equal"),
    ];
}

/// A node of a tree.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Branch {
    pub mode: Mode,
    pub feature: i64,
    pub value: f64,
    /// Whether a feature that is no number takes the first way.
    pub missing_is_true: bool,
    /// The nodes to go on to where the comparison holds and where not; a leaf's are itself.
    pub next: [usize; 2],
    /// What a leaf adds to which scores.
    pub weights: Vec<(usize, f64)>,
}

impl Branch {
    /// A leaf, which is node number `index`.
    pub fn leaf(index: usize, weights: Vec<(usize, f64)>) -> Branch {
        let next = [index; 2];
        Branch { mode: Mode::LessEqual, feature: 0, value: 0.0, missing_is_true: false, next, weights }
    }

    fn is_leaf(&self, index: usize) -> bool {
        self.next == [index; 2]
    }
}

/// How the weights of an example's leaves become its scores.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Aggregate {
    Average,
    Sum,
    Min,
    Max,
}

/// Trees.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Forest {
    pub nodes: Vec<Branch>,
    pub roots: Vec<usize>,
    pub aggregate: Aggregate,
    /// The number of scores.
    pub targets: usize,
}

impl Forest {
    /// Scores of each example in `x`, a row of features each.
    pub fn scores(&self, node: &mut Node, x: Tracked) -> Result<Tracked, String> {
        let levels = self.check(node, x)?;
        let rows = node.shape(x)[0];
        let roots = numbers(node, &[1, self.roots.len()], self.roots.iter().map(|&root| root as i64))?;
        let mut at = node.broadcast(roots, &[rows, Dim::Static(self.roots.len() as u64)])?;
        let tables = Tables::new(node, self, x)?;
        for _ in 0..levels {
            at = tables.step(node, x, at)?;
        }
        self.aggregated(node, x, at)
    }

    /// The weights of the leaves at `at`, of all trees together.
    fn aggregated(&self, node: &mut Node, x: Tracked, at: Tracked) -> Result<Tracked, String> {
        let nothing = match self.aggregate {
            Aggregate::Average | Aggregate::Sum => 0.0,
            Aggregate::Min => f64::INFINITY,
            Aggregate::Max => f64::NEG_INFINITY,
        };
        let mut weights = vec![nothing; self.nodes.len() * self.targets];
        for (row, branch) in weights.chunks_exact_mut(self.targets.max(1)).zip(&self.nodes) {
            for &(target, weight) in &branch.weights {
                row[target] = if row[target].is_finite() { row[target] + weight } else { weight };
            }
        }
        let weights = floats(node, x, &[self.nodes.len(), self.targets], weights)?;
        let weights = node.emit("graph.gather", &[weights, at], &[("axis", attribute(0i64))])?;
        let op = match self.aggregate {
            Aggregate::Average | Aggregate::Sum => "graph.reduce_sum",
            Aggregate::Min => "graph.reduce_min",
            Aggregate::Max => "graph.reduce_max",
        };
        let scores = node.reduce(op, weights, &[1])?;
        let scores = node.drop_axes(scores, &[1])?;
        match self.aggregate {
            Aggregate::Sum => Ok(scores),
            Aggregate::Average => node.binary_scalar("graph.divide", scores, self.roots.len() as f64),
            Aggregate::Min | Aggregate::Max => {
                // No tree says anything about this target.
                let nothing = node.scalar(node.element(scores), nothing)?;
                let zero = node.scalar(node.element(scores), 0.0)?;
                let is_nothing = node.binary("graph.equal", scores, nothing)?;
                node.select(is_nothing, zero, scores)
            }
        }
    }

    /// How many steps lead from the roots to the leaves.
    fn check(&self, node: &Node, x: Tracked) -> Result<usize, String> {
        if self.nodes.is_empty() || self.roots.is_empty() || self.targets == 0 {
            return Err("there are no trees, or no targets".into());
        }
        if self.nodes.len().checked_mul(self.targets).is_none_or(|weights| weights > MOST_WEIGHTS) {
            return Err(format!("{} nodes with {} targets each are too many", self.nodes.len(), self.targets));
        }
        let features = node.shape(x)[1].as_static();
        let is_there = |feature: i64| feature >= 0 && features.is_none_or(|features| (feature as u64) < features);
        if let Some(branch) = self.nodes.iter().find(|branch| !is_there(branch.feature)) {
            return Err(format!("a node reads feature {}, which an example has not", branch.feature));
        }
        self.levels()
    }

    /// The number of steps from the roots to the leaf that is farthest away.
    fn levels(&self) -> Result<usize, String> {
        let mut level = self.roots.clone();
        for levels in 0..=MOST_LEVELS {
            level.sort_unstable();
            level.dedup();
            level.retain(|&index| !self.nodes[index].is_leaf(index));
            if level.is_empty() {
                return Ok(levels);
            }
            level = level.iter().flat_map(|&index| self.nodes[index].next).collect();
        }
        Err(format!("a tree has more than {MOST_LEVELS} levels, or goes round in circles"))
    }
}

/// A constant of numbers of nodes or features, short as there are many of them to move.
fn numbers(node: &mut Node, shape: &[usize], values: impl Iterator<Item = i64>) -> Result<Tracked, String> {
    let values = values.map(i32::try_from).collect::<Result<Vec<i32>, _>>();
    node.tensor(Tensor::from_values(shape, &values.map_err(|_| "there are too many nodes or features")?))
}

/// The nodes as constants, one for each of their parts.
struct Tables {
    features: Tracked,
    values: Tracked,
    /// The nodes to go on to, two for each.
    next: Tracked,
    /// Where there are several modes: for each but the first, whether a node has it.
    modes: Vec<(Mode, Option<Tracked>)>,
    /// Whether features that are no numbers take the first way, if any does.
    missing: Option<Tracked>,
}

impl Tables {
    fn new(node: &mut Node, forest: &Forest, x: Tracked) -> Result<Tables, String> {
        let nodes = &forest.nodes;
        let shape = [nodes.len()];
        let table = |node: &mut Node, of: &dyn Fn(&Branch) -> i64| numbers(node, &shape, nodes.iter().map(of));
        let flags = |node: &mut Node, of: &dyn Fn(&Branch) -> bool| {
            node.tensor(Tensor::from_bools(&shape, &nodes.iter().map(of).collect::<Vec<bool>>()))
        };
        let is_inner = |index: usize| !nodes[index].is_leaf(index);
        let mut modes = Vec::new();
        for (mode, _) in Mode::ALL {
            if (0..nodes.len()).any(|index| is_inner(index) && nodes[index].mode == mode) {
                let has_it = if modes.is_empty() { None } else { Some(flags(node, &|branch| branch.mode == mode)?) };
                modes.push((mode, has_it));
            }
        }
        let any_missing = nodes.iter().any(|branch| branch.missing_is_true) && node.element(x).is_float();
        Ok(Tables {
            features: table(node, &|branch| branch.feature)?,
            values: floats(node, x, &shape, nodes.iter().map(|branch| branch.value).collect())?,
            next: {
                let next = nodes.iter().flat_map(|branch| branch.next).map(|next| next as i64);
                numbers(node, &[2 * nodes.len()], next)?
            },
            modes,
            missing: if any_missing { Some(flags(node, &|branch| branch.missing_is_true)?) } else { None },
        })
    }

    /// From the nodes at `at` to those after them.
    fn step(&self, node: &mut Node, x: Tracked, at: Tracked) -> Result<Tracked, String> {
        let find =
            |node: &mut Node, table: Tracked| node.emit("graph.gather", &[table, at], &[("axis", attribute(0i64))]);
        let feature = find(node, self.features)?;
        let number = node.emit("graph.gather_elements", &[x, feature], &[("axis", attribute(1i64))])?;
        let value = find(node, self.values)?;
        let mut holds: Option<Tracked> = None;
        for &(mode, has_it) in &self.modes {
            let op = Mode::ALL.iter().find(|(known, _)| *known == mode).map_or("graph.equal", |(_, op)| op);
            let compared = node.binary(op, number, value)?;
            let compared = if mode == Mode::NotEqual { node.unary("graph.not", compared)? } else { compared };
            holds = Some(match (holds, has_it) {
                (Some(holds), Some(has_it)) => {
                    let has_it = find(node, has_it)?;
                    node.select(has_it, compared, holds)?
                }
                _ => compared,
            });
        }
        // Where there are leaves only, there is no step.
        let mut holds = holds.ok_or("no node compares")?;
        if let Some(missing) = self.missing {
            let is_missing = node.unary("graph.is_nan", number)?;
            let takes_first = find(node, missing)?;
            let both = node.binary("graph.and", is_missing, takes_first)?;
            holds = node.binary("graph.or", holds, both)?;
        }
        // The ways of a node stand side by side.
        let (first, second) = (node.scalar(ElementType::I32, 0.0)?, node.scalar(ElementType::I32, 1.0)?);
        let way = node.select(holds, first, second)?;
        let doubled = node.binary_scalar("graph.multiply", at, 2.0)?;
        let place = node.binary("graph.add", doubled, way)?;
        node.emit("graph.gather", &[self.next, place], &[("axis", attribute(0i64))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forest(nodes: &[[usize; 2]]) -> Forest {
        let branch = |&next: &[usize; 2]| Branch { next, ..Branch::leaf(0, Vec::new()) };
        let nodes = nodes.iter().map(branch).collect();
        Forest { nodes, roots: vec![0], aggregate: Aggregate::Sum, targets: 1 }
    }

    #[test]
    fn levels_are_those_of_the_longest_way() {
        assert_eq!(forest(&[[0, 0]]).levels(), Ok(0));
        assert_eq!(forest(&[[1, 2], [1, 1], [3, 1], [3, 3]]).levels(), Ok(2));
        assert!(forest(&[[1, 1], [0, 0]]).levels().expect_err("a circle").contains("circles"));
    }
}
