//! Axes that every tensor of a kernel agrees on can be walked as one: fewer loops, longer rows.

use crate::spec::{KernelSpec, NodeSpec, Source, TensorSpec, product};
use kiln_ir::{Dim, DimExpr};
use rustc_hash::FxHashSet;
use std::ops::Range;

impl KernelSpec {
    /// The shape that all outputs have: the iteration space of the kernel's elementwise part.
    pub fn space(&self) -> Option<&[Dim]> {
        let first = &self.tensor(*self.outputs.first()?).shape;
        self.outputs.iter().all(|&output| self.tensor(output).shape == *first).then_some(first)
    }

    /// The largest groups of axes of the iteration space that [`KernelSpec::merge_axes`] can merge, `anchor` as there.
    pub fn mergeable_axes(&self, anchor: Option<usize>) -> Vec<Range<usize>> {
        let Some(space) = self.space() else { return Vec::new() };
        let rank = space.len();
        let mut groups: Vec<Range<usize>> = Vec::new();
        for axis in 0..rank {
            if let Some(last) = groups.last_mut() {
                last.end += 1;
                let mut trial = groups.clone();
                trial.extend((axis + 1..rank).map(|rest| rest..rest + 1));
                if self.merge_axes(anchor, &trial).is_some() {
                    continue;
                }
                let last = groups.last_mut().expect("a group was just extended");
                last.end -= 1;
            }
            groups.push(axis..axis + 1);
        }
        groups
    }

    /// The only node called `graph.<op>`, if everything else in the kernel is a constant or an elementwise op on its
    /// iteration space: what can be injected at an accumulator.
    pub fn anchor_of_post_ops(&self, op: &str) -> Option<usize> {
        let anchor = self.only_node(|node| node.is(op))?;
        let is_post_op = |(index, node): (usize, &NodeSpec)| {
            index == anchor || node.constant.is_some() || is_elementwise(node) && index > anchor
        };
        let fits = self.nodes.iter().enumerate().all(is_post_op);
        (fits && self.space() == Some(&self.nodes[anchor].results[0].shape)).then_some(anchor)
    }

    /// The same kernel with each group of adjacent axes of the iteration space merged into one; `None` if some tensor is
    /// broadcast along one axis of a group and not along another.
    ///
    /// With an anchor, only what follows it is rewritten: the anchor's results change shape, its operands do not.
    /// Without one, every node must be elementwise.
    pub fn merge_axes(&self, anchor: Option<usize>, groups: &[Range<usize>]) -> Option<KernelSpec> {
        let space = self.space()?.to_vec();
        let mut merged = self.clone();
        let mut inputs: FxHashSet<usize> = FxHashSet::default();
        for (index, node) in self.nodes.iter().enumerate() {
            let is_anchor = anchor == Some(index);
            let is_before = anchor.is_some_and(|anchor| index < anchor);
            if is_before && node.constant.is_none() {
                return None;
            }
            if !is_anchor && node.constant.is_none() && !is_elementwise(node) {
                return None;
            }
            for (result, tensor) in node.results.iter().enumerate() {
                merged.nodes[index].results[result] = merge(tensor, &space, groups)?;
            }
            if !is_anchor {
                inputs.extend(node.operands.iter().filter_map(|source| match source {
                    Source::Input(input) => Some(*input),
                    Source::Node { .. } => None,
                }));
            }
        }
        inputs.extend(self.outputs.iter().filter_map(|source| match source {
            Source::Input(input) => Some(*input),
            Source::Node { .. } => None,
        }));
        if let Some(anchor) = anchor
            && self.nodes[anchor].operands.iter().any(|source| match source {
                Source::Input(input) => inputs.contains(input),
                Source::Node { .. } => true,
            })
        {
            return None;
        }
        for input in inputs {
            merged.inputs[input] = merge(&self.inputs[input], &space, groups)?;
        }
        Some(merged)
    }
}

/// Whether `node` is computed element by element.
pub fn is_elementwise(node: &NodeSpec) -> bool {
    const NAMES: &[&str] = &[
        "abs",
        "negate",
        "exp",
        "log",
        "sqrt",
        "rsqrt",
        "reciprocal",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
        "asinh",
        "acosh",
        "atanh",
        "erf",
        "sigmoid",
        "silu",
        "softplus",
        "mish",
        "softsign",
        "gelu",
        "gelu_tanh",
        "hard_swish",
        "relu",
        "floor",
        "ceil",
        "round",
        "sign",
        "not",
        "is_nan",
        "is_inf",
        "add",
        "subtract",
        "multiply",
        "divide",
        "remainder",
        "modulo",
        "power",
        "minimum",
        "maximum",
        "and",
        "or",
        "xor",
        "shift_left",
        "shift_right",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "select",
        "cast",
        "bitcast",
    ];
    NAMES.contains(&node.op())
}

