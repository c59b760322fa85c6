//! Windows over the spatial axes of a tensor: what convolutions and pools share.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, DimExpr};

/// How a window slides over the spatial axes.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// Whether channels come last.
    pub is_last: bool,
    pub size: Vec<i64>,
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    pub pad_low: Vec<i64>,
    pub pad_high: Vec<i64>,
    /// Padding that depends on extents that are not known: of each spatial axis before and after.
    pub open: Option<Vec<(DimExpr, DimExpr)>>,
}

/// The place of the first spatial axis.
pub(crate) fn first_spatial(is_last: bool) -> usize {
    if is_last { 1 } else { 2 }
}

/// Whether channels come last.
pub(crate) fn is_channels_last(node: &Node) -> bool {
    !node.string_or("data_format", "NHWC").starts_with("NC")
}

/// The entries of the spatial axes of a list with one for each axis; those of batch and channels must be 1.
pub(crate) fn spatial(node: &Node, name: &str, rank: usize, is_last: bool) -> Result<Vec<i64>, String> {
    let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![1; rank]);
    if values.len() != rank || values.iter().any(|value| !(1..1 << 31).contains(value)) {
        return Err(format!("{name} must be {rank} numbers of at least 1, not {values:?}"));
    }
    let first = first_spatial(is_last);
    let inner = first..first + rank - 2;
    if (0..rank).any(|axis| !inner.contains(&axis) && values[axis] != 1) {
        return Err(format!("{name} {values:?} along batch or channels are not supported"));
    }
    Ok(values[inner].to_vec())
}

impl Window {
    /// Reads the attributes of a node for operand `x` and a window of `size`.
    pub fn read(node: &Node, x: Tracked, size: Vec<i64>) -> Result<Window, String> {
        let (rank, is_last) = (node.rank(x), is_channels_last(node));
        if !(3..=5).contains(&rank) || size.len() != rank - 2 {
            return Err(format!("a window of {} axes does not slide over {rank}", size.len()));
        }
        let strides = spatial(node, "strides", rank, is_last)?;
        let dilations = spatial(node, "dilations", rank, is_last)?;
        let extents: Vec<Dim> = node.shape(x)[first_spatial(is_last)..][..rank - 2].to_vec();
        let (pad_low, pad_high) = (vec![0; rank - 2], vec![0; rank - 2]);
        let mut window = Window { is_last, size, strides, dilations, pad_low, pad_high, open: None };
        match node.string_or("padding", "VALID") {
            "VALID" => {}
            "SAME" => window.pad_same(&extents)?,
            "EXPLICIT" => {
                let pads = node.ints("explicit_paddings").unwrap_or_default();
                let first = 2 * first_spatial(is_last);
                let inner = pads.get(first..first + 2 * (rank - 2)).filter(|_| pads.len() == 2 * rank);
                let inner = inner.ok_or_else(|| format!("explicit_paddings must be {} numbers", 2 * rank))?;
                for (axis, pair) in inner.chunks(2).enumerate() {
                    (window.pad_low[axis], window.pad_high[axis]) = (pair[0], pair[1]);
                }
            }
            other => return Err(format!("padding \"{other}\" is not known")),
        }
        Ok(window)
    }

    /// The window's extent with dilation.
    pub fn reach(&self, axis: usize) -> i64 {
        self.dilations[axis] * (self.size[axis] - 1) + 1
    }

    /// Padding such that the result's extent is the operand's divided by the stride, rounded up.
    fn pad_same(&mut self, extents: &[Dim]) -> Result<(), String> {
        let mut open = vec![(constant(0), constant(0)); extents.len()];
        let mut is_open = false;
        for (axis, &extent) in extents.iter().enumerate() {
            let (before, after) = same_padding(expr(extent)?, self.strides[axis], self.reach(axis))?;
            match (before.as_constant(), after.as_constant()) {
                (Some(before), Some(after)) => (self.pad_low[axis], self.pad_high[axis]) = (before, after),
                _ => (open[axis], is_open) = ((before, after), true),
            }
        }
        self.open = is_open.then_some(open);
        Ok(())
    }

    /// The operand with the padding that depends on its extents made explicit.
    pub fn padded(&self, node: &mut Node, x: Tracked, fill: f64) -> Result<Tracked, String> {
        let Some(open) = &self.open else { return Ok(x) };
        let first = first_spatial(self.is_last);
        let mut low = vec![Dim::Static(0); node.rank(x)];
        let mut high = low.clone();
        for (axis, &(before, after)) in open.iter().enumerate() {
            (low[first + axis], high[first + axis]) = (dim(before)?, dim(after)?);
        }
        let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
        let value = node.scalar(node.element(x), fill)?;
        node.emit("graph.pad", &[x, value], &given)
    }

    /// The attributes that convolutions and pools share.
    pub fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let layout = if self.is_last { "channels_last" } else { "channels_first" };
        vec![
            ("strides", attribute(&self.strides)),
            ("dilations", attribute(&self.dilations)),
            ("pad_low", attribute(&self.pad_low)),
            ("pad_high", attribute(&self.pad_high)),
            ("layout", attribute(layout)),
        ]
    }
}

/// What goes before and after an axis such that there are as many windows as strides in it, rounded up.
pub(crate) fn same_padding(extent: DimExpr, stride: i64, reach: i64) -> Result<(DimExpr, DimExpr), String> {
    let stride = constant(stride);
    let output = extent.ceil_div(stride).ok_or("a stride is 0")?;
    let last = multiply(subtract(output, constant(1))?, stride)?;
    let needed = subtract(add(last, constant(reach))?, extent)?;
    let total = maximum(needed, constant(0));
    let half = floor_divide(total, constant(2))?;
    Ok((half, subtract(total, half)?))
}
