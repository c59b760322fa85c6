//! Sparse tensors, made dense.
//!
//! Axes may be cut into blocks: then the tensor is one of more axes, first those of the blocks' places, then those inside of
//! a block. Level by level, in an order that the file gives, an axis either has all of its indices or a list of those
//! that are there for each index of the level before. Values stand in that order.

use crate::fields::{dimension, sparsity};
use crate::table::{Read, Table};
use crate::tensor::import_bytes;
use crate::types::MOST_AXES;
use kiln_tensor::{ElementType, Storage, Tensor};

/// The most bytes that a byte of a sparse tensor may become, and the bytes that any may.
const MOST_EXPANSION: (usize, usize) = (1024, 1 << 24);

/// One axis, in the order of storage.
struct Level {
    /// The axis of the tensor that it is a part of.
    axis: usize,
    /// How far one step of it moves along that axis.
    step: usize,
    indices: Indices,
}

enum Indices {
    /// All below this number.
    All(usize),
    /// For each index of the level before, those in a segment.
    Listed { segments: Vec<usize>, indices: Vec<usize> },
}

/// The dense tensor that sparse `storage` is.
///
/// # Errors
/// When the levels do not fit the shape or the values; one sentence.
pub(crate) fn expand_sparse(
    table: &Table<'_>,
    storage: &Storage,
    element: ElementType,
    shape: &[usize],
) -> Result<Tensor, String> {
    if element == ElementType::String {
        return Err("sparse strings are not supported".into());
    }
    let size = Tensor::byte_length(element, shape).map_err(|error| error.to_string())?;
    let stored = storage.bytes().len();
    if size > MOST_EXPANSION.1 && size / MOST_EXPANSION.0 > stored {
        return Err(format!("{stored} bytes of a sparse tensor cannot become {size}"));
    }
    let levels = import_levels(table, shape)?;
    let in_byte = 8 / element.bit_width().clamp(1, 8);
    let count = match element.bit_width() {
        2 | 4 => stored * in_byte,
        _ => stored / element.byte_size(),
    };
    let values = import_bytes(storage.clone(), element, &[count])?;
    let mut walk = Walk {
        levels: &levels,
        strides: &kiln_tensor::row_major_strides(shape),
        shape,
        values: values.bytes(),
        size: element.byte_size(),
        next: 0,
        visits: (size / element.byte_size()).saturating_mul(levels.len() + 1),
    };
    let mut dense = vec![0u8; size];
    walk.fill(&mut dense, 0, 0, &mut vec![0; shape.len()])?;
    // What is packed ends at a whole byte.
    if walk.next > count || count - walk.next >= in_byte.max(1) {
        return Err(format!("{count} values of a sparse tensor are not the {} that its indices ask for", walk.next));
    }
    Tensor::from_bytes(element, shape, &dense).map_err(|error| error.to_string())
}

fn import_levels(table: &Table<'_>, shape: &[usize]) -> Result<Vec<Level>, String> {
    let numbers = |slot| -> Read<Vec<usize>> {
        let numbers = table.numbers::<i32>(slot)?;
        let numbers = numbers.into_iter().flat_map(|numbers| numbers.iter().take(2 * MOST_AXES + 1));
        Ok(numbers.map(|number| usize::try_from(number).unwrap_or(usize::MAX)).collect())
    };
    let (order, blocks) = (numbers(sparsity::TRAVERSAL_ORDER)?, numbers(sparsity::BLOCK_MAP)?);
    let dimensions = table.tables(sparsity::DIMENSIONS)?;
    let (rank, count) = (shape.len(), order.len());
    let mut sorted = order.clone();
    sorted.sort_unstable();
    let is_complete = sorted.iter().copied().eq(0..count) && count == rank + blocks.len();
    if !is_complete || dimensions.len() != count || blocks.iter().any(|&axis| axis >= rank) {
        return Err("the levels of a sparse tensor do not fit its shape".into());
    }
    let mut sizes = vec![1; rank];
    let mut levels = Vec::with_capacity(count);
    for (level, &place) in order.iter().enumerate() {
        let axis = if place < rank { place } else { blocks[place - rank] };
        let dimension = dimensions.get(level)?;
        let indices = import_indices(&dimension)?;
        if place >= rank {
            let Indices::All(size) = indices else {
                return Err("the blocks of a sparse tensor must be dense inside".into());
            };
            sizes[axis] = size.max(1);
        }
        levels.push(Level { axis, step: if place < rank { 0 } else { 1 }, indices });
    }
    for level in &mut levels {
        if level.step == 0 {
            level.step = sizes[level.axis];
        }
    }
    Ok(levels)
}

