//! `simplify`: rewrites that only improve: identities, chains of shape ops, cheaper forms of the same function.
//!
//! Nearly all of them are rules of the graph dialect; here is what rules cannot say.

use crate::gather_to_slice::gather_to_slice;
use crate::matching::{is_constant, is_elementwise, shape_of};
use crate::rules::add_themes;
use crate::{casts, concat, control_flow, dead_taps, loops, slices};
use kiln_ir::{Module, Op, PatternSet, Rewrite};

/// All simplification patterns; those that change rounding only if `relaxed`.
pub fn simplify_patterns(relaxed: bool, patterns: &mut PatternSet) {
    add_themes(&["arithmetic", "functions", "logic", "movement", "absorption"], relaxed, patterns);
    patterns
        .add_fn("constant-to-the-right-of-add", "graph.add", constant_to_the_right)
        .add_fn("constant-to-the-right-of-multiply", "graph.multiply", constant_to_the_right)
        .add_fn("gather-to-slice", "graph.gather", gather_to_slice)
        .add_fn("broadcast-into-elementwise", "graph.broadcast", broadcast_into_elementwise);
    casts::add_patterns(patterns);
    concat::add_patterns(patterns);
    dead_taps::add_patterns(patterns);
    slices::add_patterns(patterns);
    control_flow::add_patterns(patterns);
    loops::add_patterns(patterns);
}

/// `c + x = x + c`: one form for other passes to match. A rule's own pattern would match both forms.
fn constant_to_the_right(module: &mut Module, op: Op) -> Rewrite {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    if !is_constant(module, left) || is_constant(module, right) {
        return Err("the left operand is not the only constant".into());
    }
    module.set_operands(op, &[right, left]);
    Ok(())
}

/// `f(broadcast(x), y) = f(x, y)` where f broadcasts to the same shape anyway
fn broadcast_into_elementwise(module: &mut Module, op: Op) -> Rewrite {
    let (narrow, wide) = (module.operand(op, 0), module.result(op, 0));
    let shape = shape_of(module, wide);
    let aligned = shape.iter().rev().zip(shape_of(module, narrow).iter().rev());
    if aligned.into_iter().any(|(wide, narrow)| narrow != wide && !narrow.is(1)) {
        return Err("that the extents agree is known at run time only".into());
    }
    let takes_narrow = |user: &kiln_ir::Use| {
        let others = || module.operands(user.op).iter().filter(|&&other| other != wide);
        is_elementwise(module, user.op)
            && shape_of(module, module.result(user.op, 0)) == shape
            && others().any(|&other| shape_of(module, other) == shape)
    };
    let uses: Vec<_> = module.uses(wide).iter().filter(|user| takes_narrow(user)).copied().collect();
    if uses.is_empty() {
        return Err("no user broadcasts to this shape by itself".into());
    }
    for user in uses {
        module.set_operand(user.op, user.index, narrow);
    }
    Ok(())
}
