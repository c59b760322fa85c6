//! Slices that read through what moves elements. Part of `simplify`.
//!
//! ```mlir
//! %c = graph.concat %x, %y {axis = 0}                       // of 4 and 6 elements
//! %r = graph.slice %c {starts = #kiln.dims<[5]>, ...}       // becomes a slice of %y from 1 on
//! ```

use crate::matching::{find_producer, shape_of};
use kiln_ir::{Attribute, Builder, Dim, Module, Op, PatternSet, Rewrite, Type, Value};

const SLICE: &str = "graph.slice";

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("slice-of-concat", SLICE, slice_one_part)
        .add_fn("slice-of-pad", SLICE, slice_inside_padding)
        .add_fn("slice-of-broadcast", SLICE, slice_before_broadcast);
}

/// The attributes of a slice, and the extents of its result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Slice {
    pub source: Value,
    pub starts: Vec<Dim>,
    pub steps: Vec<i64>,
    pub shape: Vec<Dim>,
}

impl Slice {
    /// What `value` is a slice of: of itself, all of it, if nothing else.
    pub fn of(module: &Module, value: Value) -> Option<Slice> {
        if let Some(op) = find_producer(module, value, SLICE) {
            return Slice::read(module, op);
        }
        let shape = shape_of(module, value).to_vec();
        Some(Slice { source: value, starts: vec![Dim::Static(0); shape.len()], steps: vec![1; shape.len()], shape })
    }

    /// Whether it is all of its source.
    pub fn is_whole(&self, module: &Module) -> bool {
        self.shape == shape_of(module, self.source) && self.steps.iter().all(|&step| step == 1)
    }

    /// This slice and `other`, if that goes on along the last axis where this one ends.
    pub fn joined(&self, other: &Slice) -> Option<Slice> {
        let last = self.shape.len().checked_sub(1)?;
        let (start, length) = (self.starts[last].as_static()?, self.shape[last].as_static()?);
        let mut expected = self.clone();
        expected.starts[last] = Dim::Static(start.checked_add(length)?);
        expected.shape[last] = other.shape.get(last).copied()?;
        let mut whole = self.clone();
        whole.shape[last] = Dim::Static(length.checked_add(other.shape[last].as_static()?)?);
        (self.steps[last] == 1 && expected == *other).then_some(whole)
    }

    /// The slice as a value: its source, if it is all of that.
    pub fn build_or_source(&self, builder: &mut Builder) -> Value {
        if self.is_whole(builder.module) { self.source } else { self.build(builder) }
    }

    pub fn read(module: &Module, op: Op) -> Option<Slice> {
        Some(Slice {
            source: module.operand(op, 0),
            starts: module.attribute(op, "starts")?.as_dims()?.to_vec(),
            steps: module.attribute(op, "steps")?.as_i64s()?,
            shape: shape_of(module, module.result(op, 0)).to_vec(),
        })
    }

    /// The smallest and the largest index along an axis, if they are known and there are any.
    fn range(&self, axis: usize) -> Option<(i64, i64)> {
        let length = self.shape[axis].as_static().and_then(|length| i64::try_from(length).ok())?;
        let start = self.start(axis)?;
        let last = start.checked_add(self.steps[axis].checked_mul(length - 1)?)?;
        (length > 0).then_some((start.min(last), start.max(last)))
    }

    fn start(&self, axis: usize) -> Option<i64> {
        self.starts[axis].as_static().and_then(|start| i64::try_from(start).ok())
    }

    /// The slice as a value.
    pub fn build(&self, builder: &mut Builder) -> Value {
        let ty = Type::tensor(&self.shape, builder.module.ty(self.source).scalar());
        let slice = builder.op(SLICE).operand(self.source).attribute("starts", Attribute::dims(&self.starts));
        slice.attribute("steps", self.steps.clone()).result(ty).value()
    }
}

fn static_extent(module: &Module, value: Value, axis: usize) -> Option<i64> {
    shape_of(module, value)[axis].as_static().and_then(|extent| i64::try_from(extent).ok())
}

