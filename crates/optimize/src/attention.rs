//! Attention, of what exporters scatter over many ops. Part of `recompose`.
//!
//! ```mlir
//! %s = graph.matmul %q, %k {transpose_b = true}
//! %c = graph.multiply %s, 0.125
//! %m = graph.add %c, %mask
//! %p = graph.softmax %m {axis = 3}
//! %y = graph.matmul %p, %v
//! // becomes
//! %y = graph.attention %q, %k, %v, %mask {scale = 0.125}
//! ```
//!
//! A mask may be added or chosen by a condition; scores may be bounded (`c * tanh(s / c)`), converted to a wider type for
//! the softmax, or reshaped so that heads are an axis for the mask. Keys that are repeated for several heads are not, and
//! factors of queries and keys become part of the scale.

mod operands;
mod scores;

use crate::matching::{find_producer, reshape, shape_of, transpose};
use kiln_graph::AttentionView;
use kiln_ir::{Attributes, Builder, Dim, Mismatch, Module, Op, PatternSet, Rewrite, Type, Value};
use operands::{scale_of_operand, shared_heads};
use scores::{Mask, Scores};

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("attention", "graph.matmul", attention).add_fn(
        "scale-into-attention",
        "graph.attention",
        scale_of_operand,
    );
}

/// `softmax(scale * Q * K' + mask) * V = attention(Q, K, V, mask)`
fn attention(module: &mut Module, op: Op) -> Rewrite {
    if module.attributes(op).bool("transpose_a").unwrap_or(false) {
        return Err("the probabilities are transposed".into());
    }
    let scores = Scores::of(module, module.operand(op, 0))?;
    let heads = Heads::of(module, op, &scores)?;
    let types = heads.types(module, &scores)?;
    let mut attributes = Attributes::new();
    attributes.set("scale", scores.scale);
    if let Some(bound) = scores.softcap {
        attributes.set("softcap", bound);
    }
    AttentionView::parse(&types, &attributes).map_err(Mismatch::from)?;

    let result = module.result(op, 0);
    let mut builder = Builder::before(module, op);
    let operands = heads.build(&mut builder, &scores);
    let mut made = builder.op("graph.attention").operands(&operands);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    let value = made.value();
    let shape = shape_of(builder.module, result);
    let value = reshape(&mut builder, value, shape);
    module.replace(op, &[value]);
    Ok(())
}

/// A matrix of each head, as an operand of a product.
#[derive(Clone, Copy)]
struct Matrices {
    value: Value,
    /// Whether they are the other way round.
    turned: bool,
}

impl Matrices {
    fn of(module: &Module, product: Op, turned: bool) -> Matrices {
        let flag = module.attributes(product).bool("transpose_b").unwrap_or(false);
        Matrices { value: module.operand(product, 1), turned: flag != turned }
    }

    /// Without a transpose that turns them over.
    fn straight(self, module: &Module) -> Matrices {
        let Some(turning) = find_producer(module, self.value, "graph.transpose").filter(|_| self.turned) else {
            return self;
        };
        let permutation = module.attributes(turning).i64s("permutation").unwrap_or_default();
        match is_turn(&permutation) {
            true => Matrices { value: module.operand(turning, 0), turned: false },
            false => self,
        }
    }

    fn shape(self, module: &Module) -> Vec<Dim> {
        let mut shape = shape_of(module, self.value).to_vec();
        if let (true, [.., rows, columns]) = (self.turned, shape.as_mut_slice()) {
            std::mem::swap(rows, columns);
        }
        shape
    }

    fn build(self, builder: &mut Builder) -> Value {
        if !self.turned {
            return self.value;
        }
        let rank = shape_of(builder.module, self.value).len();
        let mut permutation: Vec<usize> = (0..rank).collect();
        permutation.swap(rank - 2, rank - 1);
        transpose(builder, self.value, &permutation)
    }
}

/// Whether a permutation exchanges the last two axes.
fn is_turn(permutation: &[i64]) -> bool {
    let rank = permutation.len() as i64;
    let kept = permutation.iter().zip(0..rank).take_while(|(axis, place)| **axis == *place).count();
    rank >= 2 && kept as i64 == rank - 2 && permutation[kept] == rank - 1
}

