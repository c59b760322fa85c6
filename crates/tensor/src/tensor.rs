//! Dense tensors.

use crate::{Element, ElementType, MappedFile, Storage};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A dense row-major tensor: element type, shape, shared bytes (or strings).
#[derive(Clone, Debug)]
pub struct Tensor {
    element: ElementType,
    shape: Arc<[usize]>,
    data: Data,
}

#[derive(Clone, Debug)]
enum Data {
    Bytes(Storage),
    Strings(Arc<[Vec<u8>]>),
}

/// Why a tensor cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TensorError {
    /// The product of the extents, or its size in bytes, does not fit in the address space.
    TooLarge {
        /// The extents asked for.
        shape: Vec<usize>,
    },
    /// The bytes at hand are not what type and shape ask for.
    WrongLength {
        /// Bytes (or strings) that type and shape ask for.
        expected: usize,
        /// Bytes (or strings) given.
        found: usize,
    },
    /// An element that is not there.
    OutOfRange {
        /// Its flat index.
        offset: usize,
        /// The number of elements.
        length: usize,
    },
    /// Two element types where there must be one.
    MixedElements {
        /// The first.
        left: ElementType,
        /// The other.
        right: ElementType,
    },
}

impl std::fmt::Display for TensorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TensorError::TooLarge { shape } => write!(f, "a tensor of shape {shape:?} is too large for memory"),
            TensorError::WrongLength { expected, found } => {
                write!(f, "expected {expected} bytes of data, found {found}")
            }
            TensorError::OutOfRange { offset, length } => {
                write!(f, "element {offset} of a tensor of {length} elements does not exist")
            }
            TensorError::MixedElements { left, right } => write!(f, "element types {left} and {right} are mixed"),
        }
    }
}

impl std::error::Error for TensorError {}

/// The message, where reasons are sentences.
impl From<TensorError> for String {
    fn from(error: TensorError) -> String {
        error.to_string()
    }
}

/// The number of elements of a shape; `None` if it overflows, or would with extents of 1 in place of 0: so that strides
/// and counts of a part of the axes never overflow.
pub fn element_count(shape: &[usize]) -> Option<usize> {
    let count = shape.iter().try_fold(1usize, |count, &extent| count.checked_mul(extent.max(1)))?;
    Some(if shape.contains(&0) { 0 } else { count })
}

/// Row-major strides in elements; the last is 1.
pub fn row_major_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides
}

impl Tensor {
    /// A tensor over `storage`, whose length must be exactly what type and shape ask for.
    ///
    /// # Errors
    /// When the shape overflows or the length differs.
    pub fn new(element: ElementType, shape: &[usize], storage: Storage) -> Result<Tensor, TensorError> {
        let expected = Tensor::byte_length(element, shape)?;
        let found = storage.bytes().len();
        if expected != found {
            return Err(TensorError::WrongLength { expected, found });
        }
        Ok(Tensor { element, shape: shape.into(), data: Data::Bytes(storage) })
    }

    /// A tensor that owns a copy of `bytes`.
    ///
    /// # Errors
    /// When the shape overflows or the length differs.
    pub fn from_bytes(element: ElementType, shape: &[usize], bytes: &[u8]) -> Result<Tensor, TensorError> {
        Tensor::new(element, shape, Storage::from_bytes(bytes))
    }

    /// A tensor over a range of a mapped file.
    ///
    /// # Errors
    /// When the shape overflows, the range leaves the file or its length differs.
    pub fn from_mapped(
        element: ElementType,
        shape: &[usize],
        file: MappedFile,
        range: Range<usize>,
    ) -> Result<Tensor, TensorError> {
        let expected = Tensor::byte_length(element, shape)?;
        if range.start > range.end || range.end > file.len() || range.len() != expected {
            let found = file.len().min(range.end).saturating_sub(range.start);
            return Err(TensorError::WrongLength { expected, found });
        }
        Ok(Tensor { element, shape: shape.into(), data: Data::Bytes(Storage::Mapped { file, range }) })
    }

    /// A tensor of the values' own element type.
    ///
    /// # Panics
    /// When the number of values is not the number of elements: the caller made the shape.
    pub fn from_values<T: Element>(shape: &[usize], values: &[T]) -> Tensor {
        Tensor::from_values_as(T::TYPE, shape, values)
    }

    /// A tensor of `element`, whose storage `T` is: `u8` for `i1`, `i8` for `i4`.
    ///
    /// # Panics
    /// When sizes or counts differ: the caller made both.
    pub fn from_values_as<T: Element>(element: ElementType, shape: &[usize], values: &[T]) -> Tensor {
        assert_eq!(size_of::<T>(), element.byte_size(), "storage type matches element type");
        Tensor::from_bytes(element, shape, bytemuck::cast_slice(values)).expect("one value for each element")
    }

    /// A tensor of truth values.
    ///
    /// # Panics
    /// When the number of values is not the number of elements.
    pub fn from_bools(shape: &[usize], values: &[bool]) -> Tensor {
        let bytes: Vec<u8> = values.iter().map(|&value| u8::from(value)).collect();
        Tensor::from_values_as(ElementType::I1, shape, &bytes)
    }

    /// A tensor of strings.
    ///
    /// # Errors
    /// When the number of strings is not the number of elements.
    pub fn from_strings(shape: &[usize], strings: Vec<Vec<u8>>) -> Result<Tensor, TensorError> {
        let expected = element_count(shape).ok_or_else(|| TensorError::TooLarge { shape: shape.to_vec() })?;
        if expected != strings.len() {
            return Err(TensorError::WrongLength { expected, found: strings.len() });
        }
        Ok(Tensor { element: ElementType::String, shape: shape.into(), data: Data::Strings(strings.into()) })
    }

