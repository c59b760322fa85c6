//! Convolutions: plain, depthwise, separable and transposed, of one to three spatial axes.

use super::activations::activate_as_set;
use super::call::{Call, Row, plain};
use super::window::{Geometry, Window, layout};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    plain("Conv1D", |call| conv(call, 1)),
    plain("Conv2D", |call| conv(call, 2)),
    plain("Conv3D", |call| conv(call, 3)),
    plain("DepthwiseConv1D", |call| depthwise(call, 1)),
    plain("DepthwiseConv2D", |call| depthwise(call, 2)),
    plain("SeparableConv1D", |call| separable(call, 1)),
    plain("SeparableConv2D", |call| separable(call, 2)),
    plain("Conv1DTranspose", |call| transposed(call, 1)),
    plain("Conv2DTranspose", |call| transposed(call, 2)),
    plain("Conv3DTranspose", |call| transposed(call, 3)),
];

/// The axes of a kernel, spatial ones first and outputs last, as the graph dialect has them: outputs, inputs, space.
fn outputs_first(rank: usize) -> Vec<usize> {
    [rank + 1, rank].into_iter().chain(0..rank).collect()
}

/// The extents of a kernel's first axes.
fn kernel_size(node: &Node, kernel: Tracked, rank: usize) -> Result<Vec<i64>, String> {
    let shape = node.shape(kernel);
    let size = shape.iter().take(rank).map(|extent| extent.as_static().and_then(|extent| i64::try_from(extent).ok()));
    let size: Option<Vec<i64>> = size.collect();
    size.filter(|_| shape.len() == rank + 2).ok_or_else(|| format!("the kernel must have {} axes", rank + 2))
}

