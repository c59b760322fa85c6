//! What is known of `graph.if`: part of `simplify`.
//!
//! ```mlir
//! %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
//! %r = graph.if %true ({ ... graph.yield %a }, { ... })   // becomes what stands in the first region, and %r is %a
//! ```

use crate::matching::{constant, find_splat, is_constant};
use kiln_ir::{Attributes, Block, Builder, Module, Name, Op, PatternSet, Rewrite, Traits, Type, Value};
use kiln_tensor::Tensor;
use rustc_hash::FxHashMap;

const IF: &str = "graph.if";

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("if-of-constant", IF, inline_taken_branch)
        .add_fn("if-condition-in-branches", IF, tell_branches_the_condition)
        .add_fn("if-common-ops", IF, hoist_common_ops)
        .add_fn("if-equal-results", IF, forward_equal_yields)
        .add_fn("if-unused-results", IF, drop_unused_results)
        .add_fn("if-to-select", IF, select_between_values);
}

fn branch(module: &Module, op: Op, index: usize) -> Block {
    module.region_block(op, index)
}

/// The end of a branch.
fn end(module: &Module, op: Op, index: usize) -> Op {
    module.last_op(branch(module, op, index)).expect("a branch ends in graph.yield")
}

/// The ops of a branch without its end.
fn body(module: &Module, op: Op, index: usize) -> Vec<Op> {
    let mut ops = module.ops_of(branch(module, op, index));
    ops.pop();
    ops
}

/// `if true then a else b = a`
fn inline_taken_branch(module: &mut Module, op: Op) -> Rewrite {
    let Some(condition) = find_splat(module, module.operand(op, 0)) else {
        return Err("the condition is not constant".into());
    };
    let taken = usize::from(condition.to_f64() == 0.0);
    for inner in body(module, op, taken) {
        module.move_before(op, inner);
    }
    let end = end(module, op, taken);
    let values = module.operands(end).to_vec();
    module.replace(op, &values);
    Ok(())
}

/// `if c then f(c) else g(c) = if c then f(true) else g(false)`
fn tell_branches_the_condition(module: &mut Module, op: Op) -> Rewrite {
    let condition = module.operand(op, 0);
    let Some(shape) = module.ty(condition).as_tensor().and_then(|tensor| tensor.static_shape()) else {
        return Err("the condition's shape is symbolic".into());
    };
    let inner = |module: &Module, index: usize| -> Vec<(Op, usize)> {
        let ops = module.ops_of(branch(module, op, index)).into_iter().flat_map(|inner| module.walk(inner));
        let uses = ops.flat_map(|user| (0..module.operands(user).len()).map(move |index| (user, index)));
        uses.filter(|&(user, index)| module.operand(user, index) == condition).collect()
    };
    let uses = [inner(module, 0), inner(module, 1)];
    if uses.iter().all(Vec::is_empty) {
        return Err("no branch uses the condition".into());
    }
    for (index, uses) in uses.into_iter().enumerate().filter(|(_, uses)| !uses.is_empty()) {
        let first = module.first_op(branch(module, op, index)).expect("a branch ends in graph.yield");
        let known = Tensor::from_bools(&shape, &vec![index == 0; shape.iter().product()]);
        let known = constant(&mut Builder::before(module, first), known);
        uses.into_iter().for_each(|(user, operand)| module.set_operand(user, operand, known));
    }
    Ok(())
}

/// What makes ops of two branches compute the same.
type Key = (Name, Vec<Value>, Attributes, Vec<Type>);

