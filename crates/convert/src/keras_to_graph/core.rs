//! Layers that everything is made of: dense ones, embeddings, and what does nothing once a model is trained.

use super::activations::activate_as_set;
use super::call::{Call, Row, masking, passing, plain};
use crate::conversion::einsum::einsum as einsum_of;
use crate::conversion::emit::attribute;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    passing("Dense", dense),
    plain("EinsumDense", einsum_dense),
    masking("Embedding", embedding),
    masking("ReversibleEmbedding", reversible_embedding),
    masking("Masking", masking_layer),
    passing("Activation", |call| {
        let x = call.first_as_floats_unless_integers()?;
        Ok(vec![activate_as_set(call, x, "activation")?])
    }),
    passing("Identity", identity),
    passing("ActivityRegularization", identity),
    passing("Dropout", identity),
    passing("SpatialDropout1D", identity),
    passing("SpatialDropout2D", identity),
    passing("SpatialDropout3D", identity),
    passing("AlphaDropout", identity),
    passing("GaussianDropout", identity),
    passing("GaussianNoise", identity),
];

/// What a layer gives that does nothing but in training.
pub(crate) fn identity(call: &mut Call) -> Results {
    Ok(vec![call.first_as_floats_unless_integers()?])
}

impl Call<'_, '_, '_> {
    /// The first argument, floats in the type that the layer computes in.
    pub fn first_as_floats_unless_integers(&mut self) -> Result<Tracked, String> {
        let x = self.first()?;
        match self.element(x).is_float() && self.attribute("dtype").is_some() {
            true => self.as_floats(x),
            false => Ok(x),
        }
    }

    /// A bias, if there is one, added along the last axes.
    pub fn add_bias(&mut self, x: Tracked) -> Result<Tracked, String> {
        match self.find_weight("bias")? {
            Some(bias) => self.binary("graph.add", x, bias),
            None => Ok(x),
        }
    }
}

/// `activation(x kernel + bias)` along the last axis.
fn dense(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let kernel = call.weight("kernel")?;
    let y = last_axis_product(call, x, kernel)?;
    let y = call.add_bias(y)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// The product of rows, the last axis of `x`, and a matrix.
pub(crate) fn last_axis_product(call: &mut Call, x: Tracked, matrix: Tracked) -> Result<Tracked, String> {
    let (shape, &[inputs, outputs]) = (call.shape(x).to_vec(), call.shape(matrix)) else {
        return Err("the kernel is no matrix".into());
    };
    let Some((_, outer)) = shape.split_last() else { return Err("the input has no axes".into()) };
    let x = call.expect_shape(x, &[outer, &[inputs]].concat(), "the input")?;
    if outer.is_empty() {
        let row = call.reshape(x, &[Dim::Static(1), inputs])?;
        let product = call.emit("graph.matmul", &[row, matrix], &[])?;
        return call.reshape(product, &[outputs]);
    }
    call.emit("graph.matmul", &[x, matrix], &[])
}

fn einsum_dense(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let kernel = call.weight("kernel")?;
    let equation = call.string_or("equation", "");
    let y = einsum_of(call, equation, &[x, kernel])?;
    // The bias has extents of 1 where it is not said to differ, and no axes before the first of the rest.
    let y = call.add_bias(y)?;
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// Rows of a table.
fn embedding(call: &mut Call) -> Results {
    let indices = call.first()?;
    let table = call.weight("embeddings")?;
    mask_zeros(call, indices)?;
    Ok(vec![look_up(call, table, indices)?])
}

fn look_up(call: &mut Call, table: Tracked, indices: Tracked) -> Result<Tracked, String> {
    let element = match call.element(indices) {
        ElementType::I32 | ElementType::I64 => call.element(indices),
        _ => ElementType::I32,
    };
    let indices = call.cast(indices, element)?;
    call.emit("graph.gather", &[table, indices], &[("axis", attribute(0i64))])
}

/// The mask of what is not 0, if the layer makes one.
fn mask_zeros(call: &mut Call, indices: Tracked) -> Result<(), String> {
    if call.is_set("mask_zero", false) {
        let mask = call.binary_scalar("graph.not_equal", indices, 0.0)?;
        call.set_masks(mask);
    }
    Ok(())
}

/// A table of rows, or products with them.
fn reversible_embedding(call: &mut Call) -> Results {
    if !call.is_set("reverse", false) {
        return embedding(call);
    }
    let x = call.first_as_floats()?;
    let kernel = match call.find_weight("reverse_embeddings")? {
        Some(kernel) => kernel,
        None => {
            let table = call.weight("embeddings")?;
            call.transpose(table, &[1, 0])?
        }
    };
    let logits = last_axis_product(call, x, kernel)?;
    match call.number("logit_soft_cap") {
        Some(cap) => {
            let scaled = call.binary_scalar("graph.divide", logits, cap)?;
            let bounded = call.unary("graph.tanh", scaled)?;
            Ok(vec![call.binary_scalar("graph.multiply", bounded, cap)?])
        }
        None => Ok(vec![logits]),
    }
}

/// Zeros in place of steps that have nothing but a value, and a mask of the others.
fn masking_layer(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let value = call.float_or("mask_value", 0.0);
    let differs = call.binary_scalar("graph.not_equal", x, value)?;
    let numbers = call.cast(differs, ElementType::U8)?;
    let last = call.rank(x).checked_sub(1).ok_or("the input has no axes")?;
    let any = call.reduce("graph.reduce_max", numbers, &[last])?;
    let element = call.element(x);
    let factor = call.cast(any, element)?;
    let kept = call.binary("graph.multiply", x, factor)?;
    let mask = call.drop_axes(any, &[last])?;
    let mask = call.cast(mask, ElementType::I1)?;
    call.set_masks(mask);
    Ok(vec![kept])
}
