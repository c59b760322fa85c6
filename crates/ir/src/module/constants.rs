//! Tensors of attributes, in the IR or in the blob store.

use super::{Module, Value};
use crate::attribute::{Attribute, AttributeKind};
use crate::definition::Traits;
use crate::intern::Name;
use crate::types::Type;
use kiln_tensor::Tensor;

impl Module {
    /// The tensor a constant value holds: the `value` attribute of a constant-like op, from the blob store if need be.
    pub fn constant_tensor(&self, value: Value) -> Option<Tensor> {
        let op = self.defining_op(value)?;
        if !self.has_traits(op, Traits::CONSTANT_LIKE) {
            return None;
        }
        self.attribute_tensor(self.attribute(op, "value")?)
    }

    /// The tensor a `dense` or `dense_resource` attribute holds.
    pub fn attribute_tensor(&self, attribute: Attribute) -> Option<Tensor> {
        match attribute.kind() {
            AttributeKind::DenseResource { ty, key } => {
                self.blobs.find(key.as_str()).filter(|tensor| ty.element() == Some(tensor.element()))
            }
            _ => attribute.as_tensor(),
        }
    }

    /// `dense` for a few elements, `dense_resource` in the blob store for more.
    pub fn tensor_attribute(&self, tensor: Tensor) -> Attribute {
        if tensor.len() <= Module::INLINE_ELEMENTS || tensor.element() == kiln_tensor::ElementType::String {
            return Attribute::dense(tensor);
        }
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let key = Name::new(self.blobs.insert(tensor).as_str());
        Attribute::new(AttributeKind::DenseResource { ty, key })
    }

    /// The most elements that [`Module::tensor_attribute`] writes into the IR itself.
    pub const INLINE_ELEMENTS: usize = 16;
}
