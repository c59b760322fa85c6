//! The blob store: constants too large for the IR, by content.

use crate::Tensor;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, RwLock};

/// The name of a blob in IR text: the first 128 bits of the BLAKE3 hash of its content, type and shape, in hexadecimal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BlobKey(Arc<str>);

impl BlobKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BlobKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Content of at least this many bytes is hashed by several threads; for less, handing it out costs more than it saves.
const LONG: usize = 1 << 20;

/// A tensor and how its text says it is aligned.
#[derive(Debug)]
struct Blob {
    tensor: Tensor,
    alignment: u32,
}

/// How many bytes of long tensors are kept in memory: what comes beyond is moved to files.
const MOST_IN_MEMORY: usize = 128 << 20;

/// Tensors by content hash; equal tensors are stored once. Shared between threads. Weights of large models that passes make
/// anew, in another layout, say, are in files without names, as the model's own are in its file: the system can drop both
/// from memory.
#[derive(Clone, Debug, Default)]
pub struct BlobStore(Arc<RwLock<FxHashMap<BlobKey, Blob>>>);

impl BlobStore {
    /// The alignment in bytes of blobs of which no text says another.
    pub const ALIGNMENT: u32 = 16;

    /// An empty store.
    pub fn new() -> BlobStore {
        BlobStore::default()
    }

    /// Adds `tensor` and returns its key.
    pub fn insert(&self, tensor: Tensor) -> BlobKey {
        let mut hasher = blake3::Hasher::new();
        hasher.update(tensor.element().name().as_bytes());
        for &extent in tensor.shape() {
            hasher.update(&(extent as u64).to_le_bytes());
        }
        match tensor.bytes().len() < LONG {
            true => hasher.update(tensor.bytes()),
            false => hasher.update_rayon(tensor.bytes()),
        };
        for string in tensor.strings() {
            hasher.update(&(string.len() as u64).to_le_bytes());
            hasher.update(string);
        }
        let key = BlobKey(hasher.finalize().to_hex()[..32].into());
        self.insert_as(key.as_str(), tensor);
        key
    }

    /// Adds `tensor` under a key read from IR text.
    pub fn insert_as(&self, key: &str, tensor: Tensor) {
        let is_long = tensor.owned_bytes() >= LONG;
        let moved = if is_long && self.is_full_with(tensor.owned_bytes()) { tensor.moved_to_file() } else { None };
        let blob = Blob { tensor: moved.unwrap_or(tensor), alignment: BlobStore::ALIGNMENT };
        self.0.write().expect("no writer panics").entry(BlobKey(key.into())).or_insert(blob);
    }

    fn is_full_with(&self, bytes: usize) -> bool {
        let blobs = self.0.read().expect("no writer panics");
        bytes + blobs.values().map(|blob| blob.tensor.owned_bytes()).sum::<usize>() > MOST_IN_MEMORY
    }

    /// Notes the alignment in bytes that IR text states for a blob.
    pub fn set_alignment(&self, key: &str, alignment: u32) {
        if let Some(blob) = self.0.write().expect("no writer panics").get_mut(&BlobKey(key.into())) {
            blob.alignment = alignment;
        }
    }

    /// The alignment in bytes that IR text states for a blob.
    pub fn alignment(&self, key: &str) -> u32 {
        let blobs = self.0.read().expect("no writer panics");
        blobs.get(&BlobKey(key.into())).map_or(BlobStore::ALIGNMENT, |blob| blob.alignment)
    }

    /// The tensor under `key`.
    pub fn find(&self, key: &str) -> Option<Tensor> {
        self.0.read().expect("no writer panics").get(&BlobKey(key.into())).map(|blob| blob.tensor.clone())
    }

    /// Whether another store shares the blobs.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Forgets all blobs but those under these keys.
    pub fn retain(&self, keys: &FxHashSet<&str>) {
        self.0.write().expect("no writer panics").retain(|key, blob| {
            let is_kept = keys.contains(key.as_str());
            if !is_kept && blob.tensor.bytes().len() >= LONG {
                blob.tensor.release();
            }
            is_kept
        });
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Vec<BlobKey> {
        let mut keys: Vec<BlobKey> = self.0.read().expect("no writer panics").keys().cloned().collect();
        keys.sort();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tensors_beyond_some_are_in_files() {
        let store = BlobStore::new();
        let make = |seed: usize| {
            let bytes: Vec<u8> = (0..MOST_IN_MEMORY / 3).map(|i| (i / 4096 + seed) as u8).collect();
            Tensor::from_values(&[bytes.len()], &bytes)
        };
        let keys: Vec<BlobKey> = (0..4).map(|seed| store.insert(make(seed))).collect();
        let owned = |key: &BlobKey| store.find(key.as_str()).expect("there").owned_bytes();
        assert_eq!(keys.iter().filter(|key| owned(key) == 0).count(), 1);
        for (seed, key) in keys.iter().enumerate() {
            let tensor = store.find(key.as_str()).expect("there");
            tensor.release();
            assert!(tensor == make(seed), "{seed}");
        }
    }

    #[test]
    fn equal_tensors_share_a_key() {
        let store = BlobStore::new();
        let first = store.insert(Tensor::from_values(&[2], &[1.0f32, 2.0]));
        assert_eq!(first, store.insert(Tensor::from_values(&[2], &[1.0f32, 2.0])));
        assert_ne!(first, store.insert(Tensor::from_values(&[2, 1], &[1.0f32, 2.0])));
        assert_eq!(store.keys().len(), 2);
    }
}
