//! Checkpoints: an index of tensors, and the files that hold them.
//!
//! Tensors stay where they are, in the mapped files. The first version keeps everything in one table.

use crate::proto::{BundleEntryProto, BundleHeaderProto, SavedTensorSlices, TrackableObjectGraph};
use crate::table;
use crate::tensor::{import_tensor, stored};
use crate::types::{static_shape, tensor_element};
use kiln_import_core::ModelFile;
use kiln_tensor::{ElementType, Storage, Tensor};
use prost::Message;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Where the graph of objects that was saved is kept.
const OBJECT_GRAPH: &str = "_CHECKPOINTABLE_OBJECT_GRAPH";

/// The most shards of a checkpoint.
const MOST_SHARDS: i32 = 100_000;

/// A checkpoint.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    /// Where it is: the names of its files without their ends.
    prefix: String,
    shards: i32,
    entries: BTreeMap<String, Entry>,
    /// Keys by the full names of variables, as far as the graph of objects says them.
    keys: FxHashMap<String, String>,
}

/// A tensor of a checkpoint.
#[derive(Debug)]
enum Entry {
    /// In a shard.
    Sharded(BundleEntryProto),
    /// In the table itself.
    Own(Tensor),
}

impl Checkpoint {
    /// Reads the index of the checkpoint at `prefix` in the model's folder.
    ///
    /// # Errors
    /// When there is none or it is damaged; one sentence.
    pub fn open(file: &ModelFile, prefix: &str) -> Result<Checkpoint, String> {
        let name = format!("{prefix}.index");
        let index = match file.open_neighbour(&name) {
            Ok(index) => index,
            Err(reason) => return Checkpoint::open_first_version(file, prefix).ok_or(reason),
        };
        let damaged = |reason: String| format!("the index of the checkpoint, \"{name}\", cannot be read: {reason}");
        let mut checkpoint =
            Checkpoint { prefix: prefix.to_owned(), shards: 1, entries: BTreeMap::new(), keys: FxHashMap::default() };
        for (key, value) in table::read(&index).map_err(damaged)? {
            let malformed = |_| damaged(format!("entry \"{}\" is malformed", key.escape_ascii()));
            if key.is_empty() {
                let header = BundleHeaderProto::decode(value.as_slice()).map_err(malformed)?;
                if header.endianness != 0 {
                    return Err(damaged("it was written on a machine with the other order of bytes".into()));
                }
                checkpoint.shards = header.num_shards.clamp(1, MOST_SHARDS);
                continue;
            }
            let entry = BundleEntryProto::decode(value.as_slice()).map_err(malformed)?;
            // Keys of slices of a variable are no text.
            let Ok(key) = String::from_utf8(key) else { continue };
            checkpoint.entries.insert(key, Entry::Sharded(entry));
        }
        checkpoint.read_object_graph(file);
        Ok(checkpoint)
    }

