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

/// How two operands that broadcast to one result are read along its last axes.
pub(crate) struct Runs {
    /// Where each run begins in the two operands.
    pub starts: Vec<(usize, usize)>,
    /// How many elements a run has.
    pub length: usize,
    /// From an element to the next: 1, or 0 where a run reads one element of the operand again and again.
    pub steps: (usize, usize),
}

/// The longest runs of a result of shape `to` along which each operand either moves element by element or stays.
///
/// # Errors
/// When an extent neither is 1 nor equals the result's.
pub(crate) fn broadcast_runs(left: &[usize], right: &[usize], to: &[usize]) -> Result<Runs, String> {
    let evenly = |&count: &usize| step(left, to, count).is_some() && step(right, to, count).is_some();
    let count = (0..=to.len()).rev().find(evenly).unwrap_or(0);
    let (outer, inner) = to.split_at(to.len() - count);
    let starts = |from: &[usize]| {
        let kept = from.len().saturating_sub(inner.len());
        let run: usize = from[kept..].iter().product();
        broadcast_offsets(&from[..kept], outer).map(|offsets| offsets.into_iter().map(move |offset| offset * run))
    };
    let starts = starts(left)?.zip(starts(right)?).collect();
    let steps = (step(left, to, count).unwrap_or(0), step(right, to, count).unwrap_or(0));
    Ok(Runs { starts, length: inner.iter().product(), steps })
}

/// How an operand moves along the last `count` axes of the result, if it does so evenly.
fn step(from: &[usize], to: &[usize], count: usize) -> Option<usize> {
    let (own, inner) = (&from[from.len().saturating_sub(count)..], &to[to.len() - count..]);
    if own == inner {
        return Some(1);
    }
    own.iter().all(|&extent| extent == 1).then_some(0)
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
    fn runs_are_offsets_taken_together() {
        let shapes: &[(&[usize], &[usize], &[usize], usize)] = &[
            (&[4, 2, 3], &[4, 1, 1], &[4, 2, 3], 6),
            (&[4, 2, 3], &[3], &[4, 2, 3], 3),
            (&[4, 2, 3], &[2, 1], &[4, 2, 3], 3),
            (&[1, 2, 1], &[4, 1, 3], &[4, 2, 3], 3),
            (&[], &[2, 3], &[2, 3], 6),
            (&[2, 3], &[2, 3], &[2, 3], 6),
            (&[0, 3], &[3], &[0, 3], 3),
            (&[], &[], &[], 1),
        ];
        for &(left, right, to, length) in shapes {
            let runs = broadcast_runs(left, right, to).expect("the shapes fit");
            assert_eq!(runs.length, length, "{left:?} and {right:?} to {to:?}");
            let run = |&(i, j): &(usize, usize)| {
                (0..length).map(move |at| (i + at * runs.steps.0, j + at * runs.steps.1)).collect::<Vec<_>>()
            };
            let found: Vec<_> = runs.starts.iter().flat_map(run).collect();
            let offsets = |from| broadcast_offsets(from, to).expect("the shapes fit");
            assert_eq!(found, offsets(left).into_iter().zip(offsets(right)).collect::<Vec<_>>());
        }
        assert!(broadcast_runs(&[2], &[3], &[3]).is_err());
    }

    #[test]
    fn strides_may_be_negative() {
        assert_eq!(offsets(&[2, 2], &[2, -1], 1), [1, 0, 3, 2]);
        assert_eq!(offsets(&[], &[], 5), [5]);
    }
}
