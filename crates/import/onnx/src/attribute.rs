//! Attributes of nodes.

use crate::graph::node_part;
use crate::importer::{Frame, Importer};
use crate::proto::attribute_proto::AttributeType;
use crate::proto::{AttributeProto, GraphProto, NodeProto, TensorProto};
use crate::tensor::{describe_sparse, import_tensor};
use kiln_diag::suggest;
use kiln_ir::{Attribute, Attributes, Presence};
use kiln_onnx::Schema;
use kiln_tensor::Tensor;
use prost::bytes::Bytes;

impl<'a> Importer<'a> {
    /// The attributes of a node, and its graphs in the order of its regions.
    pub(crate) fn import_attributes(
        &mut self,
        node: &'a NodeProto,
        schema: Option<&Schema>,
        frame: &Frame<'a>,
    ) -> (Attributes, Vec<Option<&'a GraphProto>>) {
        let mut attributes = Attributes::new();
        let mut graphs = vec![None; schema.map_or(0, |schema| schema.regions.len())];
        for proto in &node.attribute {
            let Some(resolved) = self.resolve(node, proto, frame) else { continue };
            let name = proto.name.as_str();
            let region = schema.and_then(|schema| schema.regions.iter().position(|region| *region == name));
            if let (Some(region), Some(graph)) = (region, &resolved.g) {
                graphs[region] = Some(graph);
                continue;
            }
            match self.import_attribute(resolved) {
                Ok(value) => {
                    let (name, value) = normalize_constant(node, name, value);
                    if !self.check_attribute(node, schema, name, value) {
                        continue;
                    }
                    if attributes.set(name, value).is_some() {
                        self.reporter.error(node_part(node), format!("attribute \"{name}\" is there twice"));
                    }
                }
                // Of an operator that is not known it is reported already; its attributes may be anything.
                Err(_) if schema.is_none() => {}
                Err(message) => self.reporter.error(node_part(node), format!("attribute \"{name}\": {message}")),
            }
        }
        (attributes, graphs)
    }

    /// The attribute that holds the value: `proto`, or the one of the function's caller that it refers to.
    pub(crate) fn resolve(
        &self,
        node: &NodeProto,
        proto: &'a AttributeProto,
        frame: &Frame<'a>,
    ) -> Option<&'a AttributeProto> {
        if proto.ref_attr_name.is_empty() {
            return Some(proto);
        }
        match &frame.attributes {
            Some(attributes) => attributes.get(proto.ref_attr_name.as_str()).copied(),
            None => {
                let message = format!("attribute \"{}\" refers to a function's, but stands in none", proto.name);
                self.reporter.error(node_part(node), message);
                None
            }
        }
    }

    fn import_attribute(&mut self, proto: &AttributeProto) -> Result<Attribute, String> {
        let tensor =
            |tensor: &TensorProto| import_tensor(self.file, tensor).map(|tensor| self.module.tensor_attribute(tensor));
        Ok(match kind(proto)? {
            AttributeType::Undefined => return Err("it has no value".into()),
            AttributeType::Float => Attribute::f32(proto.f.unwrap_or(0.0)),
            AttributeType::Int => Attribute::i64(proto.i.unwrap_or(0)),
            AttributeType::String => string(proto.s.as_ref().unwrap_or(&Bytes::new()))?,
            AttributeType::Tensor => tensor(proto.t.as_ref().ok_or("the tensor is missing")?)?,
            AttributeType::Floats => {
                Attribute::array(&proto.floats.iter().map(|&value| Attribute::f32(value)).collect::<Vec<_>>())
            }
            AttributeType::Ints => Attribute::i64s(&proto.ints),
            AttributeType::Strings => {
                Attribute::array(&proto.strings.iter().map(string).collect::<Result<Vec<_>, _>>()?)
            }
            AttributeType::Tensors => {
                Attribute::array(&proto.tensors.iter().map(tensor).collect::<Result<Vec<_>, _>>()?)
            }
            AttributeType::TypeProto => {
                let ty = proto.tp.as_ref().ok_or("the type is missing")?;
                Attribute::ty(self.import_type(&proto.name, ty)?)
            }
            AttributeType::TypeProtos => {
                let mut types = Vec::new();
                for ty in &proto.type_protos {
                    types.push(Attribute::ty(self.import_type(&proto.name, ty)?));
                }
                Attribute::array(&types)
            }
            AttributeType::Graph | AttributeType::Graphs => {
                return Err("a graph is not expected here".into());
            }
            AttributeType::SparseTensor | AttributeType::SparseTensors => {
                let sparse = proto.sparse_tensor.as_ref().or(proto.sparse_tensors.first());
                return Err(sparse.map_or("the tensor is missing".into(), describe_sparse));
            }
        })
    }

    /// Whether the schema knows the attribute; if not, that is reported.
    fn check_attribute(&self, node: &NodeProto, schema: Option<&Schema>, name: &str, value: Attribute) -> bool {
        let Some(schema) = schema else { return true };
        match schema.attributes().iter().find(|declared| declared.name == name) {
            Some(declared) if declared.value.accepts(value) || is_empty_list(value) => true,
            Some(declared) => {
                let message =
                    format!("attribute \"{name}\" must be {}, not {}", declared.value.describe(), brief(value));
                self.reporter.error(node_part(node), message);
                false
            }
            None => {
                let optional = schema.attributes().iter().filter(|known| known.presence == Presence::Optional);
                let meant = suggest(name, optional.map(|known| known.name));
                let meant = meant.map(|known| format!("; did you mean \"{known}\"?")).unwrap_or_default();
                let message = format!("operator {} has no attribute \"{name}\": it is ignored{meant}", schema.name);
                self.reporter.warning(node_part(node), message);
                false
            }
        }
    }
}

