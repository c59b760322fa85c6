//! Conversions of conversions. Part of `simplify`.

use crate::matching::find_producer;
use kiln_ir::{Builder, Module, Op, PatternSet, Rewrite};
use kiln_tensor::ElementType;

const CAST: &str = "graph.cast";

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("cast-of-cast", CAST, skip_lossless_cast);
}

/// `cast(cast(x)) = cast(x)`, where the first one loses nothing
fn skip_lossless_cast(module: &mut Module, op: Op) -> Rewrite {
    let inner = find_producer(module, module.operand(op, 0), CAST).ok_or("the operand is not converted")?;
    let source = module.operand(inner, 0);
    let element = |value| module.ty(value).element();
    let (from, through) = (element(source), element(module.result(inner, 0)));
    if element(module.result(op, 0)) == Some(ElementType::String) {
        return Err("how a number is spelled depends on its type".into());
    }
    if !from.zip(through).is_some_and(|(from, through)| is_lossless(from, through)) {
        return Err("the first conversion loses something".into());
    }
    let (ty, saturate) = (module.ty(module.result(op, 0)), module.attribute(op, "saturate"));
    let mut builder = Builder::before(module, op);
    let value = builder.op(CAST).operand(source).optional_attribute("saturate", saturate).result(ty).value();
    module.replace(op, &[value]);
    Ok(())
}

/// Whether every value of one element type is one of another, and converts on as it would have.
fn is_lossless(from: ElementType, to: ElementType) -> bool {
    use ElementType::{BF16, F16, F32, F64, I1};
    match (from, to) {
        (F16 | BF16, F32 | F64) | (F32, F64) => true,
        // True becomes 1, which is true.
        (I1, to) => to.is_integer() || matches!(to, F16 | BF16 | F32 | F64),
        (from, to) if from.is_unsigned_integer() => {
            let holds = if to.is_signed_integer() { to.bit_width() - 1 } else { to.bit_width() };
            to.is_integer() && holds >= from.bit_width()
        }
        (from, to) => from.is_signed_integer() && to.is_signed_integer() && to.bit_width() >= from.bit_width(),
    }
}
