//! Looks at the file before it is decoded: whether it is a model, and how many messages it has.

use kiln_import_core::ModelFile;
use kiln_import_core::protobuf::{Part, first_fields};

/// The messages that are looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    Tensor,
}

/// What field `number` holds, if it is a repeated message or a repeated string.
pub(crate) fn field(kind: Kind, number: u32) -> Option<Part<Kind>> {
    Some(match (kind, number) {
        (Kind::Model, 7) | (Kind::Attribute, 6 | 11) => Part::Message(Kind::Graph),
        (Kind::Model, 25) => Part::Message(Kind::Function),
        (Kind::Graph, 1) | (Kind::Function, 7) => Part::Message(Kind::Node),
        (Kind::Node, 5) | (Kind::Function, 11) => Part::Message(Kind::Attribute),
        (Kind::Graph, 5) | (Kind::Attribute, 5 | 10) => Part::Message(Kind::Tensor),
        (Kind::Model, 8 | 14 | 20)
        | (Kind::Graph, 11 | 12 | 13 | 15)
        | (Kind::Function, 4 | 5 | 6 | 9 | 12)
        | (Kind::Node, 1 | 2)
        | (Kind::Attribute, 15 | 23)
        | (Kind::Tensor, 13) => Part::Leaf,
        _ => return None,
    })
}

/// The most fields that are looked at; a header has fewer.
const MOST_FIELDS: usize = 16;

/// Whether the first fields are those of an ONNX model: a version of the format, and then a graph or a version of operators.
pub(crate) fn looks_like_a_model(file: &ModelFile) -> bool {
    let Some(fields) = first_fields(file.bytes(), MOST_FIELDS) else { return false };
    let has_version = fields.iter().any(|field| field.number == 1 && field.varint.is_some());
    let holds = |number: u32| fields.iter().any(|field| field.number == number && field.content.is_some());
    // Field 2 is the producer's name in a model, and a graph in a saved model of TensorFlow: that has neither 7 nor 8.
    has_version && (holds(7) || holds(8))
}
