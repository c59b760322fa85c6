//! Pools over windows.

use super::quantization::activation_bounds;
use super::window::Window;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] =
    &[row("MAX_POOL_2D", max_pool), row("AVERAGE_POOL_2D", average_pool), row("L2_POOL_2D", l2_pool)];

/// The window of a pool.
pub(crate) fn pool_window(node: &Node, x: Tracked) -> Result<Window, String> {
    if node.rank(x) != 4 {
        return Err(format!("the input must have 4 axes, not {}", node.rank(x)));
    }
    Window::read(node, vec![node.option_int("filter_height"), node.option_int("filter_width")])
}

fn max_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let mut window = pool_window(node, x)?;
    let element = node.element(x);
    let lowest = match element.is_float() {
        true => f64::NEG_INFINITY,
        false => super::quantization::integer_bounds(element).0 as f64,
    };
    let padded = window.pad(node, x, lowest)?;
    let y = node.emit_many("graph.max_pool", &[padded], &window.pool_attributes())?[0];
    match node.result_quantization(0) {
        Some(output) if !element.is_float() => {
            let bounds = activation_bounds(node.option_word("fused_activation_function"), element, &output)?;
            Ok(vec![node.clamp_to(y, bounds)?])
        }
        _ => Ok(vec![node.fused_activation(y)?]),
    }
}

fn average_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if !node.element(x).is_float() {
        return average_of_integers(node, x);
    }
    let y = average(node, x)?;
    Ok(vec![node.fused_activation(y)?])
}

/// The mean of each window of floats; padding does not count.
fn average(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let mut window = pool_window(node, x)?;
    let padded = window.pad(node, x, 0.0)?;
    let mut given = window.pool_attributes();
    if padded == x {
        return node.emit("graph.average_pool", &[x], &given);
    }
    // Padding that depends on extents is in the operand, and counts: less is left of a one where a window has more of it.
    given.push(("count_include_pad", attribute(true)));
    let averages = node.emit("graph.average_pool", &[padded], &given)?;
    let one = node.scalar(node.element(x), 1.0)?;
    let shape = node.shape(x).to_vec();
    let ones = node.broadcast(one, &[Dim::Static(1), shape[1], shape[2], Dim::Static(1)])?;
    let mut counted = pool_window(node, x)?;
    let padded = counted.pad(node, ones, 0.0)?;
    let shares = node.emit("graph.average_pool", &[padded], &given)?;
    node.binary("graph.divide", averages, shares)
}

/// The sum of each window divided by the number of its elements, rounded to the nearest, halves away from zero.
fn average_of_integers(node: &mut Node, x: Tracked) -> Results {
    let (element, output) = (node.element(x), node.quantized_result(0)?);
    let bounds = activation_bounds(node.option_word("fused_activation_function"), element, &output)?;
    let sums = window_sums(node, x)?;
    let one = Tensor::from_values_as(ElementType::I8, &[], &[1i8]);
    let one = node.tensor(one)?;
    let shape = node.shape(x).to_vec();
    let ones = node.broadcast(one, &[Dim::Static(1), shape[1], shape[2], Dim::Static(1)])?;
    let counts = window_sums(node, ones)?;
    let halves = node.binary_scalar("graph.shift_right", counts, 1.0)?;
    let (up, down) = (node.binary("graph.add", sums, halves)?, node.binary("graph.subtract", sums, halves)?);
    let is_positive = node.binary_scalar("graph.greater", sums, 0.0)?;
    let raised = node.select(is_positive, up, down)?;
    let means = node.binary("graph.divide", raised, counts)?;
    Ok(vec![node.requantized(means, 0, bounds, element)?])
}

/// The sum of each window of integers: a convolution by ones, each channel by itself.
fn window_sums(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let mut window = pool_window(node, x)?;
    let channels = super::window::static_extents(node, x, &[3], "the input's channels")?[0];
    let shape = [channels as usize, 1, window.size[0] as usize, window.size[1] as usize];
    let count = kiln_tensor::element_count(&shape).filter(|&count| count < 1 << 28).ok_or("the window is too large")?;
    let is_narrow = matches!(node.element(x), ElementType::I8 | ElementType::U8);
    let padded = window.pad(node, x, 0.0)?;
    let mut given = window.conv_attributes(channels);
    if is_narrow {
        given.push(("widening", attribute(true)));
        let ones = node.tensor(Tensor::from_values(&shape, &vec![1i8; count]))?;
        return node.emit("graph.conv", &[padded, ones], &given);
    }
    let wide = node.cast(padded, ElementType::I32)?;
    let ones = node.tensor(Tensor::from_values(&shape, &vec![1i32; count]))?;
    node.emit("graph.conv", &[wide, ones], &given)
}

/// The square root of the mean of squares.
fn l2_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let squares = node.binary("graph.multiply", x, x)?;
    let means = average(node, squares)?;
    let y = node.unary("graph.sqrt", means)?;
    Ok(vec![node.fused_activation(y)?])
}

impl Node<'_, '_> {
    /// Integers within bounds; those of their type need no clamp.
    pub fn clamp_to(&mut self, x: Tracked, (low, high): (i64, i64)) -> Result<Tracked, String> {
        let (least, most) = super::quantization::integer_bounds(self.element(x));
        let bound = |bound: i64, of_type: i64| (bound != of_type).then_some(bound as f64);
        self.clamp(x, bound(low, least), bound(high, most))
    }
}
