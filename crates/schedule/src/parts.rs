//! Tensors that are parts of larger ones in memory: where they begin and how they lie.
//!
//! ```mlir
//! %a = graph.fusion %x {..., results_within = [#kiln.dims<[1, 8, 8, 96]>]}          // 1x8x8x64
//! %b = graph.fusion %y {..., results_within = [#kiln.dims<[1, 8, 8, 96]>]}          // 1x8x8x32
//! %c = graph.concat %a, %b {axis = 3, within = #kiln.dims<[1, 8, 8, 96]>}           // no kernel: names memory
//! %s = graph.slice %c {starts = [0, 0, 0, 16], ..., within = #kiln.dims<[1, 8, 8, 96]>}
//! %r = graph.fusion %s {..., operands_within = [#kiln.dims<[1, 8, 8, 96]>]}
//! ```
//!
//! What a value is does not depend on any of this: `graph.concat` and `graph.slice` mean what they always mean, and a
//! kernel computes what stands in it. Each kernel says how its buffers lie, so that it can be planned and emitted by
//! itself; [`check_layouts`] holds that against where the values come from and go to.

use kiln_ir::{Attribute, Dim, DimExpr, Module, Op, Traits, Value, ValueDefinition};

/// The larger tensor that operand `index` of a fusion is a part of, as the fusion says it.
pub fn operand_within(module: &Module, fusion: Op, index: usize) -> Option<&'static [Dim]> {
    entry(module, fusion, "operands_within", index)
}

/// The larger tensor that result `index` of a fusion is a part of, as the fusion says it.
pub fn result_within(module: &Module, fusion: Op, index: usize) -> Option<&'static [Dim]> {
    entry(module, fusion, "results_within", index)
}

fn entry(module: &Module, fusion: Op, name: &str, index: usize) -> Option<&'static [Dim]> {
    let layouts = module.attribute(fusion, name)?.as_array()?;
    layouts.get(index)?.as_dims().filter(|within| !within.is_empty())
}

/// The attribute `within` of an op that is no kernel although others of its name are.
fn own_within(module: &Module, op: Op) -> Option<&'static [Dim]> {
    module.attribute(op, "within").and_then(Attribute::as_dims)
}

/// Whether `op` is a `graph.concat` or `graph.slice` that only names memory.
pub fn is_in_place(module: &Module, op: Op) -> bool {
    own_within(module, op).is_some()
}

/// Whether `op` is a `graph.concat` whose operands lie in its result.
fn is_joined(module: &Module, op: Op) -> bool {
    module.is(op, "graph.concat") && is_in_place(module, op)
}

/// Whether the result of `op` is its first operand's memory, or some of it.
pub fn is_view(module: &Module, op: Op) -> bool {
    module.has_traits(op, Traits::VIEW) || module.is(op, "graph.slice") && is_in_place(module, op)
}

/// The extents of a value's type.
pub(crate) fn shape(module: &Module, value: Value) -> &'static [Dim] {
    &module.ty(value).as_tensor().expect("graph values are ranked tensors").shape
}

/// The larger tensor that a part of this shape belongs to, unless the part's elements lie next to each other.
pub(crate) fn part_within<'d>(shape: &[Dim], within: &'d [Dim]) -> Option<&'d [Dim]> {
    let first = shape.iter().position(|dim| !dim.is(1)).map_or(shape.len(), |axis| axis + 1);
    (shape[first..] != within[first..]).then_some(within)
}

/// The larger tensor that `value` is a part of, from what defines it.
pub fn value_within(module: &Module, value: Value) -> Option<&'static [Dim]> {
    let op = module.defining_op(value)?;
    if module.is(op, "graph.fusion") {
        let index = module.results(op).iter().position(|&result| result == value)?;
        return result_within(module, op, index);
    }
    part_within(shape(module, value), own_within(module, op)?)
}

/// Where a tensor lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Storage {
    /// The value that owns the memory: no view, and no part of another.
    pub owner: Value,
    /// Bytes from the owner's first element to the tensor's.
    pub offset: DimExpr,
}

/// The memory of `value`: through views, then into the tensors that it is joined to; of what a loop carries, that of the
/// loop's result.
pub fn storage_of(module: &Module, value: Value) -> Storage {
    let mut storage = Storage { owner: value, offset: DimExpr::constant(0) };
    loop {
        let owner = storage.owner;
        let (next, distance) = match module.defining_op(owner).filter(|&op| is_view(module, op)) {
            Some(view) => (module.operand(view, 0), view_offset(module, view)),
            None => match find_home(module, owner) {
                Some((concat, index)) => (module.result(concat, 0), part_offset(module, concat, index)),
                None => match carried_result(module, owner) {
                    Some(result) => (result, DimExpr::constant(0)),
                    None => return storage,
                },
            },
        };
        let offset = storage.offset.checked_add(distance).expect("offsets inside a tensor do not overflow");
        storage = Storage { owner: next, offset };
    }
}