/// A tensor that is broadcast to `space`, with axes merged.
fn merge(tensor: &TensorSpec, space: &[Dim], groups: &[Range<usize>]) -> Option<TensorSpec> {
    let missing = space.len().checked_sub(tensor.rank())?;
    if tensor.rank() == 0 {
        return Some(tensor.clone());
    }
    let ones = std::iter::repeat_n(Dim::Static(1), missing);
    let shape: Vec<Dim> = ones.clone().chain(tensor.shape.iter().copied()).collect();
    for group in groups {
        let is_whole = shape[group.clone()] == space[group.clone()];
        let is_broadcast = shape[group.clone()].iter().all(|dim| dim.is(1));
        if !is_whole && !is_broadcast {
            return None;
        }
    }
    let within = tensor.within.as_ref().map(|within| ones.chain(within.iter().copied()).collect());
    merge_extents(&TensorSpec { element: tensor.element, shape, within }, groups)
}

/// A tensor with each group of adjacent axes merged into one; `None` if it is a part whose elements along a group do not
/// lie at one distance from each other.
pub fn merge_extents(tensor: &TensorSpec, groups: &[Range<usize>]) -> Option<TensorSpec> {
    let merged = |extents: &[Dim]| -> Option<Vec<Dim>> {
        let merge = |group: &Range<usize>| {
            let exprs: Vec<DimExpr> = extents[group.clone()].iter().map(|dim| dim.expr()).collect::<Option<_>>()?;
            Some(Dim::from_expr(product(&exprs)))
        };
        groups.iter().map(merge).collect()
    };
    let within = match &tensor.within {
        None => None,
        Some(within) => {
            let runs_on = |group: &Range<usize>| {
                let inner = group.start + 1..group.end;
                within[inner.clone()] == tensor.shape[inner] || tensor.shape[group.clone()].iter().all(|dim| dim.is(1))
            };
            Some(merged(within).filter(|_| groups.iter().all(runs_on))?)
        }
    };
    Some(TensorSpec { element: tensor.element, shape: merged(&tensor.shape)?, within })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Attributes, Name};
    use kiln_tensor::ElementType::F32;

    fn tensor(shape: &[u64]) -> TensorSpec {
        TensorSpec { element: F32, shape: extents(shape), within: None }
    }

    fn extents(shape: &[u64]) -> Vec<Dim> {
        shape.iter().map(|&extent| Dim::Static(extent)).collect()
    }

    fn add(left: &[u64], right: &[u64], result: &[u64]) -> KernelSpec {
        let node = NodeSpec {
            name: Name::new("graph.add"),
            operands: vec![Source::Input(0), Source::Input(1)],
            attributes: Attributes::new(),
            results: vec![tensor(result)],
            constant: None,
        };
        let inputs = vec![tensor(left), tensor(right)];
        KernelSpec { inputs, nodes: vec![node], outputs: vec![Source::Node { node: 0, result: 0 }], dims: 0 }
    }

    #[test]
    fn equal_shapes_merge_to_one_axis() {
        let spec = add(&[2, 3, 4], &[2, 3, 4], &[2, 3, 4]);
        assert_eq!(spec.mergeable_axes(None), vec![0..3]);
        let merged = spec.merge_axes(None, &spec.mergeable_axes(None)).expect("mergeable");
        assert_eq!(merged.inputs[1], tensor(&[24]));
    }

    #[test]
    fn parts_merge_up_to_the_axis_that_is_cut() {
        let mut spec = add(&[2, 3, 4, 5], &[2, 3, 4, 5], &[2, 3, 4, 5]);
        spec.inputs[0].within = Some(extents(&[2, 3, 4, 9]));
        assert_eq!(spec.mergeable_axes(None), vec![0..3, 3..4]);
        let merged = spec.merge_axes(None, &[0..3, 3..4]).expect("mergeable");
        assert_eq!(merged.inputs[0].within, Some(extents(&[24, 9])));
        spec.nodes[0].results[0].within = Some(extents(&[2, 7, 4, 5]));
        assert_eq!(spec.mergeable_axes(None), vec![0..1, 1..3, 3..4]);
    }

    #[test]
    fn broadcast_axes_merge_apart() {
        let spec = add(&[2, 3, 4, 5], &[4, 5], &[2, 3, 4, 5]);
        assert_eq!(spec.mergeable_axes(None), vec![0..2, 2..4]);
        let spec = add(&[2, 3, 4, 5], &[2, 1, 1, 5], &[2, 3, 4, 5]);
        assert_eq!(spec.mergeable_axes(None), vec![0..1, 1..3, 3..4]);
        let spec = add(&[1, 3, 4, 5], &[1, 1, 1, 5], &[1, 3, 4, 5]);
        assert_eq!(spec.mergeable_axes(None), vec![0..3, 3..4]);
    }
}
