//! Windows that slide over the spatial axes of a tensor of batch, space, channels, with padding made explicit.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, DimExpr};

/// How a window slides.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub size: Vec<i64>,
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    pub pad_low: Vec<i64>,
    pub pad_high: Vec<i64>,
}

/// The spatial axes of an option's name, in the order of the tensor's.
const SPATIAL: [&str; 3] = ["d", "h", "w"];

impl Window {
    /// The window of `size` that the options of the operator say, not padded yet.
    pub fn read(node: &Node, size: Vec<i64>) -> Result<Window, String> {
        let letters = &SPATIAL[3 - size.len()..];
        let list = |name: &dyn Fn(&str) -> String| -> Result<Vec<i64>, String> {
            let one = |letter: &&str| match node.option_int(&name(letter)) {
                value if (1..1 << 31).contains(&value) => Ok(value),
                value => Err(format!("{} must be positive, not {value}", name(letter))),
            };
            letters.iter().map(one).collect()
        };
        let strides = list(&|letter| format!("stride_{letter}"))?;
        let has_dilations = node.has_option("dilation_w_factor");
        let dilations = match has_dilations {
            true => list(&|letter| format!("dilation_{letter}_factor"))?,
            false => vec![1; size.len()],
        };
        if size.iter().any(|size| !(1..1 << 31).contains(size)) {
            return Err(format!("a window of {size:?} is empty"));
        }
        let none = vec![0; size.len()];
        Ok(Window { size, strides, dilations, pad_low: none.clone(), pad_high: none })
    }

    /// The window's extent with dilation.
    pub fn reach(&self, axis: usize) -> i64 {
        self.dilations[axis] * (self.size[axis] - 1) + 1
    }

    /// Pads as the operator says, where extents are symbolic by `fill`; gives the operand to slide over.
    pub fn pad(&mut self, node: &mut Node, x: Tracked, fill: f64) -> Result<Tracked, String> {
        match node.option_word("padding") {
            "SAME" => self.pad_same(node, x, fill),
            _ => Ok(x),
        }
    }

    /// Pads such that there is a window for each stride.
    pub fn pad_same(&mut self, node: &mut Node, x: Tracked, fill: f64) -> Result<Tracked, String> {
        let rank = node.rank(x);
        let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
        for axis in 0..self.size.len() {
            let extent = expr(node.shape(x)[axis + 1])?;
            let (before, after) = same_padding(extent, self.strides[axis], self.reach(axis))?;
            match (before.as_constant(), after.as_constant()) {
                (Some(before), Some(after)) => (self.pad_low[axis], self.pad_high[axis]) = (before, after),
                _ => (low[axis + 1], high[axis + 1]) = (dim(before)?, dim(after)?),
            }
        }
        if low.iter().chain(&high).all(|pad| pad.is(0)) {
            return Ok(x);
        }
        let value = node.scalar(node.element(x), fill)?;
        let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
        node.emit("graph.pad", &[x, value], &given)
    }

    /// The attributes that convolutions and pools share.
    pub fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let list = |values: &[i64]| attribute(values.to_vec());
        vec![
            ("strides", list(&self.strides)),
            ("dilations", list(&self.dilations)),
            ("pad_low", list(&self.pad_low)),
            ("pad_high", list(&self.pad_high)),
            ("layout", attribute("channels_last")),
        ]
    }

    /// Those of a convolution.
    pub fn conv_attributes(&self, groups: i64) -> Vec<(&'static str, Attribute)> {
        let mut given = self.attributes();
        given.push(("groups", attribute(groups)));
        given
    }

    /// Those of a pool.
    pub fn pool_attributes(&self) -> Vec<(&'static str, Attribute)> {
        let mut given = self.attributes();
        given.push(("window", attribute(self.size.clone())));
        given
    }
}

/// Padding such that the result's extent is the operand's divided by the stride, rounded up; the odd one goes behind.
pub(crate) fn same_padding(extent: DimExpr, stride: i64, reach: i64) -> Result<(DimExpr, DimExpr), String> {
    let stride = constant(stride);
    let output = extent.ceil_div(stride).ok_or("a stride is 0")?;
    let last = multiply(subtract(output, constant(1))?, stride)?;
    let total = maximum(subtract(add(last, constant(reach))?, extent)?, constant(0));
    let before = floor_divide(total, constant(2))?;
    Ok((before, subtract(total, before)?))
}

/// The static extents of some axes.
pub(crate) fn static_extents(node: &Node, x: Tracked, axes: &[usize], what: &str) -> Result<Vec<i64>, String> {
    let extent = |&axis: &usize| {
        let dim = node.shape(x).get(axis).ok_or_else(|| format!("{what} have too few axes"))?;
        dim.as_static()
            .and_then(|extent| i64::try_from(extent).ok())
            .ok_or_else(|| format!("{what} must have a known shape"))
    };
    axes.iter().map(extent).collect()
}
