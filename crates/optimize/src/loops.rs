//! What is known of `graph.loop`: part of `simplify`.
//!
//! ```mlir
//! %r:2 = graph.loop %x, %y {rounds = #kiln.dims<[N]>} ({
//! ^bb0(%i, %a, %b):
//!   ... %s is computed of %a and %b ...
//!   graph.yield %s, %b      // %b never changes: it is %y, and so is %r#1
//! })
//! ```

mod rebuild;
mod stacked;
mod unroll;

use crate::matching::{constant, find_producer, find_splat, is_constant};
use kiln_graph::LoopView;
use kiln_ir::{Attribute, Builder, Dim, DimExpr, Module, Op, PatternSet, Rewrite, Value};
use kiln_tensor::Tensor;
use rebuild::{Kept, rebuild};
use rustc_hash::FxHashSet;

const LOOP: &str = kiln_graph::LOOP;

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("loop-without-a-round", LOOP, skip)
        .add_fn("loop-of-known-rounds", LOOP, count)
        .add_fn("loop-of-few-rounds", LOOP, unroll::unroll)
        .add_fn("loop-invariant-carried", LOOP, forward_invariants)
        .add_fn("loop-last-from-outside", LOOP, forward_last)
        .add_fn("loop-equal-carried", LOOP, merge_carried)
        .add_fn("loop-stacks-the-same", LOOP, stacked::broadcast_invariants)
        .add_fn("loop-stacks-its-rounds", LOOP, stacked::count_rounds)
        .add_fn("loop-unused-values", LOOP, drop_unused);
}

/// The parts of a loop.
fn view(module: &Module, op: Op) -> LoopView {
    LoopView::of(module, op).expect("a pattern rooted at loops sees verified loops")
}

/// Whether a value is defined in the region of a loop.
fn is_inside(module: &Module, value: Value, view: &LoopView) -> bool {
    let outer = |&block: &kiln_ir::Block| module.parent_block(module.block_parent_op(block)?);
    std::iter::successors(module.defining_block(value), outer).any(|block| block == view.body)
}

/// The truth value that a condition is.
fn known_truth(module: &Module, condition: Value) -> Option<bool> {
    find_splat(module, condition).map(|splat| splat.to_f64() != 0.0)
}

/// The integer that a scalar is.
fn known_integer(module: &Module, value: Value) -> Option<i64> {
    module.constant_tensor(value).filter(|tensor| tensor.len() == 1)?.values::<i64>().first().copied()
}

/// `loop of no round (x) = x`
fn skip(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let runs = match (view.rounds, view.start) {
        (Some(rounds), _) => rounds.as_constant().is_none_or(|rounds| rounds > 0),
        (None, Some([count, first])) => {
            known_integer(module, count).is_none_or(|count| count > 0) && known_truth(module, first) != Some(false)
        }
        (None, None) => true,
    };
    if runs {
        return Err("it may run".into());
    }
    let mut empty = Vec::with_capacity(view.stacked.len());
    for &stacked in &view.stacked {
        let ty = module.ty(stacked);
        let shape = ty.as_tensor().and_then(|tensor| tensor.static_shape());
        let tensor = ty.element().zip(shape).and_then(|(element, shape)| Tensor::zeros(element, &shape).ok());
        empty.push(tensor.ok_or("what it stacks is of symbolic extents")?);
    }
    let mut values = view.initial;
    let mut builder = Builder::before(module, op);
    values.extend(empty.into_iter().map(|tensor| constant(&mut builder, tensor)));
    module.replace(op, &values);
    Ok(())
}

/// `loop (count, true, x) { yield true, f(x) } = loop {rounds = count} (x) { yield f(x) }`
fn count(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let (Some([count, first]), Some(follows)) = (view.start, view.follows) else {
        return Err("its rounds are an extent".into());
    };
    if known_truth(module, first) != Some(true) {
        return Err("whether it runs is not known".into());
    }
    let Some(follows) = known_truth(module, follows) else { return Err("data ends it".into()) };
    let Some(count) = find_extent(module, count) else { return Err("its count is no extent".into()) };
    let rounds = if follows { count } else { count.min(DimExpr::constant(1)) };
    let rounds = match Dim::from_expr(rounds.max(DimExpr::constant(0))) {
        Dim::Unknown => return Err("its count is no extent".into()),
        rounds => rounds,
    };
    let room = |&stacked: &Value| module.ty(stacked).as_tensor().and_then(|tensor| tensor.shape.first().copied());
    if view.stacked.iter().any(|stacked| room(stacked) != Some(rounds)) {
        return Err("what it stacks has room for more rounds".into());
    }
    let kept = Kept::all(&view);
    rebuild(module, op, &kept, Some(Attribute::dims(&[rounds])));
    Ok(())
}

