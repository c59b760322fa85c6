//! `graph.string_format` and `graph.string_parse`: numbers as text, and back.

use super::{STRINGS, of_shape, string_type};
use crate::rows::{operand, result};
use crate::shape::tensor;
use kiln_ir::{EvaluateRequest, InferRequest, Module, Op, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::scalar::{self, Scalar};
use kiln_tensor::{ElementType, Tensor};

/// The row of `string_format`.
pub const STRING_FORMAT: OpDefinition = OpDefinition {
    name: "graph.string_format",
    doc: "Numbers as decimal text: integers of 64 bits exactly; `f64` with 8 digits at most, without zeros at their end, and \
          with a power of ten where it is below -4 or above 7; `NaN`, `INF`, `-INF`.",
    example: "%y = graph.string_format %x : (tensor<2xf64>) -> tensor<2x!graph.string>",
    operands: &[operand("x", TypeConstraint::NumberTensor)],
    results: &[result("y", STRINGS)],
    traits: Traits::PURE,
    infer: Some(infer_format),
    evaluate: Some(format),
    ..OpDefinition::EMPTY
};

/// The row of `string_parse`.
pub const STRING_PARSE: OpDefinition = OpDefinition {
    name: "graph.string_parse",
    doc: "The numbers that strings are: decimal integers of 64 bits, or floats with a fraction and a power of ten, `inf` and \
          `nan`. Other text is an error of the run.",
    example: "%y = graph.string_parse %x : (tensor<2x!graph.string>) -> tensor<2xf64>",
    operands: &[operand("x", STRINGS)],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    verify: Some(verify_parse),
    evaluate: Some(parse),
    ..OpDefinition::EMPTY
};

/// The most digits of a float as text.
pub const DIGITS: usize = 8;

fn infer_format(request: &InferRequest) -> Result<Vec<Type>, String> {
    match tensor(request.operands, 0)?.element.to_element() {
        Some(ElementType::I64 | ElementType::U64 | ElementType::F64) => of_shape(request, string_type()),
        _ => Err("the numbers must be i64, ui64 or f64".into()),
    }
}

fn verify_parse(module: &Module, op: Op) -> Result<(), String> {
    let (x, y) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let shapes = x.as_tensor().map(|x| &x.shape) == y.as_tensor().map(|y| &y.shape);
    match y.element() {
        Some(ElementType::I64 | ElementType::U64 | ElementType::F64) if shapes => Ok(()),
        _ => Err("the result must be i64, ui64 or f64, of the operand's shape".into()),
    }
}

fn format(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let [x] = request.operands else { return Err("string_format has one operand".into()) };
    let numbers = scalar::scalars(x).ok_or("strings are made of real numbers")?;
    let spell = |number: Scalar| match number {
        Scalar::Float(value) => format_float(value),
        other => other.to_i128().to_string(),
    };
    let strings = numbers.into_iter().map(|number| spell(number).into_bytes()).collect();
    Ok(vec![Tensor::from_strings(x.shape(), strings)?])
}

fn format_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-INF".into() } else { "INF".into() };
    }
    let text = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let without_zeros = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if power < -4 || power >= DIGITS as i32 {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), power.unsigned_abs());
    }
    let fraction = usize::try_from(DIGITS as i32 - 1 - power).unwrap_or(0);
    without_zeros(&format!("{value:.fraction$}"))
}

fn parse(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("string_parse has one operand and one result".into());
    };
    let numbers = x.strings().iter().map(|string| parse_number(string, *element));
    let numbers = numbers.collect::<Result<Vec<Scalar>, String>>()?;
    let tensor = scalar::tensor_of(*element, shape, &numbers);
    Ok(vec![tensor.ok_or_else(|| format!("strings are not read as {element}"))?])
}

fn parse_number(string: &[u8], element: ElementType) -> Result<Scalar, String> {
    let text = std::str::from_utf8(string).ok();
    let number = text.and_then(|text| match element.is_integer() {
        true => {
            let value: i128 = text.parse().ok()?;
            let fits = (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value);
            fits.then_some(Scalar::Integer(value))
        }
        // As text of numbers goes: digits there must be, and no other words.
        false => text.parse().ok().map(Scalar::Float),
    });
    number.ok_or_else(|| format!("the string '{}' is no number of that type", String::from_utf8_lossy(string)))
}

#[cfg(test)]
mod tests {
    use super::format_float;

    #[test]
    fn floats_are_spelled_short() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (100.0, "100"),
            (0.1f32 as f64, "0.1"),
            (314.15926f32 as f64, "314.15927"),
            (1e-5f32 as f64, "9.9999997e-06"),
            (1e-5, "1e-05"),
            (1e8, "1e+08"),
            (12345678.0, "12345678"),
            (99999999.9, "1e+08"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-INF"),
        ];
        for (value, expected) in cases {
            assert_eq!(format_float(value), expected);
        }
    }
}
