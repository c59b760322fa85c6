//! Plans resize.
//!
//! Resampling is separable: along each axis, a coordinate of the result is made of a few elements of the operand, its
//! taps. Which these are and what they weigh is computed once and kept in tables, in scratch memory. Where the last axis
//! is resampled, a row of the result is made in two steps, one of which is along the last axis, where each lane gathers its
//! taps. Where rows become more, the last axis comes first: rows of the operand are made as long as those of the result,
//! and each of these is a sum of some of them. Else the other axes come first.

use crate::anchored::{anchor, estimate, is_anchor_space, plan_rows};
use crate::extent::{add, constant, divide_up, multiply};
use crate::map::{operations, serial_tasks};
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec};
use crate::tuning;
use kiln_graph::{Coordinates, ResizeMode, ResizeView};
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family's name.
pub const FAMILY: &str = "resize";

/// Plans a resize. Lanes run along the last axis if that one keeps its extent, as channels do in channels-last tensors, or
/// if lanes can gather what they are made of.
///
/// Options: see [`plan_rows`]; `taps`, how many elements of the operand make one of the result, for each axis; 0 marks an
/// axis that is not resampled; `tabled`, whether taps are read from tables ([`Tables`]); `gathers`, whether lanes gather
/// along the last axis; `block_rows`, how many rows are made of rows that are resampled along the last axis first, where
/// that comes first.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["resize"])?;
    let node = &spec.nodes[anchor];
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let view = ResizeView::parse(&node.attributes, spec.operand(anchor, 0).rank()).ok()?;
    let taps = taps(spec, anchor, &view)?;
    let keeps_last = taps.last() == Some(&0);
    // What lies outside of a crop is no tap.
    let tabled = view.coordinates != Coordinates::TfCropAndResize;
    let is_wide = |element: ElementType| matches!(element.byte_size(), 4 | 8) && !element.is_complex();
    let gathers = tabled && !keeps_last && (view.mode != ResizeMode::Nearest || is_wide(node.results[0].element));
    let work: i64 = taps.iter().map(|&taps| taps.max(1)).product();
    let plan = plan_rows(FAMILY, spec, anchor, target, 2 * work, keeps_last || gathers);
    let block = if gathers { stretched_block(spec, anchor, &view, &taps) } else { None };
    let bytes = if tabled { Tables::of(spec, anchor, &taps, gathers, block).bytes } else { constant(0) };
    let plan = match block {
        Some(_) => in_blocks(plan, &node.results[0].shape, (operations(spec) + 2 * work) / 2),
        None => plan,
    };
    Some(plan.with_scratch(bytes).with("taps", taps).with("tabled", tabled).with("gathers", gathers))
}

/// Tasks are blocks of rows.
fn in_blocks(plan: Plan, space: &[Dim], operations: i64) -> Plan {
    let (inner, outer) = (&space[space.len() - 2..], &space[..space.len() - 2]);
    let expr = |dim: &Dim| dim.expr().expect("extents of kernels are known");
    let blocks = divide_up(expr(&inner[0]), constant(tuning::RESIZED_ROWS));
    let elements = estimate(inner[0]).min(tuning::RESIZED_ROWS as i64).saturating_mul(estimate(inner[1]));
    let tasks = outer.iter().map(expr).fold(blocks, multiply);
    let serial = serial_tasks(elements.saturating_mul(operations));
    Plan { tasks, ..plan }.with_serial_tasks(serial).with("block_rows", tuning::RESIZED_ROWS as i64)
}

/// How many rows of the operand a block of rows of the result is made of at most, if the last axis is to come first: if
/// rows of planes become more, and are of a type that sums are computed in.
fn stretched_block(spec: &KernelSpec, anchor: usize, view: &ResizeView, taps: &[i64]) -> Option<usize> {
    let (operand, node) = (spec.operand(anchor, 0), &spec.nodes[anchor]);
    let rows = taps.len().checked_sub(2).filter(|&rows| taps[rows] > 0)?;
    let is_computed = operand.element == compute_type(node) || view.mode == ResizeMode::Nearest;
    if !is_computed || taps[..rows].iter().any(|&taps| taps > 0) {
        return None;
    }
    let extents = operand.shape[rows].as_static().zip(node.results[0].shape[rows].as_static());
    let scale = view.scales[rows].or(extents.map(|(from, to)| to as f64 / from as f64))?;
    // Rounding of coordinates may add a row.
    let reach = (tuning::RESIZED_ROWS as f64 / scale).ceil() as usize + 1 + taps[rows] as usize;
    (scale >= 1.0).then_some(reach)
}

