//! What a kernel computes: the content of a `graph.fusion`, without names of values, nodes and symbols.
//!
//! Two fusions with equal specs are one kernel. Extents that are not constant become the kernel's own symbols `d0`, `d1`,
//! ... in order of first appearance; what they stand for is known at each launch.

use crate::parts::{operand_within, result_within};
use kiln_ir::{Attribute, AttributeKind, Attributes, Dim, DimExpr, Module, Name, Op, Type, Value};
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

/// Element type and extents of a tensor.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TensorSpec {
    /// The element type.
    pub element: ElementType,
    /// The extents, over the kernel's symbols.
    pub shape: Vec<Dim>,
    /// The extents of the row-major tensor that this one is a part of in memory, axis by axis; `None` if it is whole.
    /// Where in that tensor it begins is in the address that a kernel gets.
    pub within: Option<Vec<Dim>>,
}

/// Where a node's operand comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum Source {
    /// The kernel's input of that number.
    Input(usize),
    /// A result of another node.
    Node {
        /// The node.
        node: usize,
        /// Which of its results.
        result: usize,
    },
}

/// One op inside the kernel.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NodeSpec {
    /// The op's name: `graph.add`.
    pub name: Name,
    /// Its operands.
    pub operands: Vec<Source>,
    /// Its attributes, over the kernel's symbols.
    pub attributes: Attributes,
    /// Its results.
    pub results: Vec<TensorSpec>,
    /// The tensor, if it is a constant.
    pub constant: Option<Tensor>,
}

/// What a kernel computes. Nodes stand in an order in which operands come first.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct KernelSpec {
    /// The inputs, one buffer each.
    pub inputs: Vec<TensorSpec>,
    /// The ops.
    pub nodes: Vec<NodeSpec>,
    /// The outputs, one buffer each.
    pub outputs: Vec<Source>,
    /// How many symbols `d0`, `d1`, ... there are.
    pub dims: usize,
}

/// Replaces extents by the kernel's symbols.
#[derive(Default)]
struct Canonical {
    values: Vec<DimExpr>,
    symbols: FxHashMap<DimExpr, usize>,
}

impl Canonical {
    fn dim(&mut self, dim: Dim) -> Dim {
        let Dim::Symbolic(expr) = dim else { return dim };
        let index = *self.symbols.entry(expr).or_insert_with(|| {
            self.values.push(expr);
            self.values.len() - 1
        });
        Dim::Symbolic(KernelSpec::symbol(index))
    }

    fn tensor(&mut self, ty: Type) -> TensorSpec {
        let tensor = ty.as_tensor().expect("values of the graph dialect are ranked tensors");
        let element = ty.element().expect("tensors of the graph dialect have element types");
        TensorSpec { element, shape: self.dims(&tensor.shape), within: None }
    }

    fn dims(&mut self, dims: &[Dim]) -> Vec<Dim> {
        dims.iter().map(|&dim| self.dim(dim)).collect()
    }

    fn attributes(&mut self, attributes: &Attributes) -> Attributes {
        let canonical = |(name, value): (Name, Attribute)| match value.kind() {
            AttributeKind::Dims(dims) => {
                let dims: Vec<Dim> = dims.iter().map(|&dim| self.dim(dim)).collect();
                (name, Attribute::dims(&dims))
            }
            _ => (name, value),
        };
        attributes.iter().map(canonical).collect()
    }
}

impl KernelSpec {
    /// The symbol `d<index>`.
    pub fn symbol(index: usize) -> DimExpr {
        DimExpr::symbol(&format!("d{index}"))
    }

    /// The number of the symbol, if it is one of a kernel's.
    pub fn symbol_index(name: Name) -> Option<usize> {
        name.as_str().strip_prefix('d')?.parse().ok()
    }

    /// The spec of a `graph.fusion`, and what its symbols stand for at this place.
    pub fn of(module: &Module, fusion: Op) -> (KernelSpec, Vec<DimExpr>) {
        let block = module.region_block(fusion, 0);
        let mut canonical = Canonical::default();
        let mut sources: FxHashMap<Value, Source> = FxHashMap::default();
        let mut inputs = Vec::new();
        for (index, &argument) in module.arguments(block).iter().enumerate() {
            let mut input = canonical.tensor(module.ty(argument));
            input.within = operand_within(module, fusion, index).map(|dims| canonical.dims(dims));
            inputs.push(input);
            sources.insert(argument, Source::Input(index));
        }
        let (mut nodes, mut outputs) = (Vec::<NodeSpec>::new(), Vec::new());
        for op in module.block_ops(block) {
            let operands: Vec<Source> = module.operands(op).iter().map(|value| sources[value]).collect();
            if module.is(op, "graph.yield") {
                outputs = operands;
                break;
            }
            let results: Vec<TensorSpec> =
                module.results(op).iter().map(|&result| canonical.tensor(module.ty(result))).collect();
            for (result, &value) in module.results(op).iter().enumerate() {
                sources.insert(value, Source::Node { node: nodes.len(), result });
            }
            let constant = module.results(op).first().and_then(|&result| module.constant_tensor(result));
            let attributes = canonical.attributes(module.attributes(op));
            nodes.push(NodeSpec { name: module.name(op), operands, attributes, results, constant });
        }
        for (index, &output) in outputs.iter().enumerate() {
            if let Some(within) = result_within(module, fusion, index)
                && let Source::Node { node, result } = output
            {
                nodes[node].results[result].within = Some(canonical.dims(within));
            }
        }
        let dims = canonical.values.len();
        (KernelSpec { inputs, nodes, outputs, dims }, canonical.values)
    }

