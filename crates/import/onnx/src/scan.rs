//! A look at the file before it is decoded: how many messages it has.
//!
//! An empty message takes two bytes of the file and a hundred times that in memory. A file that has far more of them
//! than any model is refused before memory is taken.

use prost::encoding::{WireType, decode_key, decode_varint};

/// The most messages that are decoded.
pub(crate) const MAX_MESSAGES: usize = 8_000_000;

/// The messages that are looked into.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    Tensor,
    Leaf,
}

impl Kind {
    /// What field `number` holds, if it is a repeated message or a repeated string.
    fn field(self, number: u32) -> Option<Kind> {
        Some(match (self, number) {
            (Kind::Model, 7) | (Kind::Attribute, 6 | 11) => Kind::Graph,
            (Kind::Model, 25) => Kind::Function,
            (Kind::Graph, 1) | (Kind::Function, 7) => Kind::Node,
            (Kind::Node, 5) | (Kind::Function, 11) => Kind::Attribute,
            (Kind::Graph, 5) | (Kind::Attribute, 5 | 10) => Kind::Tensor,
            (Kind::Model, 8 | 14 | 20)
            | (Kind::Graph, 11 | 12 | 13 | 15)
            | (Kind::Function, 4 | 5 | 6 | 9 | 12)
            | (Kind::Node, 1 | 2)
            | (Kind::Attribute, 15 | 23)
            | (Kind::Tensor, 13) => Kind::Leaf,
            _ => return None,
        })
    }
}

/// Whether the file has at most [`MAX_MESSAGES`]; what is malformed is left for decoding to find.
pub(crate) fn is_decodable(bytes: &[u8]) -> bool {
    let mut pending = vec![(Kind::Model, bytes)];
    let mut count = 0;
    while let Some((kind, mut rest)) = pending.pop() {
        while let Some((number, content)) = next_field(&mut rest) {
            let Some(inner) = kind.field(number) else { continue };
            count += 1;
            if count > MAX_MESSAGES {
                return false;
            }
            if let (Some(content), false) = (content, matches!(inner, Kind::Leaf)) {
                pending.push((inner, content));
            }
        }
    }
    true
}

/// The number of the next field and, if it is length-delimited, its content; `None` at the end or where it is malformed.
fn next_field<'b>(rest: &mut &'b [u8]) -> Option<(u32, Option<&'b [u8]>)> {
    if rest.is_empty() {
        return None;
    }
    let (number, wire) = decode_key(rest).ok()?;
    let length = match wire {
        WireType::Varint => {
            decode_varint(rest).ok()?;
            return Some((number, None));
        }
        WireType::SixtyFourBit => 8,
        WireType::ThirtyTwoBit => 4,
        WireType::LengthDelimited => usize::try_from(decode_varint(rest).ok()?).ok()?,
        WireType::StartGroup | WireType::EndGroup => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some((number, (wire == WireType::LengthDelimited).then_some(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floods_are_refused() {
        let nodes = [0x0a, 0].repeat(MAX_MESSAGES);
        let mut model = vec![0x3a];
        prost::encoding::encode_varint(nodes.len() as u64, &mut model);
        model.extend(&nodes);
        assert!(!is_decodable(&model));
        assert!(is_decodable(&model[..model.len() / 2]));
        assert!(is_decodable(&[0x3a, 0xff]));
    }
}
