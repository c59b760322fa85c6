//! Convolutions and products of matrices.

use super::dequantized::{Dequantized, binary, floats, is_single, numbers, whole_number};
use crate::matching::{cast, constant, is_constant, reshape, shape_of};
use kiln_ir::{Attributes, Builder, Dim, Module, Op, PatternSet, Rewrite, Type, Value};
use kiln_tensor::{ElementType, Tensor, row_major_strides, scalar};

/// The patterns.
pub(super) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("product-of-bytes", "graph.matmul", product);
    patterns.add_fn("convolution-of-bytes", "graph.conv", product);
}

/// A product of `(x - zx) * sx` and `(w - zw) * sw`.
struct Product {
    left: Dequantized,
    right: Dequantized,
    /// The right operand's axis of columns, and the result's.
    columns: (usize, usize),
    /// The right operand's axes that are summed over.
    summed: Vec<usize>,
    /// Whether the left operand is padded, by which zeros are added.
    is_padded: bool,
}

impl Product {
    fn of(module: &Module, op: Op) -> Result<Product, &'static str> {
        let attributes = module.attributes(op);
        if attributes.bool("widening") == Some(true) {
            return Err("the product is of bytes");
        }
        let [left, right] = [0, 1].map(|index| Dequantized::of(module, module.operand(op, index)));
        let left = left.ok_or("the left operand was no bytes")?;
        let right = right.ok_or("the right operand was no bytes")?;
        let (rank, result) = (shape_of(module, right.bytes).len(), shape_of(module, module.result(op, 0)).len());
        let product = if module.is(op, "graph.conv") {
            let channels_last = attributes.str("layout") == Some("channels_last");
            let pads = ["pad_low", "pad_high"].map(|name| attributes.i64s(name).unwrap_or_default());
            Product {
                left,
                right,
                columns: (0, if channels_last { result - 1 } else { 1 }),
                summed: (1..rank).collect(),
                is_padded: pads.concat().iter().any(|&pad| pad != 0),
            }
        } else {
            let transposed = attributes.bool("transpose_b").unwrap_or(false);
            let (columns, depth) = if transposed { (rank - 2, rank - 1) } else { (rank - 1, rank - 2) };
            let is_transposed_left = attributes.bool("transpose_a").unwrap_or(false);
            if is_transposed_left && left.zero.is_some() && right.zero.is_some() {
                return Err("the left matrices lie the wrong way round");
            }
            Product { left, right, columns: (columns, result - 1), summed: vec![depth], is_padded: false }
        };
        product.check(module, op)
    }

    fn check(mut self, module: &Module, op: Op) -> Result<Product, &'static str> {
        if self.left.parameters().any(|parameter| !is_single(module, parameter)) {
            return Err("zero or scale of the left operand vary");
        }
        let rank = shape_of(module, self.right.bytes).len();
        let varies_otherwise = |parameter: Value| {
            let shape = shape_of(module, parameter);
            let first = rank - shape.len();
            shape.iter().enumerate().any(|(axis, dim)| !dim.is(1) && axis + first != self.columns.0)
        };
        if self.right.parameters().any(varies_otherwise) {
            return Err("zero or scale of the right operand vary, but not by column");
        }
        self.left.zero = self.left.zero.filter(|&zero| whole_number(module, zero) != Some(0));
        self.right.zero = self.right.zero.filter(|&zero| whole_number(module, zero) != Some(0));
        if self.is_padded && self.left.zero.is_some_and(|zero| whole_number(module, zero).is_none()) {
            return Err("padding is not known");
        }
        if module.is(op, "graph.conv") && self.right.zero.is_some() && self.centred_weights(module).is_none() {
            return Err("the filter less its zero does not fit into bytes");
        }
        Ok(self)
    }

    /// Constant weights less their zero, where that is not 0 and signed bytes hold them.
    fn centred_weights(&self, module: &Module) -> Option<Tensor> {
        let zero = whole_number(module, self.right.zero?)?;
        let tensor = module.constant_tensor(self.right.bytes)?;
        let centre = |value: i128| i8::try_from(value as i64 - zero).ok();
        let values: Vec<i8> = scalar::integers(&tensor).ok()?.into_iter().map(centre).collect::<Option<_>>()?;
        Some(Tensor::from_values(tensor.shape(), &values))
    }

    /// `parameter` of the right operand as one that broadcasts to a result of `rank` axes.
    fn by_column(&self, builder: &mut Builder, parameter: Value, rank: usize) -> Value {
        if is_single(builder.module, parameter) {
            return reshape(builder, parameter, &[]);
        }
        let own = shape_of(builder.module, parameter);
        let missing = shape_of(builder.module, self.right.bytes).len() - own.len();
        let length = own[self.columns.0 - missing];
        let mut shape = vec![Dim::Static(1); rank - self.columns.1];
        shape[0] = length;
        reshape(builder, parameter, &shape)
    }

    /// The sum of each column of the right operand, less its zero; one for each column, or with the batch axes of what
    /// is computed at run time.
    fn column_sums(&self, builder: &mut Builder, rank: usize) -> Value {
        if let Some(tensor) = builder.module.constant_tensor(self.right.bytes)
            && let Some(sums) = self.constant_sums(builder.module, &tensor)
        {
            let mut shape = vec![1; rank - self.columns.1];
            shape[0] = sums.len();
            return constant(builder, Tensor::from_values(&shape, &sums));
        }
        let wide = cast(builder, self.right.bytes, ElementType::I32);
        let centred = match self.right.zero {
            Some(zero) => {
                let zero = cast(builder, zero, ElementType::I32);
                binary(builder, "graph.subtract", wide, zero)
            }
            None => wide,
        };
        let sums = reduce(builder, centred, &self.summed);
        let own = shape_of(builder.module, sums);
        // Of a filter, one for each output channel; of matrices, rows of one element become columns.
        let mut shape: Vec<Dim> = own.to_vec();
        if self.summed.len() > 1 || self.columns.1 + 1 < rank {
            shape = vec![Dim::Static(1); rank - self.columns.1];
            shape[0] = own[self.columns.0];
        } else if self.columns.0 + 1 < own.len() {
            shape.swap(own.len() - 1, own.len() - 2);
        }
        reshape(builder, sums, &shape)
    }

    fn constant_sums(&self, module: &Module, tensor: &Tensor) -> Option<Vec<i32>> {
        // Batches of different matrices have sums of their own.
        let is_one = |axis: usize| axis == self.columns.0 || self.summed.contains(&axis) || tensor.shape()[axis] == 1;
        if !(0..tensor.rank()).all(is_one) {
            return None;
        }
        let zero = self.right.zero.map_or(Some(0), |zero| whole_number(module, zero))?;
        let (stride, length) = (row_major_strides(tensor.shape())[self.columns.0], tensor.shape()[self.columns.0]);
        let mut sums = vec![0i32; length];
        for (index, value) in scalar::integers(tensor).ok()?.into_iter().enumerate() {
            let sum = &mut sums[index / stride % length];
            *sum = sum.wrapping_add(value as i32).wrapping_sub(zero as i32);
        }
        Some(sums)
    }
}

