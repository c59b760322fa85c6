//! Emits scatter_elements and scatter_nd: see `kiln_schedule::scatter`.

use crate::builder::{Body, Combine, Coordinate, Index, KernelBuilder, Lanes, locate};
use crate::map::nest;
use kiln_ir::Value;
use kiln_schedule::{KernelSpec, NodeSpec, Plan};

struct Scatter<'s> {
    spec: &'s KernelSpec,
    node: &'s NodeSpec,
    data: Vec<Index>,
}

/// Writes the body of a kernel of family `scatter`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let anchor = plan.size("anchor");
    let node = &spec.nodes[anchor];
    let data = b.dims(&spec.operand(anchor, 0).shape);
    let scatter = Scatter { spec, node, data };
    let (begin, end) = (b.begin, b.end);
    b.for_each(begin, end, 1, |b, _| {
        scatter.copy(b);
        let updates = b.dims(&spec.operand(anchor, 2).shape);
        nest(b, Vec::new(), &updates, |b, at| scatter.update(b, at));
    });
}

impl Scatter<'_> {
    fn copy(&self, b: &mut KernelBuilder) {
        let element = self.spec.tensor(self.node.operands[0]).element;
        let lanes = b.register_lanes(element);
        let (last, outer) = match self.data.split_last() {
            Some((&last, outer)) => (last, outer.to_vec()),
            None => (Index::Constant(1), Vec::new()),
        };
        let rank = self.data.len();
        nest(b, Vec::new(), &outer, |b, outer| {
            b.vector_loop(0, last, lanes, |b, index, lanes| {
                let at = if rank == 0 { Vec::new() } else { Coordinate::row(&[outer, &[index]].concat()) };
                let lanes = if rank == 0 { Lanes::SCALAR } else { lanes };
                let value = Body::new(self.spec, lanes).value(b, self.node.operands[0], &at);
                let strides = b.strides(&self.data);
                let (offset, _) = locate(b, &at, &strides);
                b.store(value, b.outputs[0], offset, lanes);
            });
        });
    }

    /// Stores the update at `at`.
    fn update(&self, b: &mut KernelBuilder, at: &[Index]) {
        let mut body = Body::new(self.spec, Lanes::SCALAR);
        let uniform = |at: &[Index]| at.iter().map(|&index| Coordinate::uniform(index)).collect::<Vec<_>>();
        let value = body.value(b, self.node.operands[2], &uniform(at));
        let indices = self.node.operands[1];
        let mut place = at.to_vec();
        if self.node.is("scatter_elements") {
            let axis = self.node.attributes.i64("axis").unwrap_or(0) as usize;
            place[axis] = body.index_at(b, indices, &uniform(at), self.data[axis]);
        } else {
            let outer = self.spec.tensor(indices).rank() - 1;
            let depth = self.spec.tensor(indices).shape[outer].as_static().unwrap_or(0) as usize;
            place = Vec::new();
            for part in 0..depth {
                let at = [&at[..outer], &[Index::Constant(part as i64)]].concat();
                place.push(body.index_at(b, indices, &uniform(&at), self.data[part]));
            }
            place.extend_from_slice(&at[outer..]);
        }
        let strides = b.strides(&self.data);
        let offset = b.linear(&place, &strides);
        let output = b.outputs[0];
        let value = self.combine(b, value, offset);
        b.store(value, output, offset, Lanes::SCALAR);
    }

    fn combine(&self, b: &mut KernelBuilder, value: Value, offset: Index) -> Value {
        let how = match self.node.attributes.str("reduction").unwrap_or("none") {
            "add" => Combine::Add,
            "mul" => Combine::Multiply,
            "min" => Combine::Minimum,
            "max" => Combine::Maximum,
            _ => return value,
        };
        let old = b.load_scalar(b.outputs[0], offset);
        b.combine(how, self.node.results[0].element, old, value)
    }
}
