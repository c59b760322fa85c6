//! What the two scatter ops share: storing updates into a copy of the data.

use kiln_tensor::Tensor;
use kiln_tensor::scalar::{self, Class};

/// The values of attribute `reduction`.
pub(crate) const REDUCTIONS: &[&str] = &["none", "add", "mul", "min", "max"];

/// What attribute `reduction` means.
pub(crate) const REDUCTION_DOC: &str = "How an update joins the element that is there: `none` replaces it (where several updates meet, the last one \
     stays), `add`, `mul`, `min` and `max` combine.";

/// `data` with each update stored at the flat index that `targets` has for it.
pub(crate) fn store(data: &Tensor, updates: &Tensor, targets: &[usize], reduction: &str) -> Result<Tensor, String> {
    if targets.len() != updates.len() {
        return Err(format!("{} updates have {} places to go", updates.len(), targets.len()));
    }
    match (reduction, Class::of(data.element())) {
        ("none", _) => {
            let mut picks: Vec<(usize, usize)> = (0..data.len()).map(|offset| (0, offset)).collect();
            for (update, &target) in targets.iter().enumerate() {
                picks[target] = (1, update);
            }
            Ok(Tensor::pick(&[data.clone(), updates.clone()], data.shape(), picks)?)
        }
        (_, Class::Float) => {
            let combine: fn(f64, f64) -> f64 = match reduction {
                "add" => |a, b| a + b,
                "mul" => |a, b| a * b,
                "min" => |a, b| if b.is_nan() || b < a { b } else { a },
                _ => |a, b| if b.is_nan() || b > a { b } else { a },
            };
            let mut values = scalar::floats(data)?;
            for (&target, update) in targets.iter().zip(scalar::floats(updates)?) {
                values[target] = combine(values[target], update);
            }
            scalar::from_floats(data.element(), data.shape(), values)
        }
        _ => {
            let combine: fn(i128, i128) -> i128 = match reduction {
                "add" => i128::wrapping_add,
                "mul" => i128::wrapping_mul,
                "min" => std::cmp::min,
                _ => std::cmp::max,
            };
            let mut values = scalar::integers(data)?;
            for (&target, update) in targets.iter().zip(scalar::integers(updates)?) {
                values[target] = combine(values[target], update);
            }
            scalar::from_integers(data.element(), data.shape(), values)
        }
    }
}
