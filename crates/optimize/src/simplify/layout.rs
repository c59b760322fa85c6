//! Shape ops absorbed by the ops that can read through them.

use crate::matching::{axes_attribute, find_producer, is_splat_of, shape_of};
use kiln_ir::{Attribute, Module, Op, PatternSet, Rewrite};

pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("transpose-into-matmul", "graph.matmul", transpose_into_matmul).add_fn(
        "pad-into-conv",
        "graph.conv",
        pad_into_conv,
    );
}

/// `matmul(a, transpose(b)) = matmul(a, b) {transpose_b}`, where only the last two axes are swapped
fn transpose_into_matmul(module: &mut Module, op: Op) -> Rewrite {
    for (index, flag) in [(0, "transpose_a"), (1, "transpose_b")] {
        let Some(inner) = find_producer(module, module.operand(op, index), "graph.transpose") else { continue };
        let permutation = axes_attribute(module, inner, "permutation").ok_or("no permutation")?;
        let rank = permutation.len();
        let mut swapped: Vec<usize> = (0..rank).collect();
        if rank < 2 {
            continue;
        }
        swapped.swap(rank - 2, rank - 1);
        if permutation != swapped {
            continue;
        }
        let value = module.operand(inner, 0);
        let transposed = module.attributes(op).bool(flag).unwrap_or(false);
        module.set_attribute(op, flag, !transposed);
        module.set_operand(op, index, value);
        return Ok(());
    }
    Err("no operand is a transpose of the last two axes".into())
}

/// `conv(pad(x, 0)) = conv(x)` with larger padding
fn pad_into_conv(module: &mut Module, op: Op) -> Rewrite {
    let pad = find_producer(module, module.operand(op, 0), "graph.pad").ok_or("the operand is no pad")?;
    if module.attributes(pad).str("mode") != Some("constant") {
        return Err("it pads with elements".into());
    }
    if module.operands(pad).len() > 1 && !is_splat_of(module, module.operand(pad, 1), 0.0) {
        return Err("it pads with something else than zero".into());
    }
    let rank = shape_of(module, module.operand(op, 0)).len();
    let first = if module.attributes(op).str("layout") == Some("channels_last") { 1 } else { 2 };
    let mut sums = Vec::new();
    for (ours, theirs) in [("pad_low", "low"), ("pad_high", "high")] {
        let amounts = module.attribute(pad, theirs).and_then(Attribute::as_dims).ok_or("no amounts")?;
        let spatial = first..first + rank - 2;
        let outside = amounts.iter().enumerate().any(|(axis, amount)| !spatial.contains(&axis) && !amount.is(0));
        if outside {
            return Err("it pads batch or channels".into());
        }
        let mut sum = module.attributes(op).i64s(ours).ok_or("no padding")?;
        for (total, amount) in sum.iter_mut().zip(&amounts[spatial]) {
            let amount = amount.as_static().and_then(|amount| i64::try_from(amount).ok());
            *total += amount.ok_or("it pads by a symbolic amount")?;
        }
        sums.push((ours, sum));
    }
    let value = module.operand(pad, 0);
    for (name, sum) in sums {
        module.set_attribute(op, name, sum);
    }
    module.set_operand(op, 0, value);
    Ok(())
}
