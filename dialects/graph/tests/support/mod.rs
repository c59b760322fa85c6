//! Evaluating one op on literal tensors.

#![allow(dead_code, reason = "each test file uses its own part")]

use kiln_graph::DIALECT;
use kiln_ir::{Attribute, Attributes, EvaluateRequest, InferRequest, IntoAttribute, Registry, SymbolValues, Type};
use kiln_tensor::{ElementType, Tensor, scalar};

/// A tensor of `f32`.
pub fn f(shape: &[usize], values: &[f32]) -> Tensor {
    Tensor::from_values(shape, values)
}

/// A tensor of `i64`.
pub fn i(shape: &[usize], values: &[i64]) -> Tensor {
    Tensor::from_values(shape, values)
}

/// 0, 1, 2, ... as `f32`.
pub fn counting(shape: &[usize]) -> Tensor {
    let count: usize = shape.iter().product();
    f(shape, &(0..count).map(|value| value as f32).collect::<Vec<_>>())
}

/// An array of floats.
pub fn floats(values: &[f64]) -> Attribute {
    Attribute::array(&values.iter().map(|&value| Attribute::f64(value)).collect::<Vec<_>>())
}

/// An array of strings.
pub fn words(values: &[&str]) -> Attribute {
    Attribute::array(&values.iter().map(|value| Attribute::string(value)).collect::<Vec<_>>())
}

/// Static extents.
pub fn dims(values: &[u64]) -> Attribute {
    Attribute::dims(&values.iter().map(|&value| value.into()).collect::<Vec<_>>())
}

/// An attribute by name.
pub fn attribute(name: &'static str, value: impl IntoAttribute) -> (&'static str, Attribute) {
    (name, value.into_attribute())
}

/// Evaluates `op`; results that cannot be inferred have the types of `expected`.
pub fn evaluate(
    op: &str,
    attributes: &[(&'static str, Attribute)],
    operands: &[Tensor],
    expected: &[Tensor],
) -> Result<Vec<Tensor>, String> {
    let registry = Registry::new(&[&DIALECT]);
    let definition = registry.find_op(op.into()).expect("the op is in the dialect");
    let attributes: Attributes = attributes.iter().map(|(name, value)| ((*name).into(), *value)).collect();
    let ty = |tensor: &Tensor| Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let operand_types: Vec<Type> = operands.iter().map(ty).collect();
    let result_types = match definition.infer {
        Some(infer) => infer(&InferRequest { operands: &operand_types, attributes: &attributes })?,
        None => expected.iter().map(ty).collect(),
    };
    let results: Vec<(ElementType, Vec<usize>)> = result_types
        .iter()
        .map(|ty| {
            let shape = ty.as_tensor().and_then(|tensor| tensor.static_shape()).expect("all extents are static");
            (ty.element().expect("an element type"), shape)
        })
        .collect();
    let symbols = SymbolValues::default();
    let request = EvaluateRequest { operands, attributes: &attributes, results: &results, symbols: &symbols };
    definition.evaluate.expect("the op is evaluated")(&request)
}

/// Requires that `op` gives `expected`, floats within 1e-5 of the larger of 1 and the value.
pub fn check(op: &str, attributes: &[(&'static str, Attribute)], operands: &[Tensor], expected: &[Tensor]) {
    let found = evaluate(op, attributes, operands, expected).unwrap_or_else(|reason| panic!("{op}: {reason}"));
    assert_eq!(found.len(), expected.len(), "{op} has another number of results");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.element(), found.shape()), (expected.element(), expected.shape()), "{op}");
        if !found.element().is_float() {
            assert_eq!(found, expected, "{op}: {:?}", scalar::scalars(found));
            continue;
        }
        let (found, expected) = (scalar::floats(found).expect("floats"), scalar::floats(expected).expect("floats"));
        let near = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-5 * b.abs().max(1.0);
        let same = found.iter().zip(&expected).all(|(&a, &b)| near(a, b));
        assert!(same, "{op}: found {found:?}, expected {expected:?}");
    }
}

/// Requires that `op` fails with `reason`.
pub fn check_error(op: &str, attributes: &[(&'static str, Attribute)], operands: &[Tensor], reason: &str) {
    assert_eq!(evaluate(op, attributes, operands, &operands[..1]), Err(reason.to_owned()), "{op}");
}
