//! Dense and grouped channels-last convolutions as implicit matrix products.
//!
//! For each task: copy the input it reads to scratch memory, if the plan says so and the task before has not; then, for
//! each panel of filters, walk the positions of the output tile by tile. What is copied may also be computed: by
//! elementwise ops, or by a depthwise convolution.

mod expanded;
mod flat;
mod separable;
mod taps;
mod transposed;
mod window;

use crate::builder::{Buffer, Index, KernelBuilder};
use crate::gemm::{DepthLoop, Finish, merge_depth};
use kiln_ir::DimExpr;
use kiln_schedule::conv::{Access, ConvKernel, ConvPlan, Run, planned_shape};
use kiln_schedule::conv_shape::{ConvAxis, ConvShape};
use kiln_schedule::conv_transpose::TransposedShape;
use kiln_schedule::expanded::{ExpandedKernel, ExpandedPlan};
use kiln_schedule::separable::{SeparableKernel, SeparablePlan};
use kiln_schedule::{KernelSpec, Plan, Source};

/// Emits a convolution planned by `kiln_schedule::conv`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let kernel = ConvKernel::of(spec).expect("plans of this family are made for channels-last convolutions");
    let shape = planned_shape(kernel.shape.clone(), plan);
    let plan = ConvPlan::from_plan(plan);
    let merged = kernel.merge_pixels();
    let whole = kernel.prologue.as_ref().map(|spec| Prologue { spec, is_merged: false });
    let prologue = merged.as_ref().map(|spec| Prologue { spec, is_merged: true }).or(whole);
    let conv = Conv { spec: &kernel.spec, shape: &shape, plan: &plan, prologue };
    match plan.access {
        Access::Flat | Access::Gather => flat::emit(&conv, b),
        Access::Direct | Access::Window => window::emit_conv(&conv, b),
        Access::Taps => taps::emit(&conv, b),
    }
}

/// Emits a pair of convolutions planned by `kiln_schedule::separable`.
pub fn emit_separable(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let kernel = SeparableKernel::of(spec).expect("plans of this family are made for a depthwise and a pointwise one");
    separable::emit(&kernel, &SeparablePlan::from_plan(plan), b);
}

/// Emits convolutions planned by `kiln_schedule::expanded`.
pub fn emit_expanded(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let kernel = ExpandedKernel::of(spec).expect("plans of this family are made for an expansion and its reader");
    expanded::emit(&kernel, &ExpandedPlan::from_plan(plan), b);
}

/// Emits a transposed convolution planned by `kiln_schedule::conv_transpose`.
pub fn emit_transposed(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let shape = TransposedShape::of(spec).expect("plans of this family are made for transposed convolutions");
    let plan = ConvPlan::from_plan(plan);
    let conv = Conv { spec, shape: &shape.window, plan: &plan, prologue: None };
    window::emit(&conv, b, &mut |b, region, window, panels, finish| {
        transposed::multiply(&conv, &shape.op, b, (region, window), panels, finish);
    });
}

/// A convolution being emitted.
#[derive(Clone, Copy, Debug)]
struct Conv<'s> {
    spec: &'s KernelSpec,
    shape: &'s ConvShape,
    plan: &'s ConvPlan,
    /// What computes the input's elements, if it is no buffer.
    prologue: Option<Prologue<'s>>,
}

/// What computes the elements of an input.
#[derive(Clone, Copy, Debug)]
struct Prologue<'s> {
    /// The elementwise ops, with the input as output.
    spec: &'s KernelSpec,
    /// Whether axes of pixels were merged: rows are their places then.
    is_merged: bool,
}

impl<'s> Conv<'s> {
    /// The coordinates of task number `task`: image, row block, column block, group, panel block.
    fn task(&self, b: &mut KernelBuilder, task: Index) -> [Index; 5] {
        let extents = self.plan.task_space(self.shape).map(|expr| b.expr(expr));
        let coordinates = b.delinearize(task, &extents);
        coordinates.try_into().expect("a task has as many coordinates as the task space has axes")
    }

    /// The panels of a panel block.
    fn panels(&self, b: &mut KernelBuilder, block: Index) -> (Index, Index) {
        let first = b.mul(block, self.plan.block_panels);
        let end = b.add(first, self.plan.block_panels);
        (first, b.min(end, self.plan.panels(self.shape)))
    }

    /// Where panel number `panel` of a group begins.
    fn panel_offset(&self, b: &mut KernelBuilder, group: Index, panel: Index) -> Index {
        let panels = b.mul(group, self.plan.panels(self.shape));
        let panel = b.add(panels, panel);
        b.mul(panel, self.plan.panel_elements(self.shape))
    }

    /// The reduction over taps and channels, when channels and the taps of each axis lie so many elements apart.
    fn depth(&self, b: &mut KernelBuilder, channel: Index, tap_strides: &[Index]) -> Vec<DepthLoop> {
        let Run { joins_taps, length } = self.plan.run(self.shape);
        let (terms, columns) = (self.plan.tile.dot.terms(), self.plan.tile.columns());
        let steps = length.div_ceil(terms);
        let left = b.mul(channel, terms);
        let mut right = terms * columns;
        let mut levels = vec![DepthLoop { count: Index::from(steps), left, right: Index::from(right) }];
        right *= steps;
        let outer = self.shape.axes.len() - usize::from(joins_taps);
        for (axis, &left) in self.shape.axes[..outer].iter().zip(tap_strides).rev() {
            levels.push(DepthLoop { count: Index::Constant(axis.kernel), left, right: Index::from(right) });
            right *= axis.kernel as usize;
        }
        if self.shape.is_planar {
            // Taps of a row follow each other, channels do not.
            levels.rotate_left(1);
        }
        levels.reverse();
        merge_depth(&levels)
    }

    /// What becomes of accumulators, for a kernel over rows and columns or over the axes of the output.
    fn finish<'f>(&self, b: &KernelBuilder, spec: &'f KernelSpec) -> Finish<'f> {
        let anchor = Source::Node { node: self.shape.anchor, result: 0 };
        Finish {
            spec,
            anchor,
            bias: self.shape.bias.map(|bias| b.inputs[bias]),
            spill: None,
            transposed: None,
            kept: None,
        }
    }

    fn input(&self, b: &KernelBuilder) -> Buffer {
        b.inputs[self.shape.input]
    }

    fn filter(&self, b: &KernelBuilder) -> Buffer {
        b.inputs[self.shape.filter]
    }

    /// Elements of the input from one image to the next, from one position to the next along each spatial axis, and from
    /// one channel to the next.
    fn input_strides(&self, b: &mut KernelBuilder) -> (Index, Vec<Index>, Index) {
        let extents = self.extents(b, |axis| axis.input);
        let mut strides = b.strides(&extents);
        let pixels = strides.remove(0);
        if self.shape.is_planar {
            return (b.mul(pixels, self.shape.channels), strides, pixels);
        }
        let pitch = self.shape.pitch;
        let strides = strides.into_iter().map(|stride| b.mul(stride, pitch)).collect();
        (b.mul(pixels, pitch), strides, Index::Constant(1))
    }

    /// The batch and one extent of each spatial axis.
    fn extents(&self, b: &mut KernelBuilder, extent: impl Fn(&ConvAxis) -> DimExpr) -> Vec<Index> {
        let spatial = self.shape.axes.iter().map(extent);
        [self.shape.batch].into_iter().chain(spatial).map(|expr| b.expr(expr)).collect()
    }
}
