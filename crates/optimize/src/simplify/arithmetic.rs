//! Algebra on elements.

use crate::matching::{constant, find_producer, find_splat, is_constant, is_splat_of, shape_of};
use kiln_ir::{Builder, Mismatch, Module, Op, PatternSet, Rewrite, Value};
use kiln_tensor::scalar::{Scalar, tensor_of};

pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("add-zero", "graph.add", |module, op| drop_identity(module, op, 0.0, true))
        .add_fn("subtract-zero", "graph.subtract", |module, op| drop_identity(module, op, 0.0, false))
        .add_fn("multiply-one", "graph.multiply", |module, op| drop_identity(module, op, 1.0, true))
        .add_fn("divide-one", "graph.divide", |module, op| drop_identity(module, op, 1.0, false))
        .add_fn("power-one", "graph.power", |module, op| drop_identity(module, op, 1.0, false))
        .add_fn("power-to-product", "graph.power", power_to_product)
        .add_fn("divide-to-multiply", "graph.divide", divide_to_multiply)
        .add_fn("constant-to-the-right-of-add", "graph.add", constant_to_the_right)
        .add_fn("constant-to-the-right-of-multiply", "graph.multiply", constant_to_the_right)
        .add_fn("relu-of-relu", "graph.relu", relu_of_relu)
        .add_fn("negate-of-negate", "graph.negate", |module, op| undo(module, op, "graph.negate"))
        .add_fn("not-of-not", "graph.not", |module, op| undo(module, op, "graph.not"))
        .add_fn("cast-to-same-type", "graph.cast", cast_to_same_type)
        .add_fn("select-constant", "graph.select", select_constant);
}

/// Replaces `op` by `value` if that keeps the type: a constant that widens the shape must stay.
fn replace_same_type(module: &mut Module, op: Op, value: Value) -> Rewrite {
    if module.ty(value) != module.ty(module.result(op, 0)) {
        return Err("broadcasting changes the type".into());
    }
    module.replace(op, &[value]);
    Ok(())
}

/// `x + 0 = x`, `x * 1 = x` and their like
fn drop_identity(module: &mut Module, op: Op, identity: f64, commutative: bool) -> Rewrite {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    if is_splat_of(module, right, identity) {
        return replace_same_type(module, op, left);
    }
    if commutative && is_splat_of(module, left, identity) {
        return replace_same_type(module, op, right);
    }
    Err("no operand is the identity element".into())
}

/// `x ^ 2 = x * x`, `x ^ 0.5 = sqrt(x)`, `x ^ -1 = 1 / x`
fn power_to_product(module: &mut Module, op: Op) -> Rewrite {
    let (base, exponent) = (module.operand(op, 0), module.operand(op, 1));
    let Some(Scalar::Float(exponent)) = find_splat(module, exponent) else {
        return Err("the exponent is not one constant float".into());
    };
    let ty = module.ty(module.result(op, 0));
    if module.ty(base) != ty {
        return Err("broadcasting changes the type".into());
    }
    let (name, operands): (_, &[Value]) = match exponent {
        2.0 => ("graph.multiply", &[base, base]),
        0.5 => ("graph.sqrt", &[base]),
        -1.0 => ("graph.reciprocal", &[base]),
        _ => return Err("no cheaper form of this exponent".into()),
    };
    let value = Builder::before(module, op).op(name).operands(operands).result(ty).value();
    module.replace(op, &[value]);
    Ok(())
}

/// `x / c = x * (1 / c)` where the reciprocal of c is exact
fn divide_to_multiply(module: &mut Module, op: Op) -> Rewrite {
    let divisor = module.operand(op, 1);
    let Some(Scalar::Float(value)) = find_splat(module, divisor) else {
        return Err("the divisor is not one constant float".into());
    };
    let exact =
        value != 0.0 && value.is_normal() && value.to_bits() & ((1 << 52) - 1) == 0 && value.recip().is_normal();
    if !exact {
        return Err("the reciprocal is rounded".into());
    }
    let element = module.ty(divisor).element().ok_or("element type")?;
    let reciprocal = tensor_of(element, &[], &[Scalar::Float(value.recip())]).ok_or("element type")?;
    if shape_of(module, divisor).len() > shape_of(module, module.operand(op, 0)).len() {
        return Err("the divisor widens the result".into());
    }
    let ty = module.ty(module.result(op, 0));
    if module.ty(module.operand(op, 0)) != ty {
        return Err("broadcasting changes the type".into());
    }
    let dividend = module.operand(op, 0);
    let mut builder = Builder::before(module, op);
    let reciprocal = constant(&mut builder, reciprocal);
    let product = builder.op("graph.multiply").operands(&[dividend, reciprocal]).result(ty).value();
    module.replace(op, &[product]);
    Ok(())
}

/// `c + x = x + c`: one form for other rules to match
fn constant_to_the_right(module: &mut Module, op: Op) -> Rewrite {
    let (left, right) = (module.operand(op, 0), module.operand(op, 1));
    if !is_constant(module, left) || is_constant(module, right) {
        return Err("the left operand is not the only constant".into());
    }
    module.set_operands(op, &[right, left]);
    Ok(())
}

/// `relu(relu(x)) = relu(x)`
fn relu_of_relu(module: &mut Module, op: Op) -> Rewrite {
    let inner = module.operand(op, 0);
    find_producer(module, inner, "graph.relu").ok_or("the operand is no relu")?;
    module.replace(op, &[inner]);
    Ok(())
}

/// `f(f(x)) = x`
fn undo(module: &mut Module, op: Op, name: &str) -> Rewrite {
    let inner = find_producer(module, module.operand(op, 0), name).ok_or("the operand is not the same op")?;
    let value = module.operand(inner, 0);
    module.replace(op, &[value]);
    Ok(())
}

/// `cast(x : T) to T = x`
fn cast_to_same_type(module: &mut Module, op: Op) -> Rewrite {
    let value = module.operand(op, 0);
    replace_same_type(module, op, value)
}

/// `select(true, a, b) = a`, `select(false, a, b) = b`
fn select_constant(module: &mut Module, op: Op) -> Rewrite {
    let condition =
        find_splat(module, module.operand(op, 0)).ok_or::<Mismatch>("the condition is not constant".into())?;
    let chosen = module.operand(op, if condition.to_f64() != 0.0 { 1 } else { 2 });
    replace_same_type(module, op, chosen)
}
