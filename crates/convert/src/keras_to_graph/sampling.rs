//! Images resized by kernels that may be wide: each element is a sum of its neighbours, with shares that sum to 1.

use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::scalar;
use std::f64::consts::PI;

/// How much a neighbour counts by its distance.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kernel {
    Triangle,
    /// Keys 1981, with a coefficient of -1/2.
    Cubic,
    /// Lanczos 1956, of a radius.
    Lanczos(f64),
}

impl Kernel {
    fn radius(self) -> f64 {
        match self {
            Kernel::Triangle => 1.0,
            Kernel::Cubic => 2.0,
            Kernel::Lanczos(radius) => radius,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Kernel::Triangle => (1.0 - x).max(0.0),
            Kernel::Cubic if x >= 2.0 => 0.0,
            Kernel::Cubic if x >= 1.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            Kernel::Cubic => ((1.5 * x - 2.5) * x) * x + 1.0,
            Kernel::Lanczos(radius) if x > radius => 0.0,
            Kernel::Lanczos(_) if x <= 1e-3 => 1.0,
            Kernel::Lanczos(radius) => radius * (PI * x).sin() * (PI * x / radius).sin() / (PI * PI * x * x),
        }
    }
}

/// The longest axis: its matrix is a constant.
const LONGEST: u64 = 1 << 12;

/// `x` resized along two axes to known extents; if `is_smooth`, kernels are as wide as what becomes one element.
pub(super) fn sample(
    node: &mut Node,
    mut x: Tracked,
    axes: [usize; 2],
    size: [Dim; 2],
    kernel: Kernel,
    is_smooth: bool,
) -> Result<Tracked, String> {
    for (axis, to) in axes.into_iter().zip(size) {
        let known = node.shape(x)[axis].as_static().zip(to.as_static());
        let (from, to) = known.ok_or("an image that is resized like this must have known extents")?;
        if from > LONGEST || to > LONGEST || from == 0 {
            return Err(format!("an image that is resized like this has 1 to {LONGEST} rows and columns"));
        }
        let entries = shares(from as usize, to as usize, kernel, is_smooth);
        let matrix = scalar::from_floats(node.element(x), &[from as usize, to as usize], entries)?;
        let matrix = node.tensor(matrix)?;
        let rank = node.rank(x);
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(axis, rank - 1);
        let turned = node.transpose(x, &order)?;
        let resized = product(node, turned, matrix)?;
        x = node.transpose(resized, &order)?;
    }
    Ok(x)
}

/// How much of each element of `from` is in each of `to`.
fn shares(from: usize, to: usize, kernel: Kernel, is_smooth: bool) -> Vec<f64> {
    let scale = from as f64 / to.max(1) as f64;
    let width = if is_smooth { scale.max(1.0) } else { 1.0 };
    let mut entries = vec![0.0; from * to];
    for column in 0..to {
        let centre = (column as f64 + 0.5) * scale;
        let reach = kernel.radius() * width;
        let (first, last) =
            ((centre - reach - 0.5).ceil().max(0.0), (centre + reach - 0.5).floor().min(from as f64 - 1.0));
        let weights: Vec<f64> = (first as usize..=last.max(0.0) as usize)
            .map(|place| kernel.weight((place as f64 + 0.5 - centre) / width))
            .collect();
        let sum: f64 = weights.iter().sum();
        for (offset, weight) in weights.into_iter().enumerate() {
            if sum.abs() > 1e-8 {
                entries[(first as usize + offset) * to + column] = weight / sum;
            }
        }
    }
    entries
}
