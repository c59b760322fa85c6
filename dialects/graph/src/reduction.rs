//! Reductions: a table whose rows hold how elements combine.

use crate::elementwise::Special;
use crate::read::Read;
use crate::rows::{operand, required, result};
use crate::shape::tensor;
use crate::strided::offsets;
use kiln_ir::{
    AttributeConstraint, AttributeDefinition, Attributes, Dim, EvaluateRequest, FoldRequest, Folded, InferRequest,
    OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::scalar::{self, Class};
use kiln_tensor::{Tensor, row_major_strides};

/// One reduction.
#[derive(Clone, Copy, Debug)]
pub struct ReductionRow {
    /// The op's name, `graph.reduce_sum`.
    pub name: &'static str,
    /// The elementwise op that joins two elements: `graph.add`.
    pub combiner: &'static str,
    /// What a reduction of nothing gives.
    pub initial: Special,
    /// Whether the result is divided by the number of elements.
    pub is_mean: bool,
    float: fn(f64, f64) -> f64,
    integer: fn(i128, i128) -> i128,
}

/// The row of the reduction called `name`, with or without `graph.`.
pub fn find(name: &str) -> Option<&'static ReductionRow> {
    let short = name.strip_prefix("graph.").unwrap_or(name);
    ROWS.iter().copied().find(|row| row.name["graph.".len()..] == *short)
}

/// The axes of a reduction of a tensor of `rank` axes: sorted, each once.
///
/// # Errors
/// When the attribute is missing, an axis does not exist, or they are not sorted.
pub fn axes(attributes: &Attributes, rank: usize) -> Result<Vec<usize>, String> {
    let listed = attributes.integers("axes")?;
    let mut axes: Vec<usize> = Vec::with_capacity(listed.len());
    for &axis in &listed {
        let found = usize::try_from(axis).ok().filter(|&axis| axis < rank);
        let Some(found) = found else { return Err(format!("axis {axis} is not an axis of a tensor of rank {rank}")) };
        if axes.last().is_some_and(|&previous| previous >= found) {
            return Err(format!("axes {listed:?} must be sorted, each once"));
        }
        axes.push(found);
    }
    Ok(axes)
}

const OPERANDS: &[OperandDefinition] = &[operand("x", crate::elementwise::REAL)];
const RESULTS: &[ResultDefinition] = &[result("y", crate::elementwise::REAL)];
const ATTRIBUTES: &[AttributeDefinition] = &[required(
    "axes",
    AttributeConstraint::Integers,
    "The axes to reduce, counted from 0, sorted, each once; none leaves every element alone.",
)];

macro_rules! reductions {
    ($($name:ident, $text:literal, $doc:literal, $operand:expr, $combiner:literal, $initial:ident, $is_mean:literal, $float:expr, $integer:expr;)*) => {
        $(static $name: ReductionRow = ReductionRow {
            name: concat!("graph.", $text),
            combiner: $combiner,
            initial: Special::$initial,
            is_mean: $is_mean,
            float: $float,
            integer: $integer,
        };)*

        static ROWS: &[&ReductionRow] = &[$(&$name),*];

        /// The op rows of this table.
        pub(crate) const OPS: &[OpDefinition] = &[$(OpDefinition {
            name: concat!("graph.", $text),
            doc: concat!($doc, " The axes are kept with extent 1: a reshape drops them."),
            example: concat!("%y = graph.", $text, " %x {axes = [1]} : (tensor<2x3xf32>) -> tensor<2x1xf32>"),
            operands: $operand,
            attributes: ATTRIBUTES,
            results: RESULTS,
            traits: Traits::PURE,
            infer: Some(infer),
            fold: Some(fold),
            evaluate: Some(|request| evaluate(&$name, request)),
            ..OpDefinition::EMPTY
        }),*];
    };
}

const NUMBER: &[OperandDefinition] = &[operand("x", TypeConstraint::NumberTensor)];

reductions! {
    SUM, "reduce_sum", "The sum of the elements along `axes`; integers wrap.",
        NUMBER, "graph.add", Zero, false, |a, b| a + b, i128::wrapping_add;
    MEAN, "reduce_mean",
        "The sum of the elements along `axes` divided by their number: NaN of none; of integers rounded towards zero, 0 of none.",
        NUMBER, "graph.add", Zero, true, |a, b| a + b, i128::wrapping_add;
    MAX, "reduce_max", "The largest element along `axes` (of truth values: whether any holds); NaN if there is one. Of none, the smallest value there is.",
        OPERANDS, "graph.maximum", Lowest, false, |a, b| if a.is_nan() || a > b { a } else { b }, |a, b| a.max(b);
    MIN, "reduce_min", "The smallest element along `axes` (of truth values: whether all hold); NaN if there is one. Of none, the largest value there is.",
        OPERANDS, "graph.minimum", Highest, false, |a, b| if a.is_nan() || a < b { a } else { b }, |a, b| a.min(b);
    PRODUCT, "reduce_product", "The product of the elements along `axes`; integers wrap.",
        NUMBER, "graph.multiply", One, false, |a, b| a * b, i128::wrapping_mul;
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let x = tensor(request.operands, 0)?;
    let mut shape = x.shape.clone();
    for axis in axes(request.attributes, x.rank())? {
        shape[axis] = Dim::Static(1);
    }
    Ok(vec![Type::tensor(&shape, x.element)])
}

/// A reduction of axes of extent 1 leaves the operand alone.
fn fold(request: &FoldRequest) -> Option<Vec<Folded>> {
    let operand = request.module.operand(request.op, 0);
    let same = request.module.ty(operand) == request.module.ty(request.module.result(request.op, 0));
    same.then(|| vec![Folded::Value(operand)])
}

fn evaluate(row: &ReductionRow, request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("a reduction has one operand and one result".into());
    };
    let reduced = axes(request.attributes, x.rank())?;
    let mut strides: Vec<isize> = row_major_strides(shape).into_iter().map(|stride| stride as isize).collect();
    for &axis in &reduced {
        strides[axis] = 0;
    }
    let targets = offsets(x.shape(), &strides, 0);
    let count: usize = reduced.iter().map(|&axis| x.shape()[axis]).product();
    let length = shape.iter().product();
    let initial = row.initial.value(*element).ok_or_else(|| format!("no reduction of {element}"))?;
    let result = match Class::of(x.element()) {
        Class::Float => {
            let mut totals = vec![initial.to_f64(); length];
            for (value, target) in scalar::floats(x)?.into_iter().zip(targets) {
                totals[target] = (row.float)(totals[target], value);
            }
            let divisor = if row.is_mean { count as f64 } else { 1.0 };
            scalar::from_floats(*element, shape, totals.into_iter().map(|total| total / divisor))
        }
        _ => {
            let mut totals = vec![initial.to_i128(); length];
            for (value, target) in scalar::integers(x)?.into_iter().zip(targets) {
                totals[target] = (row.integer)(totals[target], value);
            }
            let divisor = if row.is_mean { count as i128 } else { 1 };
            scalar::from_integers(
                *element,
                shape,
                totals.into_iter().map(|total| total.checked_div(divisor).unwrap_or(0)),
            )
        }
    };
    Ok(vec![result?])
}
