//! Plans the kernels without an anchor, and those whose anchor only moves elements: elementwise chains, transposes,
//! slices, padding, concatenation, gathers. Every output element is computed on its own, from the outputs back.

use crate::axes::is_elementwise;
use crate::plan::Plan;
use crate::spec::{KernelSpec, NodeSpec, Source};
use crate::tuning;
use kiln_ir::{Dim, DimExpr};
use kiln_target::Target;
use kiln_tensor::ElementType;

/// The family's name.
pub const FAMILY: &str = "map";

const MOVES: &[&str] = &[
    "broadcast",
    "transpose",
    "slice",
    "iota",
    "tile",
    "concat",
    "pad",
    "gather",
    "gather_elements",
    "gather_nd",
    "reshape",
    "dequantize_blocks",
];

/// Plans a kernel whose every node is elementwise or moves elements.
///
/// Options: `lanes`, how many elements are computed at once; `merge`, sizes of the groups of axes that are walked as one;
/// `outer`, how many leading axes (after merging) the tasks count; `block`, the elements of a task where there is but one
/// axis; `segments`, the node of a concatenation along the last axis that is walked operand by operand.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    spec.space()?;
    let known = |node: &NodeSpec| node.splat().is_some() || is_elementwise(node) || MOVES.contains(&node.op());
    if !spec.nodes.iter().all(known) {
        return None;
    }
    let groups = spec.mergeable_axes(None);
    let merged = spec.merge_axes(None, &groups);
    let space: Vec<Dim> = merged.as_ref().unwrap_or(spec).space()?.to_vec();
    let segments = find_segments(spec);
    let lanes = if is_vectorizable(spec, segments) { lanes(spec, target, space.last()) } else { 1 };
    let mut plan = plan_space(&space, operations(spec), lanes);
    if merged.is_some() {
        let sizes: Vec<i64> = groups.iter().map(|group| group.len() as i64).collect();
        plan = plan.with("merge", sizes);
    }
    if let Some(node) = segments.filter(|_| lanes > 1) {
        plan = plan.with("segments", node as i64);
    }
    Some(plan)
}

/// Divides a space into tasks: see the options of [`plan`].
pub fn plan_space(space: &[Dim], operations: i64, lanes: usize) -> Plan {
    let expr = |dim: &Dim| dim.expr().expect("extents are known");
    let estimate = |dim: &Dim| dim.as_static().map_or(tuning::SYMBOLIC_EXTENT, |extent| extent as i64).max(1);
    let (tasks, outer, task_elements) = match space {
        [] => (DimExpr::constant(1), 0, 1),
        [only] => {
            let block = DimExpr::constant(tuning::BLOCK_ELEMENTS);
            let tasks = expr(only).ceil_div(block).expect("the block is positive");
            (tasks, 0, estimate(only).min(tuning::BLOCK_ELEMENTS))
        }
        _ => {
            let mut outer = 1;
            let mut count = estimate(&space[0]);
            while outer + 1 < space.len() && count < tuning::WANTED_TASKS {
                count = count.saturating_mul(estimate(&space[outer]));
                outer += 1;
            }
            let inner = space[outer..].iter().map(estimate).fold(1i64, i64::saturating_mul);
            let tasks: Vec<DimExpr> = space[..outer].iter().map(expr).collect();
            (crate::spec::product(&tasks), outer, inner)
        }
    };
    Plan::new(FAMILY, tasks)
        .with_serial_tasks(serial_tasks(task_elements.saturating_mul(operations)))
        .with("lanes", lanes as i64)
        .with("outer", outer as i64)
        .with("block", tuning::BLOCK_ELEMENTS)
}

/// How many tasks of so many operations each stay on the calling thread.
pub fn serial_tasks(task_operations: i64) -> i64 {
    (tuning::SERIAL_OPERATIONS / task_operations.max(1)).max(1)
}

/// Operations on each element of a kernel's outputs.
pub fn operations(spec: &KernelSpec) -> i64 {
    let cost = |node: &NodeSpec| match node.op() {
        "constant" => 0,
        "exp" | "log" | "sigmoid" | "tanh" | "erf" | "power" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan"
        | "sinh" | "cosh" | "asinh" | "acosh" | "atanh" | "silu" | "softplus" | "mish" | "gelu" | "gelu_tanh" => {
            tuning::FUNCTION_OPERATIONS
        }
        _ => 1,
    };
    1 + spec.nodes.iter().map(cost).sum::<i64>()
}

