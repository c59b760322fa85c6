//! Cells of recurrent layers: one step from an input and states to an output and states.

use super::activations::activate_by;
use super::call::{Call, entry};
use super::convolution::convolve;
use super::cudnn;
use super::window::Geometry;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

/// A cell, or several of which each takes what the one before gives.
pub(crate) struct Cells(pub Vec<Cell>);

/// A cell with its weights.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub kind: Kind,
    pub kernel: Tracked,
    pub recurrent: Tracked,
    pub bias: Option<Tracked>,
    pub activation: Attribute,
    pub recurrent_activation: Attribute,
    /// The number of units, or of channels.
    pub units: Dim,
}

/// What a cell computes.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Lstm,
    Gru {
        /// Whether the state is multiplied before the reset gate is.
        reset_after: bool,
    },
    Simple,
    /// A long short-term memory whose products are convolutions: of the input, and of the state.
    ConvLstm {
        input: Geometry,
        state: Geometry,
    },
}

impl Kind {
    /// How many gates lie side by side.
    pub fn gates(&self) -> u64 {
        match self {
            Kind::Lstm | Kind::ConvLstm { .. } => 4,
            Kind::Gru { .. } => 3,
            Kind::Simple => 1,
        }
    }

    /// The number of units of a cell with a recurrent kernel.
    pub fn units(&self, node: &Node, recurrent: Tracked) -> Result<Dim, String> {
        let total = node.shape(recurrent).last().and_then(|extent| extent.as_static());
        let units = total.filter(|total| total.is_multiple_of(self.gates()) && *total > 0);
        Ok(Dim::Static(units.ok_or("the recurrent kernel has no whole number of gates")? / self.gates()))
    }
}

impl Cells {
    /// The cells of a layer: of its own class, or those that it was made with.
    pub fn read(call: &mut Call, class: &str) -> Result<Cells, String> {
        let (several, prefix) = match (class, call.attribute("cell")) {
            ("StackedRNNCells", _) => (call.attribute("cells"), ""),
            ("RNN", Some(cell)) => {
                let inner = entry(cell, "class_name").and_then(|class| class.as_str()).unwrap_or_default();
                if inner != "StackedRNNCells" {
                    return Ok(Cells(vec![Cell::read(call, inner, "cell/", Some(cell))?]));
                }
                (entry(cell, "cells"), "cell/")
            }
            _ => return Ok(Cells(vec![Cell::read(call, class, "", None)?])),
        };
        let several = several.and_then(|cells| cells.as_array()).unwrap_or_default();
        let mut cells = Vec::new();
        for (index, &cell) in several.iter().enumerate() {
            let class = entry(cell, "class_name").and_then(|class| class.as_str()).unwrap_or_default();
            cells.push(Cell::read(call, class, &format!("{prefix}cells/{index}/"), Some(cell))?);
        }
        if cells.is_empty() { Err("there are no cells".into()) } else { Ok(Cells(cells)) }
    }

    /// States before the first step, all zeros.
    pub fn initial_states(&self, node: &mut Node, x: Tracked) -> Result<Vec<Tracked>, String> {
        let mut states = Vec::new();
        for cell in &self.0 {
            let shape = cell.state_shape(node, x)?;
            let zero = node.scalar(node.element(cell.recurrent), 0.0)?;
            let state = node.broadcast(zero, &shape)?;
            states.extend(std::iter::repeat_n(state, cell.state_count()));
        }
        Ok(states)
    }

    /// How many states all cells have.
    pub fn state_count(&self) -> usize {
        self.0.iter().map(Cell::state_count).sum()
    }

    /// One step: the output and the next states.
    pub fn step(&self, node: &mut Node, x: Tracked, states: &[Tracked]) -> Result<(Tracked, Vec<Tracked>), String> {
        let (mut x, mut rest, mut next) = (x, states, Vec::new());
        for cell in &self.0 {
            let own;
            (own, rest) = rest.split_at_checked(cell.state_count()).ok_or("there are too few states")?;
            let after = cell.step(node, x, own)?;
            x = after[0];
            next.extend(after);
        }
        Ok((x, next))
    }
}

