//! Looks at a file before it is decoded: which of the formats it is of, and how many messages it has.
//!
//! A node begins with its name and its operator, both plain text; in a meta graph the first field says which graph it is,
//! and the graph is the second; in a saved model a version comes first, and then meta graphs.

use kiln_import_core::ModelFile;
use kiln_import_core::protobuf::{Field, Part, first_fields};

/// The messages that are looked into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    SavedModel,
    MetaGraph,
    Graph,
    Library,
    Function,
    Signature,
    Node,
    AttributeEntry,
    Attribute,
    List,
    Tensor,
    Shape,
}

/// What field `number` holds, if there may be many of it.
pub(crate) fn field(kind: Kind, number: u32) -> Option<Part<Kind>> {
    Some(match (kind, number) {
        (Kind::SavedModel, 2) => Part::Message(Kind::MetaGraph),
        (Kind::MetaGraph, 2) => Part::Message(Kind::Graph),
        (Kind::Graph, 1) | (Kind::Function, 3) => Part::Message(Kind::Node),
        (Kind::Graph, 2) => Part::Message(Kind::Library),
        (Kind::Library, 1) => Part::Message(Kind::Function),
        (Kind::Function, 1) => Part::Message(Kind::Signature),
        (Kind::Node, 5) => Part::Message(Kind::AttributeEntry),
        (Kind::AttributeEntry, 2) => Part::Message(Kind::Attribute),
        (Kind::Attribute, 1) => Part::Message(Kind::List),
        (Kind::Attribute, 7) | (Kind::List, 7) => Part::Message(Kind::Shape),
        (Kind::Attribute, 8) | (Kind::List, 8) => Part::Message(Kind::Tensor),
        (Kind::MetaGraph, 5)
        | (Kind::Function, 4)
        | (Kind::Signature, 2 | 3)
        | (Kind::Node, 3)
        | (Kind::Attribute, 10)
        | (Kind::List, 2 | 9)
        | (Kind::Tensor, 8)
        | (Kind::Shape, 2) => Part::Leaf,
        _ => return None,
    })
}

/// The most fields of a message that are looked at.
const MOST_FIELDS: usize = 8;

/// Whether a file looks like a saved model.
pub(crate) fn looks_like_a_saved_model(file: &ModelFile) -> bool {
    is_saved_model(file.bytes())
}

/// Whether a file looks like a meta graph.
pub(crate) fn looks_like_a_meta_graph(file: &ModelFile) -> bool {
    is_meta_graph(file.bytes())
}

/// Whether a file looks like a graph.
pub(crate) fn looks_like_a_graph(file: &ModelFile) -> bool {
    is_graph(file.bytes())
}

fn is_saved_model(bytes: &[u8]) -> bool {
    let Some(fields) = first_fields(bytes, MOST_FIELDS) else { return false };
    let has_version = fields.iter().any(|field| field.number == 1 && field.varint.is_some());
    let mut graphs = fields.iter().filter(|field| field.number == 2);
    has_version
        && fields.iter().all(|field| matches!(field.number, 1 | 2))
        && graphs.next().and_then(|field| field.content).is_some_and(is_meta_graph)
}

fn is_meta_graph(bytes: &[u8]) -> bool {
    let Some(fields) = first_fields(bytes, MOST_FIELDS) else { return false };
    let has_known_fields = fields.iter().all(|field| matches!(field.number, 1..=7) && field.content.is_some());
    let graph = fields.iter().find(|field| field.number == 2).and_then(|field| field.content);
    has_known_fields && graph.is_some_and(is_graph)
}

fn is_graph(bytes: &[u8]) -> bool {
    let Some(fields) = first_fields(bytes, MOST_FIELDS) else { return false };
    let is_known = |field: &Field| match field.number {
        1 => field.content.is_some_and(is_node),
        2 | 4 | 5 => field.content.is_some(),
        3 => field.varint.is_some(),
        _ => false,
    };
    fields.iter().any(|field| field.number == 1) && fields.iter().all(is_known)
}

/// Whether a message has a name and an operator, as nodes do.
fn is_node(bytes: &[u8]) -> bool {
    let Some(fields) = first_fields(bytes, 2) else { return false };
    let text = |number: u32| {
        let field = fields.iter().find(|field| field.number == number)?;
        std::str::from_utf8(field.content?).ok()
    };
    let is_word = |text: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '>' | '.');
        !text.is_empty() && text.len() < 256 && text.chars().all(is_part)
    };
    let is_name = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    text(1).is_some_and(is_name) && text(2).is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A length-delimited field.
    fn part(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, content.len() as u8], content].concat()
    }

    fn node() -> Vec<u8> {
        [part(1, b"a/x"), part(2, b"Placeholder")].concat()
    }

    /// Which of the formats the bytes look like.
    fn check(bytes: &[u8], expected: &str) {
        let found =
            [("saved model", is_saved_model(bytes)), ("meta graph", is_meta_graph(bytes)), ("graph", is_graph(bytes))];
        let found: Vec<&str> = found.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        assert_eq!(found.join(", "), expected);
    }

    #[test]
    fn formats_are_told_apart() {
        let graph = part(1, &node());
        let meta_graph = [part(1, &part(4, b"serve")), part(2, &graph)].concat();
        check(&graph, "graph");
        check(&[part(4, &[8, 21]), graph.clone()].concat(), "graph");
        check(&meta_graph, "meta graph");
        check(&part(2, &graph), "meta graph");
        check(&[&[8, 1], &part(2, &meta_graph)[..]].concat(), "saved model");
        check(&[8, 9, 0x3a, 0, 0x42, 2, 0x10, 13], "");
        // ONNX with the producer's name where a saved model has its graph.
        check(&[&[8, 9], &part(2, b"pytorch")[..], &part(7, &[])].concat(), "");
        check(&[], "");
        check(b"PK\x03\x04", "");
    }
}
