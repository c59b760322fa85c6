//! How much arithmetic a graph is: what `GFLOP/s` is measured in.
//!
//! Counted are the multiplications and additions of convolutions, matrix products, attention and recurrent layers, as the
//! field does; elementwise work is left out. Both branches of a condition count, and every round of a loop; of one that
//! data ends, one round.

use crate::amount::Amount;
use crate::rounds::in_all_rounds;
use kiln_ir::{Dim, DimExpr, Module, Op};

/// The floating-point operations of one run of `root`, over the symbols of its inputs; `None` when they cannot be
/// counted.
pub fn operations(module: &Module, root: Op) -> Option<DimExpr> {
    Amount::sum(module.walk(root).into_iter().map(|op| op_operations(module, op)))?.to_expr()
}

/// The floating-point operations of an op in one run of the model, without what is in its regions; `None` when they cannot
/// be counted.
pub fn op_operations(module: &Module, op: Op) -> Option<Amount> {
    in_all_rounds(module, op, operations_once(module, op)?)
}

/// The floating-point operations of one launch of a kernel; `None` when they cannot be counted.
pub fn launch_operations(module: &Module, fusion: Op) -> Option<DimExpr> {
    let inside = module.walk(fusion).into_iter().skip(1);
    Amount::sum(inside.map(|op| operations_once(module, op)))?.to_expr()
}

fn operations_once(module: &Module, op: Op) -> Option<Amount> {
    let operand = |index: usize| Some(&*module.operand_types(op).get(index)?.as_tensor()?.shape);
    // A product and a sum each.
    let products = |parts: &[&[Dim]]| Amount::product(2, &parts.concat());
    match module.name(op).as_str() {
        // Each element of the result is a sum over one filter.
        "graph.conv" => {
            let result = &module.result_types(op).first()?.as_tensor()?.shape;
            products(&[result, operand(1)?.get(1..)?])
        }
        // Each element of the input is multiplied with one filter.
        "graph.conv_transpose" => products(&[operand(0)?, operand(1)?.get(1..)?]),
        "graph.matmul" => {
            let view = kiln_graph::MatmulView::parse(&module.operand_types(op), module.attributes(op)).ok()?;
            products(&[&view.batch, &[view.m, view.n, view.k]])
        }
        // Each query is multiplied with each key, and the scores with the values.
        "graph.attention" => {
            let view = kiln_graph::AttentionView::of(module, op).ok()?;
            let scores = view.scores();
            Amount::sum([products(&[&scores, &[view.size]]), products(&[&scores, &[view.value_size]])])
        }
        // Each step multiplies each input and state with the weights.
        "graph.lstm" | "graph.gru" | "graph.rnn" => {
            let steps = operand(0)?.get(..2)?;
            Amount::sum([products(&[steps, operand(1)?]), products(&[steps, operand(2)?])])
        }
        _ => Some(Amount::default()),
    }
}