impl Cell {
    fn read(call: &mut Call, class: &str, prefix: &str, config: Option<Attribute>) -> Result<Cell, String> {
        let setting = |call: &Call, name: &str| match config {
            Some(config) => entry(config, name),
            None => call.attribute(name),
        };
        let kind = match class {
            "LSTM" | "LSTMCell" | "CuDNNLSTM" => Kind::Lstm,
            "CuDNNGRU" => Kind::Gru { reset_after: true },
            "GRU" | "GRUCell" => {
                let after = setting(call, "reset_after").and_then(|value| value.as_bool());
                Kind::Gru { reset_after: after.unwrap_or(true) }
            }
            "SimpleRNN" | "SimpleRNNCell" => Kind::Simple,
            "ConvLSTM1D" | "ConvLSTM2D" | "ConvLSTM3D" => {
                let rank = class["ConvLSTM".len()..].trim_end_matches('D').parse().unwrap_or(1);
                let input = Geometry::read(call, rank)?;
                let state = Geometry::keeping(rank, input.is_channels_last);
                Kind::ConvLstm { input, state }
            }
            other => return Err(format!("a cell of class \"{other}\" is not supported")),
        };
        let kernel = call.weight(&format!("{prefix}kernel"))?;
        let recurrent = call.weight(&format!("{prefix}recurrent_kernel"))?;
        let bias = call.find_weight(&format!("{prefix}bias"))?;
        if class.starts_with("CuDNN") {
            return cudnn::cell(call, kind, [kernel, recurrent], bias);
        }
        let units = kind.units(call, recurrent)?;
        let function = |call: &Call, name: &str, usual: &str| setting(call, name).unwrap_or(Attribute::string(usual));
        let (activation, recurrent_activation) =
            (function(call, "activation", "linear"), function(call, "recurrent_activation", "linear"));
        Ok(Cell { kind, kernel, recurrent, bias, activation, recurrent_activation, units })
    }

    fn state_count(&self) -> usize {
        match self.kind {
            Kind::Lstm | Kind::ConvLstm { .. } => 2,
            Kind::Gru { .. } | Kind::Simple => 1,
        }
    }

    /// The shape of each state for a sequence `x`.
    fn state_shape(&self, node: &mut Node, x: Tracked) -> Result<Vec<Dim>, String> {
        let batch = *node.shape(x).first().ok_or("the input has no axes")?;
        let Kind::ConvLstm { input, .. } = &self.kind else { return Ok(vec![batch, self.units]) };
        let frame = node.slice_axis(x, 1, Dim::Static(0), Dim::Static(1))?;
        let frame = node.drop_axes(frame, &[1])?;
        let gates = convolve(node, frame, self.kernel, None, input, 1)?;
        let mut shape = node.shape(gates).to_vec();
        let place = if input.is_channels_last { shape.len() - 1 } else { 1 };
        shape[place] = self.units;
        Ok(shape)
    }

    /// The next states, of which the first is the output.
    fn step(&self, node: &mut Node, x: Tracked, states: &[Tracked]) -> Result<Vec<Tracked>, String> {
        match &self.kind {
            Kind::Lstm => {
                let axis = node.rank(x) - 1;
                let sum = self.sum(node, x, states[0])?;
                self.remember(node, sum, axis, states[1])
            }
            Kind::ConvLstm { input, state } => {
                let axis = if input.is_channels_last { node.rank(x) - 1 } else { 1 };
                let of_input = convolve(node, x, self.kernel, self.bias, input, 1)?;
                let of_state = convolve(node, states[0], self.recurrent, None, state, 1)?;
                let sum = node.binary("graph.add", of_input, of_state)?;
                self.remember(node, sum, axis, states[1])
            }
            Kind::Simple => {
                let sum = self.sum(node, x, states[0])?;
                Ok(vec![activate_by(node, sum, self.activation)?])
            }
            Kind::Gru { reset_after } => Ok(vec![self.gated(node, x, states[0], *reset_after)?]),
        }
    }

