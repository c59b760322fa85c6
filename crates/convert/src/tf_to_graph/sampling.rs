//! Pictures sampled by matrices of weights, one for each axis: means of areas, and filters of any scale.

use crate::conversion::einsum::einsum;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::{ElementType, Tensor};
use std::f64::consts::PI;

pub(crate) const ROWS: &[Row] = &[row("ResizeArea", resize_area), row("ScaleAndTranslate", scale_and_translate)];

/// The most weights of an axis.
const MOST_WEIGHTS: usize = 1 << 24;

/// The extents of rows and columns before and after, which must be known.
fn extents(node: &Node, x: Tracked) -> Result<[[usize; 2]; 2], String> {
    let size = node.constant_ints(node.input(1)?, "the size")?;
    let (&[_, height, width, _], &[rows, columns]) = (node.shape(x), size.as_slice()) else {
        return Err("the input must have 4 axes, and the size two numbers".into());
    };
    let mut all = [[0; 2]; 2];
    for (own, (before, after)) in all.iter_mut().zip([(height, rows), (width, columns)]) {
        let before = before.as_static().and_then(|extent| usize::try_from(extent).ok()).filter(|&extent| extent > 0);
        let before = before.ok_or("the extents of the picture must be known")?;
        let after = usize::try_from(after).ok().filter(|&extent| extent > 0).ok_or("the size must be positive")?;
        if before.checked_mul(after).is_none_or(|count| count > MOST_WEIGHTS) {
            return Err("the picture is too large".into());
        }
        *own = [before, after];
    }
    Ok(all)
}

/// Rows and columns, each by its matrix of weights: a row of it for each one that comes out.
fn weighted(node: &mut Node, x: Tracked, extents: [[usize; 2]; 2], weights: [Vec<f32>; 2]) -> Results {
    let mut x = node.cast(x, ElementType::F32)?;
    for ((weights, [before, after]), equation) in weights.iter().zip(extents).zip(["ah,nhwc->nawc", "bw,nawc->nabc"]) {
        let matrix = node.tensor(Tensor::from_values(&[after, before], weights))?;
        x = einsum(node, equation, &[matrix, x])?;
    }
    Ok(vec![x])
}

/// Each pixel is the mean of the area that it covers.
fn resize_area(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let extents = extents(node, x)?;
    let has_corners = node.flag("align_corners", false);
    let weights = extents.map(|[before, after]| {
        let scale = match has_corners && after > 1 {
            true => (before - 1) as f32 / (after - 1) as f32,
            false => before as f32 / after as f32,
        };
        let mut weights = vec![0.0; before * after];
        for (place, row) in weights.chunks_mut(before).enumerate() {
            let (start, end) = (place as f32 * scale, (place + 1) as f32 * scale);
            let covered = start.floor() as usize..end.ceil() as usize;
            for pixel in covered {
                let low = (pixel as f32).max(start);
                let part = ((pixel + 1) as f32).min(end) - low;
                row[pixel.min(before - 1)] += part / scale;
            }
        }
        weights
    });
    weighted(node, x, extents, weights)
}

/// A filter: how far it reaches, and its weight at a distance.
#[derive(Clone, Copy)]
struct Filter {
    reach: f64,
    weight: fn(f64) -> f64,
}

fn lanczos(x: f64, reach: f64) -> f64 {
    match x {
        x if x > reach => 0.0,
        x if x <= 1e-3 => 1.0,
        x => reach * (PI * x).sin() * (PI * x / reach).sin() / (PI * PI * x * x),
    }
}

fn filter(name: &str) -> Option<Filter> {
    let (reach, weight): (f64, fn(f64) -> f64) = match name {
        "lanczos1" => (1.0, |x| lanczos(x, 1.0)),
        "lanczos3" => (3.0, |x| lanczos(x, 3.0)),
        "lanczos5" => (5.0, |x| lanczos(x, 5.0)),
        "gaussian" => (1.5, |x| if x >= 1.5 { 0.0 } else { (-2.0 * x * x).exp() }),
        "box" => (1.0, |x| {
            if x < 0.5 {
                1.0
            } else if x == 0.5 {
                0.5
            } else {
                0.0
            }
        }),
        "triangle" => (1.0, |x| (1.0 - x).max(0.0)),
        "keyscubic" => (2.0, |x| match x {
            x if x >= 2.0 => 0.0,
            x if x >= 1.0 => ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0,
            x => (1.5 * x - 2.5) * x * x + 1.0,
        }),
        "mitchellcubic" => (2.0, |x| match x {
            x if x >= 2.0 => 0.0,
            x if x >= 1.0 => ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0,
            x => (7.0 / 6.0 * x - 2.0) * x * x + 8.0 / 9.0,
        }),
        _ => return None,
    };
    Some(Filter { reach, weight })
}

fn scale_and_translate(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let extents = extents(node, x)?;
    let scales = node.constant_floats(node.input(2)?, "the scale")?;
    let moves = node.constant_floats(node.input(3)?, "the translation")?;
    let name = node.string_or("kernel_type", "lanczos3");
    let filter = filter(name).ok_or_else(|| format!("kernel_type \"{name}\" is not known"))?;
    let smooths = node.flag("antialias", true);
    let (&[row_scale, column_scale], &[row_move, column_move]) = (scales.as_slice(), moves.as_slice()) else {
        return Err("scale and translation are two numbers each".into());
    };
    if !(row_scale > 0.0 && column_scale > 0.0) {
        return Err("the scale must be positive".into());
    }
    let axis = |[before, after]: [usize; 2], scale: f64, moved: f64| {
        let spread = if smooths { (1.0 / scale).max(1.0) } else { 1.0 };
        let mut weights = vec![0.0f32; before * after];
        for (place, row) in weights.chunks_mut(before).enumerate() {
            let middle = (place as f64 + 0.5 - moved) / scale;
            if middle < 0.0 || middle > before as f64 {
                continue;
            }
            let reach = filter.reach * spread;
            let last = before as f64 - 1.0;
            let first = (middle - reach - 0.5).ceil().clamp(0.0, last) as usize;
            let last = (middle + reach - 0.5).floor().clamp(0.0, last) as usize;
            let all: Vec<f64> =
                (first..=last).map(|pixel| (filter.weight)(((pixel as f64 + 0.5 - middle) / spread).abs())).collect();
            let total: f64 = all.iter().sum();
            if total.abs() < 1e-30 {
                continue;
            }
            for (pixel, weight) in (first..=last).zip(all) {
                row[pixel] = (weight / total) as f32;
            }
        }
        weights
    };
    let weights = [axis(extents[0], row_scale, row_move), axis(extents[1], column_scale, column_move)];
    weighted(node, x, extents, weights)
}
