//! Lists of tensors.
//!
//! A list whose elements have a shape that is known is one tensor with an axis more. Before the first element is set, the
//! shape of the elements may not be known: then only the length is. A list that grows by an element is a sequence.

use super::elementwise::constant_of;
use super::growing::longer;
use super::scatter::scatter;
use crate::conversion::attempt::{element, stack};
use crate::conversion::datum::{Data, Datum, List, Optional, Presence, Sequence};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row_of_data("EmptyTensorList", |node| {
        let element = node.element_attribute("element_dtype", ElementType::F32)?;
        Ok(vec![List::datum(Type::from_element(element), Vec::new())])
    }),
    row_of_data("TensorListReserve", |node| {
        let (shape, count) = (node.input(0)?, node.input(1)?);
        let element = node.element_attribute("element_dtype", ElementType::F32)?;
        let count = dim(*node.counts_of(count)?.first().ok_or("the length is empty")?)?;
        Ok(vec![reserve(node, known_shape(node, shape), count, element)?])
    }),
    row_of_data("TensorListFromTensor", |node| Ok(vec![node.input(0)?.into()])),
    row_of_data("TensorListStack", |node| {
        let (list, shape) = (node.datum(0)?, node.input(1)?);
        Ok(vec![stacked(node, &list, known_shape(node, shape))?.into()])
    }),
    row_of_data("TensorListGetItem", |node| {
        let (list, index) = (node.datum(0)?, node.input(1)?);
        Ok(vec![get_item(node, &list, index)?.into()])
    }),
    row_of_data("TensorListSetItem", |node| {
        let (list, index, item) = (node.datum(0)?, node.input(1)?, node.input(2)?);
        Ok(vec![set_item(node, &list, index, item)?])
    }),
    row_of_data("TensorListLength", |node| {
        let list = node.datum(0)?;
        let length = length(node, &list)?;
        Ok(vec![node.cast(length, ElementType::I32)?.into()])
    }),
    row_of_data("TensorListPushBack", |node| {
        let (list, item) = (node.datum(0)?, node.input(1)?);
        match list {
            Datum::Sequence(Sequence::List(mut list)) => {
                list.items.push(item);
                Ok(vec![Datum::Sequence(Sequence::List(list))])
            }
            Datum::Tensor(list) => {
                let row = [&[Dim::Static(1)], node.shape(item)].concat();
                let row = node.reshape(item, &row)?;
                Ok(vec![node.concat(&[list, row], 0)?.into()])
            }
            Datum::Sequence(Sequence::Growing(number, mut pushed)) => {
                let Sequence::List(list) = &mut *pushed else { return Err("a list that grows is a list".into()) };
                list.items.push(item);
                Ok(vec![Datum::Sequence(Sequence::Growing(number, pushed))])
            }
            _ => Err("a list that grows where its length is not known is not supported".into()),
        }
    }),
    row_of_data("TensorListPopBack", |node| match node.datum(0)? {
        Datum::Sequence(Sequence::List(mut list)) => {
            let item = list.items.pop().ok_or("the list is empty")?;
            Ok(vec![Datum::Sequence(Sequence::List(list)), item.into()])
        }
        Datum::Tensor(list) => {
            let less = crate::conversion::extent::subtract(expr(node.shape(list)[0])?, constant(1))?;
            let item = node.slice_axis(list, 0, dim(less)?, Dim::Static(1))?;
            let item = node.drop_axes(item, &[0])?;
            Ok(vec![node.slice_axis(list, 0, Dim::Static(0), dim(less)?)?.into(), item.into()])
        }
        _ => Err("the list is empty".into()),
    }),
    row_of_data("TensorListGather", |node| {
        let (list, indices, shape) = (node.datum(0)?, node.input(1)?, node.input(2)?);
        let list = stacked(node, &list, known_shape(node, shape))?;
        Ok(vec![node.emit("graph.gather", &[list, indices], &[("axis", attribute(0i64))])?.into()])
    }),
    row_of_data("TensorListScatter", scatter_list),
    row_of_data("TensorListScatterV2", scatter_list),
    row_of_data("TensorListConcat", concatenate),
    row_of_data("TensorListConcatV2", concatenate),
    row_of_data("TensorListElementShape", |node| {
        let list = node.datum(0)?;
        let list = stacked(node, &list, None)?;
        let shape = node.shape(list)[1..].to_vec();
        let shape = node.shape_vector(&shape)?;
        let element = node.element_attribute("shape_type", ElementType::I32)?;
        Ok(vec![node.cast(shape, element)?.into()])
    }),
    row_of_data("TensorListResize", |node| {
        let (list, size) = (node.datum(0)?, node.input(1)?);
        let own = length(node, &list)?;
        let own = *node.counts_of(own)?.first().ok_or("the length is empty")?;
        let size = *node.counts_of(size)?.first().ok_or("the size is empty")?;
        let kept = crate::conversion::extent::minimum(own, size);
        let list = if unfilled_length(&list).is_some() {
            list
        } else {
            let list = stacked(node, &list, None)?;
            node.slice_axis(list, 0, Dim::Static(0), dim(kept)?)?.into()
        };
        Ok(vec![longer(node, &list, kept, size)?])
    }),
    row_of_data("TensorListSplit", |node| {
        let (x, lengths) = (node.input(0)?, node.input(2)?);
        Ok(vec![split(node, x, lengths)?.into()])
    }),
];

