//! What convolutions and pools share: the window's attributes, with automatic padding and rounding made explicit.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, minimum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, DimExpr};

/// How a window slides over the spatial axes.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub size: Vec<i64>,
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    pub pad_low: Vec<i64>,
    pub pad_high: Vec<i64>,
    /// The part of `pad_high` that rounding up added.
    pub ceil_extra: Vec<i64>,
    /// For each spatial axis how many windows there are, where rounding up may have added more at the end.
    kept: Vec<Option<Dim>>,
    /// The operand, padded already where padding depends on symbolic extents.
    pub x: Tracked,
}

impl Window {
    /// Reads the attributes of a node for operand `x` and a window of `size`; `None` takes `kernel_shape`.
    /// `fill` is the value of padding that must be made explicit.
    pub fn read(node: &mut Node, x: Tracked, size: Option<Vec<i64>>, fill: f64) -> Result<Window, String> {
        let spatial = node.rank(x).checked_sub(2).filter(|&rank| rank > 0).ok_or("the input has no spatial axes")?;
        let given = node.ints("kernel_shape");
        let size = match (size, given) {
            (Some(size), Some(given)) if size != given => {
                return Err(format!("kernel_shape {given:?} is not that of the weights, {size:?}"));
            }
            (Some(size), _) => size,
            (None, given) => given.ok_or("attribute \"kernel_shape\" is missing")?,
        };
        let list = |name: &str, default: i64, count: usize| -> Result<Vec<i64>, String> {
            let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; count]);
            match values.len() == count && values.iter().all(|&value| (default.min(1)..1 << 31).contains(&value)) {
                true => Ok(values),
                false => Err(format!("{name} must be {count} numbers of at least {}, not {values:?}", default.min(1))),
            }
        };
        let (strides, dilations) = (list("strides", 1, spatial)?, list("dilations", 1, spatial)?);
        let pads = list("pads", 0, 2 * spatial)?;
        if size.len() != spatial || size.iter().any(|&size| !(1..1 << 31).contains(&size)) {
            return Err(format!("kernel_shape must be {spatial} numbers of at least 1, not {size:?}"));
        }
        let (pad_low, pad_high) = (pads[..spatial].to_vec(), pads[spatial..].to_vec());
        let (ceil_extra, kept) = (vec![0; spatial], vec![None; spatial]);
        let mut window = Window { size, strides, dilations, pad_low, pad_high, ceil_extra, kept, x };
        match node.string_or("auto_pad", "NOTSET") {
            "NOTSET" | "" => {}
            "VALID" => {
                window.pad_low.fill(0);
                window.pad_high.fill(0);
            }
            "SAME_UPPER" => window.pad_same(node, true, fill)?,
            "SAME_LOWER" => window.pad_same(node, false, fill)?,
            other => return Err(format!("auto_pad \"{other}\" is not known")),
        }
        if node.flag("ceil_mode", false) {
            window.round_up(node)?;
        }
        Ok(window)
    }

    /// The number of spatial axes.
    pub fn rank(&self) -> usize {
        self.size.len()
    }

    /// The window's extent with dilation.
    pub fn reach(&self, axis: usize) -> i64 {
        self.dilations[axis] * (self.size[axis] - 1) + 1
    }

    /// Padding such that the result's extent is the operand's divided by the stride, rounded up.
    fn pad_same(&mut self, node: &mut Node, upper: bool, fill: f64) -> Result<(), String> {
        let rank = node.rank(self.x);
        let (mut low, mut high) = (vec![constant(0); rank], vec![constant(0); rank]);
        for axis in 0..self.rank() {
            let extent = expr(node.shape(self.x)[axis + 2])?;
            let stride = constant(self.strides[axis]);
            let output = extent.ceil_div(stride).ok_or("a stride is 0")?;
            let last = multiply(subtract(output, constant(1))?, stride)?;
            let needed = subtract(add(last, constant(self.reach(axis)))?, extent)?;
            let total = maximum(needed, constant(0));
            let half = floor_divide(total, constant(2))?;
            let other = subtract(total, half)?;
            let (before, after) = if upper { (half, other) } else { (other, half) };
            match (before.as_constant(), after.as_constant()) {
                (Some(before), Some(after)) => (self.pad_low[axis], self.pad_high[axis]) = (before, after),
                _ => {
                    (self.pad_low[axis], self.pad_high[axis]) = (0, 0);
                    (low[axis + 2], high[axis + 2]) = (before, after);
                }
            }
        }
        self.pad_explicitly(node, &low, &high, fill)
    }

    fn pad_explicitly(&mut self, node: &mut Node, low: &[DimExpr], high: &[DimExpr], fill: f64) -> Result<(), String> {
        if low.iter().chain(high).all(|&pad| pad == constant(0)) {
            return Ok(());
        }
        let dims = |pads: &[DimExpr]| pads.iter().map(|&pad| dim(pad)).collect::<Result<Vec<Dim>, _>>();
        let given = [
            ("low", dims_attribute(&dims(low)?)),
            ("high", dims_attribute(&dims(high)?)),
            ("mode", attribute("constant")),
        ];
        let value = node.scalar(node.element(self.x), fill)?;
        self.x = node.emit("graph.pad", &[self.x, value], &given)?;
        Ok(())
    }

    /// Makes all padding but what rounding up added explicit zeros.
    pub fn pad_with_zeros(&mut self, node: &mut Node) -> Result<(), String> {
        let expand = |pads: &[i64]| -> Vec<DimExpr> { [0, 0].iter().chain(pads).map(|&pad| constant(pad)).collect() };
        let (low, high) = (expand(&self.pad_low), expand(&self.pad_high));
        self.pad_explicitly(node, &low, &high, 0.0)?;
        self.pad_low.fill(0);
        self.pad_high.fill(0);
        Ok(())
    }

    /// Rounds the result's extents up. A last window that would start in the padding after the operand is dropped.
    fn round_up(&mut self, node: &Node) -> Result<(), String> {
        for axis in 0..self.rank() {
            let (stride, reach) = (self.strides[axis], self.reach(axis));
            let (low, high) = (self.pad_low[axis], self.pad_high[axis]);
            let Dim::Static(extent) = node.shape(self.x)[axis + 2] else {
                // One stride less one more makes rounding down the same as rounding up; no window starts in it if
                // padding is less than a window.
                if high + stride > reach && stride > 1 {
                    let behind = add(expr(node.shape(self.x)[axis + 2])?, constant(low))?;
                    let span = add(behind, constant(high - reach))?;
                    let steps = |span: DimExpr| span.ceil_div(constant(stride)).ok_or("a stride is 0");
                    let kept = minimum(add(steps(span)?, constant(1))?, steps(behind)?);
                    self.kept[axis] = Some(dim(kept)?);
                }
                self.ceil_extra[axis] = stride - 1;
                self.pad_high[axis] = high + stride - 1;
                continue;
            };
            let extent = i64::try_from(extent).map_err(|_| "an extent is too large")?;
            let span = extent + low + high - reach;
            if span < 0 {
                return Err(format!("the window is larger than the input on spatial axis {axis}"));
            }
            let mut output = span.div_euclid(stride) + i64::from(span % stride != 0) + 1;
            if (output - 1) * stride >= extent + low {
                output -= 1;
            }
            let least = (output - 1) * stride + reach - extent - low;
            let adjusted = high.clamp(least.min(least + stride - 1), least + stride - 1).max(0);
            self.ceil_extra[axis] = (adjusted - high).max(0);
            self.pad_high[axis] = adjusted;
        }
        Ok(())
    }

    /// A result without the windows at the end that rounding up added and that start in the padding.
    pub fn drop_last(&self, node: &mut Node, result: Tracked) -> Result<Tracked, String> {
        let mut kept = self.kept.iter().enumerate().filter_map(|(axis, kept)| Some((axis + 2, (*kept)?)));
        kept.try_fold(result, |result, (axis, kept)| node.slice_axis(result, axis, Dim::Static(0), kept))
    }

    /// The attributes of a convolution.
    pub fn conv_attributes(&self, groups: i64) -> Vec<(&'static str, Attribute)> {
        let mut given = self.sliding();
        given.push(("groups", attribute(groups)));
        given
    }

    /// The attributes of a pool.
    pub fn pool_attributes(&self) -> Vec<(&'static str, Attribute)> {
        let mut given = self.sliding();
        given.push(("window", attribute(&self.size)));
        given
    }

    fn sliding(&self) -> Vec<(&'static str, Attribute)> {
        vec![
            ("strides", attribute(&self.strides)),
            ("dilations", attribute(&self.dilations)),
            ("pad_low", attribute(&self.pad_low)),
            ("pad_high", attribute(&self.pad_high)),
            ("layout", attribute("channels_first")),
        ]
    }
}
