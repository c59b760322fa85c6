//! The constants that kernels read: one read-only section, each tensor at an aligned offset, equal tensors once.
//!
//! A model with code for several processors has one section for all of them: a module that holds the table of the one
//! lowered before gets its own constants added to it, as far as they are not there yet.

use kiln_ir::{Attribute, Module, Op, Traits, Value};
use kiln_tensor::{BlobKey, BlobStore, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};

/// Every tensor starts at a multiple of this.
const ALIGNMENT: u64 = 64;

/// Tensors by offset.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Offset and content of each, ascending.
    pub tensors: Vec<(u64, Tensor)>,
    /// Bytes of the whole section.
    pub size: u64,
    /// Bytes of what the module's own `main` reads, were it alone in the section.
    pub read: u64,
    offsets: FxHashMap<Value, u64>,
}

impl Weights {
    /// Lays out every constant inside `main` that an op other than a constant's own kernel uses, behind those of the table
    /// that the module has already. What differs in shape only is equal in memory.
    pub fn collect(module: &Module, main: Op) -> Weights {
        let mut weights = Weights { read: 0, ..Weights::of(module).unwrap_or_default() };
        let hasher = BlobStore::new();
        let key_of =
            |tensor: &Tensor| hasher.insert(tensor.reshaped(&[tensor.len()]).expect("the number of elements stays"));
        let mut by_content: FxHashMap<BlobKey, u64> =
            weights.tensors.iter().map(|(offset, tensor)| (key_of(tensor), *offset)).collect();
        let mut own = FxHashSet::default();
        for op in module.walk(main) {
            let inside_kernel = module.parent_op(op).is_some_and(|parent| module.is(parent, "graph.fusion"));
            if inside_kernel || !module.has_traits(op, Traits::CONSTANT_LIKE) {
                continue;
            }
            let value = module.result(op, 0);
            let Some(tensor) = module.constant_tensor(value).filter(|_| module.has_uses(value)) else { continue };
            let bytes = tensor.bytes().len() as u64;
            let offset = *by_content.entry(key_of(&tensor)).or_insert_with(|| {
                let offset = weights.size.next_multiple_of(ALIGNMENT);
                weights.size = offset + bytes;
                weights.tensors.push((offset, tensor));
                offset
            });
            if own.insert(offset) {
                weights.read = weights.read.next_multiple_of(ALIGNMENT) + bytes;
            }
            weights.offsets.insert(value, offset);
        }
        weights
    }

    /// Writes the table to the module: `weights`, `weight_offsets`, `weight_bytes` and `read_weight_bytes`.
    pub fn keep(&self, module: &mut Module) {
        let top = module.top();
        let tensors: Vec<Attribute> =
            self.tensors.iter().map(|(_, tensor)| module.tensor_attribute(tensor.clone())).collect();
        let offsets: Vec<i64> = self.tensors.iter().map(|(offset, _)| *offset as i64).collect();
        module.set_attribute(top, "weights", tensors);
        module.set_attribute(top, "weight_offsets", offsets);
        module.set_attribute(top, "weight_bytes", self.size as i64);
        module.set_attribute(top, "read_weight_bytes", self.read as i64);
    }

    /// Reads the table from a module that `main` was lowered in, or that got one; `None` if there is none.
    pub fn of(module: &Module) -> Option<Weights> {
        let top = module.top();
        let tensors = module.attribute(top, "weights")?.as_array()?;
        let offsets = module.attributes(top).i64s("weight_offsets")?;
        let bytes = |name: &str| u64::try_from(module.attributes(top).i64(name)?).ok();
        let (size, read) = (bytes("weight_bytes")?, bytes("read_weight_bytes")?);
        let entry = |(&attribute, offset): (&Attribute, i64)| {
            Some((u64::try_from(offset).ok()?, module.attribute_tensor(attribute)?))
        };
        let tensors = tensors.iter().zip(offsets).map(entry).collect::<Option<_>>()?;
        Some(Weights { tensors, size, read, offsets: FxHashMap::default() })
    }

    /// Where the constant `value` is.
    pub(super) fn find_offset(&self, value: Value) -> Option<u64> {
        self.offsets.get(&value).copied()
    }
}
