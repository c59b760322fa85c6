//! `SequenceMap`: a graph for each element. Where data says how many there are, a loop that appends to the results.

use super::growing::{Round, grow_counted, grow_stacked};
use super::loops::attempt;
use super::unroll::check_rounds;
use crate::conversion::branch::convert_region;
use crate::conversion::datum::{Data, Datum, List, Sequence};
use crate::conversion::extent::{constant, dim};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::Type;
use kiln_onnx::Composite;

pub(crate) const ROWS: &[Row] = &[row_of_data("SequenceMap", map)];

fn map(node: &mut Node) -> Data {
    let inputs = (0..node.input_count()).map(|index| node.datum(index)).collect::<Result<Vec<_>, _>>()?;
    let length = |datum: &Datum| match datum {
        Datum::Sequence(Sequence::List(list)) => Some(list.items.len()),
        _ => None,
    };
    if inputs.iter().all(|input| matches!(input, Datum::Tensor(_)) || length(input).is_some()) {
        let count = inputs.first().and_then(length).ok_or("the first input must be a sequence")?;
        if inputs.iter().filter_map(length).any(|other| other != count) {
            return Err("the sequences differ in length".into());
        }
        return map_list(node, &inputs, count);
    }
    map_packed(node, &inputs)
}

fn map_list(node: &mut Node, inputs: &[Datum], count: usize) -> Data {
    check_rounds(count)?;
    let mut results: Vec<Vec<Tracked>> = vec![Vec::new(); node.output_count()];
    for place in 0..count {
        let pick = |input: &Datum| match input {
            Datum::Sequence(Sequence::List(list)) => Ok(list.items[place]),
            other => other.tensor(),
        };
        let arguments = inputs.iter().map(pick).collect::<Result<Vec<_>, String>>()?;
        let yielded = convert_region(node, 0, &arguments)?;
        if yielded.len() < results.len() {
            return Err("the body yields too few values".into());
        }
        for (items, item) in results.iter_mut().zip(yielded) {
            items.push(item);
        }
    }
    let mut sequences = Vec::new();
    for (index, items) in results.into_iter().enumerate() {
        let element = match items.first() {
            Some(&first) => node.element_type(first),
            None => declared_element(node, index).ok_or("the element type of a result is not known")?,
        };
        sequences.push(List::datum(element, items));
    }
    Ok(sequences)
}

/// The element type that the model says the elements of a result have.
fn declared_element(node: &Node, index: usize) -> Option<Type> {
    let result = node.conversion.module.results(node.op)[index];
    match Composite::of(node.conversion.module.ty(result))? {
        Composite::Sequence(ty) => Some(ty.scalar()).filter(|ty| ty.to_element().is_some()),
        Composite::Optional(_) => None,
    }
}

fn map_packed(node: &mut Node, inputs: &[Datum]) -> Data {
    let mut count = None;
    let mut arguments = Vec::new();
    for input in inputs {
        let Datum::Sequence(sequence) = input else {
            arguments.push(Datum::Tensor(input.tensor()?));
            continue;
        };
        let mut packed = node.pack(sequence, 0)?;
        let own = node.packed_count(&packed)?;
        let count = *count.get_or_insert(own);
        // That all have as many elements is checked when the model runs.
        let rank = node.shape(packed.shapes)[1];
        packed.shapes = node.reshape(packed.shapes, &[dim(count)?, rank])?;
        arguments.push(Datum::Sequence(Sequence::Packed(packed)));
    }
    let rounds = dim(count.unwrap_or(constant(0)))?;
    let rolled = Rolled {
        rounds: Some(rounds),
        start: None,
        initial: Vec::new(),
        is_certain: true,
        counts: false,
        growing: node.output_count(),
        declared: node.output_count(),
    };
    let make = |node: &mut Node, number: Tracked, _: &[Tracked]| {
        let mut own = Vec::new();
        for argument in &arguments {
            own.push(match argument {
                Datum::Sequence(sequence) => node.element_at(sequence, number)?,
                other => other.tensor()?,
            });
        }
        let yielded = convert_region(node, 0, &own)?;
        let one = |&item: &Tracked| Sequence::List(List { element: node.element_type(item), items: vec![item] });
        let appended = yielded.iter().take(node.output_count()).map(one).collect();
        Ok(Round { follows: None, carried: Vec::new(), slices: Vec::new(), appended })
    };
    let grown = match attempt(node, |node| grow_stacked(node, &rolled, &make)) {
        Ok(grown) => grown,
        Err(_) => grow_counted(node, &rolled, &make)?,
    };
    Ok(grown.sequences.into_iter().map(Datum::Sequence).collect())
}
