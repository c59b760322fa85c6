//! `narrow-products`: products of floats become products of shorter ones, summed as before.
//!
//! ```mlir
//! %y = graph.matmul %x, %w                                // : f32
//! // becomes
//! %xs = graph.cast %x                                     // : bf16, in the kernel that makes %x
//! %ws = graph.cast %w
//! %y = graph.matmul %xs, %ws {widening = true}            // : f32
//! ```
//!
//! So do the two products of an attention of several queries whose operands are computed here.
//!
//! What is short already is stored once: who else takes part in elementwise arithmetic with `%x` reads `%xs`, and so does a
//! `gather` of constant `%w`. Conversions stand where the numbers are made, before ops that only move them.

use crate::matching::{cast, is_elementwise, shape_of};
use crate::unfold_transposed::unfold_transposed;
use kiln_ir::{Builder, Module, Op, PatternSet, Rewrite, Traits, Type, Value};
use kiln_tensor::ElementType;
use rustc_hash::FxHashMap;

const CAST: &str = "graph.cast";

const ATTENTION: &str = "graph.attention";

/// Ops of one operand that move elements as they are.
const MOVES: [&str; 3] = ["graph.reshape", "graph.transpose", "graph.slice"];

/// Ops whose result is some of their operands' elements, whichever those are: rounding keeps the order of numbers, so that
/// the largest of some is the largest of the rounded ones.
const PICKS: [&str; 2] = ["graph.concat", "graph.max_pool"];

/// The fewest queries of an attention that multiplies shorter numbers: those of few wait for keys and values, which are as
/// fast as they are in memory.
const LEAST_QUERIES: u64 = 8;

/// The fewest channels of a group for which a convolution is a product of matrices.
const LEAST_CHANNELS: i64 = 8;

/// Shortens the operands of products inside `root` to `element`; returns how many products changed.
pub fn narrow_products(module: &mut Module, root: Op, element: ElementType) -> usize {
    unfold_transposed(module, root);
    let products: Vec<Op> = module.walk(root).into_iter().filter(|&op| is_product(module, op)).collect();
    let mut short = FxHashMap::default();
    for &product in &products {
        let factors = if module.is(product, ATTENTION) { 3 } else { 2 };
        for number in 0..factors {
            let value = module.operand(product, number);
            let narrow = *short.entry(value).or_insert_with(|| shorten(module, value, element));
            module.set_operand(product, number, narrow);
        }
        module.set_attribute(product, "widening", true);
    }
    products.len()
}

/// Whether an op multiplies matrices of `f32`.
fn is_product(module: &Module, op: Op) -> bool {
    let is_f32 = |&value: &Value| module.ty(value).element() == Some(ElementType::F32);
    if !module.operands(op).iter().all(is_f32) {
        return false;
    }
    if module.is(op, "graph.matmul") {
        return true;
    }
    if module.is(op, ATTENTION) {
        let [.., queries, _] = shape_of(module, module.operand(op, 0)) else { return false };
        let are_few = queries.as_static().is_some_and(|queries| queries < LEAST_QUERIES);
        return !are_few && (0..3).all(|number| is_made_here(module, module.operand(op, number)));
    }
    let channels = |value: Value| shape_of(module, value).get(1).and_then(|dim| dim.as_static());
    module.is(op, "graph.conv")
        && (module.attributes(op).i64("groups") == Some(1)
            || channels(module.operand(op, 1)).is_some_and(|channels| channels as i64 >= LEAST_CHANNELS))
}

/// Whether a value is computed, and not given out as it is: a cache of keys is, and would be converted from end to end.
fn is_made_here(module: &Module, mut value: Value) -> bool {
    while let Some(op) = module.defining_op(value) {
        if module.users(value).iter().any(|&user| module.has_traits(user, Traits::TERMINATOR)) {
            return false;
        }
        if !MOVES.contains(&module.name(op).as_str()) {
            return true;
        }
        value = module.operand(op, 0);
    }
    false
}

/// The short form of a value; whoever else can reads that, too.
fn shorten(module: &mut Module, value: Value, element: ElementType) -> Value {
    let long = module.ty(value).element().expect("a tensor of f32");
    let readers = module.users(value);
    let mut builder = Builder::after_value(module, value);
    let narrow = cast(&mut builder, value, element);
    for reader in readers {
        match module.defining_op(value) {
            // It is in memory once, as a table and as weights.
            Some(op) if module.is(op, "graph.constant") => gather_short(module, reader, (value, narrow)),
            // A kernel that ends with the conversion leaves nothing else.
            Some(_) if is_elementwise(module, reader) && !module.is(reader, CAST) => {
                let mut builder = Builder::before(module, reader);
                let back = cast(&mut builder, narrow, long);
                let operands = module.operands(reader).to_vec();
                let operands: Vec<Value> =
                    operands.into_iter().map(|operand| if operand == value { back } else { operand }).collect();
                module.set_operands(reader, &operands);
            }
            // What is there anyway is read as it is.
            _ => {}
        }
    }
    narrow
}

/// Lets a `gather` of whole elements of a constant read the short one.
fn gather_short(module: &mut Module, gather: Op, (long, short): (Value, Value)) {
    if !module.is(gather, "graph.gather") || module.operand(gather, 0) != long {
        return;
    }
    let result = module.result(gather, 0);
    let (indices, attributes) = (module.operand(gather, 1), module.attributes(gather).clone());
    let element = module.ty(long).element().expect("a tensor of f32");
    let ty = Type::tensor(shape_of(module, result), module.ty(short).scalar());
    let mut builder = Builder::before(module, gather);
    let mut made = builder.op("graph.gather").operands(&[short, indices]);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let gathered = made.result(ty).value();
    let back = cast(&mut builder, gathered, element);
    module.replace(gather, &[back]);
}

/// Patterns that bring conversions to shorter floats to where the numbers are made.
pub fn hoist_cast_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("hoist-cast", CAST, hoist_cast);
}

/// `cast(move(x)) = move(cast(x))`
fn hoist_cast(module: &mut Module, op: Op) -> Rewrite {
    let moved = module.operand(op, 0);
    let result = module.ty(module.result(op, 0));
    let (from, to) = (module.ty(moved).element(), result.element());
    let (Some(ElementType::F32), Some(ElementType::BF16 | ElementType::F16)) = (from, to) else {
        return Err("the conversion makes nothing shorter".into());
    };
    let movement = module.defining_op(moved).ok_or("the operand is an argument")?;
    let name = module.name(movement);
    let is_move = MOVES.contains(&name.as_str()) || PICKS.contains(&name.as_str());
    if !is_move || !module.has_one_use(moved) || module.results(movement).len() != 1 {
        return Err("the operand is not only moved".into());
    }
    let element = to.expect("matched above");
    let attributes = module.attributes(movement).clone();
    let operands = module.operands(movement).to_vec();
    let mut builder = Builder::before(module, movement);
    let shortened: Vec<Value> = operands.into_iter().map(|operand| cast(&mut builder, operand, element)).collect();
    let mut made = builder.op(name.as_str()).operands(&shortened);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let value = made.result(result).value();
    module.replace(op, &[value]);
    Ok(())
}