    /// A rank-0 tensor of one value.
    pub fn scalar<T: Element>(value: T) -> Tensor {
        Tensor::from_values(&[], &[value])
    }

    /// A tensor of zeros (false, empty strings).
    ///
    /// # Errors
    /// When the shape overflows.
    pub fn zeros(element: ElementType, shape: &[usize]) -> Result<Tensor, TensorError> {
        let length = Tensor::byte_length(element, shape)?;
        if element == ElementType::String {
            return Tensor::from_strings(shape, vec![Vec::new(); element_count(shape).unwrap_or(0)]);
        }
        Tensor::new(element, shape, Storage::filled(length, |_| ()))
    }

    /// Bytes that a tensor takes.
    ///
    /// # Errors
    /// When the number of elements or of bytes overflows.
    pub fn byte_length(element: ElementType, shape: &[usize]) -> Result<usize, TensorError> {
        element_count(shape)
            .and_then(|count| count.checked_mul(element.byte_size()))
            .filter(|&length| isize::try_from(length).is_ok())
            .ok_or_else(|| TensorError::TooLarge { shape: shape.to_vec() })
    }

    /// The element type.
    pub fn element(&self) -> ElementType {
        self.element
    }

    /// The extents, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The raw bytes; empty for strings.
    pub fn bytes(&self) -> &[u8] {
        match &self.data {
            Data::Bytes(storage) => storage.bytes(),
            Data::Strings(_) => &[],
        }
    }

    /// The strings; empty for other element types.
    pub fn strings(&self) -> &[Vec<u8>] {
        match &self.data {
            Data::Bytes(_) => &[],
            Data::Strings(strings) => strings,
        }
    }

    /// Bytes that are in memory only, not in a file.
    pub fn owned_bytes(&self) -> usize {
        match &self.data {
            Data::Bytes(Storage::Owned { length, .. }) => *length,
            _ => 0,
        }
    }

    /// The same tensor with its bytes in a file without a name; see [`Storage::moved_to_file`].
    pub fn moved_to_file(&self) -> Option<Tensor> {
        let Data::Bytes(storage) = &self.data else { return None };
        Some(Tensor { data: Data::Bytes(storage.moved_to_file()?), ..self.clone() })
    }

    /// Tells the system that the tensor will hardly be read again: where it lies in a file, its memory can go.
    pub fn release(&self) {
        if let Data::Bytes(storage) = &self.data {
            storage.release();
        }
    }

    /// The elements as their storage type: borrowed where aligned, copied where not.
    ///
    /// # Panics
    /// When `T` does not have the size of the element type.
    pub fn values<T: Element>(&self) -> Cow<'_, [T]> {
        assert_eq!(size_of::<T>(), self.element.byte_size(), "storage type matches element type {}", self.element);
        match bytemuck::try_cast_slice(self.bytes()) {
            Ok(values) => Cow::Borrowed(values),
            Err(_) => Cow::Owned(self.bytes().chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect()),
        }
    }

    /// The same elements under another shape.
    ///
    /// # Errors
    /// When the number of elements differs.
    pub fn reshaped(&self, shape: &[usize]) -> Result<Tensor, TensorError> {
        let found = self.len();
        match element_count(shape) {
            Some(expected) if expected == found => {
                Ok(Tensor { element: self.element, shape: shape.into(), data: self.data.clone() })
            }
            Some(expected) => Err(TensorError::WrongLength { expected, found }),
            None => Err(TensorError::TooLarge { shape: shape.to_vec() }),
        }
    }
}

/// Equal element type, shape and bits; NaNs with equal bits are equal.
impl PartialEq for Tensor {
    fn eq(&self, other: &Tensor) -> bool {
        self.element == other.element
            && self.shape == other.shape
            && self.bytes() == other.bytes()
            && self.strings() == other.strings()
    }
}

impl Eq for Tensor {}

impl std::hash::Hash for Tensor {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.element, &self.shape, self.bytes(), self.strings()).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_must_fit() {
        assert_eq!(
            Tensor::from_bytes(ElementType::F32, &[2], &[0; 7]),
            Err(TensorError::WrongLength { expected: 8, found: 7 })
        );
        assert!(matches!(Tensor::zeros(ElementType::F32, &[usize::MAX, 2]), Err(TensorError::TooLarge { .. })));
        let empty = Tensor::zeros(ElementType::F32, &[usize::MAX, 2, 0]);
        assert!(matches!(empty, Err(TensorError::TooLarge { .. })), "strides would overflow");
        assert!(matches!(Tensor::zeros(ElementType::F64, &[usize::MAX / 4]), Err(TensorError::TooLarge { .. })));
    }

    #[test]
    fn reshape_keeps_elements() {
        let tensor = Tensor::from_values(&[2, 3], &[1i32, 2, 3, 4, 5, 6]);
        let reshaped = tensor.reshaped(&[3, 2]).expect("same count");
        assert_eq!(reshaped.values::<i32>().as_ref(), [1, 2, 3, 4, 5, 6]);
        assert!(tensor.reshaped(&[4]).is_err());
    }

    #[test]
    fn strides_of_a_matrix() {
        assert_eq!(row_major_strides(&[2, 3, 4]), [12, 4, 1]);
        assert_eq!(row_major_strides(&[]), [0usize; 0]);
    }
}
