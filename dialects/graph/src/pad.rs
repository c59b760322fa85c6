//! `graph.pad`: elements added around a tensor.

use crate::read::Read;
use crate::rows::{operand, optional_operand, required, result};
use crate::shape::{add, dim, expr, tensor};
use crate::strided::for_each_index;
use kiln_ir::{
    AttributeConstraint, EvaluateRequest, FoldRequest, Folded, InferRequest, OpDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, row_major_strides};

/// The row.
pub const PAD: OpDefinition = OpDefinition {
    name: "graph.pad",
    doc: "Adds `low` elements before and `high` after the operand along each axis.\n\n\
          `mode` says what they are: `constant` the operand `value` (zero, false or the empty string without one), \
          `edge` the nearest element, `reflect` the mirror image without the border element, `wrap` the opposite side. \
          Paddings of `reflect` may be any size: the image is mirrored again and again, as in NumPy.",
    example: "%y = graph.pad %x {low = #kiln.dims<[0, 1]>, high = #kiln.dims<[0, 2]>, mode = \"edge\"} : (tensor<2x3xf32>) -> tensor<2x6xf32>",
    operands: &[operand("x", TypeConstraint::Tensor), optional_operand("value", TypeConstraint::Tensor)],
    attributes: &[
        required("low", AttributeConstraint::Dims, "Elements added before, for each axis; not negative."),
        required("high", AttributeConstraint::Dims, "Elements added after, for each axis; not negative."),
        required(
            "mode",
            AttributeConstraint::OneOf(&["constant", "edge", "reflect", "wrap"]),
            "What the added elements are.",
        ),
    ],
    results: &[result("y", TypeConstraint::Tensor)],
    traits: Traits::PURE.union(Traits::DATA_MOVEMENT),
    infer: Some(infer),
    fold: Some(fold),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let (low, high) = (request.attributes.dims("low")?, request.attributes.dims("high")?);
    if low.len() != x.rank() || high.len() != x.rank() {
        let (low, high) = (low.len(), high.len());
        return Err(format!("an operand of rank {} takes as many paddings, found {low} low and {high} high", x.rank()));
    }
    if request.operands.len() > 1 {
        let value = tensor(request.operands, 1)?;
        if value.rank() != 0 || value.element != x.element {
            return Err(format!("the padding value must be a tensor<{}>, not {}", x.element, request.operands[1]));
        }
    }
    let mut shape = Vec::with_capacity(x.rank());
    for axis in 0..x.rank() {
        let (low, high) = (expr(low[axis])?, expr(high[axis])?);
        shape.push(dim(add(add(expr(x.shape[axis])?, low)?, high)?)?);
    }
    Ok(vec![Type::tensor(&shape, x.element)])
}

fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let none =
        |name: &str| request.module.attribute(request.op, name)?.as_dims()?.iter().all(|dim| dim.is(0)).then_some(());
    none("low")?;
    none("high")?;
    Some(vec![Folded::Value(request.module.operand(request.op, 0))])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x, value @ ..], [(element, shape)]) = (request.operands, request.results) else {
        return Err("pad has an operand and one result".into());
    };
    let low = request.attributes.resolved_dims("low", request.symbols)?;
    let high = request.attributes.resolved_dims("high", request.symbols)?;
    if let Some(negative) = low.iter().chain(&high).find(|&&count| count < 0) {
        return Err(format!("a padding is negative: {negative}"));
    }
    let mode = request.attributes.word("mode")?;
    let fill = match value.first() {
        Some(value) => value.clone(),
        None => Tensor::zeros(*element, &[])?,
    };
    let mut sources = Vec::with_capacity(shape.len());
    for (axis, &extent) in x.shape().iter().enumerate() {
        let positions = (0..shape[axis]).map(|index| source_index(index as i64 - low[axis], extent as i64, mode));
        sources.push(positions.collect::<Result<Vec<Option<usize>>, String>>()?);
    }
    let strides = row_major_strides(x.shape());
    let mut picks = Vec::new();
    for_each_index(shape, |index| {
        let mut offset = Some(0);
        for (axis, &position) in index.iter().enumerate() {
            offset = offset.zip(sources[axis][position]).map(|(offset, source)| offset + source * strides[axis]);
        }
        picks.push(offset.map_or((1, 0), |offset| (0, offset)));
        Ok(())
    })?;
    Ok(vec![Tensor::pick(&[x.clone(), fill], shape, picks)?])
}

/// The index in the operand that stands at `index`, counted from the operand's first; `None` is the padding value.
fn source_index(index: i64, extent: i64, mode: &str) -> Result<Option<usize>, String> {
    if (0..extent).contains(&index) {
        return Ok(Some(index as usize));
    }
    if mode == "constant" {
        return Ok(None);
    }
    if extent == 0 {
        return Err(format!("an axis without elements cannot be padded in mode {mode}"));
    }
    let source = match mode {
        "edge" => index.clamp(0, extent - 1),
        "wrap" => index.rem_euclid(extent),
        "reflect" if extent == 1 => 0,
        "reflect" => {
            let period = 2 * (extent - 1);
            let position = index.rem_euclid(period);
            position.min(period - position)
        }
        _ => return Err(format!("\"{mode}\" is not a padding mode")),
    };
    Ok(Some(source as usize))
}