fn reduce(builder: &mut Builder, value: Value, axes: &[usize]) -> Value {
    let mut shape = shape_of(builder.module, value).to_vec();
    axes.iter().for_each(|&axis| shape[axis] = Dim::Static(1));
    let ty = Type::tensor(&shape, builder.module.ty(value).scalar());
    let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
    builder.op("graph.reduce_sum").operand(value).attribute("axes", axes).result(ty).value()
}

/// `product((x - zx) * sx, (w - zw) * sw) = (product(x, w) - zx * sum(w - zw) - zw * sum(x)) * (sx * sw)`
fn product(module: &mut Module, op: Op) -> Rewrite {
    let mut product = Product::of(module, op)?;
    let result = module.result(op, 0);
    let (shape, ty) = (shape_of(module, result), module.ty(result));
    let is_real = ty.element() == Some(ElementType::F32);
    if !is_real && ty.element() != Some(ElementType::I32) {
        return Err("the product is of other numbers".into());
    }
    let rank = shape.len();
    let scales = is_real.then(|| scales(module, &product)).flatten();
    let bias = module.operands(op).get(2).copied();
    let mut builder = Builder::before(module, op);
    let b = &mut builder;
    if let Some(centred) = product.centred_weights(b.module) {
        product.right.bytes = constant(b, centred);
        product.right.zero = None;
    }
    let (whole_bias, real_bias) = match bias {
        None => (None, None),
        Some(bias) if !is_real => (Some(bias), None),
        Some(bias) => match whole_bias(b.module, bias, scales.as_deref()) {
            Some(values) => (Some(constant(b, Tensor::from_values(&[values.len()], &values))), None),
            None => (None, Some(bias)),
        },
    };
    let mut sum = widening(b, op, &product, whole_bias, shape);
    if let Some(zero) = product.left.zero {
        let sums = product.column_sums(b, rank);
        let zero = cast(b, zero, ElementType::I32);
        let zero = reshape(b, zero, &[]);
        let offset = binary(b, "graph.multiply", sums, zero);
        sum = binary(b, "graph.subtract", sum, offset);
    }
    if let Some(zero) = product.right.zero {
        let offset = row_offset(b, op, &product, zero);
        sum = binary(b, "graph.subtract", sum, offset);
    }
    let mut value = sum;
    if is_real {
        let real = cast(b, sum, ElementType::F32);
        value = rescale(b, &product, scales.as_deref(), real);
    }
    if let Some(bias) = real_bias {
        let mut extents = vec![Dim::Static(1); rank - product.columns.1];
        extents[0] = shape_of(b.module, bias)[0];
        let bias = reshape(b, bias, &extents);
        value = binary(b, "graph.add", value, bias);
    }
    module.replace_all_uses(result, value);
    module.erase(op);
    Ok(())
}

