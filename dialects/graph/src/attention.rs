//! `graph.attention`: scaled dot-product attention of many heads.

use crate::matmul::{WIDENING, product_element};
use crate::product::multiply_add;
use crate::read::Read;
use crate::rows::{operand, optional, optional_operand, required, result};
use crate::shape::{broadcast_shapes, show, tensor};
use crate::strided::broadcast_offsets;
use kiln_ir::{
    AttributeConstraint, Attributes, Dim, EvaluateRequest, InferRequest, Module, Op, OpDefinition, SymbolValues,
    Traits, Type, TypeConstraint,
};
use kiln_tensor::{Tensor, scalar};

/// The row.
pub const ATTENTION: OpDefinition = OpDefinition {
    name: "graph.attention",
    doc: "`softmax(scale * query * key' + mask) * value` for each head; the softmax is taken over the keys. The last three \
          axes are heads, length and size, those before them are batches. A head of keys and values serves as many \
          heads of queries, one after the other, as there are more of those. `mask` is added to the scores and \
          broadcasts to their shape: batches, heads, queries, keys.\n\n\
          Products, sums and the softmax are computed in more bits than the elements have, or in as many of `f32` and \
          `f64`. A query that sees no key (all masked with minus infinity) has NaN for a result, as from \
          `graph.softmax`; without any keys it is 0.\n\n\
          With `widening`, queries, keys and values are of `bf16`, mask and result of `f32`; exponentials may be rounded to \
          `bf16` before they are multiplied with values.\n\n\
          Vaswani et al.: Attention Is All You Need, 2017.",
    example: "%y = graph.attention %q, %k, %v {scale = 0.5} : (tensor<2x8x5x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x3xf32>) -> tensor<2x8x5x3xf32>",
    operands: &[
        operand("query", TypeConstraint::FloatTensor),
        operand("key", TypeConstraint::FloatTensor),
        operand("value", TypeConstraint::FloatTensor),
        optional_operand("mask", TypeConstraint::FloatTensor),
    ],
    attributes: &[
        required("scale", AttributeConstraint::Float, "What products of queries and keys are multiplied with."),
        optional(
            "softcap",
            AttributeConstraint::Float,
            "Scores `s`, scaled, become `softcap * tanh(s / softcap)` before the mask is added.",
        ),
        optional(
            "causal",
            AttributeConstraint::Dims,
            "One number `n`: query `i` sees keys up to `i + n` and no later ones; absent: it sees all.",
        ),
        WIDENING,
    ],
    results: &[result("y", TypeConstraint::FloatTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

/// An attention's extents and attributes.
#[derive(Clone, PartialEq, Debug)]
pub struct AttentionView {
    /// Extents of the batch axes.
    pub batch: Vec<Dim>,
    /// Heads of queries, and of the result.
    pub heads: Dim,
    /// Heads of keys and values.
    pub key_heads: Dim,
    /// How many queries.
    pub queries: Dim,
    /// How many keys and values.
    pub keys: Dim,
    /// Elements of a query and of a key.
    pub size: Dim,
    /// Elements of a value.
    pub value_size: Dim,
    /// Elements of the mask and of the result.
    pub element: Type,
    /// What products are multiplied with.
    pub scale: f64,
    /// What scores are bounded by.
    pub softcap: Option<f64>,
    /// Query `i` sees keys up to `i +` this.
    pub causal: Option<Dim>,
}

impl AttentionView {
    /// The extents and attributes of an attention of operands of these types.
    ///
    /// # Errors
    /// What does not go together.
    pub fn parse(operands: &[Type], attributes: &Attributes) -> Result<AttentionView, String> {
        let (query, key, value) = (tensor(operands, 0)?, tensor(operands, 1)?, tensor(operands, 2)?);
        let element = product_element(query.element, key.element, attributes)?;
        if value.element != key.element {
            return Err(format!("operands must have one element type, found {} and {}", key.element, value.element));
        }
        let shapes = || format!("{}, {} and {}", show(&query.shape), show(&key.shape), show(&value.shape));
        let (
            Some((batch, &[heads, queries, size])),
            Some((key_batch, &[key_heads, keys, key_size])),
            Some((value_batch, &[value_heads, values, value_size])),
        ) = (query.shape.split_last_chunk(), key.shape.split_last_chunk(), value.shape.split_last_chunk())
        else {
            return Err(format!("operands must have heads, length and size, not shapes {}", shapes()));
        };
        if batch != key_batch || batch != value_batch {
            return Err(format!("operands must have the same batches, not shapes {}", shapes()));
        }
        if size != key_size {
            return Err(format!("queries have {size} elements, keys {key_size}"));
        }
        if keys != values || key_heads != value_heads {
            return Err(format!("keys and values must be as many, but have shapes {}", shapes()));
        }
        if !shares(heads, key_heads) {
            return Err(format!("{key_heads} heads of keys do not divide {heads} heads of queries"));
        }
        let causal = match attributes.get("causal") {
            Some(_) => match attributes.dims("causal")? {
                &[offset] => Some(offset),
                dims => return Err(format!("attribute 'causal' is one number, not {}", dims.len())),
            },
            None => None,
        };
        let softcap = attributes.get("softcap").map(|_| attributes.float("softcap")).transpose()?;
        if let Some(bound) = softcap.filter(|&bound| bound.is_nan() || bound <= 0.0) {
            return Err(format!("softcap must be positive, not {bound}"));
        }
        let view = AttentionView {
            batch: batch.to_vec(),
            heads,
            key_heads,
            queries,
            keys,
            size,
            value_size,
            element,
            scale: attributes.float("scale")?,
            softcap,
            causal,
        };
        if operands.len() > 3 {
            let (mask, scores) = (tensor(operands, 3)?, view.scores());
            if mask.element != element {
                return Err(format!("the mask must have elements of {element}, not {}", mask.element));
            }
            if broadcast_shapes(&[&mask.shape, &scores]).as_ref() != Ok(&scores) {
                return Err(format!(
                    "the mask must broadcast to {}, not have shape {}",
                    show(&scores),
                    show(&mask.shape)
                ));
            }
        }
        Ok(view)
    }

    /// The view of an attention op.
    ///
    /// # Errors
    /// What does not go together.
    pub fn of(module: &Module, op: Op) -> Result<AttentionView, String> {
        AttentionView::parse(&module.operand_types(op), module.attributes(op))
    }

    /// The shape of the scores, which are no tensor anywhere.
    pub fn scores(&self) -> Vec<Dim> {
        [self.batch.as_slice(), &[self.heads, self.queries, self.keys]].concat()
    }
}

/// Whether heads of queries are equally many for each head of keys.
fn shares(heads: Dim, key_heads: Dim) -> bool {
    match (heads.as_static(), key_heads.as_static()) {
        (_, Some(1)) => true,
        (Some(heads), Some(key_heads)) => heads == key_heads || key_heads > 0 && heads.is_multiple_of(key_heads),
        _ => heads == key_heads,
    }
}

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    let view = AttentionView::parse(request.operands, request.attributes)?;
    let shape = [view.batch.as_slice(), &[view.heads, view.queries, view.value_size]].concat();
    Ok(vec![Type::tensor(&shape, view.element)])
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([query, key, value, mask @ ..], [(element, shape)]) = (request.operands, request.results) else {
        return Err("attention has three operands or four, and one result".into());
    };
    let static_type = |tensor: &Tensor| Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let types: Vec<Type> = request.operands.iter().map(static_type).collect();
    let view = AttentionView::parse(&types, request.attributes)?;
    let extents: Vec<usize> = view.scores().iter().map(|dim| dim.as_static().unwrap_or(0) as usize).collect();
    let (&[queries, keys], [.., size]) = (extents.last_chunk().unwrap_or(&[0, 0]), query.shape()) else {
        return Err("queries have sizes".into());
    };
    let (size, value_size) = (*size, value.shape()[value.rank() - 1]);
    let causal = resolve_offset(request.attributes, request.symbols)?;
    let (q, k, v) = (scalar::floats(query)?, scalar::floats(key)?, scalar::floats(value)?);
    let mask = match mask.first() {
        Some(mask) => {
            let values = scalar::floats(mask)?;
            let offsets = broadcast_offsets(mask.shape(), &extents)?;
            Some(offsets.into_iter().map(|at| values[at]).collect::<Vec<_>>())
        }
        None => None,
    };
    let heads: usize = extents[..extents.len() - 2].iter().product();
    let key_heads: usize = key.shape()[..key.rank() - 2].iter().product();
    let mut result = vec![0.0; heads * queries * value_size];
    for head in 0..heads {
        let shared = head * key_heads / heads;
        let mut scores = vec![0.0; queries * keys];
        let turned = transposed(&k[shared * keys * size..][..keys * size], keys, size);
        multiply_add(&q[head * queries * size..][..queries * size], &turned, &mut scores, [queries, size, keys]);
        for (row, line) in scores.chunks_exact_mut(keys.max(1)).enumerate() {
            for (column, score) in line.iter_mut().enumerate() {
                *score *= view.scale;
                if let Some(bound) = view.softcap {
                    *score = bound * libm::tanh(*score / bound);
                }
                if let Some(mask) = &mask {
                    *score += mask[(head * queries + row) * keys + column];
                }
                if causal.is_some_and(|offset| column as i64 > row as i64 + offset) {
                    *score = f64::NEG_INFINITY;
                }
            }
            softmax(line);
        }
        let values = &v[shared * keys * value_size..][..keys * value_size];
        let rows = &mut result[head * queries * value_size..][..queries * value_size];
        multiply_add(&scores, values, rows, [queries, keys, value_size]);
    }
    Ok(vec![scalar::from_floats(*element, shape, result)?])
}

fn resolve_offset(attributes: &Attributes, symbols: &SymbolValues) -> Result<Option<i64>, String> {
    match attributes.get("causal") {
        Some(_) => Ok(attributes.resolved_dims("causal", symbols)?.first().copied()),
        None => Ok(None),
    }
}

fn transposed(matrix: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|column| (0..rows).map(move |row| matrix[row * columns + column])).collect()
}

fn softmax(line: &mut [f64]) {
    let largest = line.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = line.iter().map(|score| libm::exp(score - largest)).sum();
    for score in line {
        *score = libm::exp(*score - largest) / sum;
    }
}
