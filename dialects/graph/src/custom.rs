//! `graph.custom`: what a C function of the user's computes.

use crate::rows::{operands, optional, required, results};
use kiln_ir::{
    Attribute, AttributeConstraint, AttributeKind, Attributes, Module, Op, OpDefinition, Traits, TypeConstraint,
};
use kiln_tensor::ElementType;

/// The row.
pub const CUSTOM: OpDefinition = OpDefinition {
    name: "graph.custom",
    doc: "What the C function `callee` makes of whole tensors; the user links it with the model. It is given the tensors with \
          their shapes, and `parameters`. An input that is left out stands in no operand, but in `absent`. Only compiled \
          models compute it.",
    example: "%y = graph.custom %x {callee = \"my_swish\", operator = \"com.example.Swish\", parameters = {beta = 1.0 : f32}} : \
              (tensor<2xf32>) -> tensor<2xf32>",
    operands: &[operands("inputs", TypeConstraint::Tensor)],
    attributes: &[
        required("callee", AttributeConstraint::String, "The function's name."),
        required("operator", AttributeConstraint::String, "What messages call it."),
        optional(
            "parameters",
            AttributeConstraint::Other("a dictionary", |value| matches!(value.kind(), AttributeKind::Dictionary(_))),
            "Integers, floats, strings, and lists of these, by name.",
        ),
        optional("absent", AttributeConstraint::Integers, "The positions of inputs that are left out."),
    ],
    results: &[results("outputs", TypeConstraint::Tensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(|_| Err("only compiled models call functions of the user's".into())),
    ..OpDefinition::EMPTY
};

/// How many tensors the function is given at most, those left out included.
pub const MOST_TENSORS: usize = 64;
/// How many parameters.
pub const MOST_PARAMETERS: usize = 64;
/// How many words the description of a call has at most.
const MOST_WORDS: usize = 2048;

/// One word of a call's description, which the runtime's `custom.c` reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    /// A number, or eight bytes.
    Number(i64),
    /// The address of a tensor: operands first, then results.
    Address(usize),
    /// An extent of a tensor.
    Extent(usize, usize),
}

/// The description of a call: how many inputs, outputs and parameters; of each tensor the element type, the rank, the
/// address and the extents; of each parameter its name, its kind, how many values, and these.
///
/// `tensors` are the element types and ranks of operands and results.
///
/// # Errors
/// Which parameter cannot be passed, or what there is too much of.
pub fn describe_call(
    attributes: &Attributes,
    tensors: &[(ElementType, usize)],
    operand_count: usize,
) -> Result<Vec<Word>, String> {
    let absent = attributes.i64s("absent").unwrap_or_default();
    let input_count = operand_count + absent.len();
    let parameters: Vec<_> = match attributes.get("parameters").map(Attribute::kind) {
        Some(AttributeKind::Dictionary(entries)) => entries.to_vec(),
        _ => Vec::new(),
    };
    let tensor_count = tensors.len() + absent.len();
    if tensor_count > MOST_TENSORS {
        return Err(format!("there are {tensor_count} inputs and outputs, a C function can have {MOST_TENSORS}"));
    }
    if parameters.len() > MOST_PARAMETERS {
        return Err(format!("there are {} parameters, a C function can have {MOST_PARAMETERS}", parameters.len()));
    }
    if let Some(wrong) = absent.iter().find(|&&place| usize::try_from(place).map_or(true, |place| place >= input_count))
    {
        return Err(format!("absent names input {wrong}, there are {input_count}"));
    }
    let counts = [input_count, tensors.len() - operand_count, parameters.len()];
    let mut words: Vec<Word> = counts.map(|count| Word::Number(count as i64)).to_vec();
    let mut next = 0;
    for place in 0..tensor_count {
        if place < input_count && absent.contains(&(place as i64)) {
            words.extend([0, 0, 0].map(Word::Number));
            continue;
        }
        let (element, rank) = tensors[next];
        words.extend([Word::Number(element.code().into()), Word::Number(rank as i64), Word::Address(next)]);
        words.extend((0..rank).map(|axis| Word::Extent(next, axis)));
        next += 1;
    }
    for (name, value) in parameters {
        push_text(&mut words, name.as_str());
        let values = Values::of(value).ok_or_else(|| {
            format!(
                "parameter \"{}\" is {value}; a C function can have numbers, strings and lists of these",
                name.as_str()
            )
        })?;
        values.push(&mut words);
    }
    match words.len() > MOST_WORDS {
        true => Err(format!("its parameters take {} bytes, {} can be passed", 8 * words.len(), 8 * MOST_WORDS)),
        false => Ok(words),
    }
}

/// The values of a parameter.
enum Values {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Strings(Vec<&'static str>),
}

impl Values {
    fn of(attribute: Attribute) -> Option<Values> {
        if let Some(value) = attribute.as_i64() {
            return Some(Values::Integers(vec![value]));
        }
        if let Some(value) = attribute.as_f64() {
            return Some(Values::Floats(vec![value]));
        }
        if let Some(value) = attribute.as_str() {
            return Some(Values::Strings(vec![value]));
        }
        let integers = attribute.as_i64s().map(Values::Integers);
        integers
            .or_else(|| attribute.as_f64s().map(Values::Floats))
            .or_else(|| attribute.as_strs().map(Values::Strings))
    }

    fn push(&self, words: &mut Vec<Word>) {
        let (kind, count) = match self {
            Values::Integers(values) => (0, values.len()),
            Values::Floats(values) => (1, values.len()),
            Values::Strings(values) => (2, values.len()),
        };
        words.extend([Word::Number(kind), Word::Number(count as i64)]);
        match self {
            Values::Integers(values) => words.extend(values.iter().map(|&value| Word::Number(value))),
            Values::Floats(values) => words.extend(values.iter().map(|value| Word::Number(value.to_bits() as i64))),
            Values::Strings(values) => values.iter().for_each(|value| push_text(words, value)),
        }
    }
}

/// How many words the bytes take, and these: a zero byte ends them.
fn push_text(words: &mut Vec<Word>, text: &str) {
    let bytes = [text.as_bytes(), &[0]].concat();
    words.push(Word::Number(bytes.len().div_ceil(8) as i64));
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(Word::Number(i64::from_le_bytes(word)));
    }
}

/// Whether a text can be the name of the user's function.
///
/// # Errors
/// Why it cannot.
pub fn check_callee(name: &str) -> Result<(), String> {
    let is_word = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) || !is_word(name) {
        return Err(format!("\"{name}\" is no name of a C function"));
    }
    match ["kiln_", "kernel_"].iter().find(|prefix| name.starts_with(**prefix)) {
        Some(prefix) => Err(format!("\"{name}\" begins with {prefix}, as names of the model's own functions do")),
        None => Ok(()),
    }
}

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let attributes = module.attributes(op);
    check_callee(attributes.str("callee").unwrap_or_default())?;
    let types = [module.operand_types(op), module.result_types(op)].concat();
    let tensors: Vec<(ElementType, usize)> =
        types.iter().filter_map(|ty| Some((ty.element()?, ty.as_tensor()?.rank()))).collect();
    match tensors.len() == types.len() {
        true => describe_call(attributes, &tensors, module.operands(op).len()).map(|_| ()),
        false => Ok(()),
    }
}
