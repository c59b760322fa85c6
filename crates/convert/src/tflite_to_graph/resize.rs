//! Pictures in other sizes.

use super::quantization::integer_bounds;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[row("RESIZE_BILINEAR", bilinear), row("RESIZE_NEAREST_NEIGHBOR", nearest)];

/// How an index of the result becomes a place in the operand.
#[derive(Clone, Copy)]
struct Placing {
    align_corners: bool,
    half_pixel: bool,
}

impl Placing {
    fn of(node: &Node) -> Placing {
        Placing { align_corners: node.option_flag("align_corners"), half_pixel: node.option_flag("half_pixel_centers") }
    }

    fn name(self) -> &'static str {
        match (self.align_corners, self.half_pixel) {
            (true, _) => "align_corners",
            (_, true) => "half_pixel",
            _ => "asymmetric",
        }
    }

    /// The nearest indices, computed in floats of 32 bits.
    fn nearest(self, from: usize, to: usize) -> Vec<usize> {
        let scale = match self.align_corners && to > 1 {
            true => (from as f32 - 1.0) / (to as f32 - 1.0),
            false => from as f32 / to as f32,
        };
        let offset = if self.half_pixel { 0.5 } else { 0.0 };
        let place = |index: usize| {
            let place = (index as f32 + offset) * scale;
            let place = if self.align_corners { place.round() } else { place.floor() };
            (place.max(0.0) as usize).min(from.saturating_sub(1))
        };
        (0..to).map(place).collect()
    }

    /// Two neighbours and how much each weighs, for every index, computed in floats of 32 bits.
    fn weighed(self, from: usize, to: usize) -> Vec<[(usize, f32); 2]> {
        let scale = match self.align_corners && to > 1 {
            true => (from as f32 - 1.0) / (to as f32 - 1.0),
            false => from as f32 / to as f32,
        };
        let neighbours = |index: usize| {
            let place = if self.half_pixel { (index as f32 + 0.5) * scale - 0.5 } else { index as f32 * scale };
            let (low, high) = (place.floor().max(0.0), place.ceil().min(from as f32 - 1.0).max(0.0));
            let weight = place - low;
            [(low as usize, 1.0 - weight), (high as usize, weight)]
        };
        (0..to).map(neighbours).collect()
    }

    /// Two neighbours and how much each weighs, of 1024, for every index.
    fn neighbours(self, from: i64, to: i64) -> Vec<[(i64, i64); 2]> {
        let scale = match self.align_corners && to > 1 {
            true => (1024 * (from - 1) + (to - 1) / 2) / (to - 1),
            false => (1024 * from + to / 2) / to,
        };
        let place = |index: i64| match self.half_pixel {
            true => index * scale + scale / 2 - 512,
            false => index * scale,
        };
        let neighbours = |index: i64| {
            let place = place(index);
            let low = (place / 1024).max(0);
            let high = ((place + 1023) / 1024).min(from - 1);
            let weight = place - 1024 * low;
            [(low, 1024 - weight), (high, weight)]
        };
        (0..to).map(neighbours).collect()
    }
}

/// The operand and the result's shape.
fn operands(node: &mut Node) -> Result<(Tracked, Vec<Dim>), String> {
    let (x, size) = (node.input(0)?, node.input(1)?);
    let size = node.extents_of(size)?;
    let (&[batch, _, _, channels], &[height, width]) = (node.shape(x), size.as_slice()) else {
        return Err("the operand must have 4 axes and the size 2 numbers".into());
    };
    Ok((x, vec![batch, height, width, channels]))
}

/// The longest axis that tables are made for: pictures are shorter, and a damaged file may ask for anything.
const MOST_PLACES: usize = 1 << 20;

/// The static extents of an axis before and after, if tables of them fit.
fn extents(node: &Node, x: Tracked, shape: &[Dim], axis: usize) -> Option<(usize, usize)> {
    let known = |dims: &[Dim]| usize::try_from(dims.get(axis)?.as_static()?).ok();
    known(node.shape(x)).zip(known(shape)).filter(|&(from, to)| from > 0 && to <= MOST_PLACES)
}

fn bilinear(node: &mut Node) -> Results {
    let (x, shape) = operands(node)?;
    let placing = Placing::of(node);
    let element = node.element(x);
    if matches!(element, ElementType::I8 | ElementType::I16) {
        return bilinear_of_integers(node, x, &shape, placing);
    }
    if element == ElementType::U8 && node.shape(x) != shape {
        return bilinear_of_bytes(node, x, &shape, placing);
    }
    let floats = node.cast(x, ElementType::F32)?;
    let given = [("mode", attribute("linear")), ("coordinates", attribute(placing.name()))];
    let y = match node.shape(x) == shape {
        true => floats,
        false => node.emit_as("graph.resize", &[floats], &given, &shape, node.element_type(floats))?,
    };
    Ok(vec![node.cast(y, element)?])
}

