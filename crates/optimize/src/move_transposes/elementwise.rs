//! Through ops that work element by element.

use super::{Transposed, Undone, build_undone, find_transpose, rebuild, undo};
use crate::matching::{invert, is_elementwise, permute, shape_of, transpose};
use kiln_ir::{Builder, Module, Op, Pattern, Rewrite, Type};

/// `f(transpose(x), transpose(y)) = transpose(f(x, y))`
pub(super) struct SinkThroughElementwise;

impl Pattern for SinkThroughElementwise {
    fn name(&self) -> &str {
        "sink-transpose-through-elementwise"
    }

    fn root(&self) -> Option<&str> {
        None
    }

    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite {
        if !is_elementwise(module, op) || module.results(op).len() != 1 {
            return Err("not an elementwise op".into());
        }
        let result = module.result(op, 0);
        let shape = shape_of(module, result);
        let operands = module.operands(op).to_vec();
        let full = |transposed: &Transposed| transposed.permutation.len() == shape.len();
        let found = operands.iter().find_map(|&operand| find_transpose(module, operand).filter(full));
        let Transposed { permutation, .. } = found.ok_or("no operand is a transpose of full rank")?;
        let undone: Option<Vec<Undone>> = operands.iter().map(|&operand| undo(module, operand, &permutation)).collect();
        let undone = undone.ok_or("another operand would have to be transposed")?;
        let inner = Type::tensor(&permute(shape, &invert(&permutation)), module.ty(result).scalar());

        let mut builder = Builder::before(module, op);
        let pairs = operands.into_iter().zip(undone);
        let operands: Vec<_> =
            pairs.map(|(value, undone)| build_undone(&mut builder, value, undone, &permutation)).collect();
        let inner = rebuild(&mut builder, op, &operands, &[inner], &[]);
        let inner = builder.module.result(inner, 0);
        let value = transpose(&mut builder, inner, &permutation);
        module.replace(op, &[value]);
        Ok(())
    }
}
