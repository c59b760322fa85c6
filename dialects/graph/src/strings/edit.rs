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
          and so does what is no UTF-8. Of ASCII, other letters stay, too.",
    example: "%y = graph.string_case %x {to = \"lower\"} : (tensor<2x!graph.string>) -> tensor<2x!graph.string>",
    operands: &[operand("x", STRINGS)],
    attributes: &[required(
        "to",
        AttributeConstraint::String,
        "\"lower\" or \"upper\"; \"lower_ascii\" or \"upper_ascii\".",
    )],
    results: &[result("y", STRINGS)],
    traits: Traits::PURE,
    infer: Some(|request| {
        request.attributes.choice("to", CASES)?;
        of_shape(request, string_type())
    }),
    evaluate: Some(|request| {
        let [x] = request.operands else { return Err("string_case has one operand".into()) };
        let to = CASES[request.attributes.choice("to", CASES)?];
        let strings = x.strings().iter().map(|string| in_case(string, to)).collect();
        Ok(vec![Tensor::from_strings(x.shape(), strings)?])
    }),
    ..OpDefinition::EMPTY
};

const CASES: &[&str] = &["lower", "upper", "lower_ascii", "upper_ascii"];

/// Every character that another one takes the place of in a case, as the attribute `to` calls it, and that one, by ascending
/// character.
pub fn case_pairs(to: &str) -> Vec<(char, char)> {
    let pair = |c: char| Some((c, in_other_case(c, to))).filter(|(from, to)| from != to);
    let last = if is_ascii(to) { '\x7f' } else { char::MAX };
    (char::MIN..=last).filter_map(pair).collect()
}

fn is_ascii(to: &str) -> bool {
    to.ends_with("_ascii")
}

/// The one character that takes the place of `c`.
fn in_other_case(c: char, to: &str) -> char {
    if is_ascii(to) && !c.is_ascii() {
        return c;
    }
    let only = |mut all: Box<dyn Iterator<Item = char>>| all.next().filter(|_| all.next().is_none());
    only(if to.starts_with("upper") { Box::new(c.to_uppercase()) } else { Box::new(c.to_lowercase()) }).unwrap_or(c)
}

/// A string in a case, as the attribute `to` calls it.
pub fn in_case(bytes: &[u8], to: &str) -> Vec<u8> {
    let mut changed = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let text: String = chunk.valid().chars().map(|c| in_other_case(c, to)).collect();
        changed.extend(text.bytes().chain(chunk.invalid().iter().copied()));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_changes_character_by_character() {
        assert_eq!(in_case("Straße ÄÖ".as_bytes(), "upper"), "STRAßE ÄÖ".as_bytes());
        assert_eq!(in_case("МОСКВА".as_bytes(), "lower"), "москва".as_bytes());
        assert_eq!(in_case(b"A\xffB", "lower"), b"a\xffb");
        assert_eq!(in_case("ÄÖab".as_bytes(), "upper_ascii"), "ÄÖAB".as_bytes());
        assert!(case_pairs("upper").is_sorted() && case_pairs("lower").contains(&('A', 'a')));
        assert_eq!(case_pairs("lower_ascii").len(), 26);
    }
}
