//! `graph.string_pieces` and `graph.string_split`: strings cut at a delimiter.

use super::{STRINGS, of_shape, string_type};
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Dim, EvaluateRequest, InferRequest, OpDefinition, OperandDefinition,
    Traits, Type, TypeConstraint,
};
use kiln_tensor::Tensor;

const OPERANDS: &[OperandDefinition] = &[operand("x", STRINGS), operand("delimiter", STRINGS)];
const MOST: AttributeDefinition =
    required("most", AttributeConstraint::Integer, "How many pieces there may be: the last one is all that is left.");

/// The row of `string_pieces`.
pub const STRING_PIECES: OpDefinition = OpDefinition {
    name: "graph.string_pieces",
    doc: "How many pieces `string_split` cuts each string into.",
    example: "%y = graph.string_pieces %x, %delimiter {most = 3} : (tensor<2x!graph.string>, tensor<!graph.string>) -> tensor<2xi64>",
    operands: OPERANDS,
    attributes: &[MOST],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(|request| {
        check(request)?;
        of_shape(request, Type::i64())
    }),
    evaluate: Some(|request| {
        let counts: Vec<i64> = all_pieces(request)?.iter().map(|pieces| pieces.len() as i64).collect();
        Ok(vec![Tensor::from_values(request.operands[0].shape(), &counts)])
    }),
    ..OpDefinition::EMPTY
};

/// The row of `string_split`.
pub const STRING_SPLIT: OpDefinition = OpDefinition {
    name: "graph.string_split",
    doc: "The first `width` pieces of each string, along a new last axis, and empty strings where there are fewer. Pieces are \
          what is between delimiters; of an empty delimiter, what is between runs of white space, of which none is before \
          the first piece. An empty string has no pieces.",
    example: "%y = graph.string_split %x, %delimiter {most = 3, width = #kiln.dims<[2]>} : \
              (tensor<2x!graph.string>, tensor<!graph.string>) -> tensor<2x2x!graph.string>",
    operands: OPERANDS,
    attributes: &[MOST, required("width", AttributeConstraint::Dims, "The extent of the new axis.")],
    results: &[result("y", STRINGS)],
    traits: Traits::PURE,
    infer: Some(infer_split),
    evaluate: Some(|request| {
        let [(_, shape)] = request.results else { return Err("string_split has one result".into()) };
        let width = shape.last().copied().unwrap_or(0);
        let mut strings = Vec::new();
        for mut pieces in all_pieces(request)? {
            pieces.resize(width, Vec::new());
            strings.append(&mut pieces);
        }
        Ok(vec![Tensor::from_strings(shape, strings)?])
    }),
    ..OpDefinition::EMPTY
};

fn check(request: &InferRequest) -> Result<(), String> {
    let delimiter = tensor(request.operands, 1)?;
    match request.attributes.integer("most")? {
        _ if delimiter.rank() > 0 => Err("the delimiter must be one string, of rank 0".into()),
        1.. => Ok(()),
        most => Err(format!("there must be one piece at least, not {most}")),
    }
}

fn infer_split(request: &InferRequest) -> Result<Vec<Type>, String> {
    check(request)?;
    let width = match request.attributes.dims("width")? {
        &[width] if width != Dim::Unknown => width,
        _ => return Err("the width must be one number".into()),
    };
    let shape: Vec<Dim> = tensor(request.operands, 0)?.shape.iter().copied().chain([width]).collect();
    Ok(vec![Type::tensor(&shape, string_type())])
}

fn all_pieces(request: &EvaluateRequest) -> Result<Vec<Vec<Vec<u8>>>, String> {
    let [x, delimiter] = request.operands else { return Err("it has two operands".into()) };
    let [delimiter] = delimiter.strings() else { return Err("the delimiter is one string".into()) };
    let most = usize::try_from(request.attributes.integer("most")?).unwrap_or(usize::MAX);
    let cut = |string: &Vec<u8>| match delimiter.as_slice() {
        [] => words(string, most),
        delimiter => pieces(string, delimiter, most),
    };
    Ok(x.strings().iter().map(cut).collect())
}

fn pieces(string: &[u8], delimiter: &[u8], most: usize) -> Vec<Vec<u8>> {
    let (mut rest, mut found) = (string, Vec::new());
    if string.is_empty() {
        return found;
    }
    while found.len() + 1 < most {
        let Some(place) = rest.windows(delimiter.len()).position(|part| part == delimiter) else { break };
        found.push(rest[..place].to_vec());
        rest = &rest[place + delimiter.len()..];
    }
    found.push(rest.to_vec());
    found
}

fn words(string: &[u8], most: usize) -> Vec<Vec<u8>> {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let skip = |text: &[u8]| text.iter().position(|byte| !is_space(byte)).unwrap_or(text.len());
    let (mut rest, mut found) = (&string[skip(string)..], Vec::new());
    while !rest.is_empty() {
        let length = rest.iter().position(is_space).filter(|_| found.len() + 1 < most).unwrap_or(rest.len());
        found.push(rest[..length].to_vec());
        rest = &rest[length..];
        rest = &rest[skip(rest)..];
    }
    found
}
