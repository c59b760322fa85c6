//! Taps of a convolution that only ever read padding. Dilated convolutions of small images have many.
//!
//! ```mlir
//! %y = graph.conv %x, %w {dilations = [24, 24], pad_low = [24, 24], ...}    // %x : 1x960x14x14, %w : 256x960x3x3
//! // becomes
//! %m = graph.slice %w {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 1, 1]}
//! %y = graph.conv %x, %m {dilations = [1, 1], pad_low = [0, 0], ...}        // %m : 256x960x1x1
//! ```

use crate::matching::shape_of;
use kiln_ir::{Attribute, Builder, Dim, Module, Op, PatternSet, Rewrite, Type};

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("dead-taps", "graph.conv", drop_dead_taps);
}

/// One spatial axis of a convolution.
#[derive(Clone, Copy, Debug)]
struct Axis {
    input: i64,
    output: i64,
    taps: i64,
    stride: i64,
    dilation: i64,
    pad_low: i64,
    pad_high: i64,
}

impl Axis {
    /// How many taps at the beginning and at the end read nothing but padding, of which as many are left out as there is
    /// padding for. One tap stays.
    fn dead(&self) -> (i64, i64) {
        let reads = |tap: i64| {
            let first = tap * self.dilation - self.pad_low;
            first < self.input && first + (self.output - 1) * self.stride >= 0
        };
        let low = (0..self.taps).take_while(|&tap| !reads(tap)).count() as i64;
        let high = (low..self.taps).rev().take_while(|&tap| !reads(tap)).count() as i64;
        if low + high >= self.taps {
            return (0, 0);
        }
        let room = |pad: i64| pad.max(0) / self.dilation;
        (low.min(room(self.pad_low)), high.min(room(self.pad_high)))
    }
}

/// `conv(x, w) = conv(x, slice(w))`, without the taps for which no element of x is there
fn drop_dead_taps(module: &mut Module, op: Op) -> Rewrite {
    let filter = module.operand(op, 1);
    if !module.ty(module.operand(op, 0)).scalar().is_float() {
        return Err("the padding of integers may be any number".into());
    }
    let mut axes = axes_of(module, op).ok_or("an extent is not known")?;
    let dead: Vec<(i64, i64)> = axes.iter().map(Axis::dead).collect();
    if dead.iter().all(|&dead| dead == (0, 0)) {
        return Err("every tap reads an element".into());
    }
    let mut starts = vec![Dim::Static(0); 2];
    let mut shape = shape_of(module, filter)[..2].to_vec();
    for (axis, (low, high)) in axes.iter_mut().zip(dead) {
        axis.taps -= low + high;
        axis.pad_low -= low * axis.dilation;
        axis.pad_high -= high * axis.dilation;
        if axis.taps == 1 {
            axis.dilation = 1;
        }
        starts.push(Dim::Static(low as u64));
        shape.push(Dim::Static(axis.taps as u64));
    }
    let ty = Type::tensor(&shape, module.ty(filter).scalar());
    let steps = vec![1i64; shape.len()];
    let slice = Builder::before(module, op)
        .op("graph.slice")
        .operand(filter)
        .attribute("starts", Attribute::dims(&starts))
        .attribute("steps", steps)
        .result(ty)
        .value();
    module.set_operand(op, 1, slice);
    let lists: [(&str, fn(&Axis) -> i64); 3] =
        [("pad_low", |axis| axis.pad_low), ("pad_high", |axis| axis.pad_high), ("dilations", |axis| axis.dilation)];
    for (name, of) in lists {
        let list: Vec<i64> = axes.iter().map(of).collect();
        module.set_attribute(op, name, list);
    }
    Ok(())
}

/// The spatial axes, where all is known of them.
fn axes_of(module: &Module, op: Op) -> Option<Vec<Axis>> {
    let attributes = module.attributes(op);
    let first = match attributes.str("layout")? {
        "channels_last" => 1,
        _ => 2,
    };
    let extents = |shape: &[Dim], first: usize, rank: usize| -> Option<Vec<i64>> {
        shape.get(first..first + rank)?.iter().map(|dim| i64::try_from(dim.as_static()?).ok()).collect()
    };
    let lists = ["strides", "dilations", "pad_low", "pad_high"].map(|name| attributes.i64s(name));
    let [strides, dilations, pad_low, pad_high] = lists;
    let (strides, dilations, pad_low, pad_high) = (strides?, dilations?, pad_low?, pad_high?);
    let rank = strides.len();
    let input = extents(shape_of(module, module.operand(op, 0)), first, rank)?;
    let output = extents(shape_of(module, module.result(op, 0)), first, rank)?;
    let taps = extents(shape_of(module, module.operand(op, 1)), 2, rank)?;
    let axis = |axis: usize| Axis {
        input: input[axis],
        output: output[axis],
        taps: taps[axis],
        stride: strides[axis],
        dilation: dilations[axis],
        pad_low: pad_low[axis],
        pad_high: pad_high[axis],
    };
    let is_filled = input.iter().chain(&output).all(|&extent| extent > 0);
    is_filled.then(|| (0..rank).map(axis).collect())
}
