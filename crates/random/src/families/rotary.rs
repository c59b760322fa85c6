//! Rotary embeddings.

use crate::graph::{Growing, Item};
use crate::inputs::FLOAT_BOUND;
use kiln_ir::{Attribute, Dim, Type, Value};

/// A rotary embedding, as one op or as exporters write it.
pub(crate) fn embedding(growing: &mut Growing) -> Option<()> {
    let even = |growing: &Growing, item: &Item| {
        let last = growing.shape(item.value).last().and_then(|dim| dim.as_static());
        last.is_some_and(|extent| extent >= 2) && growing.element(item.value).is_float()
    };
    let item = growing.item(even)?;
    let (shape, element) = (growing.shape(item.value), growing.element(item.value));
    let size = shape.last()?.as_static()?;
    let turned = if size % 2 == 0 && growing.random.once_in(2) { size } else { (size / 2).next_multiple_of(2) };
    let by_element = growing.random.once_in(2);
    let mut angles = vec![(if by_element { turned } else { turned / 2 }) as usize];
    if let Some(rows) = shape.len().checked_sub(2).and_then(|axis| shape[axis].as_static()) {
        angles.insert(0, rows as usize);
    }
    let (cos, sin) = (growing.constant(element, &angles), growing.constant(element, &angles));
    let value = match growing.random.once_in(3) && by_element && turned == size {
        true => scattered(growing, [item.value, cos, sin], &shape)?,
        false => {
            let interleaved = growing.random.once_in(2);
            let mut builder = growing.builder();
            let op = builder.op("graph.rotary_embedding").operands(&[item.value, cos, sin]);
            op.attribute("interleaved", interleaved).attribute("rotary_dim", turned as i64).try_value().ok()?
        }
    };
    let bound = 2.0 * FLOAT_BOUND * item.bound;
    growing.add(value, bound, -bound, false)
}

/// Halves of rows turned over, times sines, and the rows times cosines.
fn scattered(growing: &mut Growing, [x, cos, sin]: [Value; 3], shape: &[Dim]) -> Option<Value> {
    let (&size, leading) = shape.split_last()?;
    let half = size.as_static()? / 2;
    let ty = Type::tensor(&[leading, &[Dim::Static(half)]].concat(), growing.ty(x).scalar());
    let mut slice = |start: u64| {
        let starts: Vec<Dim> = leading.iter().map(|_| Dim::Static(0)).chain([Dim::Static(start)]).collect();
        let mut builder = growing.builder();
        let op = builder.op("graph.slice").operand(x).attribute("starts", Attribute::dims(&starts));
        op.attribute("steps", vec![1i64; shape.len()]).result(ty).try_value().ok()
    };
    let (first, second) = (slice(0)?, slice(half)?);
    let negated = growing.builder().op("graph.negate").operand(second).try_value().ok()?;
    let mut builder = growing.builder();
    let turned = builder.op("graph.concat").operands(&[negated, first]).attribute("axis", leading.len() as i64);
    let turned = turned.try_value().ok()?;
    let kept = growing.builder().op("graph.multiply").operands(&[x, cos]).try_value().ok()?;
    let crossed = growing.builder().op("graph.multiply").operands(&[turned, sin]).try_value().ok()?;
    growing.builder().op("graph.add").operands(&[kept, crossed]).try_value().ok()
}
