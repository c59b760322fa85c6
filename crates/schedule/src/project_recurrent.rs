//! `project-recurrent`: the products of a recurrent layer's inputs, of all steps and directions, as one matrix product
//! before it. Only the products of its state have to wait for each other.
//!
//! ```mlir
//! %y, %h = graph.gru %x, %w, %r, %b {...}
//! // becomes
//! %p = graph.matmul %x, %w {transpose_b = true}       // sequence x batch x directions * gates * units
//! %y, %h = graph.gru %p, %r, %b {...}
//! ```

use crate::recurrent::is_recurrent;
use kiln_ir::{Attribute, Builder, Dim, Module, Op, Type, Value};

/// The places of `x` and `w` among the operands.
const X: usize = 0;
const W: usize = 1;

/// Takes the products of inputs out of every layer inside `root`; returns out of how many.
pub fn project_recurrent(module: &mut Module, root: Op) -> usize {
    let layers: Vec<Op> = module.walk(root).into_iter().filter(|&op| has_inputs(module, op)).collect();
    layers.iter().for_each(|&layer| project(module, layer));
    layers.len()
}

fn has_inputs(module: &Module, op: Op) -> bool {
    let segments = module.attributes(op).i64s(SEGMENTS);
    is_recurrent(module.name(op).as_str()) && segments.is_some_and(|segments| segments.get(W) == Some(&1))
}

const SEGMENTS: &str = "operandSegmentSizes";

fn project(module: &mut Module, layer: Op) {
    let operands = module.operands(layer).to_vec();
    let (x, w) = (operands[X], operands[W]);
    let rows = flatten(module, layer, w);
    let shape = |module: &Module, value: Value| {
        module.ty(value).as_tensor().map(|tensor| tensor.shape.clone()).expect("operands of a layer are tensors")
    };
    let mut extents = shape(module, x);
    *extents.last_mut().expect("x has three axes") = shape(module, rows)[0];
    let ty = Type::tensor(&extents, module.ty(x).scalar());
    let products = Builder::before(module, layer)
        .op("graph.matmul")
        .operands(&[x, rows])
        .attribute("transpose_b", true)
        .result(ty)
        .value();
    let segments = module.attributes(layer).i64s(SEGMENTS).expect("a layer says which operands it has");
    let present = segments.iter().enumerate().map(|(place, &size)| i32::from(place != W && size == 1));
    let segments: Vec<i32> = present.collect();
    module.set_attribute(layer, SEGMENTS, Attribute::dense_i32s(&segments));
    module.set_operands(layer, &[&[products], &operands[W + 1..]].concat());
}

/// The weights of all directions as one matrix, a row for each unit of each gate.
fn flatten(module: &mut Module, layer: Op, w: Value) -> Value {
    let tensor = module.ty(w).as_tensor().expect("operands of a layer are tensors");
    let &[directions, units, features] = tensor.shape.as_slice() else { unreachable!("weights have three axes") };
    let rows = directions.as_static().zip(units.as_static()).map(|(directions, units)| directions * units);
    let rows = rows.expect("a layer says how many directions and units it has");
    let flat = [Dim::Static(rows), features];
    let ty = Type::tensor(&flat, tensor.element);
    let constant = module.constant_tensor(w).zip(features.as_static());
    if let Some((constant, features)) = constant {
        let constant = constant.reshaped(&[rows as usize, features as usize]).expect("as many elements");
        let value = module.tensor_attribute(constant);
        return Builder::before(module, layer).op("graph.constant").attribute("value", value).result(ty).value();
    }
    Builder::before(module, layer).op("graph.reshape").operand(w).result(ty).value()
}
