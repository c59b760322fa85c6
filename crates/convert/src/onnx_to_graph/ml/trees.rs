//! `TreeEnsemble`, and what it was before: `TreeEnsembleRegressor`, `TreeEnsembleClassifier`.

use super::forest::{Aggregate, Branch, Forest, Mode};
use super::scores::Transform;
use super::{best_label, class_labels, examples, float_list, floats, label, tensor_floats};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;
use std::collections::{HashMap, HashSet};

pub(crate) const ROWS: &[Row] = &[
    row("ai.onnx.ml.TreeEnsemble", ensemble),
    row("ai.onnx.ml.TreeEnsembleRegressor", regressor),
    row("ai.onnx.ml.TreeEnsembleClassifier", classifier),
];

fn regressor(node: &mut Node) -> Results {
    let x = examples(node)?;
    let aggregate = match node.string_or("aggregate_function", "SUM") {
        "AVERAGE" => Aggregate::Average,
        "SUM" => Aggregate::Sum,
        "MIN" => Aggregate::Min,
        "MAX" => Aggregate::Max,
        other => return Err(format!("aggregate_function \"{other}\" is not known")),
    };
    let targets = usize::try_from(node.int_or("n_targets", 1)).map_err(|_| "n_targets is negative")?;
    let forest = Forest { aggregate, ..listed_forest(node, "target", targets)? };
    let scores = forest.scores(node, x)?;
    let scores = with_base(node, scores, targets)?;
    let scores = Transform::of(node)?.apply(node, scores)?;
    Ok(vec![node.cast(scores, ElementType::F32)?])
}

/// Adds the base values, if there are any.
fn with_base(node: &mut Node, scores: Tracked, count: usize) -> Result<Tracked, String> {
    match float_list(node, "base_values")? {
        Some(base) if base.len() == count => {
            let base = floats(node, scores, &[count], base)?;
            node.binary("graph.add", scores, base)
        }
        Some(base) => Err(format!("there must be {count} base values, not {}", base.len())),
        None => Ok(scores),
    }
}

fn classifier(node: &mut Node) -> Results {
    let x = examples(node)?;
    let labels = class_labels(node)?;
    let forest = listed_forest(node, "class", labels.len())?;
    let voted: HashSet<usize> =
        forest.nodes.iter().flat_map(|branch| &branch.weights).map(|(class, _)| *class).collect();
    let (label, scores) = match (labels.len(), voted.len()) {
        (2, 1) => one_score(node, x, forest)?,
        (count, _) => {
            let scores = forest.scores(node, x)?;
            let scores = with_base(node, scores, count)?;
            (best_label(node, scores)?, Transform::of(node)?.apply(node, scores)?)
        }
    };
    Ok(vec![label, node.cast(scores, ElementType::F32)?])
}

/// Two classes of which trees score but one. If no weight is negative, the score is a probability, which the other class
/// has the rest of; else its sign tells.
fn one_score(node: &mut Node, x: Tracked, forest: Forest) -> Result<(Tracked, Tracked), String> {
    let are_positive = forest.nodes.iter().flat_map(|branch| &branch.weights).all(|(_, weight)| *weight >= 0.0);
    let nodes = forest.nodes.into_iter().map(|branch| {
        let weights = branch.weights.into_iter().map(|(_, weight)| (0, weight)).collect();
        Branch { weights, ..branch }
    });
    let forest = Forest { nodes: nodes.collect(), targets: 1, ..forest };
    let score = forest.scores(node, x)?;
    let score = with_base(node, score, 1)?;
    let bound = node.scalar(node.element(score), if are_positive { 0.5 } else { 0.0 })?;
    let is_second = node.binary("graph.greater", score, bound)?;
    let index = node.cast(is_second, ElementType::I64)?;
    let index = node.drop_axes(index, &[1])?;
    let label = label(node, index)?;
    let first = if are_positive {
        let one = node.scalar(node.element(score), 1.0)?;
        node.binary("graph.subtract", one, score)?
    } else {
        node.unary("graph.negate", score)?
    };
    let scores = node.concat(&[first, score], 1)?;
    match Transform::of(node)? {
        Transform::Logistic if !are_positive => Ok((label, node.unary("graph.sigmoid", scores)?)),
        _ => Ok((label, scores)),
    }
}

