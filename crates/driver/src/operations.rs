//! How much arithmetic a graph is: what `GFLOP/s` is measured in.
//!
//! Counted are the multiplications and additions of convolutions, matrix products and recurrent layers, as the field
//! does; elementwise work is left out. Both branches of a condition count.

use kiln_ir::{Dim, DimExpr, Module, Op, Type};

/// The floating-point operations of one run of `@main`, over the symbols of its inputs; `None` when they cannot be
/// counted.
pub fn operations(module: &Module) -> Option<DimExpr> {
    let main = kiln_func::find_function(module, "main")?;
    let mut total = DimExpr::constant(0);
    for op in module.walk(main) {
        if let Some(products) = products(module, op)? {
            total = total.checked_add(products.checked_mul(DimExpr::constant(2))?)?;
        }
    }
    Some(total)
}

/// The multiplications of an op, each with an addition; `Some(None)` for an op that counts for nothing.
fn products(module: &Module, op: Op) -> Option<Option<DimExpr>> {
    let operand = |index: usize| shape(module.operand_types(op).get(index).copied());
    let result = || shape(module.result_types(op).first().copied());
    Some(Some(match module.name(op).as_str() {
        // Each element of the result is a sum over one filter.
        "graph.conv" => volume(&result()?)?.checked_mul(volume(operand(1)?.get(1..)?)?)?,
        // Each element of the input is multiplied with one filter.
        "graph.conv_transpose" => volume(&operand(0)?)?.checked_mul(volume(operand(1)?.get(1..)?)?)?,
        "graph.matmul" => {
            let view = kiln_graph::MatmulView::parse(&module.operand_types(op), module.attributes(op)).ok()?;
            volume(&view.batch)?.checked_mul(volume(&[view.m, view.n, view.k])?)?
        }
        // Each step multiplies each input and state with the weights.
        "graph.lstm" | "graph.gru" | "graph.rnn" => {
            let weights = volume(&operand(1)?)?.checked_add(volume(&operand(2)?)?)?;
            volume(operand(0)?.get(..2)?)?.checked_mul(weights)?
        }
        _ => return Some(None),
    }))
}

fn shape(ty: Option<Type>) -> Option<Vec<Dim>> {
    Some(ty?.as_tensor()?.shape.to_vec())
}

fn volume(dims: &[Dim]) -> Option<DimExpr> {
    dims.iter().try_fold(DimExpr::constant(1), |volume, dim| volume.checked_mul(dim.expr()?))
}
