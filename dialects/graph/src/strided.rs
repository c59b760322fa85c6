//! Walking tensors in row-major order of a result.

use kiln_tensor::row_major_strides;

/// The flat index of the operand element behind each element of a result of shape `to`, when an operand of shape
/// `from` broadcasts to it.
///
/// # Errors
/// When an extent neither is 1 nor equals the result's.
pub(crate) fn broadcast_offsets(from: &[usize], to: &[usize]) -> Result<Vec<usize>, String> {
    let wrong = || format!("an operand of shape {from:?} does not broadcast to {to:?}");
    let offset = to.len().checked_sub(from.len()).ok_or_else(wrong)?;
    let mut strides = vec![0; to.len()];
    for (axis, &stride) in row_major_strides(from).iter().enumerate() {
        if from[axis] == to[offset + axis] {
            strides[offset + axis] = stride as isize;
        } else if from[axis] != 1 {
            return Err(wrong());
        }
    }
    Ok(offsets(to, &strides, 0))
}

/// `start + sum(index[axis] * strides[axis])` for each index of `shape`, in row-major order.
pub(crate) fn offsets(shape: &[usize], strides: &[isize], start: isize) -> Vec<usize> {
    let count = kiln_tensor::element_count(shape).unwrap_or(0);
    let mut result = Vec::with_capacity(count);
    let Some((&length, outer)) = shape.split_last() else { return vec![start as usize] };
    if count == 0 {
        return result;
    }
    let step = strides[outer.len()];
    let mut index = vec![0usize; outer.len()];
    let mut base = start;
    loop {
        result.extend((0..length as isize).map(|position| (base + position * step) as usize));
        let mut axis = outer.len();
        loop {
            if axis == 0 {
                return result;
            }
            axis -= 1;
            index[axis] += 1;
            base += strides[axis];
            if index[axis] < outer[axis] {
                break;
            }
            base -= strides[axis] * outer[axis] as isize;
            index[axis] = 0;
        }
    }
}

/// Calls `visit` with each index of `shape`, in row-major order.
pub(crate) fn for_each_index(
    shape: &[usize],
    mut visit: impl FnMut(&[usize]) -> Result<(), String>,
) -> Result<(), String> {
    if shape.contains(&0) {
        return Ok(());
    }
    let mut index = vec![0usize; shape.len()];
    loop {
        visit(&index)?;
        let mut axis = shape.len();
        loop {
            if axis == 0 {
                return Ok(());
            }
            axis -= 1;
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
}

/// A tensor seen around one axis: `outer` slices of `length` lines of `inner` elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    /// The product of the extents before the axis.
    pub outer: usize,
    /// The extent of the axis.
    pub length: usize,
    /// The product of the extents after the axis.
    pub inner: usize,
}

impl Around {
    /// The view of `shape` around `axis`.
    pub(crate) fn new(shape: &[usize], axis: usize) -> Around {
        Around { outer: shape[..axis].iter().product(), length: shape[axis], inner: shape[axis + 1..].iter().product() }
    }

    /// The flat index of an element.
    pub(crate) fn at(self, outer: usize, position: usize, inner: usize) -> usize {
        (outer * self.length + position) * self.inner + inner
    }

    /// Each pair of outer and inner index, in order.
    pub(crate) fn lines(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.outer).flat_map(move |outer| (0..self.inner).map(move |inner| (outer, inner)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broadcasting_repeats_elements() {
        assert_eq!(broadcast_offsets(&[2, 1], &[2, 3]), Ok(vec![0, 0, 0, 1, 1, 1]));
        assert_eq!(broadcast_offsets(&[3], &[2, 3]), Ok(vec![0, 1, 2, 0, 1, 2]));
        assert_eq!(broadcast_offsets(&[], &[2]), Ok(vec![0, 0]));
        assert_eq!(broadcast_offsets(&[1], &[0]), Ok(vec![]));
        assert!(broadcast_offsets(&[2], &[3]).is_err());
        assert!(broadcast_offsets(&[1, 3], &[3]).is_err());
    }

    #[test]
    fn strides_may_be_negative() {
        assert_eq!(offsets(&[2, 2], &[2, -1], 1), [1, 0, 3, 2]);
        assert_eq!(offsets(&[], &[], 5), [5]);
    }
}