/// The trees that lists of nodes and of leaf weights describe, the latter for each `kind`.
fn listed_forest(node: &Node, kind: &str, targets: usize) -> Result<Forest, String> {
    let ints = |name: String| node.ints(&name).unwrap_or_default();
    let trees = ints("nodes_treeids".into());
    let ids = ints("nodes_nodeids".into());
    let modes = node.attribute("nodes_modes").and_then(|modes| modes.as_strs()).unwrap_or_default();
    let [features, true_ids, false_ids] =
        ["nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids"].map(|name| ints(name.into()));
    let values = float_list(node, "nodes_values")?.unwrap_or_default();
    let missing = ints("nodes_missing_value_tracks_true".into());
    let lengths = [ids.len(), modes.len(), features.len(), true_ids.len(), false_ids.len(), values.len()];
    if lengths.iter().any(|&length| length != trees.len()) {
        return Err("the lists of nodes must be of one length".into());
    }
    let mut places: HashMap<(i64, i64), usize> = HashMap::new();
    for (place, key) in trees.iter().copied().zip(ids.iter().copied()).enumerate() {
        if places.insert(key, place).is_some() {
            return Err(format!("tree {} has two nodes of number {}", key.0, key.1));
        }
    }
    let find = |tree: i64, id: i64| {
        places.get(&(tree, id)).copied().ok_or_else(|| format!("tree {tree} has no node of number {id}"))
    };
    let mut nodes = Vec::new();
    for place in 0..trees.len() {
        if modes[place] == "LEAF" {
            nodes.push(Branch::leaf(place, Vec::new()));
            continue;
        }
        nodes.push(Branch {
            mode: named_mode(modes[place])?,
            feature: features[place],
            value: values[place],
            missing_is_true: missing.get(place).is_some_and(|&missing| missing != 0),
            next: [find(trees[place], true_ids[place])?, find(trees[place], false_ids[place])?],
            weights: Vec::new(),
        });
    }
    let inner: HashSet<usize> = (0..nodes.len()).filter(|&place| modes[place] != "LEAF").collect();
    let followers: HashSet<usize> = inner.iter().flat_map(|&place| nodes[place].next).collect();
    let roots: Vec<usize> = (0..nodes.len()).filter(|place| !followers.contains(place)).collect();
    add_weights(node, kind, targets, &mut nodes, &find)?;
    Ok(Forest { nodes, roots, aggregate: Aggregate::Sum, targets })
}

/// Gives leaves their weights.
fn add_weights(
    node: &Node,
    kind: &str,
    targets: usize,
    nodes: &mut [Branch],
    find: &dyn Fn(i64, i64) -> Result<usize, String>,
) -> Result<(), String> {
    let [trees, ids, columns] =
        ["treeids", "nodeids", "ids"].map(|name| node.ints(&format!("{kind}_{name}")).unwrap_or_default());
    let weights = float_list(node, &format!("{kind}_weights"))?.unwrap_or_default();
    if [ids.len(), columns.len(), weights.len()].iter().any(|&length| length != trees.len()) {
        return Err("the lists of weights must be of one length".into());
    }
    for (place, &tree) in trees.iter().enumerate() {
        let target = usize::try_from(columns[place]).ok().filter(|&target| target < targets);
        let target = target.ok_or_else(|| format!("a weight is for {kind} {} of {targets}", columns[place]))?;
        nodes[find(tree, ids[place])?].weights.push((target, weights[place]));
    }
    Ok(())
}

fn named_mode(name: &str) -> Result<Mode, String> {
    Ok(match name {
        "BRANCH_LEQ" => Mode::LessEqual,
        "BRANCH_LT" => Mode::Less,
        "BRANCH_GTE" => Mode::GreaterEqual,
        "BRANCH_GT" => Mode::Greater,
        "BRANCH_EQ" => Mode::Equal,
        "BRANCH_NEQ" => Mode::NotEqual,
        other => return Err(format!("a node has mode \"{other}\", which is not known")),
    })
}

/// The number of the mode in which a node asks for one of several values.
const MEMBER: usize = 6;

/// The modes of `TreeEnsemble`, by number.
const MODES: [Mode; MEMBER] =
    [Mode::LessEqual, Mode::Less, Mode::GreaterEqual, Mode::Greater, Mode::Equal, Mode::NotEqual];