/// An empty list has no element by which to tell its type.
fn is_empty_list(value: Attribute) -> bool {
    value.as_array().is_some_and(<[Attribute]>::is_empty)
}

fn brief(value: Attribute) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// The type of the attribute; files of the first versions do not say it.
fn kind(proto: &AttributeProto) -> Result<AttributeType, String> {
    let declared = AttributeType::try_from(proto.r#type).map_err(|_| format!("type {} is not known", proto.r#type))?;
    if declared != AttributeType::Undefined {
        return Ok(declared);
    }
    let present = [
        (proto.f.is_some(), AttributeType::Float),
        (proto.i.is_some(), AttributeType::Int),
        (proto.s.is_some(), AttributeType::String),
        (proto.t.is_some(), AttributeType::Tensor),
        (!proto.floats.is_empty(), AttributeType::Floats),
        (!proto.ints.is_empty(), AttributeType::Ints),
        (!proto.strings.is_empty(), AttributeType::Strings),
        (!proto.tensors.is_empty(), AttributeType::Tensors),
        (proto.tp.is_some(), AttributeType::TypeProto),
        (proto.g.is_some(), AttributeType::Graph),
        (proto.sparse_tensor.is_some(), AttributeType::SparseTensor),
    ];
    Ok(present.into_iter().find(|(present, _)| *present).map_or(AttributeType::Undefined, |(_, kind)| kind))
}

fn string(bytes: &Bytes) -> Result<Attribute, String> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Attribute::string(text)),
        Err(_) => Err("the string is not UTF-8".into()),
    }
}

/// A constant's value is always the tensor `value`.
fn normalize_constant<'n>(node: &NodeProto, name: &'n str, value: Attribute) -> (&'n str, Attribute) {
    if node.op_type != "Constant" || !name.starts_with("value_") {
        return (name, value);
    }
    let f32s = |values: Vec<f64>| values.into_iter().map(|value| value as f32).collect::<Vec<_>>();
    let bytes = |text: &str| text.as_bytes().to_vec();
    let tensor = match name {
        "value_float" => value.as_f64().map(|value| Tensor::scalar(value as f32)),
        "value_int" => value.as_i64().map(Tensor::scalar),
        "value_string" => value.as_str().and_then(|text| Tensor::from_strings(&[], vec![bytes(text)]).ok()),
        "value_floats" => value.as_f64s().map(f32s).map(|values| Tensor::from_values(&[values.len()], &values)),
        "value_ints" => value.as_i64s().map(|values| Tensor::from_values(&[values.len()], &values)),
        "value_strings" => value.as_strs().and_then(|texts| {
            let count = texts.len();
            Tensor::from_strings(&[count], texts.into_iter().map(bytes).collect()).ok()
        }),
        _ => None,
    };
    match tensor {
        Some(tensor) => ("value", Attribute::dense(tensor)),
        None => (name, value),
    }
}
