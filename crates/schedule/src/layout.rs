//! `assign-layout`: convolutional ops take their data channels-last.
//!
//! ```mlir
//! %r = graph.conv %x, %w {layout = "channels_first", ...}
//! // becomes
//! %t = graph.transpose %x {permutation = [0, 2, 3, 1]}
//! %y = graph.conv %t, %w {layout = "channels_last", ...}
//! %r = graph.transpose %y {permutation = [0, 3, 1, 2]}
//! ```
//!
//! The transposes between two such ops are each other's inverse; `sink-transposes` and `simplify` move and cancel them,
//! so that whole regions of the network stay channels-last. Channels-last is right for every target: the innermost axis
//! is the one that vectors run along in all convolution, pooling and depthwise kernels, and a row of it is contiguous
//! for every kernel size, stride and padding. Filters stay as they are; packing them is a matter of the plan.

use kiln_ir::{Builder, Module, Op, Type, Value};

/// The ops with a `layout` attribute.
const OPS: &[&str] = &["graph.conv", "graph.conv_transpose", "graph.max_pool", "graph.average_pool", "graph.lrn"];

/// Rewrites every op inside `root` whose layout is channels-first; returns how many there were.
pub fn assign_layout(module: &mut Module, root: Op) -> usize {
    let mut changed = 0;
    for op in module.walk(root) {
        let is_candidate = OPS.contains(&module.name(op).as_str())
            && module.attributes(op).str("layout") == Some("channels_first")
            && module.results(op).len() == 1
            && module.ty(module.result(op, 0)).as_tensor().is_some_and(|tensor| tensor.rank() >= 3);
        if is_candidate {
            make_channels_last(module, op);
            changed += 1;
        }
    }
    changed
}

fn make_channels_last(module: &mut Module, op: Op) {
    let operands = module.operands(op).to_vec();
    let result = module.result(op, 0);
    let rank = module.ty(result).as_tensor().map_or(0, |tensor| tensor.rank());
    let to_last: Vec<usize> = [0].into_iter().chain(2..rank).chain([1]).collect();
    let to_first: Vec<usize> = [0, rank - 1].into_iter().chain(1..rank - 1).collect();
    let name = module.name(op);
    let attributes = module.attributes(op).clone();

    let mut builder = Builder::before(module, op);
    let input = transpose(&mut builder, operands[0], &to_last);
    let ty = permuted(builder.module.ty(result), &to_last);
    let mut made = builder.op(name.as_str()).operand(input).operands(&operands[1..]).result(ty);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let value = made.attribute("layout", "channels_last").value();
    let value = transpose(&mut builder, value, &to_first);
    module.replace(op, &[value]);
}

fn transpose(builder: &mut Builder, value: Value, permutation: &[usize]) -> Value {
    let ty = permuted(builder.module.ty(value), permutation);
    let permutation: Vec<i64> = permutation.iter().map(|&axis| axis as i64).collect();
    builder.op("graph.transpose").operand(value).attribute("permutation", permutation).result(ty).value()
}

fn permuted(ty: Type, permutation: &[usize]) -> Type {
    let tensor = ty.as_tensor().expect("graph values are ranked tensors");
    let shape: Vec<_> = permutation.iter().map(|&source| tensor.shape[source]).collect();
    Type::tensor(&shape, tensor.element)
}
