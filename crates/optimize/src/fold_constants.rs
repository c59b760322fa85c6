//! `fold-constants`: ops whose operands are all constant become constants, through their reference evaluation.
//!
//! ```mlir
//! %r = graph.add %one, %two : (tensor<f32>, tensor<f32>) -> tensor<f32>   // becomes graph.constant
//! ```

use crate::matching::{constant, is_constant};
use kiln_ir::{Builder, EvaluateRequest, Module, Op, SymbolValues, Traits, Value};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// A constant may have this many bytes more than those it stands for: folding never makes a model noticeably larger.
const GROWTH_LIMIT: usize = 64 << 10;

/// A constant with more users than this counts as one that stays.
const MOST_USERS: usize = 64;

/// Folds everything inside `root`; returns how many ops became constants. With `keep_bytes`, matrices and filters of 8-bit
/// integers are not converted: `recompose-quantized` looks for them.
pub fn fold_constants(module: &mut Module, root: Op, keep_bytes: bool) -> usize {
    let mut folding = Folding { keep_bytes, ..Folding::default() };
    let mut folded = Vec::new();
    for op in module.walk(root) {
        let Some(results) = folding.evaluate(module, op) else { continue };
        folding.known.extend(module.results(op).iter().copied().zip(results));
        folded.push(op);
    }
    // The last first: what only other folded ops have used never becomes a constant of the module.
    for &op in folded.iter().rev() {
        for result in module.results(op).to_vec() {
            let tensor = folding.known.remove(&result).expect("every result of a folded op is known");
            if module.has_uses(result) {
                let value = constant(&mut Builder::before(module, op), tensor);
                module.replace_all_uses(result, value);
            }
        }
        module.erase(op);
    }
    folded.len()
}

/// What is known while ops are evaluated, operands before users.
#[derive(Default)]
struct Folding {
    /// The results of ops that are folded.
    known: FxHashMap<Value, Tensor>,
    /// Whether matrices of bytes are not converted.
    keep_bytes: bool,
}

impl Folding {
    /// The results of an op with constant operands, if it can and should be evaluated.
    fn evaluate(&self, module: &Module, op: Op) -> Option<Vec<Tensor>> {
        let evaluate = module.definition(op)?.evaluate.filter(|_| self.is_of_constants(module, op))?;
        let results: Option<Vec<(ElementType, Vec<usize>)>> = module
            .result_types(op)
            .into_iter()
            .map(|ty| Some((ty.element()?, ty.as_tensor()?.static_shape()?)))
            .collect();
        let results = results?;
        let operands: Vec<Tensor> =
            module.operands(op).iter().map(|&operand| self.tensor(module, operand)).collect::<Option<_>>()?;
        let operand_values = module.operands(op).iter().zip(&operands);
        let replaced = operand_values.filter(|&(&operand, _)| self.is_for_folding(module, operand));
        let before: usize = replaced.map(|(_, tensor)| tensor.bytes().len()).sum();
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

    fn tensor(&self, module: &Module, value: Value) -> Option<Tensor> {
        self.known.get(&value).cloned().or_else(|| module.constant_tensor(value))
    }

    /// Whether an op could be evaluated now.
    fn is_of_constants(&self, module: &Module, op: Op) -> bool {
        let is_known = |&operand: &Value| self.known.contains_key(&operand) || is_constant(module, operand);
        module.has_traits(op, Traits::PURE)
            && !module.has_traits(op, Traits::CONSTANT_LIKE)
            && module.definition(op).is_some_and(|row| row.evaluate.is_some())
            && !(self.keep_bytes && converts_bytes(module, op))
            && module.operands(op).iter().all(is_known)
    }

    /// Whether a constant goes when all its users are folded; one that is used otherwise, too, stays.
    fn is_for_folding(&self, module: &Module, constant: Value) -> bool {
        let uses = module.uses(constant);
        uses.len() <= MOST_USERS && uses.iter().all(|user| self.is_of_constants(module, user.op))
    }
}

/// Whether an op converts 8-bit integers that vary along several axes, as zeros and scales do not.
fn converts_bytes(module: &Module, op: Op) -> bool {
    let operand = |op| module.ty(module.operand(op, 0));
    module.is(op, "graph.cast")
        && matches!(operand(op).element(), Some(ElementType::I8 | ElementType::U8))
        && operand(op).as_tensor().is_some_and(|tensor| tensor.shape.iter().filter(|dim| !dim.is(1)).count() > 1)
}
