//! `graph.string_concat` and `graph.string_case`: strings made of strings.

use super::{STRINGS, of_equal_shapes, of_shape, string_type};
use crate::read::Read;
use crate::rows::{operand, required, result};
use kiln_ir::{AttributeConstraint, OpDefinition, Traits};
use kiln_tensor::Tensor;

/// The row of `string_concat`.
pub const STRING_CONCAT: OpDefinition = OpDefinition {
    name: "graph.string_concat",
    doc: "Each string with the one at its place in a tensor of the same shape behind it.",
    example: "%y = graph.string_concat %a, %b : (tensor<2x!graph.string>, tensor<2x!graph.string>) -> tensor<2x!graph.string>",
    operands: &[operand("a", STRINGS), operand("b", STRINGS)],
    results: &[result("y", STRINGS)],
    traits: Traits::PURE,
    infer: Some(|request| of_equal_shapes(request, string_type())),
    evaluate: Some(|request| {
        let [a, b] = request.operands else { return Err("string_concat has two operands".into()) };
        let joined = a.strings().iter().zip(b.strings()).map(|(a, b)| [a.as_slice(), b].concat()).collect();
        Ok(vec![Tensor::from_strings(a.shape(), joined)?])
    }),
    ..OpDefinition::EMPTY
};

/// The row of `string_case`.
pub const STRING_CASE: OpDefinition = OpDefinition {
    name: "graph.string_case",
    doc: "Strings in lower or upper case, character by character: a character stays where more than one would take its place, \
          and so does what is no UTF-8.",
    example: "%y = graph.string_case %x {to = \"lower\"} : (tensor<2x!graph.string>) -> tensor<2x!graph.string>",
    operands: &[operand("x", STRINGS)],
    attributes: &[required("to", AttributeConstraint::String, "\"lower\" or \"upper\".")],
    results: &[result("y", STRINGS)],
    traits: Traits::PURE,
    infer: Some(|request| {
        request.attributes.choice("to", CASES)?;
        of_shape(request, string_type())
    }),
    evaluate: Some(|request| {
        let [x] = request.operands else { return Err("string_case has one operand".into()) };
        let to_upper = request.attributes.choice("to", CASES)? == 1;
        let strings = x.strings().iter().map(|string| in_case(string, to_upper)).collect();
        Ok(vec![Tensor::from_strings(x.shape(), strings)?])
    }),
    ..OpDefinition::EMPTY
};

const CASES: &[&str] = &["lower", "upper"];

/// Every character that has another one in lower or in upper case, and that one, by ascending character.
pub fn case_pairs(to_upper: bool) -> Vec<(char, char)> {
    let pair = |c: char| Some((c, in_other_case(c, to_upper))).filter(|(from, to)| from != to);
    (char::MIN..=char::MAX).filter_map(pair).collect()
}

/// The one character that takes the place of `c`.
fn in_other_case(c: char, to_upper: bool) -> char {
    let only = |mut all: Box<dyn Iterator<Item = char>>| all.next().filter(|_| all.next().is_none());
    only(if to_upper { Box::new(c.to_uppercase()) } else { Box::new(c.to_lowercase()) }).unwrap_or(c)
}

/// A string in lower or in upper case.
pub fn in_case(bytes: &[u8], to_upper: bool) -> Vec<u8> {
    let mut changed = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let text: String = chunk.valid().chars().map(|c| in_other_case(c, to_upper)).collect();
        changed.extend(text.bytes().chain(chunk.invalid().iter().copied()));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_changes_character_by_character() {
        assert_eq!(in_case("Straße ÄÖ".as_bytes(), true), "STRAßE ÄÖ".as_bytes());
        assert_eq!(in_case("МОСКВА".as_bytes(), false), "москва".as_bytes());
        assert_eq!(in_case(b"A\xffB", false), b"a\xffb");
        assert!(case_pairs(true).is_sorted() && case_pairs(false).contains(&('A', 'a')));
    }
}