/// `if c then f(h(x)) else g(h(x)) = if c then f(y) else g(y)`, where `y = h(x)`; constants move out alone, too.
fn hoist_common_ops(module: &mut Module, op: Op) -> Rewrite {
    let (mut hoisted, mut merged): (Vec<Op>, Vec<(Op, Op)>) = (Vec::new(), Vec::new());
    let mut known: FxHashMap<Key, Op> = FxHashMap::default();
    let [then, other] = [body(module, op, 0), body(module, op, 1)];
    let is_inside = |module: &Module, value: Value, index: usize| {
        std::iter::successors(module.defining_block(value), |&block| {
            module.parent_block(module.block_parent_op(block)?)
        })
        .any(|block| block == branch(module, op, index))
    };
    let mut candidates: rustc_hash::FxHashSet<Value> = rustc_hash::FxHashSet::default();
    let may_move = |module: &Module, op: Op| module.has_traits(op, Traits::PURE) && module.regions(op).is_empty();
    for inner in then {
        let suits = |&value: &Value| candidates.contains(&value) || !is_inside(module, value, 0);
        if may_move(module, inner) && module.operands(inner).iter().all(suits) {
            candidates.extend(module.results(inner));
            known.insert(key(module, inner, module.operands(inner).to_vec()), inner);
            hoisted.extend(module.has_traits(inner, Traits::CONSTANT_LIKE).then_some(inner));
        }
    }
    let mut twins: FxHashMap<Value, Value> = FxHashMap::default();
    for inner in other {
        let twin = |&value: &Value| twins.get(&value).copied().or((!is_inside(module, value, 1)).then_some(value));
        let operands: Option<Vec<Value>> = module.operands(inner).iter().map(twin).collect();
        let Some(operands) = operands.filter(|_| may_move(module, inner)) else { continue };
        if let Some(&found) = known.get(&key(module, inner, operands)) {
            twins.extend(module.results(inner).iter().copied().zip(module.results(found).iter().copied()));
            merged.push((inner, found));
        } else if module.has_traits(inner, Traits::CONSTANT_LIKE) {
            hoisted.push(inner);
        }
    }
    if hoisted.is_empty() && merged.is_empty() {
        return Err("the branches have no op in common".into());
    }
    // In the order of the first branch: an op's operands have moved before it.
    let mut moving: rustc_hash::FxHashSet<Op> = merged.iter().map(|&(_, found)| found).collect();
    moving.extend(hoisted);
    for inner in [body(module, op, 0), body(module, op, 1)].concat() {
        if moving.contains(&inner) {
            module.move_before(op, inner);
        }
    }
    for (inner, found) in merged {
        let values = module.results(found).to_vec();
        module.replace(inner, &values);
    }
    Ok(())
}

fn key(module: &Module, op: Op, operands: Vec<Value>) -> Key {
    (module.name(op), operands, module.attributes(op).clone(), module.result_types(op))
}

/// `if c then a else a = a`
fn forward_equal_yields(module: &mut Module, op: Op) -> Rewrite {
    let ends = [end(module, op, 0), end(module, op, 1)];
    let equal = |&index: &usize| {
        let [left, right] = ends.map(|end| module.operand(end, index));
        left == right && module.has_uses(module.result(op, index))
    };
    let found: Vec<usize> = (0..module.results(op).len()).filter(equal).collect();
    if found.is_empty() {
        return Err("no result is the same in both branches".into());
    }
    for index in found {
        // What both branches yield stands in neither.
        let value = module.operand(ends[0], index);
        module.replace_all_uses(module.result(op, index), value);
    }
    Ok(())
}

/// Results that nobody uses are not yielded.
fn drop_unused_results(module: &mut Module, op: Op) -> Rewrite {
    let results = module.results(op).to_vec();
    let kept: Vec<usize> = (0..results.len()).filter(|&index| module.has_uses(results[index])).collect();
    if kept.len() == results.len() || kept.is_empty() {
        return Err("some result is unused only if others are".into());
    }
    let types: Vec<Type> = kept.iter().map(|&index| module.ty(results[index])).collect();
    let condition = module.operand(op, 0);
    let attributes = module.attributes(op).clone();
    let mut builder = Builder::before(module, op);
    let mut made = builder.op(IF).operand(condition).results(&types).regions(2);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let made = made.build();
    for index in 0..2 {
        let end = end(module, op, index);
        let values: Vec<Value> = kept.iter().map(|&index| module.operand(end, index)).collect();
        module.set_operands(end, &values);
        let (from, to) = (module.regions(op)[index], module.regions(made)[index]);
        module.move_blocks(from, to);
    }
    for (position, &index) in kept.iter().enumerate() {
        module.replace_all_uses(results[index], module.result(made, position));
    }
    module.erase(op);
    Ok(())
}

/// `if c then a else b = select(c, a, b)`, where nothing is computed in the branches
fn select_between_values(module: &mut Module, op: Op) -> Rewrite {
    let condition = module.operand(op, 0);
    if module.ty(condition).as_tensor().is_none_or(|tensor| tensor.rank() != 0) {
        return Err("the condition has axes".into());
    }
    let ends = [end(module, op, 0), end(module, op, 1)];
    if (0..2).any(|index| module.first_op(branch(module, op, index)) != Some(ends[index])) {
        return Err("a branch computes something".into());
    }
    if is_constant(module, condition) {
        return Err("one branch is taken".into());
    }
    let pairs: Vec<[Value; 2]> =
        (0..module.results(op).len()).map(|index| ends.map(|end| module.operand(end, index))).collect();
    let mut builder = Builder::before(module, op);
    let select = |[then, other]: [Value; 2]| builder.op("graph.select").operands(&[condition, then, other]).value();
    let values: Vec<Value> = pairs.into_iter().map(select).collect();
    module.replace(op, &values);
    Ok(())
}
