//! Arrays of tensors of TensorFlow 1. What is in one goes along with its flow; its handle knows the length alone.

use super::lists::{
    concatenated, counts_from_zero, get_item, length, reserve, scattered, set_item, split, stacked, unfilled,
    unfilled_length,
};
use crate::conversion::datum::Data;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, expr};
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row_of_data};
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row_of_data("TensorArrayV3", |node| {
        let count = node.input(0)?;
        let count = dim(*node.counts_of(count)?.first().ok_or("the length is empty")?)?;
        let element = node.element_attribute("dtype", ElementType::F32)?;
        let flow = reserve(node, element_shape(node), count, element)?;
        let handle = unfilled(node.extent(expr(count)?));
        Ok(vec![handle, flow])
    }),
    row_of_data("TensorArrayWriteV3", |node| {
        let (index, item, flow) = (node.input(1)?, node.input(2)?, node.datum(3)?);
        Ok(vec![set_item(node, &flow, index, item)?])
    }),
    row_of_data("TensorArrayReadV3", |node| {
        let (index, flow) = (node.input(1)?, node.datum(2)?);
        Ok(vec![get_item(node, &flow, index)?.into()])
    }),
    row_of_data("TensorArrayGatherV3", |node| {
        let (handle, indices, flow) = (node.datum(0)?, node.input(1)?, node.datum(2)?);
        let array = stacked(node, &flow, element_shape(node))?;
        let is_whole = counts_from_zero(node, 1) && {
            let own = unfilled_length(&handle);
            let own = own.and_then(|length| node.content(length)).and_then(|content| content.integers());
            let count = node.shape(indices).first().and_then(|dim| dim.expr());
            own.zip(count).is_some_and(|(own, count)| own == [count]) && node.shape(array)[0] == node.shape(indices)[0]
        };
        if is_whole {
            return Ok(vec![array.into()]);
        }
        Ok(vec![node.emit("graph.gather", &[array, indices], &[("axis", attribute(0i64))])?.into()])
    }),
    row_of_data("TensorArrayScatterV3", |node| {
        let (handle, indices, x) = (node.datum(0)?, node.input(1)?, node.input(2)?);
        let count = match unfilled_length(&handle) {
            Some(length) => dim(*node.counts_of(length)?.first().ok_or("the length is empty")?)?,
            None => node.shape(x)[0],
        };
        if counts_from_zero(node, 1) && count == node.shape(x)[0] {
            return Ok(vec![x.into()]);
        }
        Ok(vec![scattered(node, x, indices, count)?.into()])
    }),
    row_of_data("TensorArraySizeV3", |node| {
        let flow = node.datum(1)?;
        let length = length(node, &flow)?;
        Ok(vec![node.cast(length, ElementType::I32)?.into()])
    }),
    row_of_data("TensorArrayConcatV3", |node| {
        let flow = node.datum(1)?;
        let array = stacked(node, &flow, None)?;
        concatenated(node, array)
    }),
    row_of_data("TensorArraySplitV3", |node| {
        let (x, lengths) = (node.input(1)?, node.input(2)?);
        Ok(vec![split(node, x, lengths)?.into()])
    }),
    row_of_data("TensorArrayCloseV3", |_| Data::Ok(Vec::new())),
];

/// The shape that the node says the elements have, if it is known as a whole.
fn element_shape(node: &Node) -> Option<Vec<Dim>> {
    let shape = node.attribute("element_shape")?.as_dims()?;
    (!shape.contains(&Dim::Unknown)).then(|| shape.to_vec())
}
