//! Filters over the last steps of features, whose weights may be integers.

use super::quantization::integer_bounds;
use super::recurrence::{Vector, Weight};
use super::rescale::Multiplier;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("SVDF", svdf)];

/// The sizes of a layer.
struct Sizes {
    batch: Dim,
    /// How many units share a filter, how many filters there are, how many steps each sees.
    rank: u64,
    filters: u64,
    steps: u64,
}

impl Sizes {
    fn read(node: &Node, time: Tracked, state: Tracked) -> Result<Sizes, String> {
        let (&[filters, steps], &[batch, _]) = (node.shape(time), node.shape(state)) else {
            return Err("weights and state must be matrices".into());
        };
        let rank = u64::try_from(node.option_int("rank")).ok().filter(|&rank| rank > 0);
        let rank = rank.ok_or("the rank must be positive")?;
        let (Some(filters), Some(steps)) = (filters.as_static(), steps.as_static().filter(|&steps| steps > 0)) else {
            return Err("the weights must have a known shape".into());
        };
        Ok(Sizes { batch, rank, filters, steps })
    }

    /// The last steps with the newest one behind those before, by filter.
    fn moved_in(&self, node: &mut Node, state: Tracked, newest: Tracked) -> Result<Tracked, String> {
        let (filters, steps) = (Dim::Static(self.filters), Dim::Static(self.steps));
        let newest = node.reshape(newest, &[self.batch, filters, Dim::Static(1)])?;
        let before = node.reshape(state, &[self.batch, filters, steps])?;
        let before = node.slice_axis(before, 2, Dim::Static(1), Dim::Static(self.steps - 1))?;
        node.concat(&[before, newest], 2)
    }

    /// The sum of what the filters of each unit give for the last steps.
    fn filtered(&self, node: &mut Node, all: Tracked, time: Tracked) -> Result<Tracked, String> {
        let products = node.binary("graph.multiply", all, time)?;
        let sums = node.reduce("graph.reduce_sum", products, &[2])?;
        let units = Dim::Static(self.filters / self.rank);
        let sums = node.reshape(sums, &[self.batch, units, Dim::Static(self.rank)])?;
        let sums = node.reduce("graph.reduce_sum", sums, &[2])?;
        node.reshape(sums, &[self.batch, units])
    }
}

/// The newest step's products with features move in behind those before; each filter weighs the last steps.
fn svdf(node: &mut Node) -> Results {
    let (x, time, state) = (node.input(0)?, node.input(2)?, node.input(4)?);
    let sizes = Sizes::read(node, time, state)?;
    if !node.element(x).is_float() {
        return of_integers(node, x, &sizes);
    }
    let (features, time) = (Weight::must(node, 1)?, Weight::must(node, 2)?);
    let x = Vector::new(node, x, features.is_integer())?;
    let newest = x.times(node, &features)?;
    let all = sizes.moved_in(node, state, newest)?;
    let time = time.floats(node)?;
    let mut y = sizes.filtered(node, all, time)?;
    if let Some(bias) = node.optional(3) {
        y = node.binary("graph.add", y, bias)?;
    }
    let y = node.fused_activation(y)?;
    Ok(vec![y, node.reshape(all, node.shape(state))?])
}

/// The same of integers: the state's scale is its own.
fn of_integers(node: &mut Node, x: Tracked, sizes: &Sizes) -> Results {
    let (features, time, state) = (node.input(1)?, node.input(2)?, node.input(4)?);
    let (input, of_features, of_time) =
        (node.quantized_operand(0)?, node.quantized_operand(1)?, node.quantized_operand(2)?);
    let (of_state, output) = (node.quantized_operand(4)?, node.quantized_result(0)?);
    let element = node.element(state);
    let to_state = f64::from(input.scale() * of_features.scale() / of_state.scale());
    let to_output = f64::from(of_state.scale() * of_time.scale() / output.scale());
    let x = node.centered(x, input.zero_point())?;
    let features = node.cast(features, ElementType::I32)?;
    let newest = node.emit("graph.matmul", &[x, features], &[("transpose_b", attribute(true))])?;
    let newest = node.rescale(newest, &[Multiplier::of(to_state)])?;
    let newest = node.requantized(newest, 0, integer_bounds(element), element)?;
    let all = sizes.moved_in(node, state, newest)?;
    let (wide, time) = (node.cast(all, ElementType::I32)?, node.cast(time, ElementType::I32)?);
    let mut sums = sizes.filtered(node, wide, time)?;
    if let Some(bias) = node.optional(3) {
        sums = node.binary("graph.add", sums, bias)?;
    }
    let scaled = node.rescale(sums, &[Multiplier::of(to_output)])?;
    let element = node.result_element(0)?;
    let y = node.requantized(scaled, output.zero_point(), integer_bounds(element), element)?;
    Ok(vec![y, node.reshape(all, node.shape(state))?])
}