fn import_indices(table: &Table<'_>) -> Result<Indices, String> {
    if table.number_or(dimension::FORMAT, 0i8)? == 0 {
        let size: i32 = table.number_or(dimension::DENSE_SIZE, 0)?;
        return usize::try_from(size).map(Indices::All).map_err(|_| format!("extent {size} cannot be"));
    }
    Ok(Indices::Listed {
        segments: import_list(table, dimension::SEGMENTS_TYPE, dimension::SEGMENTS)?,
        indices: import_list(table, dimension::INDICES_TYPE, dimension::INDICES)?,
    })
}

/// A list of indices, in one of the widths that there are.
fn import_list(table: &Table<'_>, kind: usize, slot: usize) -> Result<Vec<usize>, String> {
    let missing = "a list of indices of a sparse tensor is missing";
    let list = table.table(slot)?.ok_or(missing)?;
    let wide = |number: i32| usize::try_from(number).unwrap_or(usize::MAX);
    let numbers: Option<Vec<usize>> = match table.number_or(kind, 0u8)? {
        1 => list.numbers::<i32>(0)?.map(|numbers| numbers.iter().map(wide).collect()),
        2 => list.numbers::<u16>(0)?.map(|numbers| numbers.iter().map(usize::from).collect()),
        3 => list.numbers::<u8>(0)?.map(|numbers| numbers.iter().map(usize::from).collect()),
        _ => return Err(missing.into()),
    };
    Ok(numbers.unwrap_or_default())
}

struct Walk<'a> {
    levels: &'a [Level],
    strides: &'a [usize],
    shape: &'a [usize],
    values: &'a [u8],
    /// Bytes of a value.
    size: usize,
    /// Which value comes next.
    next: usize,
    /// How many more indices may be looked at: none is needed twice.
    visits: usize,
}

impl Walk<'_> {
    /// Places the values under level `level`, index `parent` of the one before, at `coordinates`.
    fn fill(&mut self, dense: &mut [u8], level: usize, parent: usize, coordinates: &mut [usize]) -> Result<(), String> {
        let Some(current) = self.levels.get(level) else { return self.place(dense, coordinates) };
        let (begin, end) = match &current.indices {
            Indices::All(size) => (0, *size),
            Indices::Listed { segments, .. } => match (segments.get(parent), segments.get(parent + 1)) {
                (Some(&begin), Some(&end)) => (begin, end),
                _ => return Err("a segment of a sparse tensor is missing".into()),
            },
        };
        for position in begin..end {
            let (index, inner) = match &current.indices {
                Indices::All(size) => (position, parent.saturating_mul(*size).saturating_add(position)),
                Indices::Listed { indices, .. } => {
                    (*indices.get(position).ok_or("an index of a sparse tensor is missing")?, position)
                }
            };
            self.visits = self.visits.checked_sub(1).ok_or("a sparse tensor has indices twice")?;
            let moved = index.saturating_mul(current.step);
            let axis = current.axis;
            let at = coordinates[axis].saturating_add(moved);
            if at >= self.shape[axis] {
                return Err(format!("index {at} of axis {axis} of a sparse tensor is not below {}", self.shape[axis]));
            }
            coordinates[axis] = at;
            self.fill(dense, level + 1, inner, coordinates)?;
            coordinates[axis] = at - moved;
        }
        Ok(())
    }

    fn place(&mut self, dense: &mut [u8], coordinates: &[usize]) -> Result<(), String> {
        let at: usize = coordinates.iter().zip(self.strides).map(|(index, stride)| index * stride).sum();
        let source = self.next * self.size;
        let value = self.values.get(source..source + self.size).ok_or("a sparse tensor has too few values")?;
        if let Some(target) = dense.get_mut(at * self.size..(at + 1) * self.size) {
            target.copy_from_slice(value);
        }
        self.next += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_listed_columns() {
        let levels = [
            Level { axis: 0, step: 1, indices: Indices::All(2) },
            Level { axis: 1, step: 1, indices: Indices::Listed { segments: vec![0, 1, 3], indices: vec![2, 0, 1] } },
        ];
        let (strides, shape, values) = (&[3, 1], &[2, 3], &[5, 6, 7]);
        let mut walk = Walk { levels: &levels, strides, shape, values, size: 1, next: 0, visits: 9 };
        let mut dense = vec![0; 6];
        walk.fill(&mut dense, 0, 0, &mut [0, 0]).expect("it fits");
        assert_eq!(dense, [0, 0, 5, 6, 7, 0]);
        assert_eq!(walk.next, 3);
    }
}
