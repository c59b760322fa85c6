//! The content of tensors: in the file, behind it or beside it.

use crate::fields::{buffer, external_buffer, tensor};
use crate::importer::Importer;
use crate::sparse::expand_sparse;
use crate::table::Table;
use crate::types::{element_type, extents};
use kiln_tensor::{ElementType, Storage, Tensor, element_count};

impl Importer<'_> {
    /// The content of a tensor; its bytes are those of the file where they stand as they are needed. `None` if it has no
    /// content.
    ///
    /// # Errors
    /// When shape, element type and data do not fit; one sentence.
    pub(crate) fn import_content(&self, table: &Table<'_>) -> Result<Option<Tensor>, String> {
        let Some(storage) = self.storage(table)? else {
            return empty_tensor(table);
        };
        let number = table.number_or(tensor::TYPE, 0)?;
        let element = element_type(number)?.to_element();
        let element = element.ok_or("a reference to a variable or a list of tensors cannot be a constant")?;
        let open = || "the shape of a constant cannot be open".to_owned();
        let shape = extents(table)?.into_iter().map(|extent| extent.ok_or_else(open)).collect::<Result<Vec<_>, _>>()?;
        Tensor::byte_length(element, &shape).map_err(|error| error.to_string())?;
        match table.table(tensor::SPARSITY)? {
            Some(sparsity) => expand_sparse(&sparsity, &storage, element, &shape).map(Some),
            None => import_bytes(storage, element, &shape).map(Some),
        }
    }

    /// The bytes that a tensor's content is in.
    fn storage(&self, table: &Table<'_>) -> Result<Option<Storage>, String> {
        let external: u32 = table.number_or(tensor::EXTERNAL_BUFFER, 0)?;
        if external != 0 {
            return self.external_storage(external).map(Some);
        }
        let index: u32 = table.number_or(tensor::BUFFER, 0)?;
        self.buffer(index)
    }

    /// The bytes of buffer number `index`; the first one is always empty.
    pub(crate) fn buffer(&self, index: u32) -> Result<Option<Storage>, String> {
        let index = index as usize;
        if index >= self.buffers.len() {
            // Writers that keep no weights leave the list out.
            return if index == 0 {
                Ok(None)
            } else {
                Err(format!("there is no buffer {index}, there are {}", self.buffers.len()))
            };
        }
        let table = self.buffers.get(index)?;
        let (offset, size) = (table.number_or(buffer::OFFSET, 0u64)?, table.number_or(buffer::SIZE, 0u64)?);
        // Behind the tables, in files that are too large for their offsets.
        if offset > 1 && size > 1 {
            let length = self.file.bytes().len();
            let range = usize::try_from(offset).ok().zip(usize::try_from(size).ok());
            let range = range.and_then(|(offset, size)| Some(offset..offset.checked_add(size)?));
            return match range.filter(|range| range.end <= length) {
                Some(range) => Ok(Some(Storage::Mapped { file: self.file.bytes().clone(), range })),
                None => Err(format!("buffer {index} has {size} bytes from {offset} on, the file has {length}")),
            };
        }
        let data = table.bytes(buffer::DATA)?.filter(|data| !data.is_empty());
        Ok(data.map(|data| match self.file.range_of(data) {
            Some(range) => Storage::Mapped { file: self.file.bytes().clone(), range },
            None => Storage::from_bytes(data),
        }))
    }

    /// Bytes in a file beside the model.
    fn external_storage(&self, id: u32) -> Result<Storage, String> {
        for table in self.external_buffers.iter() {
            let table = table?;
            if table.number_or(external_buffer::ID, 0u32)? != id {
                continue;
            }
            if let Some(packing) = table.string(external_buffer::PACKING)?.filter(|packing| !packing.is_empty()) {
                return Err(format!("packing \"{packing}\" of external buffer {id} is not supported"));
            }
            let group = table.number_or(external_buffer::GROUP, 0u32)? as usize;
            if group >= self.external_groups.len() {
                return Err(format!("external buffer {id} is in group {group}, which there is not"));
            }
            let name = self.external_groups.get(group)?.string(0)?.unwrap_or_default();
            let file = self.file.open_neighbour(&name)?;
            let number =
                |slot| -> Result<Option<usize>, String> { Ok(usize::try_from(table.number_or(slot, 0u64)?).ok()) };
            let (offset, length) = (number(external_buffer::OFFSET)?, number(external_buffer::LENGTH)?);
            let range = offset.zip(length).and_then(|(offset, length)| Some(offset..offset.checked_add(length)?));
            return match range.filter(|range| range.end <= file.len()) {
                Some(range) => Ok(Storage::Mapped { file, range }),
                None => Err(format!("external buffer {id} ends behind the end of \"{name}\"")),
            };
        }
        Err(format!("there is no external buffer {id}"))
    }
}

