//! What operators of frameworks do with strings.

use super::emit::{attribute, broadcast_shape};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::Type;
use kiln_tensor::{ElementType, Tensor};

/// Whether strings are equal; both broadcast.
pub(crate) fn equal(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let operands = of_one_shape(node, left, right)?;
    node.emit("graph.string_equal", &operands, &[])
}

/// Each string with another one behind it; both broadcast.
pub(crate) fn joined(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let operands = of_one_shape(node, left, right)?;
    node.emit("graph.string_concat", &operands, &[])
}

fn of_one_shape(node: &mut Node, left: Tracked, right: Tracked) -> Result<Vec<Tracked>, String> {
    let shape = broadcast_shape(&[node.shape(left), node.shape(right)])?;
    [left, right].into_iter().map(|operand| node.broadcast(operand, &shape)).collect()
}

impl Node<'_, '_> {
    /// A constant of strings.
    pub fn strings(&mut self, shape: &[usize], strings: Vec<Vec<u8>>) -> Result<Tracked, String> {
        if strings.iter().any(|string| string.contains(&0)) {
            return Err("strings with a zero byte are not supported".into());
        }
        self.tensor(Tensor::from_strings(shape, strings)?)
    }

    /// Strings of an attribute that is a list of them, if there are any.
    pub fn string_list(&self, name: &str) -> Option<Vec<Vec<u8>>> {
        let strings = self.attribute(name)?.as_strs()?;
        let strings: Vec<Vec<u8>> = strings.into_iter().map(|string| string.as_bytes().to_vec()).collect();
        (!strings.is_empty()).then_some(strings)
    }

    /// Where each string is among the keys; -1 for one that is none. Of equal keys it is the last one.
    pub fn find_strings(&mut self, x: Tracked, keys: &[Vec<u8>]) -> Result<Tracked, String> {
        let mut sorted: Vec<(&Vec<u8>, usize)> = keys.iter().enumerate().map(|(place, key)| (key, place)).collect();
        sorted.sort();
        sorted.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            earlier.1 = if is_same { later.1 } else { earlier.1 };
            is_same
        });
        let table = self.strings(&[sorted.len()], sorted.iter().map(|(key, _)| (*key).clone()).collect())?;
        let found = self.emit("graph.string_find", &[x, table], &[])?;
        if sorted.iter().enumerate().all(|(index, (_, place))| index == *place) {
            return Ok(found);
        }
        // One more place, for what is not there: 0 stands for it.
        let places = std::iter::once(-1).chain(sorted.iter().map(|(_, place)| *place as i64));
        let places = self.tensor(Tensor::from_values(&[sorted.len() + 1], &places.collect::<Vec<i64>>()))?;
        let index = self.binary_scalar("graph.add", found, 1.0)?;
        self.emit("graph.gather", &[places, index], &[("axis", attribute(0i64))])
    }
}

/// A cast from or to strings.
pub(crate) fn cast(node: &mut Node, x: Tracked, to: ElementType) -> Result<Tracked, String> {
    let (from, shape) = (node.element(x), node.shape(x).to_vec());
    if from == ElementType::String {
        let through = match to {
            ElementType::U64 | ElementType::F64 => to,
            to if to.is_integer() || to == ElementType::I1 => ElementType::I64,
            _ => ElementType::F64,
        };
        let number = node.emit_as("graph.string_parse", &[x], &[], &shape, Type::from_element(through))?;
        return node.cast(number, to);
    }
    let through = match from {
        ElementType::U64 => from,
        from if from.is_integer() || from == ElementType::I1 => ElementType::I64,
        from if from.is_float() => ElementType::F64,
        from => return Err(format!("elements of type {from} are not spelled as strings")),
    };
    let number = node.cast(x, through)?;
    node.emit("graph.string_format", &[number], &[])
}
