//! `graph.string_equal`, `graph.string_find` and `graph.string_rank`: strings compared byte by byte.

use super::{STRINGS, of_equal_shapes, of_shape};
use crate::rows::{operand, result};
use crate::shape::tensor;
use kiln_ir::{OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;

/// The row of `string_equal`.
pub const STRING_EQUAL: OpDefinition = OpDefinition {
    name: "graph.string_equal",
    doc: "Whether each string is the same, byte by byte, as the one at its place in a tensor of the same shape.",
    example: "%y = graph.string_equal %a, %b : (tensor<2x!graph.string>, tensor<2x!graph.string>) -> tensor<2xi1>",
    operands: &[operand("a", STRINGS), operand("b", STRINGS)],
    results: &[result("y", TypeConstraint::BoolTensor)],
    traits: Traits::PURE,
    infer: Some(|request| of_equal_shapes(request, Type::i1())),
    evaluate: Some(|request| {
        let [a, b] = request.operands else { return Err("string_equal has two operands".into()) };
        let equal: Vec<bool> = a.strings().iter().zip(b.strings()).map(|(a, b)| a == b).collect();
        Ok(vec![Tensor::from_bools(a.shape(), &equal)])
    }),
    ..OpDefinition::EMPTY
};

/// The row of `string_find`.
pub const STRING_FIND: OpDefinition = OpDefinition {
    name: "graph.string_find",
    doc: "The place of each string in `table`, a vector of different strings that is sorted by their bytes; -1 for one that \
          is not there.",
    example: "%y = graph.string_find %x, %table : (tensor<2x!graph.string>, tensor<3x!graph.string>) -> tensor<2xi64>",
    operands: &[operand("x", STRINGS), operand("table", STRINGS)],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(|request| match tensor(request.operands, 1)?.rank() {
        1 => of_shape(request, Type::i64()),
        rank => Err(format!("the table must be a vector, not of rank {rank}")),
    }),
    evaluate: Some(|request| {
        let [x, table] = request.operands else { return Err("string_find has two operands".into()) };
        let place = |string| table.strings().binary_search(string).map_or(-1, |place| place as i64);
        let places: Vec<i64> = x.strings().iter().map(place).collect();
        Ok(vec![Tensor::from_values(x.shape(), &places)])
    }),
    ..OpDefinition::EMPTY
};

/// The row of `string_rank`.
pub const STRING_RANK: OpDefinition = OpDefinition {
    name: "graph.string_rank",
    doc: "How many different strings of the tensor come before each one in the order of their bytes: equal strings have one \
          number, and numbers compare as strings do.",
    example: "%y = graph.string_rank %x : (tensor<3x!graph.string>) -> tensor<3xi64>",
    operands: &[operand("x", STRINGS)],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(|request| of_shape(request, Type::i64())),
    evaluate: Some(|request| {
        let [x] = request.operands else { return Err("string_rank has one operand".into()) };
        let mut sorted: Vec<&Vec<u8>> = x.strings().iter().collect();
        sorted.sort();
        sorted.dedup();
        let rank = |string: &Vec<u8>| sorted.binary_search(&string).map_or(-1, |rank| rank as i64);
        let ranks: Vec<i64> = x.strings().iter().map(rank).collect();
        Ok(vec![Tensor::from_values(x.shape(), &ranks)])
    }),
    ..OpDefinition::EMPTY
};
