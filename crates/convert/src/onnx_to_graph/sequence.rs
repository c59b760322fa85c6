//! `SequenceEmpty`, `SequenceConstruct`, `SequenceInsert`, `SequenceErase`, `SequenceAt`, `SequenceLength`.
//!
//! As long as positions are known, nothing is computed: a sequence is a list of the tensors in it.

use crate::conversion::datum::{Data, Datum, List, Packed, Sequence};
use crate::conversion::node::Node;
use crate::conversion::packed::only_appended;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::Type;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[
    row_of_data("SequenceEmpty", empty),
    row_of_data("SequenceConstruct", construct),
    row_of_data("SequenceInsert", insert),
    row_of_data("SequenceErase", erase),
    row_of_data("SequenceAt", at),
    row_of_data("SequenceLength", length),
];

fn empty(node: &mut Node) -> Data {
    let element = super::cast::element_of(node.int_or("dtype", 1))?;
    Ok(vec![List::datum(Type::from_element(element), Vec::new())])
}

fn construct(node: &mut Node) -> Data {
    let items = node.inputs()?;
    let first = *items.first().ok_or("a sequence is constructed of one tensor at least")?;
    let element = node.element_type(first);
    if let Some(&other) = items.iter().find(|&&item| node.element_type(item) != element) {
        let other = node.element_type(other);
        return Err(format!("the elements of a sequence have one type, not {element} and {other}"));
    }
    Ok(vec![List::datum(element, items)])
}

fn insert(node: &mut Node) -> Data {
    let (sequence, x, position) = (node.sequence(0)?, node.input(1)?, node.optional(2));
    let (element, own) = (node.element_of(&sequence), node.element_type(x));
    if element != own {
        return Err(format!("the sequence has elements of type {element}, the tensor is of {own}"));
    }
    Ok(vec![Datum::Sequence(node.insert(&sequence, x, position)?)])
}

fn erase(node: &mut Node) -> Data {
    let (sequence, position) = (node.sequence(0)?, node.optional(1));
    let position = match position {
        Some(position) => position,
        None => node.tensor(Tensor::scalar(-1i64))?,
    };
    let known = node.known_position(position);
    let erased = match (&sequence, known) {
        (Sequence::List(list), Some(position)) => {
            let mut items = list.items.clone();
            items.remove(place(position, items.len(), items.len())?);
            Sequence::List(List { items, ..*list })
        }
        _ => {
            let packed = node.pack(&sequence, 0)?;
            Sequence::Packed(node.packed_erase(&packed, position)?)
        }
    };
    Ok(vec![Datum::Sequence(erased)])
}

fn at(node: &mut Node) -> Data {
    let (sequence, position) = (node.sequence(0)?, node.input(1)?);
    Ok(vec![node.element_at(&sequence, position)?.into()])
}

fn length(node: &mut Node) -> Data {
    let sequence = node.sequence(0)?;
    Ok(vec![node.sequence_length(&sequence)?.into()])
}

impl Node<'_, '_> {
    /// A sequence with one more element: at its end, or before the one at a position.
    pub fn insert(&mut self, sequence: &Sequence, x: Tracked, position: Option<Tracked>) -> Result<Sequence, String> {
        if let (Sequence::Growing(number, appended), None) = (sequence, position) {
            let appended = self.insert(appended, x, None)?;
            return Ok(Sequence::Growing(*number, Box::new(appended)));
        }
        let known = match position {
            None => Some(None),
            Some(position) => self.known_position(position).map(Some),
        };
        match (sequence, known) {
            (Sequence::List(list), Some(known)) => {
                let mut items = list.items.clone();
                let place = match known {
                    Some(position) => place(position, items.len(), items.len() + 1)?,
                    None => items.len(),
                };
                items.insert(place, x);
                Ok(Sequence::List(List { items, ..*list }))
            }
            _ => {
                let packed = self.pack(sequence, self.rank(x))?;
                Ok(Sequence::Packed(self.packed_insert(&packed, x, position)?))
            }
        }
    }

    /// The element at a position, which may count from the end.
    pub fn element_at(&mut self, sequence: &Sequence, position: Tracked) -> Result<Tracked, String> {
        let packed = match (sequence, self.known_position(position)) {
            (Sequence::Growing(..), _) => return Err(only_appended()),
            (Sequence::List(list), Some(position)) => {
                return Ok(list.items[place(position, list.items.len(), list.items.len())?]);
            }
            _ => self.pack(sequence, 0)?,
        };
        self.packed_at(&packed, position)
    }

    /// Sequences, one after the other.
    pub fn join_sequences(&mut self, first: &Sequence, second: &Sequence) -> Result<Sequence, String> {
        if let (Sequence::List(first), Sequence::List(second)) = (first, second) {
            let items = [first.items.as_slice(), &second.items].concat();
            return Ok(Sequence::List(List { items, ..*first }));
        }
        let parts: Vec<Packed> =
            [first, second].into_iter().map(|part| self.pack(part, 0)).collect::<Result<_, _>>()?;
        Ok(Sequence::Packed(self.packed_join(&parts)?))
    }
}

/// A position in a sequence of `length`, counted from 0, of which there are `places`.
fn place(position: i64, length: usize, places: usize) -> Result<usize, String> {
    let from_start = if position < 0 { position.checked_add(length as i64) } else { Some(position) };
    let place = from_start.and_then(|position| usize::try_from(position).ok()).filter(|&place| place < places);
    place.ok_or_else(|| format!("position {position} is out of range for a sequence of length {length}"))
}