    /// The table that holds the tensors themselves.
    fn open_first_version(file: &ModelFile, prefix: &str) -> Option<Checkpoint> {
        let table = file.open_neighbour(prefix).ok().filter(|table| table::is_table(table))?;
        let (mut entries, mut shapes) = (BTreeMap::new(), FxHashMap::default());
        for (_, value) in table::read(&table).ok()? {
            let slices = SavedTensorSlices::decode(value.as_slice()).ok()?;
            // The first entry says which tensors there are.
            for meta in slices.meta.into_iter().flat_map(|meta| meta.tensor).filter(|meta| meta.slice.len() < 2) {
                shapes.insert(meta.name, (meta.shape, meta.r#type));
            }
            let Some(slice) = slices.data else { continue };
            let Some(((shape, element), mut data)) = shapes.get(&slice.name).cloned().zip(slice.data) else { continue };
            data.tensor_shape = shape;
            data.dtype = element;
            if let Ok(tensor) = import_tensor(file, &data) {
                entries.insert(slice.name, Entry::Own(tensor));
            }
        }
        Some(Checkpoint { prefix: prefix.to_owned(), shards: 1, entries, keys: FxHashMap::default() })
    }

    /// Learns the keys of variables; a checkpoint may do without.
    fn read_object_graph(&mut self, file: &ModelFile) {
        let Ok(tensor) = self.tensor(file, OBJECT_GRAPH) else { return };
        let Some(bytes) = (tensor.element() == ElementType::String).then(|| tensor.strings().first()).flatten() else {
            return;
        };
        let Ok(graph) = TrackableObjectGraph::decode(bytes.as_slice()) else { return };
        for attribute in graph.nodes.into_iter().flat_map(|node| node.attributes) {
            if attribute.name == "VARIABLE_VALUE" {
                self.keys.insert(attribute.full_name, attribute.checkpoint_key);
            }
        }
    }

    /// The key of the variable of this name, if anything says it.
    pub fn key_of(&self, name: &str) -> Option<&str> {
        let key = self.keys.get(name).map_or(name, String::as_str);
        self.entries.get_key_value(key).map(|(key, _)| key.as_str())
    }

    /// The names of the tensors in it.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.entries.keys().map(String::as_str)
    }

    /// The tensor under a key.
    ///
    /// # Errors
    /// When it is not there or cannot be read; one sentence.
    pub fn tensor(&self, file: &ModelFile, key: &str) -> Result<Tensor, String> {
        let entry = match self.entries.get(key) {
            Some(Entry::Own(tensor)) => return Ok(tensor.clone()),
            Some(Entry::Sharded(entry)) => entry,
            None => return Err(format!("the checkpoint has no tensor \"{key}\"")),
        };
        if !entry.slices.is_empty() {
            return Err(format!(
                "the checkpoint has \"{key}\" in {} slices, which is not supported",
                entry.slices.len()
            ));
        }
        let element = tensor_element(entry.dtype)?;
        let shape = static_shape(entry.shape.as_ref())?;
        let name = format!("{}.data-{:05}-of-{:05}", self.prefix, entry.shard_id, self.shards);
        let shard = file.open_neighbour(&name)?;
        let range = usize::try_from(entry.offset).ok().zip(usize::try_from(entry.size).ok());
        let range = range.and_then(|(start, length)| Some(start..start.checked_add(length)?));
        let range = range.filter(|range| range.end <= shard.len()).ok_or_else(|| {
            let (offset, size) = (entry.offset, entry.size);
            format!("\"{name}\" has {} bytes, \"{key}\" asks for {size} from {offset} on", shard.len())
        })?;
        if element == ElementType::String {
            return strings(&shard[range], &shape);
        }
        let expected = Tensor::byte_length(element, &shape).map_err(|error| error.to_string())?;
        if expected != range.len() {
            let length = range.len();
            return Err(format!("\"{key}\" of shape {shape:?} asks for {expected} bytes, there are {length}"));
        }
        stored(element, &shape, Storage::Mapped { file: shard, range })
    }
}

/// Strings: their lengths, a checksum of these, and their bytes.
fn strings(bytes: &[u8], shape: &[usize]) -> Result<Tensor, String> {
    let damaged = || "a tensor of strings in the checkpoint is damaged".to_owned();
    let count = kiln_tensor::element_count(shape).filter(|&count| count <= bytes.len()).ok_or_else(damaged)?;
    let mut rest = bytes;
    let mut lengths = Vec::with_capacity(count);
    for _ in 0..count {
        let length = prost::encoding::decode_varint(&mut rest).map_err(|_| damaged())?;
        lengths.push(usize::try_from(length).map_err(|_| damaged())?);
    }
    let (_, mut rest) = rest.split_at_checked(4).ok_or_else(damaged)?;
    let mut strings = Vec::with_capacity(count);
    for length in lengths {
        let (string, after) = rest.split_at_checked(length).ok_or_else(damaged)?;
        strings.push(string.to_vec());
        rest = after;
    }
    Tensor::from_strings(shape, strings).map_err(|error| error.to_string())
}
