//! Parts of tensors: a checkpoint may have a large variable in several, and a graph may have it as several variables.

use crate::proto::TensorSliceProto;
use kiln_tensor::{ElementType, Tensor, element_count};

/// A part of a tensor: where it begins along each axis and how long it is, which is left out where it is all of the axis.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Slice(Vec<Option<(usize, usize)>>);

/// The most axes of a tensor that has parts.
const MOST_AXES: usize = 32;

impl Slice {
    /// The part that a message describes; `None` if it cannot be.
    pub fn of_proto(proto: &TensorSliceProto) -> Option<Slice> {
        if proto.extent.len() > MOST_AXES {
            return None;
        }
        let extent = |extent: &crate::proto::tensor_slice_proto::Extent| match extent.length {
            // Of all of an axis, no length is said.
            0 | -1 => Some(None),
            length => Some(Some((usize::try_from(extent.start).ok()?, usize::try_from(length).ok()?))),
        };
        proto.extent.iter().map(extent).collect::<Option<Vec<_>>>().map(Slice)
    }

    /// The part that a graph asks for: the shape, and behind it `-` or a start and a length for each axis, as in
    /// `8 4 0,2:-`. `None` if it is the whole tensor, or cannot be understood.
    pub fn of_text(text: &str) -> Option<Slice> {
        let (_, parts) = text.trim().rsplit_once(' ')?;
        let part = |part: &str| match part {
            "-" => Some(None),
            part => {
                let (start, length) = part.split_once(',')?;
                Some(Some((start.parse().ok()?, length.parse().ok()?)))
            }
        };
        let parts: Vec<_> = parts.split(':').map(part).collect::<Option<_>>()?;
        (parts.len() <= MOST_AXES && parts.iter().any(Option::is_some)).then_some(Slice(parts))
    }

    /// The key under which a checkpoint has the part of a tensor: its name and the part, in a form that sorts.
    pub fn key(&self, name: &str) -> Vec<u8> {
        let mut key = vec![0];
        for &byte in name.as_bytes() {
            match byte {
                0 => key.extend([0, 0xff]),
                0xff => key.extend([0xff, 0]),
                other => key.push(other),
            }
        }
        key.extend([0, 1]);
        let rank = self.0.len() as u64;
        let digits: Vec<u8> = rank.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
        key.push(digits.len() as u8);
        key.extend(digits);
        for extent in &self.0 {
            let (start, length) = extent.map_or((0, -1), |(start, length)| (start as i64, length as i64));
            push_signed(&mut key, start);
            push_signed(&mut key, length);
        }
        key
    }

    /// The shape of the part of a tensor of `shape`; `None` if it is not within it.
    pub fn shape(&self, shape: &[usize]) -> Option<Vec<usize>> {
        let part = |(&extent, part): (&usize, &Option<(usize, usize)>)| match *part {
            None => Some(extent),
            Some((start, length)) => (start.checked_add(length)? <= extent).then_some(length),
        };
        (shape.len() == self.0.len()).then(|| shape.iter().zip(&self.0).map(part).collect())?
    }

    /// Where the rows of the part begin among the elements of a tensor of `shape`, and how long each is.
    fn rows(&self, shape: &[usize]) -> Option<(Vec<usize>, usize)> {
        let own = self.shape(shape)?;
        element_count(shape)?;
        let Some((&length, outer)) = own.split_last() else { return Some((vec![0], 1)) };
        let start = |axis: usize| self.0[axis].map_or(0, |(start, _)| start);
        let mut strides = vec![1usize; shape.len()];
        for axis in (0..shape.len() - 1).rev() {
            strides[axis] = strides[axis + 1].checked_mul(shape[axis + 1])?;
        }
        let mut rows = vec![start(shape.len() - 1)];
        for (axis, &extent) in outer.iter().enumerate().rev() {
            let places = (0..extent).map(|index| (start(axis) + index) * strides[axis]);
            rows = places.flat_map(|place| rows.iter().map(move |row| place + row)).collect::<Vec<usize>>();
        }
        Some((rows, length))
    }
}

/// An integer in a form that sorts: the more bytes it takes, the more of the highest bits are set, of negative ones not.
fn push_signed(key: &mut Vec<u8>, value: i64) {
    let bits = 64 - (if value < 0 { !value } else { value }).leading_zeros() as usize;
    let length = bits / 7 + 1;
    let mut bytes = [if value < 0 { 0xff } else { 0 }; 10];
    bytes[2..].copy_from_slice(&value.to_be_bytes());
    let header: u16 = match length {
        0..=8 => 0xff00u16 << (8 - length) & 0xff00,
        9 => 0xff80,
        _ => 0xffc0,
    };
    let first = bytes.len() - length;
    bytes[first] ^= (header >> 8) as u8;
    if length > 1 {
        bytes[first + 1] ^= header as u8;
    }
    key.extend(&bytes[first..]);
}

