//! What the pools share: their window, and walking over windows.

use crate::read::Read;
use crate::rows::required;
use crate::shape::tensor;
use crate::strided::for_each_index;
use crate::window::{Window, spatial};
use kiln_ir::{AttributeConstraint, AttributeDefinition, Attributes, Dim, InferRequest, Module, Op, Type};
use kiln_tensor::row_major_strides;

/// Attribute `window`.
pub(crate) const WINDOW: AttributeDefinition =
    required("window", AttributeConstraint::Integers, "The window's size, for each spatial axis; positive.");

/// The attributes of a pool.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct PoolView {
    /// The window's size, for each spatial axis.
    pub size: Vec<i64>,
    /// How it slides, and the layout.
    pub window: Window,
    /// Whether padding counts as zeros in a mean.
    pub count_include_pad: bool,
}

impl PoolView {
    /// Reads the attributes of a pool of a tensor of `rank` axes.
    ///
    /// # Errors
    /// What is missing or out of range.
    pub fn parse(attributes: &Attributes, rank: usize) -> Result<PoolView, String> {
        let window = Window::parse(attributes, rank)?;
        let size = spatial(attributes, "window", rank - 2, 1)?;
        Ok(PoolView { size, window, count_include_pad: attributes.flag("count_include_pad") })
    }

    /// The attributes of a pool op.
    ///
    /// # Errors
    /// What is missing or out of range.
    pub fn of(module: &Module, op: Op) -> Result<PoolView, String> {
        let rank = tensor(&module.operand_types(op), 0)?.rank();
        PoolView::parse(module.attributes(op), rank)
    }

    /// Calls `visit` for each element of the result in row-major order, with the flat indices of the operand's
    /// elements in its window and the window's origin in the operand, for each spatial axis.
    pub(crate) fn for_each_window(&self, input: &[usize], output: &[usize], mut visit: impl FnMut(&[usize], &[i64])) {
        let rank = input.len();
        let axes = self.window.layout.spatial_axes(rank);
        let strides = row_major_strides(input);
        let mut places = Vec::new();
        let mut origin = vec![0i64; axes.len()];
        let walked = for_each_index(output, |index| {
            let mut base = 0;
            for (axis, &position) in index.iter().enumerate().filter(|(axis, _)| !axes.contains(axis)) {
                base += position * strides[axis];
            }
            for (axis, place) in axes.clone().enumerate() {
                origin[axis] = index[place] as i64 * self.window.strides[axis] - self.window.pad_low[axis];
            }
            places.clear();
            places.push(base);
            for (axis, place) in axes.clone().enumerate() {
                let inside = |k: i64| {
                    let position = origin[axis] + k * self.window.dilations[axis];
                    (0..input[place] as i64).contains(&position).then(|| position as usize * strides[place])
                };
                let offsets: Vec<usize> = (0..self.size[axis]).filter_map(inside).collect();
                places = places.iter().flat_map(|base| offsets.iter().map(move |offset| base + offset)).collect();
            }
            visit(&places, &origin);
            Ok(())
        });
        debug_assert!(walked.is_ok(), "the visitor never fails");
    }

    /// How many elements of the window at `origin` are in the operand or in its padding, `extra` of it aside.
    pub(crate) fn padded_count(&self, input: &[usize], origin: &[i64], extra: &[i64]) -> usize {
        let axes = self.window.layout.spatial_axes(input.len());
        let count = |(axis, place): (usize, usize)| {
            let (low, high) = (-self.window.pad_low[axis], self.window.pad_high[axis] - extra[axis]);
            let range = low..input[place] as i64 + high;
            (0..self.size[axis]).filter(|k| range.contains(&(origin[axis] + k * self.window.dilations[axis]))).count()
        };
        axes.enumerate().map(count).product()
    }

    /// The flat index in the order N,C,space... of the element at `place` of a tensor in this layout.
    pub(crate) fn onnx_index(&self, shape: &[usize], place: usize) -> usize {
        let layout = self.window.layout;
        let strides = row_major_strides(shape);
        let position = |axis: usize| place / strides[axis] % shape[axis];
        let axes = [layout.batch_axis(), layout.channel_axis(shape.len())].into_iter();
        axes.chain(layout.spatial_axes(shape.len())).fold(0, |flat, axis| flat * shape[axis] + position(axis))
    }
}

/// Shape and element type of a pool's result.
pub(crate) fn infer_pool(request: &InferRequest) -> Result<(Vec<Dim>, Type), String> {
    let x = tensor(request.operands, 0)?;
    let view = PoolView::parse(request.attributes, x.rank())?;
    let mut shape = x.shape.clone();
    for (axis, place) in view.window.layout.spatial_axes(x.rank()).enumerate() {
        shape[place] = view.window.output_extent(axis, x.shape[place], Dim::Static(view.size[axis] as u64))?;
    }
    Ok((shape, x.element))
}
