//! How windows of convolutions and pools slide: padding made explicit.

use super::call::Call;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

/// What a layer says of how its windows slide.
#[derive(Clone, Debug)]
pub(crate) struct Geometry {
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    /// `valid`, `same` or `causal`.
    pub padding: &'static str,
    pub is_channels_last: bool,
}

impl Geometry {
    /// The geometry of a layer of convolutions over `rank` axes.
    pub fn read(call: &Call, rank: usize) -> Result<Geometry, String> {
        Ok(Geometry {
            strides: call.integers("strides", rank, 1)?,
            dilations: call.integers("dilation_rate", rank, 1)?,
            padding: call.setting("padding").and_then(|padding| padding.as_str()).unwrap_or("valid"),
            is_channels_last: call.is_channels_last(),
        })
    }

    /// Windows that move by one and keep the extents.
    pub fn keeping(rank: usize, is_channels_last: bool) -> Geometry {
        Geometry { strides: vec![1; rank], dilations: vec![1; rank], padding: "same", is_channels_last }
    }
}

/// A window over the spatial axes of an operand.
pub(crate) struct Window {
    pub size: Vec<i64>,
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    pub low: Vec<i64>,
    pub high: Vec<i64>,
    pub is_channels_last: bool,
    /// The operand, padded already where padding depends on extents that are not known.
    pub x: Tracked,
    /// Whether it was.
    pub is_padded: bool,
}

impl Window {
    /// A window that slides so over `x`. `fill` is the value of padding.
    pub fn new(node: &mut Node, x: Tracked, size: Vec<i64>, geometry: &Geometry, fill: f64) -> Result<Window, String> {
        let rank = size.len();
        if node.rank(x) != rank + 2 {
            return Err(format!("the input must have {} axes, not {}", rank + 2, node.rank(x)));
        }
        let Geometry { strides, dilations, padding, is_channels_last } = geometry.clone();
        if size.iter().chain(&strides).chain(&dilations).any(|&value| value < 1) {
            return Err("sizes, strides and dilations must be at least 1".into());
        }
        let (low, high) = (vec![0; rank], vec![0; rank]);
        let mut window = Window { size, strides, dilations, low, high, is_channels_last, x, is_padded: false };
        match padding {
            "valid" => {}
            "causal" => (0..rank).for_each(|axis| window.low[axis] = window.reach(axis) - 1),
            "same" => window.pad_same(node, fill)?,
            other => return Err(format!("padding \"{other}\" is not known")),
        }
        Ok(window)
    }

    /// The window's extent with dilation.
    pub fn reach(&self, axis: usize) -> i64 {
        self.dilations[axis] * (self.size[axis] - 1) + 1
    }

    /// The axis of the operand that is spatial axis number `axis`.
    pub fn place(&self, axis: usize) -> usize {
        if self.is_channels_last { axis + 1 } else { axis + 2 }
    }

    /// Padding such that the result's extents are those of the operand by the strides, rounded up.
    fn pad_same(&mut self, node: &mut Node, fill: f64) -> Result<(), String> {
        let rank = node.rank(self.x);
        let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
        for axis in 0..self.size.len() {
            let (extent, stride) = (expr(node.shape(self.x)[self.place(axis)])?, constant(self.strides[axis]));
            let output = extent.ceil_div(stride).ok_or("a stride is 0")?;
            let last = multiply(subtract(output, constant(1))?, stride)?;
            let needed = subtract(add(last, constant(self.reach(axis)))?, extent)?;
            let total = maximum(needed, constant(0));
            let before = floor_divide(total, constant(2))?;
            let after = subtract(total, before)?;
            match (before.as_constant(), after.as_constant()) {
                (Some(before), Some(after)) => (self.low[axis], self.high[axis]) = (before, after),
                _ => {
                    self.is_padded = true;
                    (low[self.place(axis)], high[self.place(axis)]) = (dim(before)?, dim(after)?);
                }
            }
        }
        if self.is_padded {
            self.x = pad(node, self.x, &low, &high, fill)?;
        }
        Ok(())
    }

    /// The operand with all padding around it.
    pub fn padded(&self, node: &mut Node) -> Result<Tracked, String> {
        let rank = node.rank(self.x);
        let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
        for axis in 0..self.size.len() {
            let place = self.place(axis);
            low[place] = Dim::Static(self.low[axis].unsigned_abs());
            high[place] = Dim::Static(self.high[axis].unsigned_abs());
        }
        pad(node, self.x, &low, &high, 0.0)
    }

    /// The attributes that say how it slides.
    pub fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        vec![
            ("strides", attribute(&self.strides)),
            ("dilations", attribute(&self.dilations)),
            ("pad_low", attribute(&self.low)),
            ("pad_high", attribute(&self.high)),
            ("layout", attribute(layout(self.is_channels_last))),
        ]
    }
}

/// The name of a layout.
pub(crate) fn layout(is_channels_last: bool) -> &'static str {
    if is_channels_last { "channels_last" } else { "channels_first" }
}

/// `graph.pad` with a value.
pub(crate) fn pad(node: &mut Node, x: Tracked, low: &[Dim], high: &[Dim], fill: f64) -> Result<Tracked, String> {
    if low.iter().chain(high).all(|pad| pad.is(0)) {
        return Ok(x);
    }
    let value = node.scalar(node.element(x), fill)?;
    let given = [("low", dims_attribute(low)), ("high", dims_attribute(high)), ("mode", attribute("constant"))];
    node.emit("graph.pad", &[x, value], &given)
}
