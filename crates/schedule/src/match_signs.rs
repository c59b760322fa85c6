//! `match-signs`: left operands of products of bytes get the sign that the processor's instruction wants.
//!
//! ```mlir
//! %y = graph.matmul %x, %w {widening = true}              // %x : i8, %w : i8 constant; the instruction wants ui8 by i8
//! // becomes
//! %s = graph.xor %cast, %c128                              // %x + 128 as ui8: part of the kernel that makes %x
//! %p = graph.matmul %s, %w {widening = true}
//! %y = graph.subtract %p, %sums                            // 128 * sum of each column of %w, a constant
//! ```
//!
//! Who else converts `%x` to wider numbers reads the shifted bytes, too, so that one of the two is all that memory holds.

use crate::dot::{Dot, is_byte};
use kiln_ir::{Builder, Module, Op, Type, Value};
use kiln_target::Target;
use kiln_tensor::{ElementType, Tensor, row_major_strides, scalar};
use rustc_hash::FxHashMap;

/// The numbers from the least signed byte to 0.
const HALF: i64 = 128;

/// Shifts operands inside `root`; returns how many products changed.
pub fn match_signs(module: &mut Module, root: Op, target: &Target) -> usize {
    let mut shifted = FxHashMap::default();
    let products: Vec<Op> = module.walk(root).into_iter().filter(|&op| is_widening(module, op)).collect();
    products.into_iter().filter(|&op| shift_left(module, op, target, &mut shifted).is_some()).count()
}

fn is_widening(module: &Module, op: Op) -> bool {
    (module.is(op, "graph.conv") || module.is(op, "graph.matmul"))
        && module.attributes(op).bool("widening") == Some(true)
}

/// The other sign, and what is added to get there.
fn other_sign(element: ElementType) -> (ElementType, i64) {
    match element {
        ElementType::I8 => (ElementType::U8, HALF),
        _ => (ElementType::I8, -HALF),
    }
}

fn shift_left(module: &mut Module, op: Op, target: &Target, shifted: &mut FxHashMap<Value, Value>) -> Option<()> {
    let (x, weights) = (module.operand(op, 0), module.operand(op, 1));
    let (left, right) = (module.ty(x).element()?, module.ty(weights).element()?);
    let (other, distance) = other_sign(left);
    let is_gain = Dot::of(target, left, right) != Dot::Quads && Dot::of(target, other, right) == Dot::Quads;
    let offsets = column_sums(module, op, -distance).filter(|_| is_gain)?;
    let bias = match module.operands(op).get(2) {
        Some(&bias) => Some(module.constant_tensor(bias)?),
        None => None,
    };
    let moved = *shifted.entry(x).or_insert_with(|| shift(module, x, other, distance));
    module.set_operand(op, 0, moved);
    if module.is(op, "graph.matmul") {
        add_after(module, op, &offsets);
        return Some(());
    }
    let padding = module.attributes(op).i64("pad_value").unwrap_or(0);
    let known = bias.map_or_else(|| vec![0; offsets.len()], |bias| bias.values::<i32>().to_vec());
    let sums: Vec<i32> = known.iter().zip(&offsets).map(|(bias, offset)| bias.wrapping_add(*offset)).collect();
    let bias = constant(&mut Builder::before(module, op), Tensor::from_values(&[sums.len()], &sums));
    let weights = module.operand(op, 1);
    module.set_operands(op, &[moved, weights, bias]);
    module.set_attribute(op, "pad_value", padding + distance);
    Some(())
}

/// `factor` times the sum of each column of constant weights.
fn column_sums(module: &Module, op: Op, factor: i64) -> Option<Vec<i32>> {
    let tensor = module.constant_tensor(module.operand(op, 1))?;
    let rank = tensor.rank();
    let columns = match module.attributes(op).bool("transpose_b") {
        _ if module.is(op, "graph.conv") => 0,
        Some(true) => rank - 2,
        _ => rank - 1,
    };
    // Batches of different matrices have sums of their own.
    if module.is(op, "graph.matmul") && tensor.shape()[..rank - 2].iter().any(|&extent| extent != 1) {
        return None;
    }
    let (stride, length) = (row_major_strides(tensor.shape())[columns], tensor.shape()[columns]);
    let mut sums = vec![0i32; length];
    for (index, value) in scalar::integers(&tensor).ok()?.into_iter().enumerate() {
        let sum = &mut sums[index / stride % length];
        *sum = sum.wrapping_add(value as i32 * factor as i32);
    }
    Some(sums)
}

/// The bytes with the other sign, which whoever converted `x` reads now, too.
fn shift(module: &mut Module, x: Value, other: ElementType, distance: i64) -> Value {
    let readers: Vec<Op> = module.users(x).into_iter().filter(|&user| widens(module, user)).collect();
    let mut builder = Builder::after_value(module, x);
    let ty = Type::tensor(&extents(builder.module, x), Type::from_element(other));
    let half = scalar::from_integers(other, &[], [if other == ElementType::U8 { HALF } else { -HALF }.into()]);
    let half = constant(&mut builder, half.expect("a byte holds it"));
    let cast = builder.op("graph.cast").operand(x).result(ty).value();
    let moved = builder.op("graph.xor").operands(&[cast, half]).result(ty).value();
    for reader in readers {
        module.set_operand(reader, 0, moved);
        let result = module.result(reader, 0);
        let mut builder = Builder::after_value(module, result);
        let ty = builder.module.ty(result);
        let element = ty.element().expect("checked: a number");
        let number = scalar::tensor_of(element, &[], &[number(element, distance)]).expect("a number of that type");
        let number = constant(&mut builder, number);
        let back = builder.op("graph.subtract").operands(&[result, number]).result(ty).build();
        let value = module.result(back, 0);
        for user in module.uses(result).to_vec() {
            if user.op != back {
                module.set_operand(user.op, user.index, value);
            }
        }
    }
    moved
}

fn number(element: ElementType, value: i64) -> scalar::Scalar {
    if element.is_float() { scalar::Scalar::Float(value as f64) } else { scalar::Scalar::Integer(value.into()) }
}

/// Whether an op converts bytes to numbers that hold the shifted ones, too.
fn widens(module: &Module, op: Op) -> bool {
    let element = || module.ty(module.result(op, 0)).element();
    module.is(op, "graph.cast") && matches!(element(), Some(ElementType::F32 | ElementType::I32))
}

/// Adds one number to each column of a product.
fn add_after(module: &mut Module, product: Op, offsets: &[i32]) {
    let result = module.result(product, 0);
    let mut builder = Builder::after_value(module, result);
    let offsets = constant(&mut builder, Tensor::from_values(&[offsets.len()], offsets));
    let ty = builder.module.ty(result);
    let sum = builder.op("graph.add").operands(&[result, offsets]).result(ty).build();
    let value = module.result(sum, 0);
    for user in module.uses(result).to_vec() {
        if user.op != sum {
            module.set_operand(user.op, user.index, value);
        }
    }
}

fn extents(module: &Module, value: Value) -> Vec<kiln_ir::Dim> {
    module.ty(value).as_tensor().expect("graph values are ranked tensors").shape.clone()
}

fn constant(builder: &mut Builder, tensor: Tensor) -> Value {
    debug_assert!(!is_byte(tensor.element()) || tensor.len() == 1, "only numbers that are added");
    let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let value = builder.module.tensor_attribute(tensor);
    builder.op("graph.constant").attribute("value", value).result(ty).value()
}