/// The result of a loop whose carried value is the argument `value` of the loop's region.
fn carried_result(module: &Module, value: Value) -> Option<Value> {
    let ValueDefinition::Argument(block, index) = module.value_definition(value) else { return None };
    let op = module.block_parent_op(block).filter(|&op| module.is(op, kiln_graph::LOOP))?;
    module.results(op).get(index.checked_sub(1)?).copied()
}

/// The concat in whose memory `value`, which is no view, lies, and which of its operands it is there.
pub fn find_home(module: &Module, value: Value) -> Option<(Op, usize)> {
    for user in module.uses(value) {
        if is_joined(module, user.op) {
            return Some((user.op, user.index));
        }
        if module.has_traits(user.op, Traits::VIEW)
            && let Some(home) = find_home(module, module.result(user.op, 0))
        {
            return Some(home);
        }
    }
    None
}

fn view_offset(module: &Module, view: Op) -> DimExpr {
    let Some(within) = own_within(module, view) else { return DimExpr::constant(0) };
    let starts = module.attribute(view, "starts").and_then(Attribute::as_dims).unwrap_or_default();
    starts.iter().enumerate().fold(DimExpr::constant(0), |sum, (axis, start)| {
        let distance = start.expr().and_then(|start| start.checked_mul(stride(within, axis)?));
        let sum = distance.and_then(|distance| sum.checked_add(in_bytes(module, module.result(view, 0), distance)?));
        sum.expect("offsets inside a tensor do not overflow")
    })
}

fn part_offset(module: &Module, concat: Op, index: usize) -> DimExpr {
    let axis = module.attributes(concat).i64("axis").unwrap_or(0) as usize;
    let within = own_within(module, concat).expect("only concats in place have parts");
    let before = module.operands(concat)[..index].iter().map(|&part| shape(module, part)[axis]);
    let rows = before.map(|dim| dim.expr()).try_fold(DimExpr::constant(0), |sum, extent| sum.checked_add(extent?));
    let distance = rows.and_then(|rows| rows.checked_mul(stride(within, axis)?));
    let bytes = distance.and_then(|distance| in_bytes(module, module.result(concat, 0), distance));
    bytes.expect("offsets inside a tensor do not overflow")
}

fn stride(within: &[Dim], axis: usize) -> Option<DimExpr> {
    within[axis + 1..].iter().try_fold(DimExpr::constant(1), |product, dim| product.checked_mul(dim.expr()?))
}

fn in_bytes(module: &Module, value: Value, elements: DimExpr) -> Option<DimExpr> {
    let size = module.ty(value).element().map_or(1, |element| element.byte_size().max(1));
    elements.checked_mul(DimExpr::constant(size as i64))
}

/// Holds what every kernel inside `main` says of its buffers against how they lie; the ops that do not, and why.
pub fn check_layouts(module: &Module, main: Op) -> Vec<(Op, String)> {
    let mut errors = Vec::new();
    for fusion in module.ops_named(main, "graph.fusion") {
        for (index, &operand) in module.operands(fusion).iter().enumerate() {
            let (said, found) = (operand_within(module, fusion, index), value_within(module, operand));
            if said != found {
                errors.push((fusion, disagreement("operand", index, said, found)));
            }
        }
        for (index, &result) in module.results(fusion).iter().enumerate() {
            let (said, found) = (result_within(module, fusion, index), wanted_within(module, result));
            if said != found {
                errors.push((fusion, disagreement("result", index, said, found)));
            }
        }
    }
    for op in module.walk(main).into_iter().filter(|&op| is_in_place(module, op)) {
        let result = module.result(op, 0);
        let (said, found) = match is_joined(module, op) {
            true => (value_within(module, result), wanted_within(module, result)),
            false => (own_within(module, op), Some(row_order(module, module.operand(op, 0)))),
        };
        if said != found {
            errors.push((op, disagreement("the tensor", 0, said, found)));
        }
    }
    errors
}

/// The extents in whose row-major order `value` lies in memory, from what defines it.
pub fn row_order(module: &Module, value: Value) -> &'static [Dim] {
    value_within(module, value).unwrap_or_else(|| shape(module, value))
}

/// The larger tensor that `value` must be a part of, as an operand of a concat in place.
fn wanted_within(module: &Module, value: Value) -> Option<&'static [Dim]> {
    let concat = module.uses(value).iter().find(|user| is_joined(module, user.op))?.op;
    part_within(shape(module, value), own_within(module, concat)?)
}

fn disagreement(what: &str, index: usize, said: Option<&[Dim]>, found: Option<&[Dim]>) -> String {
    let show = |within: Option<&[Dim]>| match within {
        None => "whole".to_owned(),
        Some(within) => format!("a part of {}", Attribute::dims(within)),
    };
    format!("{what} {index} is said to be {} in memory, but is {}", show(said), show(found))
}