/// `slice(concat(a, b)) = slice(b)`, where the slice takes from b alone
fn slice_one_part(module: &mut Module, op: Op) -> Rewrite {
    let mut slice = Slice::read(module, op).ok_or("the slice has no starts")?;
    let concat = find_producer(module, slice.source, "graph.concat").ok_or("the operand is no concatenation")?;
    let axis = module.attribute(concat, "axis").and_then(|axis| usize::try_from(axis.as_i64()?).ok());
    let axis = axis.ok_or("there is no axis")?;
    let (low, high) = slice.range(axis).ok_or("the indices are not known")?;
    let mut begin = 0;
    for &part in module.operands(concat) {
        let Some(length) = static_extent(module, part, axis) else { break };
        if begin <= low && high < begin + length {
            let start = slice.start(axis).expect("a range has a start") - begin;
            slice.starts[axis] = Dim::from(start as u64);
            slice.source = part;
            let value = slice.build(&mut Builder::before(module, op));
            module.replace(op, &[value]);
            return Ok(());
        }
        begin += length;
    }
    Err("the slice takes from several parts, or it is not known from which".into())
}

/// `slice(pad(x)) = slice(x)`, where the slice takes nothing of the padding
fn slice_inside_padding(module: &mut Module, op: Op) -> Rewrite {
    let mut slice = Slice::read(module, op).ok_or("the slice has no starts")?;
    let pad = find_producer(module, slice.source, "graph.pad").ok_or("the operand is not padded")?;
    let low = module.attribute(pad, "low").and_then(|low| low.as_dims()).ok_or("there is no padding")?;
    let source = module.operand(pad, 0);
    for (axis, low) in low.iter().enumerate() {
        if low.is(0) && slice.shape[axis] == shape_of(module, source)[axis] && slice.starts[axis].is(0) {
            continue;
        }
        let before = low.as_static().and_then(|low| i64::try_from(low).ok()).ok_or("a padding is symbolic")?;
        let extent = static_extent(module, source, axis).ok_or("an extent is symbolic")?;
        let (first, last) = slice.range(axis).ok_or("the indices are not known")?;
        if first < before || last >= before + extent {
            return Err("the slice takes some of the padding".into());
        }
        let start = slice.start(axis).expect("a range has a start") - before;
        slice.starts[axis] = Dim::from(start as u64);
    }
    slice.source = source;
    let value = slice.build(&mut Builder::before(module, op));
    module.replace(op, &[value]);
    Ok(())
}

/// `slice(broadcast(x)) = broadcast(slice(x))`: stretched axes are stretched less, the others are cut before
fn slice_before_broadcast(module: &mut Module, op: Op) -> Rewrite {
    let slice = Slice::read(module, op).ok_or("the slice has no starts")?;
    let broadcast = find_producer(module, slice.source, "graph.broadcast").ok_or("the operand is not stretched")?;
    let narrow = module.operand(broadcast, 0);
    let wide = shape_of(module, slice.source);
    let missing = wide.len() - shape_of(module, narrow).len();
    let mut inner = Slice { source: narrow, starts: Vec::new(), steps: Vec::new(), shape: Vec::new() };
    for (axis, &extent) in shape_of(module, narrow).iter().enumerate() {
        let outer = axis + missing;
        let stretched = extent.is(1);
        if !stretched && extent != wide[outer] {
            return Err("whether an axis is stretched is known at run time only".into());
        }
        inner.starts.push(if stretched { Dim::Static(0) } else { slice.starts[outer] });
        inner.steps.push(if stretched { 1 } else { slice.steps[outer] });
        inner.shape.push(if stretched { Dim::Static(1) } else { slice.shape[outer] });
    }
    let ty = module.ty(module.result(op, 0));
    let mut builder = Builder::before(module, op);
    let cut = inner.build(&mut builder);
    let value = builder.op("graph.broadcast").operand(cut).result(ty).value();
    module.replace(op, &[value]);
    Ok(())
}
