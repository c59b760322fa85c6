//! `LinearRegressor`, `LinearClassifier`.

use super::scores::Transform;
use super::{best_label, class_labels, examples_of, floats};
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] =
    &[row("ai.onnx.ml.LinearRegressor", regressor), row("ai.onnx.ml.LinearClassifier", classifier)];

fn regressor(node: &mut Node) -> Results {
    let targets = usize::try_from(node.int_or("targets", 1)).map_err(|_| "targets is negative")?;
    let scores = scores(node, targets)?;
    Ok(vec![Transform::of(node)?.apply(node, scores)?])
}

fn classifier(node: &mut Node) -> Results {
    let labels = class_labels(node)?.len();
    let scores = scores(node, labels)?;
    let label = best_label(node, scores)?;
    Ok(vec![label, Transform::of(node)?.apply(node, scores)?])
}

/// `x w + b`, a column for each of `count` rows of coefficients.
fn scores(node: &mut Node, count: usize) -> Result<Tracked, String> {
    let coefficients = node.floats("coefficients").unwrap_or_default();
    let features = coefficients.len().checked_div(count).unwrap_or(0);
    if features * count != coefficients.len() || features == 0 {
        let found = coefficients.len();
        return Err(format!("there must be as many coefficients for each of {count} rows, not {found} altogether"));
    }
    let x = examples_of(node, features)?;
    let weights = floats(node, x, &[count, features], coefficients)?;
    let weights = node.transpose(weights, &[1, 0])?;
    let scores = product(node, x, weights)?;
    let intercepts = node.floats("intercepts").unwrap_or_default();
    if intercepts.is_empty() {
        return Ok(scores);
    }
    if intercepts.len() != count {
        return Err(format!("there must be {count} intercepts, not {}", intercepts.len()));
    }
    let intercepts = floats(node, x, &[count], intercepts)?;
    node.binary("graph.add", scores, intercepts)
}