/// The lanes of a loop along an axis: as many as the widest element type of the kernel allows.
pub fn lanes(spec: &KernelSpec, target: &Target, axis: Option<&Dim>) -> usize {
    let tensors = spec.inputs.iter().chain(spec.nodes.iter().flat_map(|node| &node.results));
    let wide = |element: ElementType| if element.is_narrow_float() { ElementType::F32 } else { element };
    let full = tensors.map(|tensor| target.lanes(wide(tensor.element))).min().unwrap_or(1);
    let mut lanes = full;
    if let Some(extent) = axis.and_then(|dim| dim.as_static()) {
        // Half a vector that is always full beats a whole one that never is.
        while lanes > 1 && lanes as u64 / 2 >= extent {
            lanes /= 2;
        }
        while lanes > 1 && !target.has_masks && lanes as u64 > extent {
            lanes /= 2;
        }
    }
    lanes
}

/// The concatenation along the last axis from which, and elementwise ops, everything is computed.
fn find_segments(spec: &KernelSpec) -> Option<usize> {
    let node = spec.only_node(|node| node.is("concat"))?;
    let rank = spec.nodes[node].results[0].rank();
    let is_last = spec.nodes[node].attributes.i64("axis") == Some(rank as i64 - 1);
    let follows =
        |(index, other): (usize, &NodeSpec)| index <= node || is_elementwise(other) || other.splat().is_some();
    let is_space = spec.space() == Some(spec.nodes[node].results[0].shape.as_slice());
    (is_last && is_space && spec.nodes.iter().enumerate().all(follows)).then_some(node)
}

/// Whether lanes along the last axis can be computed together.
fn is_vectorizable(spec: &KernelSpec, segments: Option<usize>) -> bool {
    let Some(space) = spec.space() else { return false };
    let rank = space.len();
    if rank == 0 {
        return false;
    }
    let mut steps = vec![0; rank];
    steps[rank - 1] = 1;
    spec.outputs.iter().all(|&output| is_uniform_enough(spec, output, &steps, segments))
}

/// Whether `source` can be computed for lanes whose coordinates are `steps` apart.
fn is_uniform_enough(spec: &KernelSpec, source: Source, steps: &[i64], segments: Option<usize>) -> bool {
    let Source::Node { node: index, .. } = source else { return true };
    let node = &spec.nodes[index];
    if node.splat().is_some() {
        return true;
    }
    let all = |steps: &[i64]| node.operands.iter().all(|&operand| is_uniform_enough(spec, operand, steps, segments));
    if is_elementwise(node) || node.is("broadcast") {
        return node.operands.iter().all(|&operand| {
            let shape = &spec.tensor(operand).shape;
            let missing = steps.len() - shape.len();
            let along = |(axis, dim): (usize, &Dim)| if dim.is(1) { 0 } else { steps[missing + axis] };
            let steps: Vec<i64> = shape.iter().enumerate().map(along).collect();
            is_uniform_enough(spec, operand, &steps, segments)
        });
    }
    let axis = node.attributes.i64("axis").unwrap_or(0) as usize;
    let moves = |axis: usize| steps[axis] != 0;
    let axes = 0..steps.len();
    match node.op() {
        "iota" => true,
        "transpose" => {
            let mut moved = steps.to_vec();
            for (axis, from) in node.integers("permutation", 0, 0).into_iter().enumerate() {
                moved[from as usize] = steps[axis];
            }
            all(&moved)
        }
        "slice" => {
            let factors = node.integers("steps", steps.len(), 1);
            let scaled: Vec<i64> = steps.iter().zip(factors).map(|(step, factor)| step * factor).collect();
            all(&scaled)
        }
        "tile" => {
            let repeats = node.integers("repeats", steps.len(), 1);
            axes.clone().all(|axis| repeats[axis] == 1 || !moves(axis)) && all(steps)
        }
        "concat" => (segments == Some(index) || !moves(axis)) && all(steps),
        "pad" => {
            let is_padded = |name: &str, axis: usize| {
                let dims = node.attributes.get(name).and_then(|dims| dims.as_dims()).unwrap_or_default();
                dims.get(axis).is_some_and(|dim| !dim.is(0))
            };
            let still = axes.clone().all(|axis| !moves(axis) || !is_padded("low", axis) && !is_padded("high", axis));
            still && is_uniform_enough(spec, node.operands[0], steps, segments)
        }
        "gather" => {
            let rank = spec.tensor(node.operands[1]).rank();
            let mut inner = steps[..axis].to_vec();
            inner.push(0);
            inner.extend_from_slice(&steps[axis + rank..]);
            steps[axis..axis + rank].iter().all(|&step| step == 0)
                && is_uniform_enough(spec, node.operands[0], &inner, segments)
        }
        "gather_nd" => {
            let indices = spec.tensor(node.operands[1]);
            let (outer, batch) = (indices.rank() - 1, node.attributes.i64("batch_dims").unwrap_or(0) as usize);
            let depth = indices.shape[outer].as_static().unwrap_or(0) as usize;
            let inner: Vec<i64> = std::iter::repeat_n(0, batch + depth).chain(steps[outer..].iter().copied()).collect();
            steps[..outer].iter().all(|&step| step == 0) && is_uniform_enough(spec, node.operands[0], &inner, segments)
        }
        _ => false,
    }
}
