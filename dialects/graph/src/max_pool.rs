//! `graph.max_pool`: the largest element of each window.

use crate::layout::LAYOUT;
use crate::pool::{PoolView, WINDOW, infer_pool};
use crate::read::Read;
use crate::rows::{operand, optional, optional_result, result};
use crate::window::{DILATIONS, PAD_HIGH, PAD_LOW, STRIDES};
use kiln_ir::{AttributeConstraint, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::Tensor;
use kiln_tensor::scalar::{self, Class};

/// The row.
pub const MAX_POOL: OpDefinition = OpDefinition {
    name: "graph.max_pool",
    doc: "The largest element of each window that slides over the spatial axes; padding never counts, NaN wins.\n\n\
          With `return_indices` there is a second result of `i64`: the flat index of each element in the operand, \
          counted in the order N,C,space... whatever the layout (the first of equal ones).",
    example: "%y = graph.max_pool %x {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = \"channels_first\"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>",
    operands: &[operand("x", TypeConstraint::NumberTensor)],
    attributes: &[
        WINDOW,
        STRIDES,
        DILATIONS,
        PAD_LOW,
        PAD_HIGH,
        LAYOUT,
        optional("return_indices", AttributeConstraint::Bool, "Whether there is a second result; absent is false."),
    ],
    results: &[result("y", TypeConstraint::NumberTensor), optional_result("indices", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (shape, element) = infer_pool(request)?;
    let mut types = vec![Type::tensor(&shape, element)];
    if request.attributes.flag("return_indices") {
        types.push(Type::tensor(&shape, Type::i64()));
    }
    Ok(types)
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(_, shape), ..]) = (request.operands, request.results) else {
        return Err("max_pool has one operand".into());
    };
    let view = PoolView::parse(request.attributes, x.rank())?;
    let places = match Class::of(x.element()) {
        Class::Float => {
            let values = scalar::floats(x)?;
            largest(&view, x.shape(), shape, |a, b| {
                values[a] > values[b] || (values[a].is_nan() && !values[b].is_nan())
            })
        }
        _ => {
            let values = scalar::integers(x)?;
            largest(&view, x.shape(), shape, |a, b| values[a] > values[b])
        }
    };
    let lowest = crate::elementwise::Special::Lowest.tensor(x.element()).ok_or("max_pool takes numbers")?;
    let picks = places.iter().map(|place| place.map_or((1, 0), |place| (0, place)));
    let mut results = vec![Tensor::pick(&[x.clone(), lowest], shape, picks)?];
    if request.results.len() > 1 {
        let flat = |place: &Option<usize>| place.map_or(-1, |place| view.onnx_index(x.shape(), place) as i64);
        results.push(Tensor::from_values(shape, &places.iter().map(flat).collect::<Vec<_>>()));
    }
    Ok(results)
}

/// The flat index of the best element of each window; none if the window sees only padding.
fn largest(
    view: &PoolView,
    input: &[usize],
    output: &[usize],
    better: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut result = Vec::new();
    view.for_each_window(input, output, |places, _| {
        let mut best = None;
        for &place in places {
            if best.is_none_or(|best| better(place, best)) {
                best = Some(place);
            }
        }
        result.push(best);
    });
    result
}