/// `zw * sum(x)`, for each row of the left operand.
fn row_offset(b: &mut Builder, op: Op, product: &Product, zero: Value) -> Value {
    let shape = shape_of(b.module, b.module.result(op, 0));
    let wide = cast(b, product.left.bytes, ElementType::I32);
    let transposed = b.module.attributes(op).bool("transpose_a").unwrap_or(false);
    let axis = shape_of(b.module, wide).len() - if transposed { 2 } else { 1 };
    let mut rows = reduce(b, wide, &[axis]);
    if transposed {
        let mut turned = shape_of(b.module, rows).to_vec();
        turned.swap(axis, axis + 1);
        rows = reshape(b, rows, &turned);
    }
    let zero = cast(b, zero, ElementType::I32);
    let zero = product.by_column(b, zero, shape.len());
    let extents = if is_single(b.module, zero) { shape_of(b.module, rows) } else { shape };
    let spread = Type::tensor(extents, Type::from_element(ElementType::I32));
    b.op("graph.multiply").operands(&[rows, zero]).result(spread).value()
}

/// `value` times both scales: a constant if they are known.
fn rescale(b: &mut Builder, product: &Product, scales: Option<&[f64]>, value: Value) -> Value {
    let rank = shape_of(b.module, value).len();
    if let Some(scales) = scales {
        let mut extents = vec![1; rank - product.columns.1];
        extents[0] = scales.len();
        let scale = floats(b, if scales.len() == 1 { &[] } else { &extents }, scales);
        return binary(b, "graph.multiply", value, scale);
    }
    let mut value = value;
    if let Some(scale) = product.left.scale {
        let scale = cast(b, scale, ElementType::F32);
        let scale = reshape(b, scale, &[]);
        value = binary(b, "graph.multiply", value, scale);
    }
    if let Some(scale) = product.right.scale {
        let scale = product.by_column(b, scale, rank);
        value = binary(b, "graph.multiply", value, scale);
    }
    value
}

/// The product of the bytes.
fn widening(b: &mut Builder, op: Op, product: &Product, bias: Option<Value>, shape: &[Dim]) -> Value {
    let operands: Vec<Value> = [product.left.bytes, product.right.bytes].into_iter().chain(bias).collect();
    let mut attributes: Attributes = b.module.attributes(op).clone();
    attributes.set("widening", true);
    if let Some(zero) = product.left.zero.filter(|_| product.is_padded) {
        attributes.set("pad_value", whole_number(b.module, zero).expect("checked: padding is known"));
    }
    let (name, ty) = (b.module.name(op), Type::tensor(shape, Type::from_element(ElementType::I32)));
    let mut made = b.op(name.as_str()).operands(&operands);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    made.result(ty).value()
}

/// `sx * sw`, one for all columns or one for each, if they are known.
fn scales(module: &Module, product: &Product) -> Option<Vec<f64>> {
    let known = |scale: Option<Value>| scale.map_or(Some(vec![1.0]), |scale| numbers(module, scale));
    let (left, right) = (known(product.left.scale)?, known(product.right.scale)?);
    let left = *left.first()?;
    Some(right.into_iter().map(|right| left * right).collect())
}

/// A bias as whole multiples of the scales, where it is those, to the precision of `f32`.
fn whole_bias(module: &Module, bias: Value, scales: Option<&[f64]>) -> Option<Vec<i32>> {
    /// How far a multiple may be off, relative to itself: two roundings.
    const TOLERANCE: f64 = 2.5e-7;
    const LARGEST: f64 = (1 << 28) as f64;
    let scales = scales?;
    let values = numbers(module, bias).filter(|_| is_constant(module, bias))?;
    let whole = |(index, value): (usize, &f64)| {
        let scale = scales[if scales.len() == 1 { 0 } else { index }];
        let multiple = (value / scale).round();
        let fits = multiple.abs() < LARGEST && (multiple * scale - value).abs() <= TOLERANCE * value.abs();
        fits.then_some(multiple as i32)
    };
    values.iter().enumerate().map(whole).collect()
}