/// The extent that a scalar is: a constant, or `graph.dims` in another shape.
fn find_extent(module: &Module, value: Value) -> Option<DimExpr> {
    if let Some(constant) = known_integer(module, value) {
        return Some(DimExpr::constant(constant));
    }
    let mut source = value;
    while let Some(reshape) = find_producer(module, source, "graph.reshape") {
        source = module.operand(reshape, 0);
    }
    let dims = module.attribute(find_producer(module, source, "graph.dims")?, "dims")?.as_dims()?;
    match dims {
        [dim] => dim.expr(),
        _ => None,
    }
}

/// Whether two values are the same constant, or one value.
fn are_equal(module: &Module, left: Value, right: Value) -> bool {
    let content = |value: Value| {
        let op = module.defining_op(value).filter(|_| is_constant(module, value))?;
        module.attribute(op, "value")
    };
    left == right || content(left).is_some_and(|left| content(right) == Some(left))
}

/// `loop (x) { a: yield a } = x`, and so where `x` itself is yielded
fn forward_invariants(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let is_invariant = |&index: &usize| {
        let next = view.next[index];
        next == view.arguments[index] || are_equal(module, next, view.initial[index])
    };
    let found: Vec<usize> = (0..view.next.len()).filter(is_invariant).collect();
    if found.is_empty() {
        return Err("every carried value changes".into());
    }
    for &index in &found {
        module.replace_all_uses(view.arguments[index], view.initial[index]);
        module.replace_all_uses(view.last[index], view.initial[index]);
    }
    let kept = Kept::without(&view, &found);
    rebuild(module, op, &kept, None);
    Ok(())
}

/// `loop {rounds = 3} (x) { a: yield y } = y`, where `y` is from outside
fn forward_last(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    if view.rounds.and_then(|rounds| rounds.as_constant()).is_none_or(|rounds| rounds <= 0) {
        return Err("it may run no round".into());
    }
    let from_outside =
        |&index: &usize| !is_inside(module, view.next[index], &view) && module.has_uses(view.last[index]);
    let found: Vec<usize> = (0..view.next.len()).filter(from_outside).collect();
    if found.is_empty() {
        return Err("every last value is of the loop".into());
    }
    for index in found {
        module.replace_all_uses(view.last[index], view.next[index]);
    }
    Ok(())
}

/// `loop (x, x) { a, b: yield f(a, b), f(a, b) } = loop (x) { a: yield f(a, a) }`, twice
fn merge_carried(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let mut first: rustc_hash::FxHashMap<(Value, Value), usize> = rustc_hash::FxHashMap::default();
    let mut merged = Vec::new();
    for index in 0..view.next.len() {
        let known = *first.entry((view.initial[index], view.next[index])).or_insert(index);
        if known != index {
            merged.push((index, known));
        }
    }
    if merged.is_empty() {
        return Err("no two carried values are the same".into());
    }
    for &(index, known) in &merged {
        module.replace_all_uses(view.arguments[index], view.arguments[known]);
        module.replace_all_uses(view.last[index], view.last[known]);
    }
    let gone: Vec<usize> = merged.into_iter().map(|(index, _)| index).collect();
    let kept = Kept::without(&view, &gone);
    rebuild(module, op, &kept, None);
    Ok(())
}

/// Carried values that no result and no condition needs are not carried, slices that nobody uses not stacked.
fn drop_unused(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let slices: Vec<usize> = (0..view.stacked.len()).filter(|&index| module.has_uses(view.stacked[index])).collect();
    let needed = needed_carried(module, &view, &slices);
    let carried: Vec<usize> = (0..view.next.len()).filter(|index| needed.contains(index)).collect();
    if carried.len() == view.next.len() && slices.len() == view.stacked.len() {
        return Err("all of it is used".into());
    }
    if carried.is_empty() && slices.is_empty() {
        return Err("nothing of it is used: it is dead".into());
    }
    for index in (0..view.next.len()).filter(|index| !needed.contains(index)) {
        // What still reads it is dead.
        module.replace_all_uses(view.arguments[index], view.initial[index]);
    }
    rebuild(module, op, &Kept { carried, slices }, None);
    Ok(())
}

/// The carried values that results in use, these slices or the condition depend on.
fn needed_carried(module: &Module, view: &LoopView, slices: &[usize]) -> FxHashSet<usize> {
    let mut needed: FxHashSet<usize> = FxHashSet::default();
    let mut seen: FxHashSet<Value> = FxHashSet::default();
    let mut pending: Vec<Value> = view.follows.into_iter().collect();
    pending.extend(slices.iter().map(|&index| view.slices[index]));
    for index in (0..view.next.len()).filter(|&index| module.has_uses(view.last[index])) {
        needed.insert(index);
        pending.push(view.next[index]);
    }
    while let Some(value) = pending.pop() {
        if !seen.insert(value) || !is_inside(module, value, view) {
            continue;
        }
        if let Some(index) = view.arguments.iter().position(|&argument| argument == value) {
            needed.insert(index);
            pending.push(view.next[index]);
        }
        if let Some(op) = module.defining_op(value) {
            pending.extend(module.walk(op).into_iter().flat_map(|inner| module.operands(inner).to_vec()));
        }
    }
    needed
}
