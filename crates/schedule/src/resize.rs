//! Plans resize.

use crate::anchored::{anchor, is_anchor_space, plan_rows};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_graph::{ResizeMode, ResizeView};
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "resize";

/// Plans a resize. Lanes run along the last axis if that one keeps its extent, as channels do in channels-last tensors.
///
/// Options: see [`plan_rows`]; `taps`, how many elements of the operand make one of the result, for each axis; 0 marks an
/// axis that is not resampled.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["resize"])?;
    let node = &spec.nodes[anchor];
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let (from, to) = (&spec.operand(anchor, 0).shape, &node.results[0].shape);
    let view = ResizeView::parse(&node.attributes, from.len()).ok()?;
    let mut taps = Vec::with_capacity(from.len());
    for axis in 0..from.len() {
        let extents = from[axis].as_static().zip(to[axis].as_static());
        let whole = view.roi[axis] == (0.0, 1.0) || view.coordinates != kiln_graph::Coordinates::TfCropAndResize;
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
    let work: i64 = taps.iter().map(|&taps| taps.max(1)).product();
    let vectorize = taps.last() == Some(&0);
    Some(plan_rows(FAMILY, spec, anchor, target, 2 * work, vectorize).with("taps", taps))
}