fn concatenate(node: &mut Node) -> Data {
    let list = node.datum(0)?;
    let list = stacked(node, &list, None)?;
    concatenated(node, list)
}

/// A list of which only the length is known.
pub(crate) fn unfilled(length: Tracked) -> Datum {
    Datum::Optional(Box::new(Optional { presence: Presence::Known(false), value: Some(Datum::Tensor(length)) }))
}

/// The length of a list of which nothing else is known.
pub(crate) fn unfilled_length(list: &Datum) -> Option<Tracked> {
    match list {
        Datum::Optional(list) if list.presence == Presence::Known(false) => list.value.as_ref()?.tensor().ok(),
        _ => None,
    }
}

/// The extents that an operand lists, if every one is known.
pub(crate) fn known_shape(node: &Node, listed: Tracked) -> Option<Vec<Dim>> {
    if node.rank(listed) != 1 {
        return None;
    }
    let extents = node.content(listed)?.integers()?;
    extents.into_iter().map(|extent| dim(extent).ok()).collect()
}

/// A list of zeros, if the shape of the elements is known.
pub(crate) fn reserve(
    node: &mut Node,
    shape: Option<Vec<Dim>>,
    count: Dim,
    element: ElementType,
) -> Result<Datum, String> {
    match shape {
        Some(shape) => Ok(zeros(node, count, &shape, element)?.into()),
        None => Ok(unfilled(node.extent(expr(count)?))),
    }
}

fn zeros(node: &mut Node, count: Dim, shape: &[Dim], element: ElementType) -> Result<Tracked, String> {
    let zero = constant_of(node, element, 0.0)?;
    node.broadcast(zero, &[&[count], shape].concat())
}

/// A list as one tensor.
pub(crate) fn stacked(node: &mut Node, list: &Datum, shape: Option<Vec<Dim>>) -> Result<Tracked, String> {
    if let Some(length) = unfilled_length(list) {
        let shape = shape.ok_or("nothing says which shape the elements of the list have")?;
        let count = dim(*node.counts_of(length)?.first().ok_or("the length is empty")?)?;
        let element = node.element_attribute("element_dtype", ElementType::F32)?;
        return zeros(node, count, &shape, element);
    }
    match list {
        Datum::Tensor(list) => Ok(*list),
        Datum::Sequence(Sequence::List(list)) if list.items.is_empty() => {
            let shape = shape.ok_or("nothing says which shape the elements of the list have")?;
            let element = list.element.to_element().ok_or("a list of unknown elements")?;
            zeros(node, Dim::Static(0), &shape, element)
        }
        Datum::Sequence(Sequence::List(list)) => stack(node, &list.items.clone(), 0),
        _ => Err("a list that grows where its length is not known is not supported".into()),
    }
}

pub(crate) fn length(node: &mut Node, list: &Datum) -> Result<Tracked, String> {
    if let Some(length) = unfilled_length(list) {
        return Ok(length);
    }
    match list {
        Datum::Tensor(list) => {
            let extent = expr(*node.shape(*list).first().ok_or("a list has a length")?)?;
            Ok(node.extent(extent))
        }
        Datum::Sequence(sequence) => node.sequence_length(sequence),
        _ => Err("a list is wanted".into()),
    }
}

/// One element.
pub(crate) fn get_item(node: &mut Node, list: &Datum, index: Tracked) -> Result<Tracked, String> {
    if let Datum::Sequence(Sequence::List(list)) = list
        && let Some(position) = node.known_position(index)
    {
        let item = usize::try_from(position).ok().and_then(|position| list.items.get(position).copied());
        return item.ok_or_else(|| format!("the list has no element {position}"));
    }
    let list = stacked(node, list, None)?;
    if let Some(position) = node.known_position(index).and_then(|position| u64::try_from(position).ok())
        && node.shape(list)[0].as_static().is_some_and(|count| position < count)
    {
        return element(node, list, 0, position);
    }
    let index = node.reshape(index, &[])?;
    node.emit("graph.gather", &[list, index], &[("axis", attribute(0i64))])
}

