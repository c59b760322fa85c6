//! Windows that slide over the spatial axes: what convolutions and pools share.

use crate::layout::Layout;
use crate::read::Read;
use crate::rows::required;
use crate::shape::{add, constant, dim, expr, floor_divide, multiply, subtract};
use kiln_ir::{AttributeConstraint, AttributeDefinition, Attributes, Dim, DimExpr};

/// Attribute `strides`.
pub(crate) const STRIDES: AttributeDefinition =
    required("strides", AttributeConstraint::Integers, "How far the window moves, for each spatial axis; positive.");

/// Attribute `dilations`.
pub(crate) const DILATIONS: AttributeDefinition = required(
    "dilations",
    AttributeConstraint::Integers,
    "The distance between the elements of a window, for each spatial axis; positive.",
);

/// Attribute `pad_low`.
pub(crate) const PAD_LOW: AttributeDefinition = required(
    "pad_low",
    AttributeConstraint::Integers,
    "How far the first window reaches out of the tensor, for each spatial axis; not negative.",
);

/// Attribute `pad_high`.
pub(crate) const PAD_HIGH: AttributeDefinition = required(
    "pad_high",
    AttributeConstraint::Integers,
    "How far windows may reach out of the tensor at the end, for each spatial axis; not negative.",
);

/// How a window slides: one entry of each list for each spatial axis.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Window {
    /// How far it moves.
    pub strides: Vec<i64>,
    /// The distance between its elements.
    pub dilations: Vec<i64>,
    /// How far the first reaches out of the tensor.
    pub pad_low: Vec<i64>,
    /// How far windows may reach out of the tensor at the end.
    pub pad_high: Vec<i64>,
    /// The order of the axes.
    pub layout: Layout,
}

impl Window {
    /// Reads the attributes of an op on tensors of `rank` axes.
    ///
    /// # Errors
    /// What is missing, of the wrong length or out of range.
    pub fn parse(attributes: &Attributes, rank: usize) -> Result<Window, String> {
        if !(3..=5).contains(&rank) {
            return Err(format!("the operand must have batch, channels and 1 to 3 spatial axes, but has rank {rank}"));
        }
        Ok(Window {
            strides: spatial(attributes, "strides", rank - 2, 1)?,
            dilations: spatial(attributes, "dilations", rank - 2, 1)?,
            pad_low: spatial(attributes, "pad_low", rank - 2, 0)?,
            pad_high: spatial(attributes, "pad_high", rank - 2, 0)?,
            layout: Layout::of(attributes)?,
        })
    }

    /// The number of spatial axes.
    pub fn spatial_rank(&self) -> usize {
        self.strides.len()
    }

    /// The number of axes of operand and result.
    pub fn rank(&self) -> usize {
        self.strides.len() + 2
    }

    /// How many places a window of `size` elements takes on a spatial axis with `extent` elements:
    /// `(extent + low + high - dilation * (size - 1) - 1) floordiv stride + 1`.
    ///
    /// # Errors
    /// When the window does not fit.
    pub fn output_extent(&self, axis: usize, extent: Dim, size: Dim) -> Result<Dim, String> {
        let reach = multiply(subtract(expr(size)?, constant(1))?, constant(self.dilations[axis]))?;
        let padded = add(expr(extent)?, constant(self.pad_low[axis] + self.pad_high[axis]))?;
        let room = subtract(subtract(padded, reach)?, constant(1))?;
        if room.as_constant().is_some_and(|room| room < 0) {
            let span = add(reach, constant(1))?;
            return Err(format!(
                "a window of {span} does not fit in the padded extent {padded} of spatial axis {axis}"
            ));
        }
        dim(add(floor_divide(room, self.strides[axis]), constant(1))?)
    }

    /// The extent a transposed convolution with a window of `size` elements makes of `extent` elements:
    /// `(extent - 1) * stride + dilation * (size - 1) + 1 + extra - low - high`.
    ///
    /// # Errors
    /// When it would be negative.
    pub fn transposed_extent(&self, axis: usize, extent: Dim, size: Dim, extra: i64) -> Result<Dim, String> {
        let reach = multiply(subtract(expr(size)?, constant(1))?, constant(self.dilations[axis]))?;
        let moved = multiply(subtract(expr(extent)?, constant(1))?, constant(self.strides[axis]))?;
        let cut = constant(extra + 1 - self.pad_low[axis] - self.pad_high[axis]);
        let result: DimExpr = add(add(moved, reach)?, cut)?;
        dim(result)
    }
}

/// An attribute with one integer of at least `least` for each spatial axis.
pub(crate) fn spatial(attributes: &Attributes, name: &str, count: usize, least: i64) -> Result<Vec<i64>, String> {
    let values = attributes.integers(name)?;
    if values.len() != count {
        return Err(format!("attribute '{name}' has {} entries for {count} spatial axes", values.len()));
    }
    // A bound that no real network reaches keeps all arithmetic on them far from overflow.
    if let Some(wrong) = values.iter().find(|&&value| value < least || value > i64::from(i32::MAX)) {
        let rule = if least > 0 { "positive" } else { "not negative" };
        return Err(format!("attribute '{name}' must be {rule} and less than 2^31, found {wrong}"));
    }
    Ok(values)
}
