//! Data-dependent indices: gather, scatter and their like.

use kiln_tensor::{Tensor, scalar};

/// The elements of a tensor of indices.
pub(crate) fn indices(tensor: &Tensor) -> Result<Vec<i64>, String> {
    let narrow = |index: i128| i64::try_from(index).map_err(|_| format!("index {index} does not fit in 64 bits"));
    scalar::integers(tensor)?.into_iter().map(narrow).collect()
}

/// The position that `index` means on an axis of `extent` elements: a negative one counts from the end.
pub(crate) fn in_range(index: i64, extent: usize, axis: usize) -> Result<usize, String> {
    let length = extent as i64;
    let position = if index < 0 { index.saturating_add(length) } else { index };
    if (0..length).contains(&position) {
        return Ok(position as usize);
    }
    Err(format!("index {index} is not in axis {axis}, whose extent is {extent}"))
}