/// The list with one element replaced.
pub(crate) fn set_item(node: &mut Node, list: &Datum, index: Tracked, item: Tracked) -> Result<Datum, String> {
    if let Datum::Sequence(Sequence::List(known)) = list
        && let Some(position) = node.known_position(index).and_then(|position| usize::try_from(position).ok())
        && position < known.items.len()
    {
        let mut known = known.clone();
        known.items[position] = item;
        return Ok(Datum::Sequence(Sequence::List(known)));
    }
    let position = node.known_position(index).filter(|_| node.flag("resize_if_index_out_of_bounds", false));
    if let Some(position) = position {
        let own = length(node, list)?;
        let own = *node.counts_of(own)?.first().ok_or("the length is empty")?;
        if own.as_constant().is_some_and(|own| own <= position) {
            let list = longer(node, list, own, constant(position + 1))?;
            return set_in(node, &list, index, item);
        }
    }
    set_in(node, list, index, item)
}

/// As [`set_item`], of a list that has such an element.
fn set_in(node: &mut Node, list: &Datum, index: Tracked, item: Tracked) -> Result<Datum, String> {
    let tensor = match unfilled_length(list) {
        Some(length) => {
            let count = dim(*node.counts_of(length)?.first().ok_or("the length is empty")?)?;
            let (shape, element) = (node.shape(item).to_vec(), node.element(item));
            zeros(node, count, &shape, element)?
        }
        None => stacked(node, list, None)?,
    };
    let inner = node.shape(tensor)[1..].to_vec();
    let item = node.expect_shape(item, &inner, "the element")?;
    let row = node.reshape(item, &[&[Dim::Static(1)], inner.as_slice()].concat())?;
    let index = node.reshape(index, &[Dim::Static(1), Dim::Static(1)])?;
    Ok(scatter(node, tensor, index, row, "none")?.into())
}

/// Whether an operand is the numbers from 0 on.
pub(crate) fn counts_from_zero(node: &Node, index: usize) -> bool {
    let module = &*node.conversion.module;
    let Some(range) = module.operands(node.op).get(index).and_then(|&operand| module.defining_op(operand)) else {
        return false;
    };
    let is_number = |operand: usize, wanted: i64| {
        let tensor = module.operands(range).get(operand).and_then(|&value| node.conversion.tensor(value));
        let content = tensor.and_then(|tensor| node.content(tensor)).and_then(|content| content.integers());
        content.is_some_and(|values| values == [constant(wanted)])
    };
    module.is(range, "tf.Range") && is_number(0, 0) && is_number(2, 1)
}

/// Rows of a tensor as elements at places.
pub(crate) fn scattered(node: &mut Node, x: Tracked, indices: Tracked, count: Dim) -> Result<Tracked, String> {
    let inner = node.shape(x)[1..].to_vec();
    let element = node.element(x);
    let data = zeros(node, count, &inner, element)?;
    let column = [node.shape(indices)[0], Dim::Static(1)];
    let indices = node.reshape(indices, &column)?;
    scatter(node, data, indices, x, "none")
}

fn scatter_list(node: &mut Node) -> Data {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let count = match node.optional(3) {
        Some(count) if node.constant_ints(count, "the length").is_ok_and(|count| count.first() == Some(&-1)) => None,
        Some(count) => Some(dim(*node.counts_of(count)?.first().ok_or("the length is empty")?)?),
        None => None,
    };
    let count = count.unwrap_or(node.shape(x)[0]);
    if counts_from_zero(node, 1) && count == node.shape(x)[0] {
        return Ok(vec![x.into()]);
    }
    Ok(vec![scattered(node, x, indices, count)?.into()])
}

/// All elements of a list one after the other along their first axis, and how long each is.
pub(crate) fn concatenated(node: &mut Node, list: Tracked) -> Data {
    let &[count, length, ref inner @ ..] = node.shape(list) else { return Err("elements have an axis".into()) };
    let joined = [&[dim(multiply(expr(count)?, expr(length)?)?)?], inner].concat();
    let each = node.extent(expr(length)?);
    let lengths = node.broadcast(each, &[count])?;
    Ok(vec![node.reshape(list, &joined)?.into(), lengths.into()])
}

/// A tensor cut along its first axis into parts of one length.
pub(crate) fn split(node: &mut Node, x: Tracked, lengths: Tracked) -> Result<Tracked, String> {
    let lengths = node.constant_ints(lengths, "the lengths")?;
    let &[first, ..] = lengths.as_slice() else { return Err("there are no parts".into()) };
    if lengths.iter().any(|&length| length != first) {
        return Err("parts of differing length are not supported".into());
    }
    let total = expr(node.shape(x)[0])?;
    let part = floor_divide(total, constant(lengths.len() as i64))?;
    let shape = [&[Dim::Static(lengths.len() as u64), dim(part)?], &node.shape(x)[1..]].concat();
    node.reshape(x, &shape)
}