    /// Element type and extents of a source.
    pub fn tensor(&self, source: Source) -> &TensorSpec {
        match source {
            Source::Input(index) => &self.inputs[index],
            Source::Node { node, result } => &self.nodes[node].results[result],
        }
    }

    /// Element type and extents of operand `index` of `node`.
    pub fn operand(&self, node: usize, index: usize) -> &TensorSpec {
        self.tensor(self.nodes[node].operands[index])
    }

    /// Element type and extents of output `index`.
    pub fn output(&self, index: usize) -> &TensorSpec {
        self.tensor(self.outputs[index])
    }

    /// Whether an input or an output is a part of a larger tensor in memory.
    pub fn has_parts(&self) -> bool {
        let mut outputs = (0..self.outputs.len()).map(|index| self.output(index));
        self.inputs.iter().any(|input| input.within.is_some()) || outputs.any(|output| output.within.is_some())
    }

    /// The node that satisfies `is_anchor`, if it is the only one.
    pub fn only_node(&self, is_anchor: impl Fn(&NodeSpec) -> bool) -> Option<usize> {
        let mut found = self.nodes.iter().enumerate().filter(|(_, node)| is_anchor(node)).map(|(index, _)| index);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The kernel with only the nodes that `keep` wants; `None` if what stays reads what goes.
    pub fn with_nodes(&self, keep: impl Fn(usize, &NodeSpec) -> bool) -> Option<KernelSpec> {
        let mut count = 0;
        let mut number = |(index, node): (usize, &NodeSpec)| {
            let kept = keep(index, node);
            count += usize::from(kept);
            kept.then(|| count - 1)
        };
        let numbers: Vec<Option<usize>> = self.nodes.iter().enumerate().map(&mut number).collect();
        let renumber = |source: &Source| match *source {
            Source::Node { node, result } => Some(Source::Node { node: numbers[node]?, result }),
            source => Some(source),
        };
        let mut kept = self.clone();
        kept.outputs = self.outputs.iter().map(renumber).collect::<Option<_>>()?;
        kept.nodes.clear();
        for (_, node) in self.nodes.iter().enumerate().filter(|(index, _)| numbers[*index].is_some()) {
            let operands = node.operands.iter().map(renumber).collect::<Option<_>>()?;
            kept.nodes.push(NodeSpec { operands, ..node.clone() });
        }
        Some(kept)
    }

    /// Whether `source` is computed from the results of `node`, directly or not.
    pub fn depends_on(&self, source: Source, node: usize) -> bool {
        match source {
            Source::Input(_) => false,
            Source::Node { node: index, .. } => {
                index == node
                    || index > node && self.nodes[index].operands.iter().any(|&operand| self.depends_on(operand, node))
            }
        }
    }
}

impl NodeSpec {
    /// The op's name without its dialect: `add`.
    pub fn op(&self) -> &'static str {
        self.name.as_str().strip_prefix("graph.").unwrap_or(self.name.as_str())
    }

    /// Whether this is `graph.<op>`.
    pub fn is(&self, op: &str) -> bool {
        self.op() == op
    }

    /// The integers of an attribute, or `default` in each of `count` places.
    pub fn integers(&self, name: &str, count: usize, default: i64) -> Vec<i64> {
        self.attributes.i64s(name).unwrap_or_else(|| vec![default; count])
    }

    /// Whether the op's `layout` is channels-last.
    pub fn is_channels_last(&self) -> bool {
        self.attributes.str("layout") == Some("channels_last")
    }

    /// The value of a constant that has but one, as `f64`.
    pub fn splat(&self) -> Option<f64> {
        let tensor = self.constant.as_ref()?;
        let size = tensor.element().byte_size();
        let first = tensor.bytes().get(..size)?;
        let uniform = tensor.bytes().chunks_exact(size).all(|element| element == first);
        let one = Tensor::from_bytes(tensor.element(), &[], first).ok()?;
        kiln_tensor::scalar::scalars(&one).filter(|_| uniform)?.first().map(|scalar| scalar.to_f64())
    }
}

impl TensorSpec {
    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The extents in whose row-major order the tensor lies in memory: its own if it is whole.
    pub fn memory_shape(&self) -> &[Dim] {
        self.within.as_deref().unwrap_or(&self.shape)
    }

    /// Elements from one row along the last axis to the next, if rows follow each other at one distance.
    pub fn row_pitch(&self) -> Option<Dim> {
        let (&pitch, leading) = self.memory_shape().split_last()?;
        (self.shape.starts_with(leading)).then_some(pitch)
    }

    /// The extents as expressions.
    pub fn exprs(&self) -> Vec<DimExpr> {
        self.shape.iter().map(|dim| dim.expr().expect("extents in the graph dialect are known")).collect()
    }

    /// The number of elements.
    pub fn elements(&self) -> DimExpr {
        product(&self.exprs())
    }
}

/// The product of extents.
pub fn product(exprs: &[DimExpr]) -> DimExpr {
    let multiply = |left: DimExpr, right: &DimExpr| left.checked_mul(*right);
    let one = DimExpr::constant(1);
    exprs.iter().try_fold(one, multiply).expect("the number of elements of a tensor does not overflow")
}