/// What attention reads.
struct Heads {
    query: Value,
    keys: Matrices,
    values: Matrices,
    /// The axes before length and size: batches, and heads last.
    leading: Vec<Dim>,
    /// Heads of keys and values; `None` if they are as many as those of queries.
    key_heads: Option<Dim>,
}

impl Heads {
    fn of(module: &Module, op: Op, scores: &Scores) -> Result<Heads, Mismatch> {
        let query = module.operand(scores.product, 0);
        let mut keys = Matrices::of(module, scores.product, true).straight(module);
        let mut values = Matrices::of(module, op, false).straight(module);
        let shapes = [shape_of(module, query).to_vec(), keys.shape(module), values.shape(module)];
        let own = &shape_of(module, module.result(scores.product, 0));
        let own = &own[..own.len() - 2];
        let leading = match &scores.leading {
            Some(leading) => leading.clone(),
            None if own.is_empty() => vec![Dim::Static(1)],
            None => own.to_vec(),
        };
        let is_reshaped = leading != own;
        let key_heads = match (shared_heads(module, keys), shared_heads(module, values)) {
            (Some((key, heads)), Some((value, others))) if heads == others && !is_reshaped => {
                (keys, values) = (key, value);
                Some(heads)
            }
            _ if is_reshaped => None,
            _ => heads_beside(&shapes)?,
        };
        Ok(Heads { query, keys, values, leading, key_heads })
    }

    /// The shapes that queries, keys and values get.
    fn shapes(&self, module: &Module) -> [Vec<Dim>; 3] {
        let mut shared = self.leading.clone();
        if let (Some(heads), Some(last)) = (self.key_heads, shared.last_mut()) {
            *last = heads;
        }
        let shape = |leading: &[Dim], own: &[Dim]| [leading, &own[own.len() - 2..]].concat();
        [
            shape(&self.leading, shape_of(module, self.query)),
            shape(&shared, &self.keys.shape(module)),
            shape(&shared, &self.values.shape(module)),
        ]
    }

    /// The types of the operands of attention.
    fn types(&self, module: &Module, scores: &Scores) -> Result<Vec<Type>, Mismatch> {
        let element = module.ty(self.query).scalar();
        if module.ty(self.values.value).scalar() != element {
            return Err("values are of another type".into());
        }
        let shapes = self.shapes(module);
        let counts = [shape_of(module, self.query).to_vec(), self.keys.shape(module), self.values.shape(module)];
        for (wanted, own) in shapes.iter().zip(&counts) {
            if kiln_graph::element_count(wanted) != kiln_graph::element_count(own) {
                return Err("an operand of a product is broadcast".into());
            }
        }
        let mut types: Vec<Type> = shapes.iter().map(|shape| Type::tensor(shape, element)).collect();
        if let Some(mask) = scores.mask_shape(module)? {
            types.push(Type::tensor(&mask, element));
        }
        Ok(types)
    }

    fn build(&self, builder: &mut Builder, scores: &Scores) -> Vec<Value> {
        let shapes = self.shapes(builder.module);
        let values = [self.query, self.keys.build(builder), self.values.build(builder)];
        let mut operands: Vec<Value> =
            values.into_iter().zip(shapes).map(|(value, shape)| reshape(builder, value, &shape)).collect();
        operands.extend(Mask::build_all(&scores.masks, builder));
        operands
    }
}

/// Heads of keys and values that a product broadcasts: one for all.
fn heads_beside(shapes: &[Vec<Dim>; 3]) -> Result<Option<Dim>, Mismatch> {
    let heads = |shape: &[Dim]| shape.len().checked_sub(3).map(|axis| shape[axis]);
    match shapes.each_ref().map(|shape| heads(shape)) {
        [Some(own), Some(keys), Some(values)] if keys == values && own != keys => Ok(Some(keys)),
        [own, keys, values] if own == keys && keys == values => Ok(None),
        _ => Err("keys and values have other heads".into()),
    }
}
