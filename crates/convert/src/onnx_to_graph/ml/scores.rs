//! What becomes of the scores of classes and targets: `post_transform`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use std::f64::consts::{PI, SQRT_2};

/// A function of the scores of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Transform {
    None,
    Softmax,
    Logistic,
    SoftmaxZero,
    Probit,
}

/// In the order of the numbers that `TreeEnsemble` gives them.
const TRANSFORMS: [(&str, Transform); 5] = [
    ("NONE", Transform::None),
    ("SOFTMAX", Transform::Softmax),
    ("LOGISTIC", Transform::Logistic),
    ("SOFTMAX_ZERO", Transform::SoftmaxZero),
    ("PROBIT", Transform::Probit),
];

/// Scores nearer to zero than this are zero.
const NEARLY_ZERO: f64 = 1e-7;

/// The constant of Winitzki's formula for the inverse error function.
const WINITZKI: f64 = 0.147;

impl Transform {
    /// What the attribute `post_transform` says, by name or by number.
    pub fn of(node: &Node) -> Result<Transform, String> {
        if let Some(number) = node.int("post_transform") {
            let known = usize::try_from(number).ok().and_then(|number| TRANSFORMS.get(number));
            return known
                .map(|(_, transform)| *transform)
                .ok_or_else(|| format!("post_transform {number} is not known"));
        }
        let name = node.string_or("post_transform", "NONE");
        let known = TRANSFORMS.iter().find(|(known, _)| *known == name);
        known.map(|(_, transform)| *transform).ok_or_else(|| format!("post_transform \"{name}\" is not known"))
    }

    /// Applies it to rows of scores.
    pub fn apply(self, node: &mut Node, scores: Tracked) -> Result<Tracked, String> {
        match self {
            Transform::None => Ok(scores),
            Transform::Softmax => node.emit("graph.softmax", &[scores], &[("axis", attribute(1i64))]),
            Transform::Logistic => node.unary("graph.sigmoid", scores),
            Transform::SoftmaxZero => softmax_zero(node, scores),
            Transform::Probit => probit(node, scores),
        }
    }
}

/// A softmax in which scores of zero stay zero.
fn softmax_zero(node: &mut Node, scores: Tracked) -> Result<Tracked, String> {
    let largest = node.reduce("graph.reduce_max", scores, &[1])?;
    let less = node.binary("graph.subtract", scores, largest)?;
    let power = node.unary("graph.exp", less)?;
    let magnitude = node.unary("graph.abs", scores)?;
    let bound = node.scalar(node.element(scores), NEARLY_ZERO)?;
    let counts = node.binary("graph.greater", magnitude, bound)?;
    let lowered = node.unary("graph.negate", largest)?;
    let lowered = node.unary("graph.exp", lowered)?;
    let small = node.binary("graph.multiply", scores, lowered)?;
    let power = node.select(counts, power, small)?;
    let sum = node.reduce("graph.reduce_sum", power, &[1])?;
    node.binary("graph.divide", power, sum)
}

/// The quantile of the normal distribution, by Winitzki's approximation ("A handy approximation for the error function and
/// its inverse", 2008), which the operator prescribes: `sqrt(2) erfinv(2 x - 1)`.
fn probit(node: &mut Node, scores: Tracked) -> Result<Tracked, String> {
    let doubled = node.binary_scalar("graph.multiply", scores, 2.0)?;
    let x = node.binary_scalar("graph.subtract", doubled, 1.0)?;
    let square = node.binary("graph.multiply", x, x)?;
    let one = node.scalar(node.element(x), 1.0)?;
    let rest = node.binary("graph.subtract", one, square)?;
    let log = node.unary("graph.log", rest)?;
    let half = node.binary_scalar("graph.multiply", log, 0.5)?;
    let v = node.binary_scalar("graph.add", half, 2.0 / (PI * WINITZKI))?;
    let scaled = node.binary_scalar("graph.multiply", log, 1.0 / WINITZKI)?;
    let squared = node.binary("graph.multiply", v, v)?;
    let under = node.binary("graph.subtract", squared, scaled)?;
    let root = node.unary("graph.sqrt", under)?;
    let difference = node.binary("graph.subtract", root, v)?;
    let magnitude = node.unary("graph.sqrt", difference)?;
    let sign = node.unary("graph.sign", x)?;
    let inverse = node.binary("graph.multiply", sign, magnitude)?;
    node.binary_scalar("graph.multiply", inverse, SQRT_2)
}