/// A tensor of `shape` out of parts, which must be as many elements together.
///
/// # Errors
/// When they do not make up the tensor; one sentence.
pub(crate) fn joined(name: &str, shape: &[usize], parts: &[(Slice, Tensor)]) -> Result<Tensor, String> {
    let wrong = || format!("the parts of \"{name}\" do not make up a tensor of shape {shape:?}");
    let element = parts.first().ok_or_else(wrong)?.1.element();
    let width = width(element).ok_or_else(wrong)?;
    let elements: usize = parts.iter().map(|(_, part)| part.len()).try_fold(0, usize::checked_add).ok_or_else(wrong)?;
    if element_count(shape) != Some(elements) {
        return Err(wrong());
    }
    let mut bytes = vec![0; elements.checked_mul(width).ok_or_else(wrong)?];
    for (slice, part) in parts {
        let fits = slice.shape(shape).as_deref() == Some(part.shape()) && part.element() == element;
        if !fits || part.is_empty() {
            return Err(wrong());
        }
        let (rows, length) = slice.rows(shape).ok_or_else(wrong)?;
        for (row, source) in rows.into_iter().zip(part.bytes().chunks(length * width)) {
            bytes[row * width..][..source.len()].copy_from_slice(source);
        }
    }
    Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string())
}

/// The bytes of an element; strings have no such number.
fn width(element: ElementType) -> Option<usize> {
    Some(element.byte_size()).filter(|&bytes| bytes > 0)
}

/// A part of a tensor.
///
/// # Errors
/// When it is not within the tensor; one sentence.
pub(crate) fn cut(name: &str, tensor: &Tensor, slice: &Slice) -> Result<Tensor, String> {
    let wrong = || format!("\"{name}\" of shape {:?} has no such part as the graph asks for", tensor.shape());
    let width = width(tensor.element()).ok_or_else(wrong)?;
    let shape = slice.shape(tensor.shape()).ok_or_else(wrong)?;
    if element_count(&shape) == Some(0) {
        return Tensor::from_bytes(tensor.element(), &shape, &[]).map_err(|error| error.to_string());
    }
    let (rows, length) = slice.rows(tensor.shape()).ok_or_else(wrong)?;
    let mut bytes = Vec::with_capacity(rows.len() * length * width);
    for row in rows {
        bytes.extend_from_slice(tensor.bytes().get(row * width..(row + length) * width).ok_or_else(wrong)?);
    }
    Tensor::from_bytes(tensor.element(), &shape, &bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_bytes() {
        let spelled = |value: i64| {
            let mut key = Vec::new();
            push_signed(&mut key, value);
            key
        };
        assert_eq!(spelled(0), [0x80]);
        assert_eq!(spelled(-1), [0x7f]);
        assert_eq!(spelled(63), [0xbf]);
        assert_eq!(spelled(64), [0xc0, 0x40]);
        assert_eq!(spelled(-65), [0x3f, 0xbf]);
        let numbers = [i64::MIN, -(1 << 40), -8192, -65, -64, -1, 0, 63, 64, 8191, 8192, 1 << 40, i64::MAX];
        assert!(numbers.map(spelled).is_sorted());
    }

    #[test]
    fn parts_are_cut_and_joined() {
        let whole = Tensor::from_values(&[3, 4], &(0..12).collect::<Vec<i32>>());
        let slices = ["3 4 0,3:0,1", "3 4 -:1,3"].map(|text| Slice::of_text(text).expect("a part"));
        let parts: Vec<(Slice, Tensor)> =
            slices.iter().map(|slice| (slice.clone(), cut("w", &whole, slice).expect("within"))).collect();
        assert_eq!(parts[0].1.values::<i32>().as_ref(), [0, 4, 8]);
        assert_eq!(joined("w", &[3, 4], &parts).expect("whole").values::<i32>(), whole.values::<i32>());
        assert!(joined("w", &[3, 4], &parts[..1]).is_err());
        assert!(cut("w", &whole, &Slice(vec![Some((2, 2)), None])).is_err());
        assert_eq!(Slice::of_text("3 4"), None);
        assert_eq!(Slice::of_text(""), None);
    }
}