    /// `x kernel + h recurrent + bias`.
    fn sum(&self, node: &mut Node, x: Tracked, h: Tracked) -> Result<Tracked, String> {
        let of_input = node.emit("graph.matmul", &[x, self.kernel], &[])?;
        let of_state = node.emit("graph.matmul", &[h, self.recurrent], &[])?;
        let sum = node.binary("graph.add", of_input, of_state)?;
        match self.bias {
            Some(bias) => node.binary("graph.add", sum, bias),
            None => Ok(sum),
        }
    }

    /// Part number `index` of the gates that lie side by side.
    fn gate(&self, node: &mut Node, sum: Tracked, axis: usize, index: u64) -> Result<Tracked, String> {
        let units = self.units.as_static().ok_or("the number of units is not known")?;
        node.slice_axis(sum, axis, Dim::Static(index * units), self.units)
    }

    /// The gates of a long short-term memory: input, forget, candidate, output.
    fn remember(&self, node: &mut Node, sum: Tracked, axis: usize, c: Tracked) -> Result<Vec<Tracked>, String> {
        let [mut i, mut f, mut candidate, mut o] = [sum; 4];
        for (index, gate) in [&mut i, &mut f, &mut candidate, &mut o].into_iter().enumerate() {
            let part = self.gate(node, sum, axis, index as u64)?;
            let function = if index == 2 { self.activation } else { self.recurrent_activation };
            *gate = activate_by(node, part, function)?;
        }
        let (kept, new) = (node.binary("graph.multiply", f, c)?, node.binary("graph.multiply", i, candidate)?);
        let c = node.binary("graph.add", kept, new)?;
        let bounded = activate_by(node, c, self.activation)?;
        Ok(vec![node.binary("graph.multiply", o, bounded)?, c])
    }

    /// The gates of a gated recurrent unit: update, reset, candidate.
    fn gated(&self, node: &mut Node, x: Tracked, h: Tracked, reset_after: bool) -> Result<Tracked, String> {
        let axis = node.rank(x) - 1;
        let mut of_input = node.emit("graph.matmul", &[x, self.kernel], &[])?;
        let mut of_state = node.emit("graph.matmul", &[h, self.recurrent], &[])?;
        if let Some(bias) = self.bias {
            let of_both = node.rank(bias) == 2;
            let row = |node: &mut Node, index: u64| -> Result<Tracked, String> {
                let row = node.slice_axis(bias, 0, Dim::Static(index), Dim::Static(1))?;
                node.drop_axes(row, &[0])
            };
            let first = if of_both { row(node, 0)? } else { bias };
            of_input = node.binary("graph.add", of_input, first)?;
            if of_both {
                let second = row(node, 1)?;
                of_state = node.binary("graph.add", of_state, second)?;
            }
        }
        let mut gates = Vec::new();
        for index in 0..2 {
            let (left, right) = (self.gate(node, of_input, axis, index)?, self.gate(node, of_state, axis, index)?);
            let sum = node.binary("graph.add", left, right)?;
            gates.push(activate_by(node, sum, self.recurrent_activation)?);
        }
        let [update, reset] = gates[..] else { return Err("a gate is missing".into()) };
        let own = self.gate(node, of_input, axis, 2)?;
        let of_state = match reset_after {
            true => {
                let of_state = self.gate(node, of_state, axis, 2)?;
                node.binary("graph.multiply", reset, of_state)?
            }
            false => {
                let kept = node.binary("graph.multiply", reset, h)?;
                let weights = self.gate(node, self.recurrent, 1, 2)?;
                node.emit("graph.matmul", &[kept, weights], &[])?
            }
        };
        let sum = node.binary("graph.add", own, of_state)?;
        let candidate = activate_by(node, sum, self.activation)?;
        let difference = node.binary("graph.subtract", h, candidate)?;
        let kept = node.binary("graph.multiply", update, difference)?;
        node.binary("graph.add", candidate, kept)
    }
}
