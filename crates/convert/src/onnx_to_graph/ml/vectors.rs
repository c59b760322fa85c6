//! `SVMRegressor`: support vector machines.

use super::scores::Transform;
use super::{examples_of, floats};
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[row("ai.onnx.ml.SVMRegressor", regressor)];

/// `sum of k(x, vector) coefficient, + rho`.
fn regressor(node: &mut Node) -> Results {
    let coefficients = node.floats("coefficients").unwrap_or_default();
    let rho = node.floats("rho").and_then(|rho| rho.first().copied()).ok_or("attribute \"rho\" is missing")?;
    let supports = usize::try_from(node.int_or("n_supports", 0)).map_err(|_| "n_supports is negative")?;
    let vectors = node.floats("support_vectors").unwrap_or_default();
    let features = vectors.len().checked_div(supports).unwrap_or(coefficients.len());
    let x = examples_of(node, features)?;
    let values = match supports {
        0 => x,
        _ => {
            if supports * features != vectors.len() {
                let found = vectors.len();
                return Err(format!("{supports} support vectors cannot have {found} numbers altogether"));
            }
            let vectors = floats(node, x, &[supports, features], vectors)?;
            kernel(node, x, vectors)?
        }
    };
    let terms = if supports == 0 { features } else { supports };
    if coefficients.len() != terms {
        return Err(format!("there must be {terms} coefficients, not {}", coefficients.len()));
    }
    let coefficients = floats(node, x, &[terms, 1], coefficients)?;
    let sum = product(node, values, coefficients)?;
    let score = node.binary_scalar("graph.add", sum, rho)?;
    if node.flag("one_class", false) {
        let (zero, one) = (node.scalar(node.element(score), 0.0)?, node.scalar(node.element(score), 1.0)?);
        let is_inside = node.binary("graph.greater", score, zero)?;
        let minus_one = node.scalar(node.element(score), -1.0)?;
        return Ok(vec![node.select(is_inside, one, minus_one)?]);
    }
    Ok(vec![Transform::of(node)?.apply(node, score)?])
}

/// The kernel function of every row of `x` and every row of `vectors`.
pub(super) fn kernel(node: &mut Node, x: Tracked, vectors: Tracked) -> Result<Tracked, String> {
    let parameters = node.floats("kernel_params").unwrap_or_default();
    let parameter = |index: usize, default: f64| parameters.get(index).copied().unwrap_or(default);
    let (gamma, coef0, degree) = (parameter(0, 1.0), parameter(1, 0.0), parameter(2, 3.0));
    let turned = node.transpose(vectors, &[1, 0])?;
    let products = product(node, x, turned)?;
    let affine = |node: &mut Node| {
        let scaled = node.binary_scalar("graph.multiply", products, gamma)?;
        node.binary_scalar("graph.add", scaled, coef0)
    };
    match node.string_or("kernel_type", "LINEAR") {
        "LINEAR" => Ok(products),
        "POLY" => {
            let base = affine(node)?;
            node.binary_scalar("graph.power", base, degree)
        }
        "SIGMOID" => {
            let inner = affine(node)?;
            node.unary("graph.tanh", inner)
        }
        "RBF" => {
            // Squares of differences, as the differences of close vectors are small.
            let (rows, columns) = (node.shape(x)[0], node.shape(vectors)[0]);
            let features = node.shape(x)[1];
            let x = node.reshape(x, &[rows, kiln_ir::Dim::Static(1), features])?;
            let vectors = node.reshape(vectors, &[kiln_ir::Dim::Static(1), columns, features])?;
            let difference = node.binary("graph.subtract", x, vectors)?;
            let square = node.binary("graph.multiply", difference, difference)?;
            let distance = node.reduce("graph.reduce_sum", square, &[2])?;
            let distance = node.reshape(distance, &[rows, columns])?;
            let scaled = node.binary_scalar("graph.multiply", distance, -gamma)?;
            node.unary("graph.exp", scaled)
        }
        other => Err(format!("kernel_type \"{other}\" is not known")),
    }
}