fn conv(call: &mut Call, rank: usize) -> Results {
    let (x, kernel) = (call.first_as_floats()?, call.weight("kernel")?);
    let bias = call.find_weight("bias")?;
    let (groups, geometry) = (call.int_or("groups", 1), Geometry::read(call, rank)?);
    let y = convolve(call, x, kernel, bias, &geometry, groups)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// A convolution that slides as the geometry says.
pub(crate) fn convolve(
    node: &mut Node,
    x: Tracked,
    kernel: Tracked,
    bias: Option<Tracked>,
    geometry: &Geometry,
    groups: i64,
) -> Result<Tracked, String> {
    let rank = geometry.strides.len();
    let size = kernel_size(node, kernel, rank)?;
    let window = Window::new(node, x, size, geometry, 0.0)?;
    let filter = node.transpose(kernel, &outputs_first(rank))?;
    let mut given = window.attributes();
    given.push(("groups", attribute(groups)));
    let operands: Vec<Tracked> = [window.x, filter].into_iter().chain(bias).collect();
    node.emit("graph.conv", &operands, &given)
}

/// Each channel by itself; `kernel` has the inputs and how many outputs each has as its last axes.
pub(crate) fn convolve_channels(
    node: &mut Node,
    x: Tracked,
    kernel: Tracked,
    bias: Option<Tracked>,
    geometry: &Geometry,
) -> Result<Tracked, String> {
    let rank = geometry.strides.len();
    let size = kernel_size(node, kernel, rank)?;
    let [inputs, multiplier] = [rank, rank + 1].map(|axis| node.shape(kernel)[axis].as_static());
    let (inputs, multiplier) = inputs.zip(multiplier).ok_or("the kernel's extents are not known")?;
    let order: Vec<usize> = [rank, rank + 1].into_iter().chain(0..rank).collect();
    let filter = node.transpose(kernel, &order)?;
    let outputs = inputs.checked_mul(multiplier).ok_or("the kernel is too large")?;
    let space = node.shape(kernel)[..rank].iter().copied();
    let shape: Vec<Dim> = [outputs, 1].into_iter().map(Dim::Static).chain(space).collect();
    let filter = node.reshape(filter, &shape)?;
    let window = Window::new(node, x, size, geometry, 0.0)?;
    let mut given = window.attributes();
    given.push(("groups", attribute(i64::try_from(inputs).map_err(|_| "there are too many channels")?)));
    let operands: Vec<Tracked> = [window.x, filter].into_iter().chain(bias).collect();
    node.emit("graph.conv", &operands, &given)
}

fn depthwise(call: &mut Call, rank: usize) -> Results {
    let (x, kernel) = (call.first_as_floats()?, call.weight("kernel")?);
    let bias = call.find_weight("bias")?;
    let geometry = Geometry::read(call, rank)?;
    let y = convolve_channels(call, x, kernel, bias, &geometry)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// Each channel by itself, then all of them at each place.
fn separable(call: &mut Call, rank: usize) -> Results {
    let x = call.first_as_floats()?;
    let (depthwise, pointwise) = (call.weight("depthwise_kernel")?, call.weight("pointwise_kernel")?);
    let bias = call.find_weight("bias")?;
    let geometry = Geometry::read(call, rank)?;
    let y = convolve_channels(call, x, depthwise, None, &geometry)?;
    let filter = call.transpose(pointwise, &outputs_first(rank))?;
    let given = [
        ("strides", attribute(vec![1i64; rank])),
        ("dilations", attribute(vec![1i64; rank])),
        ("pad_low", attribute(vec![0i64; rank])),
        ("pad_high", attribute(vec![0i64; rank])),
        ("layout", attribute(layout(call.is_channels_last()))),
        ("groups", attribute(1i64)),
    ];
    let operands: Vec<Tracked> = [y, filter].into_iter().chain(bias).collect();
    let y = call.emit("graph.conv", &operands, &given)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

fn transposed(call: &mut Call, rank: usize) -> Results {
    let (x, kernel) = (call.first_as_floats()?, call.weight("kernel")?);
    let bias = call.find_weight("bias")?;
    let how = Transposed::read(call, rank)?;
    let y = convolve_transposed(call, x, kernel, bias, &how)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// How windows of a transposed convolution slide, and how much longer the result is said to be.
pub(crate) struct Transposed {
    geometry: Geometry,
    output_padding: Option<Vec<i64>>,
}

impl Transposed {
    pub fn read(call: &Call, rank: usize) -> Result<Transposed, String> {
        let output_padding = match call.setting("output_padding") {
            Some(_) => Some(call.integers("output_padding", rank, 0)?),
            None => None,
        };
        Ok(Transposed { geometry: Geometry::read(call, rank)?, output_padding })
    }
}

/// A transposed convolution. The extent of the result is what a convolution of the same padding would make the operand's
/// from.
pub(crate) fn convolve_transposed(
    node: &mut Node,
    x: Tracked,
    kernel: Tracked,
    bias: Option<Tracked>,
    how: &Transposed,
) -> Result<Tracked, String> {
    let Transposed { geometry: Geometry { strides, dilations, padding, is_channels_last }, output_padding } = how;
    let rank = strides.len();
    let size = kernel_size(node, kernel, rank)?;
    let is_same = *padding == "same";
    let (mut low, mut high, mut longer) = (vec![0; rank], vec![0; rank], vec![0; rank]);
    for axis in 0..rank {
        let reach = dilations[axis] * (size[axis] - 1) + 1;
        // How much the wanted result is longer than that of all products.
        let surplus = match (is_same, output_padding) {
            (true, None) => strides[axis] - reach,
            (false, None) => (strides[axis] - reach).max(0),
            (true, Some(more)) => more[axis] - 2 * (reach / 2),
            (false, Some(more)) => more[axis],
        };
        let cut = (-surplus).max(0);
        low[axis] = cut / 2;
        high[axis] = cut - low[axis];
        longer[axis] = surplus.max(0);
    }
    let filter = node.transpose(kernel, &outputs_first(rank))?;
    let given = [
        ("strides", attribute(strides)),
        ("dilations", attribute(dilations)),
        ("pad_low", attribute(low)),
        ("pad_high", attribute(high)),
        ("output_padding", attribute(longer)),
        ("groups", attribute(1i64)),
        ("layout", attribute(layout(*is_channels_last))),
    ];
    let operands: Vec<Tracked> = [x, filter].into_iter().chain(bias).collect();
    node.emit("graph.conv_transpose", &operands, &given)
}
