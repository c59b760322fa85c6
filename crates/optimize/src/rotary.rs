//! Rotary embedding, of what exporters scatter over many ops. Part of `recompose`.
//!
//! ```mlir
//! %a = graph.slice %x {...}                      // the first half of each row
//! %b = graph.slice %x {...}                      // the second half
//! %n = graph.negate %b
//! %r = graph.concat %n, %a {axis = 3}
//! %c = graph.multiply %x, %cos
//! %s = graph.multiply %r, %sin
//! %y = graph.add %c, %s
//! // becomes
//! %y = graph.rotary_embedding %x, %cos, %sin
//! ```
//!
//! Pairs may be halves of rows, neighbours taken by steps of 2, or the last axis of a reshape; they may be turned one by
//! one and then joined, and what is joined to them without being turned becomes part of the same op.

mod pairs;

use crate::matching::{find_producer, reshape, shape_of};
use crate::slices::Slice;
use kiln_graph::RotaryView;
use kiln_ir::{Attributes, Builder, Dim, Mismatch, Module, Op, PatternSet, Rewrite, Type, Value};
use pairs::{Pairs, is_along_rows, strip};

const CONCAT: &str = "graph.concat";
const ROTARY: &str = "graph.rotary_embedding";

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("rotary-embedding", "graph.add", sum_with_turned)
        .add_fn("rotary-embedding-of-pairs", CONCAT, joined_pairs)
        .add_fn("rotary-embedding-of-some", CONCAT, joined_rest);
}

/// Makes the op, the value to turn being `x` or about to be.
fn build(builder: &mut Builder, operands: [Value; 3], interleaved: bool, turned: Option<u64>) -> Value {
    let mut op = builder.op(ROTARY).operands(&operands);
    if interleaved {
        op = op.attribute("interleaved", true);
    }
    if let Some(turned) = turned {
        op = op.attribute("rotary_dim", turned as i64);
    }
    op.value()
}

/// Whether a tensor of shape `x` can be turned by angles of these shapes; all are of the type of `like`.
fn check(module: &Module, x: &[Dim], cos: &[Dim], sin: &[Dim], like: Value) -> Result<(), Mismatch> {
    let types = [x, cos, sin].map(|shape| Type::tensor(shape, module.ty(like).scalar()));
    RotaryView::parse(&types, &Attributes::new()).map(drop).map_err(Mismatch::from)
}

/// The factors of operand `index`, if it is a product that nobody else uses.
fn factors(module: &Module, op: Op, index: usize) -> Option<[Value; 2]> {
    let product = find_producer(module, module.operand(op, index), "graph.multiply")?;
    module.has_one_use(module.result(product, 0)).then(|| [module.operand(product, 0), module.operand(product, 1)])
}

/// Both orders of two things.
fn orders<T: Copy>([first, second]: [T; 2]) -> [[T; 2]; 2] {
    [[first, second], [second, first]]
}

/// `x * cos + turned(x) * sin = rotary_embedding(x, cos, sin)`
fn sum_with_turned(module: &mut Module, op: Op) -> Rewrite {
    let found = orders([0, 1]).into_iter().find_map(|[kept, crossed]| {
        let (kept, crossed) = (factors(module, op, kept)?, factors(module, op, crossed)?);
        let (pairs, sin) =
            orders(crossed).into_iter().find_map(|[turned, sin]| Some((Pairs::of_turned(module, turned)?, sin)))?;
        let [x, cos] = orders(kept).into_iter().find(|[x, _]| pairs.are_all_of(module, *x))?;
        Some(([x, cos, sin], pairs.interleaved))
    });
    let (operands, interleaved) = found.ok_or("this is no sum of a tensor and of its pairs turned over")?;
    let [x, cos, sin] = operands.map(|operand| shape_of(module, operand));
    if x != shape_of(module, module.result(op, 0)) {
        return Err("the tensor is broadcast".into());
    }
    check(module, x, cos, sin, operands[0])?;
    let value = build(&mut Builder::before(module, op), operands, interleaved, None);
    module.replace(op, &[value]);
    Ok(())
}

