//! Concatenations: of concatenations, of slices that adjoin, of nothing. Part of `simplify`.
//!
//! ```mlir
//! %a = graph.slice %x {starts = #kiln.dims<[0]>, steps = [1]}   // elements 0 to 3
//! %b = graph.slice %x {starts = #kiln.dims<[4]>, steps = [1]}   // elements 4 to 9
//! %r = graph.concat %a, %b {axis = 0}                           // becomes one slice, here %x itself
//! ```

use crate::matching::{find_producer, shape_of};
use kiln_ir::{Builder, Dim, Module, Op, PatternSet, Rewrite, Type, Value};

const CONCAT: &str = "graph.concat";

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("concat-of-nothing", CONCAT, drop_empty_parts)
        .add_fn("concat-of-concat", CONCAT, splice_concats)
        .add_fn("concat-of-adjoining-slices", CONCAT, merge_adjoining_slices);
}

fn axis_of(module: &Module, op: Op) -> Option<usize> {
    module.attribute(op, "axis")?.as_i64().and_then(|axis| usize::try_from(axis).ok())
}

/// `concat(a, empty, b) = concat(a, b)`
fn drop_empty_parts(module: &mut Module, op: Op) -> Rewrite {
    let axis = axis_of(module, op).ok_or("there is no axis")?;
    let parts = module.operands(op);
    let kept: Vec<Value> = parts.iter().copied().filter(|&part| !shape_of(module, part)[axis].is(0)).collect();
    if kept.len() == parts.len() || kept.is_empty() {
        return Err("no part is empty, or all are".into());
    }
    module.set_operands(op, &kept);
    Ok(())
}

/// `concat(a, concat(b, c), d) = concat(a, b, c, d)`
fn splice_concats(module: &mut Module, op: Op) -> Rewrite {
    let axis = axis_of(module, op).ok_or("there is no axis")?;
    let inner = |module: &Module, part: Value| {
        let inner = find_producer(module, part, CONCAT)?;
        (axis_of(module, inner)? == axis && module.has_one_use(part)).then_some(inner)
    };
    let parts = module.operands(op).to_vec();
    let spliced: Vec<Value> = parts
        .iter()
        .flat_map(|&part| inner(module, part).map_or(vec![part], |inner| module.operands(inner).to_vec()))
        .collect();
    if spliced.len() == parts.len() {
        return Err("no part is a concatenation along the same axis that nobody else uses".into());
    }
    module.set_operands(op, &spliced);
    Ok(())
}

/// A slice in which nothing is skipped along one axis.
struct Run {
    source: Value,
    start: i64,
    length: i64,
    /// Starts, steps and extents, those of the axis set to nothing.
    elsewhere: (Vec<Dim>, Vec<i64>, Vec<Dim>),
}

fn find_run(module: &Module, part: Value, axis: usize) -> Option<Run> {
    let slice = find_producer(module, part, "graph.slice")?;
    let mut starts = module.attribute(slice, "starts")?.as_dims()?.to_vec();
    let mut steps = module.attribute(slice, "steps")?.as_i64s()?;
    let mut shape = shape_of(module, part).to_vec();
    let (start, length) = (starts[axis].as_static()?, shape[axis].as_static()?);
    if steps[axis] != 1 {
        return None;
    }
    (starts[axis], steps[axis], shape[axis]) = (Dim::Static(0), 0, Dim::Static(0));
    let (start, length) = (i64::try_from(start).ok()?, i64::try_from(length).ok()?);
    Some(Run { source: module.operand(slice, 0), start, length, elsewhere: (starts, steps, shape) })
}

/// `concat(x[a:b], x[b:c]) = x[a:c]`
fn merge_adjoining_slices(module: &mut Module, op: Op) -> Rewrite {
    let axis = axis_of(module, op).ok_or("there is no axis")?;
    let parts = module.operands(op).to_vec();
    let runs: Vec<Option<Run>> = parts.iter().map(|&part| find_run(module, part, axis)).collect();
    let adjoin = |left: &Option<Run>, right: &Option<Run>| {
        let (Some(left), Some(right)) = (left, right) else { return false };
        left.source == right.source && left.start + left.length == right.start && left.elsewhere == right.elsewhere
    };
    let Some(first) = (1..runs.len()).find(|&index| adjoin(&runs[index - 1], &runs[index])) else {
        return Err("no part goes on where the one before ends".into());
    };
    // All parts from the first of the run on that go on where the one before ends.
    let count = (first..runs.len()).take_while(|&index| adjoin(&runs[index - 1], &runs[index])).count() + 1;
    let first = first - 1;
    let slice = find_producer(module, parts[first], "graph.slice").expect("a run is a slice");
    let length: i64 = runs[first..first + count].iter().flatten().map(|run| run.length).sum();
    let mut shape = shape_of(module, parts[first]).to_vec();
    shape[axis] = Dim::from(length as u64);
    let ty = Type::tensor(&shape, module.ty(parts[first]).scalar());
    let (starts, steps) = (module.attribute(slice, "starts"), module.attribute(slice, "steps"));
    let (Some(starts), Some(steps)) = (starts, steps) else { return Err("a slice has no starts".into()) };
    let source = module.operand(slice, 0);
    let mut builder = Builder::before(module, op);
    let merged = builder.op("graph.slice").operand(source).attribute("starts", starts).attribute("steps", steps);
    let merged = merged.result(ty).value();
    let parts = [&parts[..first], &[merged], &parts[first + count..]].concat();
    module.set_operands(op, &parts);
    Ok(())
}