fn ensemble(node: &mut Node) -> Results {
    let x = examples(node)?;
    let result = node.element(node.input(0)?);
    let aggregate = match node.int_or("aggregate_function", 1) {
        0 => Aggregate::Average,
        1 => Aggregate::Sum,
        2 => Aggregate::Min,
        3 => Aggregate::Max,
        other => return Err(format!("aggregate_function {other} is not known")),
    };
    let forest = Forest { aggregate, ..numbered_forest(node)? };
    let scores = forest.scores(node, x)?;
    let scores = Transform::of(node)?.apply(node, scores)?;
    Ok(vec![node.cast(scores, result)?])
}

/// The trees of `TreeEnsemble`: inner nodes first, then leaves. A node that asks for one of several values becomes one for
/// each of them.
fn numbered_forest(node: &Node) -> Result<Forest, String> {
    let ints = |name: &str| node.ints(name).unwrap_or_default();
    let modes = tensor_floats(node, "nodes_modes")?.unwrap_or_default();
    let values = tensor_floats(node, "nodes_splits")?.unwrap_or_default();
    let features = ints("nodes_featureids");
    let missing = ints("nodes_missing_value_tracks_true");
    let ways = [("nodes_truenodeids", "nodes_trueleafs"), ("nodes_falsenodeids", "nodes_falseleafs")]
        .map(|(ids, leaves)| (ints(ids), ints(leaves)));
    let count = modes.len();
    let lengths = ways.iter().flat_map(|(ids, leaves)| [ids.len(), leaves.len()]);
    if lengths.chain([values.len(), features.len()]).any(|length| length != count) {
        return Err("the lists of nodes must be of one length".into());
    }
    let (targets, weights) = (ints("leaf_targetids"), tensor_floats(node, "leaf_weights")?.unwrap_or_default());
    if targets.len() != weights.len() {
        return Err("there must be as many weights as targets of leaves".into());
    }
    let outputs = usize::try_from(node.int_or("n_targets", 1)).map_err(|_| "n_targets is negative")?;
    let index = |number: i64, count: usize, what: &str| {
        let index = usize::try_from(number).ok().filter(|&index| index < count);
        index.ok_or_else(|| format!("a tree goes on to {what} {number} of {count}"))
    };
    let mut nodes = Vec::new();
    let next = |way: &(Vec<i64>, Vec<i64>), place: usize| match way.1[place] {
        0 => index(way.0[place], count, "node"),
        _ => Ok(count + index(way.0[place], weights.len(), "leaf")?),
    };
    for place in 0..count {
        nodes.push(Branch {
            mode: MODES.get(modes[place] as usize).copied().unwrap_or(Mode::Equal),
            feature: features[place],
            value: values[place],
            missing_is_true: missing.get(place).is_some_and(|&missing| missing != 0),
            next: [next(&ways[0], place)?, next(&ways[1], place)?],
            weights: Vec::new(),
        });
    }
    for (place, (&target, &weight)) in targets.iter().zip(&weights).enumerate() {
        nodes.push(Branch::leaf(count + place, vec![(index(target, outputs, "target")?, weight)]));
    }
    expand_members(node, &modes, &mut nodes)?;
    let roots = ints("tree_roots").into_iter().map(|root| index(root, count, "root")).collect::<Result<_, _>>()?;
    Ok(Forest { nodes, roots, aggregate: Aggregate::Sum, targets: outputs })
}

/// Makes nodes that compare with one value of those that ask for several.
fn expand_members(node: &Node, modes: &[f64], nodes: &mut Vec<Branch>) -> Result<(), String> {
    let members = tensor_floats(node, "membership_values")?.unwrap_or_default();
    let mut sets = members.split(|value| value.is_nan());
    for (place, &mode) in modes.iter().enumerate() {
        if mode as usize > MEMBER || mode < 0.0 {
            return Err(format!("a node has mode {mode}, which is not known"));
        }
        if mode as usize != MEMBER {
            continue;
        }
        let set = sets.next().filter(|set| !set.is_empty()).ok_or("a node has no values to ask for")?;
        let otherwise = nodes[place].next[1];
        let mut at = place;
        for (number, &value) in set.iter().enumerate() {
            nodes[at].value = value;
            nodes[at].next[1] = otherwise;
            if number + 1 < set.len() {
                let another = Branch { missing_is_true: false, ..nodes[at].clone() };
                nodes.push(another);
                let last = nodes.len() - 1;
                nodes[at].next[1] = last;
                at = last;
            }
        }
    }
    Ok(())
}
