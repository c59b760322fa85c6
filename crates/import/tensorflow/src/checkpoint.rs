//! Checkpoints: an index of tensors, and the files that hold them.
//!
//! Tensors stay where they are, in the mapped files. The first version keeps everything in one table.

use crate::proto::{
    BundleEntryProto, BundleHeaderProto, SavedTensorSlices, TensorShapeProto, TrackableObjectGraph, tensor_shape_proto,
};
use crate::slices::{Slice, cut, joined};
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
    /// The parts of tensors that are there in several, by their keys.
    parts: BTreeMap<Vec<u8>, BundleEntryProto>,
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
    /// In parts in the table itself: the shape of the whole, and the parts.
    Parts(Vec<usize>, Vec<(Slice, Tensor)>),
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
        let mut checkpoint = Checkpoint::empty(prefix);
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
            // Keys of parts of a tensor begin with a zero.
            if key.starts_with(&[0]) {
                checkpoint.parts.insert(key, entry);
                continue;
            }
            let Ok(key) = String::from_utf8(key) else { continue };
            checkpoint.entries.insert(key, Entry::Sharded(entry));
        }
        checkpoint.read_object_graph(file);
        Ok(checkpoint)
    }

    fn empty(prefix: &str) -> Checkpoint {
        Checkpoint {
            prefix: prefix.to_owned(),
            shards: 1,
            entries: BTreeMap::new(),
            parts: BTreeMap::new(),
            keys: FxHashMap::default(),
        }
    }

    /// The table that holds the tensors themselves.
    fn open_first_version(file: &ModelFile, prefix: &str) -> Option<Checkpoint> {
        let table = file.open_neighbour(prefix).ok().filter(|table| table::is_table(table))?;
        let (mut checkpoint, mut metas) = (Checkpoint::empty(prefix), FxHashMap::default());
        for (_, value) in table::read(&table).ok()? {
            let slices = SavedTensorSlices::decode(value.as_slice()).ok()?;
            // The first entry says which tensors there are.
            for meta in slices.meta.into_iter().flat_map(|meta| meta.tensor) {
                metas.insert(meta.name.clone(), meta);
            }
            let Some(saved) = slices.data else { continue };
            let Some((meta, mut data)) = metas.get(&saved.name).zip(saved.data) else { continue };
            data.dtype = meta.r#type;
            if meta.slice.len() < 2 {
                data.tensor_shape = meta.shape.clone();
                if let Ok(tensor) = import_tensor(file, &data) {
                    checkpoint.entries.insert(saved.name, Entry::Own(tensor));
                }
                continue;
            }
            let Some(slice) = saved.slice.as_ref().and_then(Slice::of_proto) else { continue };
            let Ok(whole) = static_shape(meta.shape.as_ref()) else { continue };
            data.tensor_shape = slice.shape(&whole).map(|shape| shape_proto(&shape));
            let Ok(tensor) = import_tensor(file, &data) else { continue };
            let entry = checkpoint.entries.entry(saved.name).or_insert_with(|| Entry::Parts(whole, Vec::new()));
            if let Entry::Parts(_, parts) = entry {
                parts.push((slice, tensor));
            }
        }
        Some(checkpoint)
    }

    /// Learns the keys of variables; a checkpoint may do without.
    fn read_object_graph(&mut self, file: &ModelFile) {
        let Ok(tensor) = self.tensor(file, OBJECT_GRAPH, None) else { return };
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

    /// The tensor under a key, or a part of it.
    ///
    /// # Errors
    /// When it is not there or cannot be read; one sentence.
    pub fn tensor(&self, file: &ModelFile, key: &str, part: Option<&Slice>) -> Result<Tensor, String> {
        if let (Some(part), Some(Entry::Sharded(entry))) = (part, self.entries.get(key))
            && let Some(own) = self.parts.get(&part.key(key))
            && entry.slices.iter().filter_map(Slice::of_proto).any(|slice| slice == *part)
        {
            return self.sharded(file, key, own);
        }
        let whole = match self.entries.get(key) {
            Some(Entry::Own(tensor)) => Ok(tensor.clone()),
            Some(Entry::Parts(shape, parts)) => joined(key, shape, parts),
            Some(Entry::Sharded(entry)) if !entry.slices.is_empty() => self.of_parts(file, key, entry),
            Some(Entry::Sharded(entry)) => self.sharded(file, key, entry),
            None => Err(format!("the checkpoint has no tensor \"{key}\"")),
        }?;
        match part {
            Some(part) => cut(key, &whole, part),
            None => Ok(whole),
        }
    }

    /// A tensor that is there in parts.
    fn of_parts(&self, file: &ModelFile, key: &str, entry: &BundleEntryProto) -> Result<Tensor, String> {
        let mut parts = Vec::new();
        for slice in &entry.slices {
            let slice = Slice::of_proto(slice).ok_or_else(|| format!("a part of \"{key}\" cannot be understood"))?;
            let own = self.parts.get(&slice.key(key));
            let own = own.ok_or_else(|| format!("a part of \"{key}\" is not in the checkpoint"))?;
            let tensor = self.sharded(file, key, own)?;
            parts.push((slice, tensor));
        }
        joined(key, &static_shape(entry.shape.as_ref())?, &parts)
    }

    /// A tensor in a shard.
    fn sharded(&self, file: &ModelFile, key: &str, entry: &BundleEntryProto) -> Result<Tensor, String> {
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

fn shape_proto(shape: &[usize]) -> TensorShapeProto {
    let dim = |&extent: &usize| tensor_shape_proto::Dim { size: extent as i64, ..Default::default() };
    TensorShapeProto { dim: shape.iter().map(dim).collect(), ..Default::default() }
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
