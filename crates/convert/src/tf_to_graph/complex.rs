//! Complex numbers, as pairs of floats in a last axis, and Fourier transforms.

use super::elementwise::angle;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{self, add, dim, expr, floor_divide, maximum, minimum, subtract};
use crate::conversion::fourier::{Transform, transform};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("Complex", |node| {
        let (real, imaginary) = (node.input(0)?, node.input(1)?);
        let shape = crate::conversion::emit::broadcast_shape(&[node.shape(real), node.shape(imaginary)])?;
        let (real, imaginary) = (node.broadcast(real, &shape)?, node.broadcast(imaginary, &shape)?);
        Ok(vec![pair(node, real, imaginary)?])
    }),
    row("Real", |node| {
        let x = node.input(0)?;
        Ok(vec![part(node, x, 0)?])
    }),
    row("Imag", |node| {
        let x = node.input(0)?;
        Ok(vec![part(node, x, 1)?])
    }),
    row("ComplexAbs", |node| {
        let x = node.input(0)?;
        let square = node.binary("graph.multiply", x, x)?;
        let last = node.rank(x) - 1;
        let sum = node.reduce("graph.reduce_sum", square, &[last])?;
        let sum = node.drop_axes(sum, &[last])?;
        Ok(vec![node.unary("graph.sqrt", sum)?])
    }),
    row("Angle", |node| {
        let x = node.input(0)?;
        let (real, imaginary) = (part(node, x, 0)?, part(node, x, 1)?);
        Ok(vec![angle(node, imaginary, real)?])
    }),
    row("Conj", |node| {
        let x = node.input(0)?;
        let signs = node.tensor(Tensor::from_values(&[2], &[1.0f32, -1.0]))?;
        let signs = node.cast(signs, node.element(x))?;
        Ok(vec![node.binary("graph.multiply", x, signs)?])
    }),
    row("FFT", |node| fourier(node, 1, false)),
    row("FFT2D", |node| fourier(node, 2, false)),
    row("FFT3D", |node| fourier(node, 3, false)),
    row("IFFT", |node| fourier(node, 1, true)),
    row("IFFT2D", |node| fourier(node, 2, true)),
    row("IFFT3D", |node| fourier(node, 3, true)),
    row("RFFT", |node| real_fourier(node, 1)),
    row("RFFT2D", |node| real_fourier(node, 2)),
    row("RFFT3D", |node| real_fourier(node, 3)),
    row("IRFFT", |node| inverse_real_fourier(node, 1)),
    row("IRFFT2D", |node| inverse_real_fourier(node, 2)),
    row("IRFFT3D", |node| inverse_real_fourier(node, 3)),
];

/// Operators of other files that take or give complex numbers: those to which the last axis makes no difference.
const AWARE: &[&str] = &[
    "Add",
    "AddV2",
    "Cast",
    "Const",
    "Exp",
    "ExpandDims",
    "Identity",
    "If",
    "Mul",
    "Neg",
    "Reshape",
    "StatelessIf",
    "StatelessWhile",
    "StopGradient",
    "StridedSlice",
    "Sub",
    "Transpose",
    "While",
    "ZerosLike",
];

impl Node<'_, '_> {
    /// The extents of the first operand without the axis of the parts of complex numbers, and this axis if there is one.
    pub fn split_parts(&self, x: Tracked) -> (&'static [Dim], &'static [Dim]) {
        let first = self.conversion.module.operands(self.op).first();
        let is_complex = first.is_some_and(|&operand| is_complex_type(self.conversion.module.ty(operand)));
        let shape = self.shape(x);
        shape.split_at(shape.len() - usize::from(is_complex && !shape.is_empty()))
    }
}

/// `e^x`, of complex numbers or of others.
pub(crate) fn exponential(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    if node.split_parts(x).1.is_empty() {
        return node.unary("graph.exp", x);
    }
    let (real, imaginary) = (part(node, x, 0)?, part(node, x, 1)?);
    let (length, cosine) = (node.unary("graph.exp", real)?, node.unary("graph.cos", imaginary)?);
    let sine = node.unary("graph.sin", imaginary)?;
    let (real, imaginary) =
        (node.binary("graph.multiply", length, cosine)?, node.binary("graph.multiply", length, sine)?);
    pair(node, real, imaginary)
}

/// The product, of complex numbers or of others.
pub(crate) fn multiply(node: &mut Node) -> Results {
    let (a, b) = (node.input(0)?, node.input(1)?);
    if node.split_parts(a).1.is_empty() {
        return Ok(vec![node.binary("graph.multiply", a, b)?]);
    }
    let [a, b, c, d] = [part(node, a, 0)?, part(node, a, 1)?, part(node, b, 0)?, part(node, b, 1)?];
    let (ac, bd) = (node.binary("graph.multiply", a, c)?, node.binary("graph.multiply", b, d)?);
    let (ad, bc) = (node.binary("graph.multiply", a, d)?, node.binary("graph.multiply", b, c)?);
    let (real, imaginary) = (node.binary("graph.subtract", ac, bd)?, node.binary("graph.add", ad, bc)?);
    Ok(vec![pair(node, real, imaginary)?])
}

/// Whether the row of an operator knows complex numbers.
pub(crate) fn is_complex_aware(name: &str) -> bool {
    ROWS.iter().any(|row| row.name == name) || AWARE.contains(&name)
}

/// Whether values of a type are complex numbers.
pub(crate) fn is_complex_type(ty: Type) -> bool {
    matches!(ty.scalar().to_element(), Some(ElementType::C64 | ElementType::C128))
}

