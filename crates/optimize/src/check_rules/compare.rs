//! Whether two results are the same.

use kiln_tensor::scalar::scalars;
use kiln_tensor::{ElementType, Tensor};

/// What a comparison found.
pub(super) enum Outcome {
    /// They are the same.
    Same,
    /// There was nothing to compare.
    Nothing,
    /// How they differ.
    Differs(String),
}

/// Compares what a graph gives before and after a rule. Of relaxed rules, elements that were no finite number are left
/// out; the sign of zero never matters.
pub(super) fn compare(expected: &Tensor, found: &Tensor, is_relaxed: bool) -> Outcome {
    if expected.element() != found.element() || expected.shape() != found.shape() {
        return Outcome::Differs("the type is another one".into());
    }
    let (Some(before), Some(after)) = (scalars(expected), scalars(found)) else {
        return if expected == found { Outcome::Same } else { Outcome::Differs("other elements".into()) };
    };
    let scale = before.iter().map(|scalar| scalar.to_f64().abs()).filter(|size| size.is_finite()).fold(0.0, f64::max);
    let tolerance = tolerance(expected.element()) * scale.max(1e-3);
    let mut compared = 0;
    for (index, (before, after)) in before.iter().zip(&after).enumerate() {
        let (left, right) = (before.to_f64(), after.to_f64());
        if is_relaxed && !left.is_finite() {
            continue;
        }
        compared += 1;
        let same = left == right || (left.is_nan() && right.is_nan()) || (left - right).abs() <= tolerance;
        if !same {
            return Outcome::Differs(format!("element {index} is {right}, not {left}"));
        }
    }
    if compared > 0 { Outcome::Same } else { Outcome::Nothing }
}

/// How far two results of one function may be apart, relative to their largest element.
fn tolerance(element: ElementType) -> f64 {
    match element {
        ElementType::F64 => 1e-9,
        // Constants of patterns may be off by a hundred-thousandth.
        ElementType::F32 => 5e-5,
        _ if element.is_float() => 2e-2,
        _ => 0.0,
    }
}