/// A tensor without bytes is a constant if it has no elements either.
fn empty_tensor(table: &Table<'_>) -> Result<Option<Tensor>, String> {
    let Some(shape) = extents(table)?.into_iter().collect::<Option<Vec<usize>>>() else { return Ok(None) };
    let element = element_type(table.number_or(tensor::TYPE, 0)?)?.to_element();
    let Some(element) = element.filter(|_| shape.contains(&0)) else { return Ok(None) };
    Tensor::zeros(element, &shape).map(Some).map_err(|error| error.to_string())
}

/// Bytes as they stand in a file: little endian, types of 4 and 2 bits packed, the first one lowest.
pub(crate) fn import_bytes(storage: Storage, element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    let count = element_count(shape).unwrap_or(0);
    let wrong_length = |expected: usize, found: usize| {
        Err(format!("shape {shape:?} of {element} asks for {expected} bytes, there are {found}"))
    };
    match element {
        ElementType::String => import_strings(storage.bytes(), shape),
        _ if let bits @ (2 | 4) = element.bit_width() => {
            let (packed, in_byte) = (storage.bytes(), 8 / bits);
            if packed.len() != count.div_ceil(in_byte) {
                return wrong_length(count.div_ceil(in_byte), packed.len());
            }
            // Each is moved to the byte's upper end, and back with its sign, if it has one.
            let upper = 8 - bits;
            let raised = (0..count).map(|at| packed[at / in_byte] >> (at % in_byte * bits) << upper);
            let bytes: Vec<u8> = match element.is_signed_integer() {
                true => raised.map(|byte| (byte as i8 >> upper) as u8).collect(),
                false => raised.map(|byte| byte >> upper).collect(),
            };
            Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string())
        }
        ElementType::I1 if storage.bytes().iter().any(|&byte| byte > 1) => {
            let bytes: Vec<u8> = storage.bytes().iter().map(|&byte| u8::from(byte != 0)).collect();
            Tensor::from_bytes(element, shape, &bytes).map_err(|error| error.to_string())
        }
        _ => {
            let (expected, found) = (count * element.byte_size(), storage.bytes().len());
            if expected != found {
                return wrong_length(expected, found);
            }
            Tensor::new(element, shape, storage).map_err(|error| error.to_string())
        }
    }
}

/// Strings: how many, where each begins and the last one ends, then all of them.
fn import_strings(bytes: &[u8], shape: &[usize]) -> Result<Tensor, String> {
    let damaged = || "the strings are damaged".to_owned();
    let number = |index: usize| -> Option<usize> {
        let bytes = bytes.get(index * 4..index * 4 + 4)?;
        usize::try_from(i32::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    let count = number(0).filter(|&count| count <= bytes.len() / 4).ok_or_else(damaged)?;
    if element_count(shape) != Some(count) {
        return Err(format!("shape {shape:?} is not that of {count} strings"));
    }
    let mut total = 0usize;
    let mut string = |index: usize| {
        let string = bytes.get(number(index + 1)?..number(index + 2)?)?;
        // Strings that overlap could take far more memory than the file.
        total = total.checked_add(string.len()).filter(|&total| total <= bytes.len())?;
        Some(string.to_vec())
    };
    let strings = (0..count).map(|index| string(index).ok_or_else(damaged)).collect::<Result<_, _>>()?;
    Tensor::from_strings(shape, strings).map_err(|error| error.to_string())
}