/// Real and imaginary parts.
fn pair(node: &mut Node, real: Tracked, imaginary: Tracked) -> Result<Tracked, String> {
    let shape = [node.shape(real), &[Dim::Static(1)]].concat();
    let (real, imaginary) = (node.reshape(real, &shape)?, node.reshape(imaginary, &shape)?);
    node.concat(&[real, imaginary], shape.len() - 1)
}

/// The real parts, or the imaginary ones.
fn part(node: &mut Node, x: Tracked, index: u64) -> Result<Tracked, String> {
    let last =
        node.rank(x).checked_sub(1).filter(|&last| node.shape(x)[last].is(2)).ok_or("complex numbers are wanted")?;
    let part = node.slice_axis(x, last, Dim::Static(index), Dim::Static(1))?;
    node.drop_axes(part, &[last])
}

/// A constant of complex numbers, as one of pairs.
pub(crate) fn constant(node: &mut Node, tensor: Tracked) -> Result<Tracked, String> {
    let tensor = node.constant(tensor).ok_or("a constant of complex numbers cannot be read")?;
    let element = if tensor.element() == ElementType::C64 { ElementType::F32 } else { ElementType::F64 };
    let shape = [tensor.shape(), &[2]].concat();
    node.tensor(Tensor::from_bytes(element, &shape, tensor.bytes()).map_err(|error| error.to_string())?)
}

/// The operand of a cast, of complex numbers the real part.
pub(crate) fn real_part_to_cast(node: &mut Node) -> Result<Tracked, String> {
    let x = node.input(0)?;
    let is_complex = |ty: Option<&Type>| ty.is_some_and(|ty| is_complex_type(*ty));
    let from = node.conversion.module.operand_types(node.op);
    let to = node.conversion.module.result_types(node.op);
    match is_complex(from.first()) && !is_complex(to.first()) {
        true => part(node, x, 0),
        false => Ok(x),
    }
}

/// Numbers as complex ones, unless they are.
pub(crate) fn from_real(node: &mut Node, x: Tracked, to: ElementType) -> Result<Tracked, String> {
    let element = if to == ElementType::C64 { ElementType::F32 } else { ElementType::F64 };
    let was_complex = node.conversion.module.operand_types(node.op).first().is_some_and(|ty| is_complex_type(*ty));
    let x = node.cast(x, element)?;
    if was_complex {
        return Ok(x);
    }
    let zero = super::elementwise::filled_like(node, x, 0.0)?;
    pair(node, x, zero)
}

/// Transforms of complex numbers along the last axes.
fn fourier(node: &mut Node, axes: usize, inverse: bool) -> Results {
    let mut x = node.input(0)?;
    let rank = node.rank(x) - 1;
    let first = rank.checked_sub(axes).ok_or("the input has too few axes")?;
    for axis in first..rank {
        let length = expr(node.shape(x)[axis])?;
        x = transform(node, x, axis, Transform { length, inverse, onesided: false })?;
    }
    Ok(vec![x])
}

/// The lengths that an operand lists.
fn lengths(node: &mut Node, axes: usize) -> Result<Vec<DimExpr>, String> {
    let listed = node.input(1)?;
    let lengths = node.counts_of(listed)?;
    if lengths.len() != axes {
        return Err(format!("{axes} axes take as many lengths, not {}", lengths.len()));
    }
    Ok(lengths)
}

/// An axis cut, or filled up with zeros, to a length.
fn fit(node: &mut Node, x: Tracked, axis: usize, length: DimExpr) -> Result<Tracked, String> {
    let extent = expr(node.shape(x)[axis])?;
    let x = node.slice_axis(x, axis, Dim::Static(0), dim(minimum(extent, length))?)?;
    let missing = maximum(subtract(length, extent)?, extent::constant(0));
    if missing == extent::constant(0) {
        return Ok(x);
    }
    let low = vec![Dim::Static(0); node.rank(x)];
    let mut high = low.clone();
    high[axis] = dim(missing)?;
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    node.emit("graph.pad", &[x], &given)
}

/// Half of the spectrum of real numbers along the last axis, and whole ones along those before.
fn real_fourier(node: &mut Node, axes: usize) -> Results {
    let x = node.input(0)?;
    let lengths = lengths(node, axes)?;
    let rank = node.rank(x);
    let first = rank.checked_sub(axes).ok_or("the input has too few axes")?;
    let column = [node.shape(x), &[Dim::Static(1)]].concat();
    let mut x = node.reshape(x, &column)?;
    for (place, axis) in (first..rank).enumerate().rev() {
        let onesided = axis == rank - 1;
        x = transform(node, x, axis, Transform { length: lengths[place], inverse: false, onesided })?;
    }
    Ok(vec![x])
}

fn inverse_real_fourier(node: &mut Node, axes: usize) -> Results {
    let mut x = node.input(0)?;
    let lengths = lengths(node, axes)?;
    let rank = node.rank(x) - 1;
    let first = rank.checked_sub(axes).ok_or("the input has too few axes")?;
    for (place, axis) in (first..rank).enumerate() {
        let onesided = axis == rank - 1;
        if onesided {
            let half = add(floor_divide(lengths[place], extent::constant(2))?, extent::constant(1))?;
            x = fit(node, x, axis, half)?;
        }
        x = transform(node, x, axis, Transform { length: lengths[place], inverse: true, onesided })?;
    }
    Ok(vec![node.drop_axes(x, &[rank])?])
}