/// `concat(a * cos - b * sin, b * cos + a * sin) = rotary_embedding(x, cos, sin)`, where pairs of x are (a, b)
fn joined_pairs(module: &mut Module, op: Op) -> Rewrite {
    if !is_along_rows(module, op) {
        return Err("it is not rows that are joined".into());
    }
    let parts = module.operands(op).to_vec();
    let found =
        (1..parts.len()).find_map(|second| Some((second - 1, turned_pair(module, parts[second - 1], parts[second])?)));
    let (at, (pairs, angles)) = found.ok_or("no two parts are a pair that is turned")?;
    let x = pairs.shape();
    let computed = shape_of(module, strip(module, parts[at]));
    let [cos, sin] = angles.map(|angles| pairs.angles(computed, shape_of(module, angles)));
    let (Some(cos), Some(sin)) = (cos, sin) else { return Err("angles are for something else than pairs".into()) };
    let shapes = [cos, sin];
    check(module, &x, &shapes[0], &shapes[1], parts[at])?;
    let mut joined = x.clone();
    if pairs.interleaved {
        joined = shape_of(module, parts[at]).to_vec();
        *joined.last_mut().expect("rows are an axis") = Dim::Static(2);
    }

    let mut builder = Builder::before(module, op);
    let x = pairs.build(&mut builder);
    let [cos, sin] = [0, 1].map(|index: usize| reshape(&mut builder, angles[index], &shapes[index]));
    let value = build(&mut builder, [x, cos, sin], pairs.interleaved, None);
    let value = reshape(&mut builder, value, &joined);
    if parts.len() == 2 {
        module.replace(op, &[value]);
    } else {
        module.set_operands(op, &[&parts[..at], &[value], &parts[at + 2..]].concat());
    }
    Ok(())
}

/// The pairs that two parts of a concatenation are when turned, and cosines and sines.
fn turned_pair(module: &Module, real: Value, imaginary: Value) -> Option<(Pairs, [Value; 2])> {
    let is_stacked = shape_of(module, real).last()?.is(1);
    let difference = find_producer(module, strip(module, real), "graph.subtract")?;
    let sum = find_producer(module, strip(module, imaginary), "graph.add")?;
    let (positive, negative) = (factors(module, difference, 0)?, factors(module, difference, 1)?);
    let (left, right) = (factors(module, sum, 0)?, factors(module, sum, 1)?);
    for [first, cos] in orders(positive) {
        for [second, sin] in orders(negative) {
            let is = |product: [Value; 2], a: Value, b: Value| orders(product).contains(&[a, b]);
            let crosses =
                is(left, second, cos) && is(right, first, sin) || is(right, second, cos) && is(left, first, sin);
            if crosses && let Some(pairs) = Pairs::of(module, first, second, is_stacked) {
                return Some((pairs, [cos, sin]));
            }
        }
    }
    None
}

/// `concat(rotary_embedding(a), b) = rotary_embedding(x)`, turning some elements, where rows of x are those of a and b
fn joined_rest(module: &mut Module, op: Op) -> Rewrite {
    if !is_along_rows(module, op) {
        return Err("it is not rows that are joined".into());
    }
    let parts = module.operands(op).to_vec();
    let found = (1..parts.len()).find_map(|second| {
        let rotary = find_producer(module, parts[second - 1], ROTARY)?;
        let view = RotaryView::of(module, rotary).ok()?;
        let own = Slice::of(module, module.operand(rotary, 0))?;
        let whole = own.joined(&Slice::of(module, parts[second])?)?;
        let is_all = shape_of(module, parts[second - 1]).last()?.is(view.turned);
        (is_all && module.has_one_use(parts[second - 1])).then_some((second - 1, rotary, view, whole))
    });
    let (at, rotary, view, whole) = found.ok_or("no part goes on where one ends that is turned")?;
    let (cos, sin) = (module.operand(rotary, 1), module.operand(rotary, 2));
    let mut builder = Builder::before(module, op);
    let x = whole.build_or_source(&mut builder);
    let value = build(&mut builder, [x, cos, sin], view.interleaved, Some(view.turned));
    if parts.len() == 2 {
        module.replace(op, &[value]);
    } else {
        module.set_operands(op, &[&parts[..at], &[value], &parts[at + 2..]].concat());
    }
    Ok(())
}
