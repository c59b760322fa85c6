//! Plans of transposed channels-last convolutions, as convolutions of stride 1.
//!
//! Outputs that are congruent modulo the stride form a phase: output `q * stride + phase` reads input positions near `q`
//! through every `stride`-th tap. All phases read one window of the input, that of a convolution of stride 1 whose output
//! has an element for each `q`; so the plan is that convolution's, with filters packed tap by tap.
//!
//! ```text
//! output o = q * stride + c,  tap k = r + t * stride with r = (c + pad) mod stride,
//! input  i = q + (c + pad) floordiv stride - t
//! ```

use crate::conv::{Access, ConvPlan};
use crate::conv_shape::{ConvAxis, ConvShape};
use crate::extent::{constant, divide_up};
use crate::pack::{PackForm, Packing};
use crate::plan::Plan;
use crate::register_tile::RegisterTile;
use crate::spec::KernelSpec;
use kiln_ir::DimExpr;
use kiln_target::Target;

/// The name of the family.
pub const FAMILY: &str = "conv_transpose";

/// A transposed convolution and the convolution of stride 1 behind it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TransposedShape {
    /// The op as written: `pad_low` is what is cut off the output.
    pub op: ConvShape,
    /// The convolution whose output has an element for each `q`, and whose window all phases read.
    pub window: ConvShape,
}

impl TransposedShape {
    /// The only `conv_transpose` of a kernel, if it is channels-last, not dilated, and has at most two spatial axes.
    pub fn of(spec: &KernelSpec) -> Option<TransposedShape> {
        let op = ConvShape::of_op(spec, "conv_transpose")?;
        if !op.outer().is_empty() || op.axes.iter().any(|axis| axis.dilation != 1 || axis.pad_low < 0) {
            return None;
        }
        let mut window = op.clone();
        window.axes = op.axes.iter().map(window_axis).collect();
        Some(TransposedShape { op, window })
    }
}

/// How far before `q` the taps of an axis reach, over all phases.
fn reach_before(axis: &ConvAxis) -> i64 {
    (axis.kernel + axis.stride - 1) / axis.stride - 1 - axis.pad_low / axis.stride
}

/// How far after `q` they reach.
fn reach_after(axis: &ConvAxis) -> i64 {
    (axis.stride - 1 + axis.pad_low) / axis.stride
}

fn window_axis(axis: &ConvAxis) -> ConvAxis {
    let (before, after) = (reach_before(axis), reach_after(axis));
    let output = divide_up(axis.output, constant(axis.stride as usize));
    // Where each q has an input and nothing around it is read, the window is the input.
    let is_input = before == 0 && after == 0 && output == axis.input;
    let pad_high = if is_input { 0 } else { after + 1 };
    ConvAxis {
        input: axis.input,
        output,
        kernel: before + after + 1,
        stride: 1,
        dilation: 1,
        pad_low: before,
        pad_high,
    }
}

/// Whether all phases of an axis have the same number of outputs.
pub fn has_equal_phases(axis: &ConvAxis) -> bool {
    let stride = DimExpr::constant(axis.stride);
    axis.output.modulo(stride) == Some(DimExpr::constant(0))
}

/// The plan of the convolution behind a transposed one.
pub fn plan_window(shape: &TransposedShape, target: &Target) -> ConvPlan {
    let window = &shape.window;
    let columns = shape.op.columns();
    let filters = constant(window.group_filters());
    let tile = match has_equal_phases(columns) {
        true => RegisterTile::new(target, window.element, window.columns().output, filters),
        false => RegisterTile::of_any_rows(target, window.element, filters),
    };
    let access = if window.is_padded() { Access::Window } else { Access::Direct };
    ConvPlan::of_images(window, access, tile, target)
}

/// Plans a kernel whose anchor is a transposed convolution, if this family computes it.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let shape = TransposedShape::of(spec)?;
    let plan = plan_window(&shape, target);
    let form = PackForm::TransposedConvPanels { groups: shape.op.groups, columns: plan.tile.columns() };
    Some(plan.to_plan(FAMILY, &shape.window, Packing { input: shape.op.filter, form }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kernel, stride, padding -> kernel and padding of the window of a large image.
    fn check(kernel: i64, stride: i64, pad: i64, expected: (i64, i64)) {
        let input = 20;
        let output = (input - 1) * stride + kernel - 2 * pad;
        let axis = ConvAxis {
            input: DimExpr::constant(input),
            output: DimExpr::constant(output),
            kernel,
            stride,
            dilation: 1,
            pad_low: pad,
            pad_high: pad,
        };
        let window = window_axis(&axis);
        assert_eq!((window.kernel, window.pad_low), expected);
        // Every product of an input and a tap lands in the window.
        for position in 0..input {
            for tap in 0..kernel {
                let place = position * stride + tap - pad;
                if (0..output).contains(&place) {
                    let first = place / stride - window.pad_low;
                    assert!((first..first + window.kernel).contains(&position), "{position} {tap}");
                }
            }
        }
    }

    #[test]
    fn windows_hold_what_all_phases_read() {
        check(2, 2, 0, (1, 0));
        check(4, 2, 1, (3, 1));
        check(3, 2, 1, (3, 1));
        check(3, 1, 1, (3, 1));
        check(5, 3, 2, (3, 1));
        check(1, 2, 0, (1, 0));
    }
}