/// What sums are computed in.
pub fn compute_type(node: &NodeSpec) -> ElementType {
    match node.results[0].element {
        element if element == ElementType::F32 || element.is_narrow_float() => ElementType::F32,
        _ => ElementType::F64,
    }
}

/// How many elements of the operand make one of the result, for each axis; 0 marks one that is not resampled.
fn taps(spec: &KernelSpec, anchor: usize, view: &ResizeView) -> Option<Vec<i64>> {
    let (from, to) = (&spec.operand(anchor, 0).shape, &spec.nodes[anchor].results[0].shape);
    let mut taps = Vec::with_capacity(from.len());
    for axis in 0..from.len() {
        let extents = from[axis].as_static().zip(to[axis].as_static());
        let whole = view.roi[axis] == (0.0, 1.0) || view.coordinates != Coordinates::TfCropAndResize;
        if from[axis] == to[axis] && whole && view.scales[axis].is_none_or(|scale| scale == 1.0) {
            taps.push(0);
            continue;
        }
        let scale = view.scales[axis].or(extents.map(|(from, to)| to as f64 / from as f64));
        let radius = match view.mode {
            ResizeMode::Nearest => {
                taps.push(1);
                continue;
            }
            ResizeMode::Linear => 1.0,
            ResizeMode::Cubic => 2.0,
        };
        // A widened kernel has as many taps as the scale says, which must be known then.
        let shrink = if view.antialias { f64::from((scale? as f32).min(1.0)) } else { 1.0 };
        let first = (-radius / shrink).floor() as i64 + 1;
        taps.push(2 - 2 * first);
    }
    Some(taps)
}

/// Where the tables of a resize are in scratch memory, in bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tables {
    /// For each axis that is resampled, its table.
    pub axes: Vec<Option<AxisTable>>,
    /// Rows that are resampled along one of the last and the other axes: several along the last, or one along all others.
    /// With how many elements; none where rows of the operand itself are gathered from.
    pub rows: Option<(DimExpr, DimExpr)>,
    /// All of them.
    pub bytes: DimExpr,
}

/// The taps of an axis: those of all coordinates that come first, then those that come second, and so on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AxisTable {
    /// Where their indices in the operand are, `i32`.
    pub indices: DimExpr,
    /// Where their weights are, of the type that sums are computed in; a single tap has none.
    pub weights: Option<DimExpr>,
}

impl Tables {
    /// The tables of node `anchor` for a plan.
    pub fn of_plan(spec: &KernelSpec, plan: &Plan, taps: &[i64]) -> Tables {
        let anchor = plan.size("anchor");
        let view = ResizeView::parse(&spec.nodes[anchor].attributes, taps.len()).expect("the planner read it");
        let gathers = plan.flag("gathers");
        let block = if gathers { stretched_block(spec, anchor, &view, taps) } else { None };
        Tables::of(spec, anchor, taps, gathers, block)
    }

    fn of(spec: &KernelSpec, anchor: usize, taps: &[i64], gathers: bool, block: Option<usize>) -> Tables {
        let node = &spec.nodes[anchor];
        let compute = compute_type(node);
        let mut bytes = constant(0);
        // Each part begins at a multiple of 64 bytes.
        let mut part = |count: DimExpr, size: usize| {
            let start = bytes;
            bytes = add(start, multiply(divide_up(multiply(count, constant(size)), constant(64)), constant(64)));
            start
        };
        let mut axes = Vec::with_capacity(taps.len());
        for (&taps, to) in taps.iter().zip(&node.results[0].shape) {
            let count = multiply(to.expr().expect("extents of kernels are known"), DimExpr::constant(taps));
            axes.push((taps > 0).then(|| AxisTable {
                indices: part(count, 4),
                weights: (taps > 1).then(|| part(count, compute.byte_size())),
            }));
        }
        let operand = spec.operand(anchor, 0);
        let (last, outer) = taps.split_last().expect("a resized tensor has axes");
        let is_converted = *last > 1 && operand.element != compute;
        let extent = |shape: &[Dim]| shape.last().and_then(|dim| dim.expr()).expect("extents of kernels are known");
        let rows = match block {
            Some(rows) => {
                let count = multiply(extent(&node.results[0].shape), constant(rows));
                Some((part(count, node.results[0].element.byte_size()), count))
            }
            None if gathers && (is_converted || outer.iter().any(|&taps| taps > 1)) => {
                let count = extent(&operand.shape);
                Some((part(count, compute.byte_size()), count))
            }
            None => None,
        };
        Tables { axes, rows, bytes }
    }
}
