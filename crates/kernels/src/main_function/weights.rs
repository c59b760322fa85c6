//! The constants that kernels read: one read-only section, each tensor at an aligned offset, equal tensors once.

use kiln_ir::{Attribute, Module, Op, Traits, Value};
use kiln_tensor::{BlobStore, Tensor};
use rustc_hash::FxHashMap;

/// Every tensor starts at a multiple of this.
const ALIGNMENT: u64 = 64;

/// Tensors by offset.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Offset and content of each, ascending.
    pub tensors: Vec<(u64, Tensor)>,
    /// Bytes of the whole section.
    pub size: u64,
    offsets: FxHashMap<Value, u64>,
}

impl Weights {
    /// Lays out every constant inside `main` that an op other than a constant's own kernel uses. What differs in shape
    /// only is equal in memory.
    pub fn collect(module: &Module, main: Op) -> Weights {
        let mut weights = Weights::default();
        let mut by_content: FxHashMap<kiln_tensor::BlobKey, u64> = FxHashMap::default();
        let hasher = BlobStore::new();
        for op in module.walk(main) {
            let inside_kernel = module.parent_op(op).is_some_and(|parent| module.is(parent, "graph.fusion"));
            if inside_kernel || !module.has_traits(op, Traits::CONSTANT_LIKE) {
                continue;
            }
            let value = module.result(op, 0);
            let Some(tensor) = module.constant_tensor(value).filter(|_| module.has_uses(value)) else { continue };
            let flat = tensor.reshaped(&[tensor.len()]).expect("the number of elements stays");
            let key = hasher.insert(flat);
            let offset = *by_content.entry(key).or_insert_with(|| {
                let offset = weights.size.next_multiple_of(ALIGNMENT);
                weights.size = offset + tensor.bytes().len() as u64;
                weights.tensors.push((offset, tensor));
                offset
            });
            weights.offsets.insert(value, offset);
        }
        weights
    }

    /// Writes the table to the module: `weights`, `weight_offsets` and `weight_bytes`.
    pub(super) fn keep(&self, module: &mut Module) {
        let top = module.top();
        let tensors: Vec<Attribute> =
            self.tensors.iter().map(|(_, tensor)| module.tensor_attribute(tensor.clone())).collect();
        let offsets: Vec<i64> = self.tensors.iter().map(|(offset, _)| *offset as i64).collect();
        module.set_attribute(top, "weights", tensors);
        module.set_attribute(top, "weight_offsets", offsets);
        module.set_attribute(top, "weight_bytes", self.size as i64);
    }

    /// Reads the table from a module that `main` was lowered in; `None` if there is none.
    pub fn of(module: &Module) -> Option<Weights> {
        let top = module.top();
        let tensors = module.attribute(top, "weights")?.as_array()?;
        let offsets = module.attributes(top).i64s("weight_offsets")?;
        let size = u64::try_from(module.attributes(top).i64("weight_bytes")?).ok()?;
        let entry = |(&attribute, offset): (&Attribute, i64)| {
            Some((u64::try_from(offset).ok()?, module.attribute_tensor(attribute)?))
        };
        let tensors = tensors.iter().zip(offsets).map(entry).collect::<Option<_>>()?;
        Some(Weights { tensors, size, offsets: FxHashMap::default() })
    }

    /// Where the constant `value` is.
    pub(super) fn find_offset(&self, value: Value) -> Option<u64> {
        self.offsets.get(&value).copied()
    }
}
