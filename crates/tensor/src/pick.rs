//! Moving elements: a tensor made of elements of others, whatever their type.

use crate::{ElementType, Storage, Tensor, TensorError, element_count};

impl Tensor {
    /// A tensor of `shape` whose elements are taken from `sources`, in row-major order: each pick names a source and
    /// the flat index of an element in it.
    ///
    /// # Errors
    /// When the number of picks is not the shape's, a pick is out of range, or the sources' element types differ.
    pub fn pick(
        sources: &[Tensor],
        shape: &[usize],
        picks: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Tensor, TensorError> {
        let count = element_count(shape).ok_or_else(|| TensorError::TooLarge { shape: shape.to_vec() })?;
        let Some(first) = sources.first() else {
            return Err(TensorError::WrongLength { expected: count, found: 0 });
        };
        let element = first.element();
        if let Some(other) = sources.iter().find(|source| source.element() != element) {
            return Err(TensorError::MixedElements { left: element, right: other.element() });
        }
        match element {
            ElementType::String => {
                let slices: Vec<&[Vec<u8>]> = sources.iter().map(Tensor::strings).collect();
                let mut strings = vec![Vec::new(); count];
                fill(&slices, &mut strings, picks)?;
                Tensor::from_strings(shape, strings)
            }
            _ => match element.byte_size() {
                1 => pick_bytes::<1>(sources, element, shape, picks),
                2 => pick_bytes::<2>(sources, element, shape, picks),
                4 => pick_bytes::<4>(sources, element, shape, picks),
                8 => pick_bytes::<8>(sources, element, shape, picks),
                _ => pick_bytes::<16>(sources, element, shape, picks),
            },
        }
    }
}

fn pick_bytes<const SIZE: usize>(
    sources: &[Tensor],
    element: ElementType,
    shape: &[usize],
    picks: impl IntoIterator<Item = (usize, usize)>,
) -> Result<Tensor, TensorError> {
    let slices: Vec<&[[u8; SIZE]]> = sources.iter().map(|source| source.bytes().as_chunks::<SIZE>().0).collect();
    let mut filled = Ok(());
    let storage = Storage::filled(Tensor::byte_length(element, shape)?, |bytes| {
        filled = fill(&slices, bytes.as_chunks_mut::<SIZE>().0, picks);
    });
    filled?;
    Tensor::new(element, shape, storage)
}

/// Writes one picked element to each place of `target`.
fn fill<T: Clone>(
    sources: &[&[T]],
    target: &mut [T],
    picks: impl IntoIterator<Item = (usize, usize)>,
) -> Result<(), TensorError> {
    let expected = target.len();
    let mut found = 0;
    for (source, offset) in picks {
        let values = sources.get(source).copied().unwrap_or_default();
        let value = values.get(offset).ok_or(TensorError::OutOfRange { offset, length: values.len() })?;
        if let Some(place) = target.get_mut(found) {
            place.clone_from(value);
        }
        found += 1;
    }
    if found == expected { Ok(()) } else { Err(TensorError::WrongLength { expected, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_any_type_are_picked() {
        let (a, b) = (Tensor::from_values(&[2], &[1i16, 2]), Tensor::from_values(&[1], &[9i16]));
        let picked = Tensor::pick(&[a.clone(), b], &[3], [(1, 0), (0, 1), (0, 1)]).expect("in range");
        assert_eq!(picked.values::<i16>().as_ref(), [9, 2, 2]);
        assert_eq!(Tensor::pick(&[a], &[1], [(0, 2)]), Err(TensorError::OutOfRange { offset: 2, length: 2 }));
        let words = Tensor::from_strings(&[2], vec![b"x".to_vec(), b"y".to_vec()]).expect("two");
        let picked = Tensor::pick(&[words], &[1], [(0, 1)]).expect("in range");
        assert_eq!(picked.strings(), [b"y".to_vec()]);
    }
}