/// The sum of four neighbours, weighed in floats of 32 bits one after the other, and a half.
fn bilinear_of_bytes(node: &mut Node, x: Tracked, shape: &[Dim], placing: Placing) -> Results {
    let floats = node.cast(x, ElementType::F32)?;
    let mut sides = Vec::new();
    for axis in [1, 2] {
        let (from, to) = extents(node, x, shape, axis)
            .ok_or("the size of the operand must be known, and the result at most 1048576 long")?;
        sides.push(placing.weighed(from, to));
    }
    let mut sum: Option<Tracked> = None;
    for (row, column) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let mut part = floats;
        for (axis, side) in [(1, row), (2, column)] {
            let neighbours = &sides[axis - 1];
            let places: Vec<i64> = neighbours.iter().map(|pair| pair[side].0 as i64).collect();
            let places = node.tensor(Tensor::from_values(&[places.len()], &places))?;
            part = node.emit("graph.gather", &[part, places], &[("axis", attribute(axis as i64))])?;
        }
        for (axis, side) in [(1, row), (2, column)] {
            let weights: Vec<f32> = sides[axis - 1].iter().map(|pair| pair[side].1).collect();
            let across: &[usize] = if axis == 1 { &[weights.len(), 1, 1] } else { &[weights.len(), 1] };
            let weights = node.tensor(Tensor::from_values(across, &weights))?;
            part = node.binary("graph.multiply", part, weights)?;
        }
        sum = Some(match sum {
            Some(sum) => node.binary("graph.add", sum, part)?,
            None => part,
        });
    }
    let raised = node.binary_scalar("graph.add", sum.ok_or("there are four neighbours")?, 0.5)?;
    let whole = node.cast(raised, ElementType::I32)?;
    Ok(vec![node.requantized(whole, 0, integer_bounds(ElementType::U8), ElementType::U8)?])
}

/// Weights are multiples of 1/1024 along each axis.
fn bilinear_of_integers(node: &mut Node, x: Tracked, shape: &[Dim], placing: Placing) -> Results {
    let element = node.element(x);
    let wide = if element == ElementType::I16 { ElementType::I64 } else { ElementType::I32 };
    let mut y = node.cast(x, wide)?;
    for axis in [1, 2] {
        let (from, to) = extents(node, x, shape, axis)
            .ok_or("the size of the operand must be known, and the result at most 1048576 long")?;
        let neighbours = placing.neighbours(from as i64, to as i64);
        let mut sum: Option<Tracked> = None;
        for side in 0..2 {
            let places: Vec<i64> = neighbours.iter().map(|pair| pair[side].0).collect();
            let weights: Vec<i64> = neighbours.iter().map(|pair| pair[side].1).collect();
            let places = node.tensor(Tensor::from_values(&[to], &places))?;
            let taken = node.emit("graph.gather", &[y, places], &[("axis", attribute(axis as i64))])?;
            let across: &[usize] = if axis == 1 { &[to, 1, 1] } else { &[to, 1] };
            let weights = node.integers(wide, across, &weights)?;
            let part = node.binary("graph.multiply", taken, weights)?;
            sum = Some(match sum {
                Some(sum) => node.binary("graph.add", sum, part)?,
                None => part,
            });
        }
        y = sum.ok_or("there are two neighbours")?;
    }
    let half = node.integers(wide, &[], &[1 << 19])?;
    let (up, down) = (node.binary("graph.add", y, half)?, node.binary("graph.subtract", y, half)?);
    let is_positive = node.binary_scalar("graph.greater", y, 0.0)?;
    let raised = node.select(is_positive, up, down)?;
    let divided = node.binary_scalar("graph.divide", raised, f64::from(1 << 20))?;
    Ok(vec![node.cast(divided, element)?])
}

fn nearest(node: &mut Node) -> Results {
    let (x, shape) = operands(node)?;
    if node.shape(x) == shape {
        return Ok(vec![x]);
    }
    let placing = Placing::of(node);
    let known = [1, 2].map(|axis| extents(node, x, &shape, axis));
    let is_whole = known.iter().all(|pair| pair.is_some_and(|(from, to)| to % from == 0));
    if let ([Some(rows), Some(columns)], false) = (known, is_whole && !placing.align_corners) {
        let mut y = x;
        for (axis, (from, to)) in [(1i64, rows), (2, columns)] {
            let places: Vec<i64> = placing.nearest(from, to).into_iter().map(|place| place as i64).collect();
            let places = node.tensor(Tensor::from_values(&[to], &places))?;
            y = node.emit("graph.gather", &[y, places], &[("axis", attribute(axis))])?;
        }
        return Ok(vec![y]);
    }
    let rounding = if placing.align_corners || placing.half_pixel { "round_prefer_ceil" } else { "floor" };
    let given = [
        ("mode", attribute("nearest")),
        ("coordinates", attribute(placing.name())),
        ("nearest_mode", attribute(rounding)),
    ];
    Ok(vec![node.emit_as("graph.resize", &[x], &given, &shape, node.element_type(x))?])
}
