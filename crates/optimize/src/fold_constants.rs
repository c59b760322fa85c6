//! `fold-constants`: ops whose operands are all constant become constants, through their reference evaluation.
//!
//! ```mlir
//! %r = graph.add %one, %two : (tensor<f32>, tensor<f32>) -> tensor<f32>   // becomes graph.constant
//! ```

use crate::matching::{constant, is_constant};
use kiln_ir::{Builder, EvaluateRequest, Module, Op, SymbolValues, Traits};
use kiln_tensor::{ElementType, Tensor};

/// A constant may grow to this many bytes beyond its operands: folding never makes a model noticeably larger.
const GROWTH_LIMIT: usize = 64 << 10;

/// Folds everything inside `root`; returns how many ops became constants.
pub fn fold_constants(module: &mut Module, root: Op) -> usize {
    let mut folded = 0;
    for op in module.walk(root) {
        let Some(results) = evaluate(module, op) else { continue };
        let mut builder = Builder::before(module, op);
        let values: Vec<_> = results.into_iter().map(|tensor| constant(&mut builder, tensor)).collect();
        module.replace(op, &values);
        folded += 1;
    }
    folded
}

/// The results of an op with constant operands, if it can and should be evaluated.
fn evaluate(module: &Module, op: Op) -> Option<Vec<Tensor>> {
    let definition = module.definition(op)?;
    let evaluate = definition.evaluate?;
    let foldable = definition.traits.contains(Traits::PURE) && !definition.traits.contains(Traits::CONSTANT_LIKE);
    if !foldable || !module.operands(op).iter().all(|&operand| is_constant(module, operand)) {
        return None;
    }
    let results: Option<Vec<(ElementType, Vec<usize>)>> =
        module.result_types(op).into_iter().map(|ty| Some((ty.element()?, ty.as_tensor()?.static_shape()?))).collect();
    let results = results?;
    let operands: Vec<Tensor> =
        module.operands(op).iter().map(|&operand| module.constant_tensor(operand)).collect::<Option<_>>()?;
    let before: usize = operands.iter().map(|tensor| tensor.bytes().len()).sum();
    let after = results
        .iter()
        .try_fold(0usize, |sum, (element, shape)| sum.checked_add(Tensor::byte_length(*element, shape).ok()?))?;
    if after > before.saturating_add(GROWTH_LIMIT) {
        return None;
    }
    let request = EvaluateRequest {
        operands: &operands,
        attributes: module.attributes(op),
        results: &results,
        symbols: &SymbolValues::default(),
    };
    // An op that cannot be evaluated keeps its error for run time, where it is reported with the node's name.
    evaluate(&request).ok()
}
