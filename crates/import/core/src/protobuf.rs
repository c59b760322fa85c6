//! What readers of protobuf files share: a look at the bytes before they are decoded.
//!
//! An empty message takes two bytes of a file and a hundred times that in memory. A file that has far more of them than
//! any model is refused before memory is taken.

use crate::{ModelFile, Reporter};
use kiln_diag::Diagnostic;
use kiln_tensor::MappedFile;
use prost::bytes::Bytes;
use prost::encoding::{WireType, decode_key, decode_varint};

/// The most messages that are decoded.
pub const MAX_MESSAGES: usize = 8_000_000;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<K> {
    /// Messages that have fields of interest.
    Message(K),
    /// Messages or strings that are counted only.
    Leaf,
}

/// A field as it stands in the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field<'b> {
    /// Its number.
    pub number: u32,
    /// Its bytes, if it is length-delimited.
    pub content: Option<&'b [u8]>,
    /// Its value, if it is a varint.
    pub varint: Option<u64>,
}

/// Lets [`Bytes`] own the mapping.
struct Mapping(MappedFile);

impl AsRef<[u8]> for Mapping {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A file as what messages can borrow from: byte fields of what is decoded from it are slices of the mapping.
pub fn bytes_of(file: &MappedFile) -> Bytes {
    Bytes::from_owner(Mapping(file.clone()))
}

/// Decodes the model's file once it is known to have at most [`MAX_MESSAGES`]; `field` says what is in the fields that may
/// be there often. If it cannot be decoded, that is reported.
pub fn decode<M: prost::Message + Default, K: Copy>(
    file: &ModelFile,
    title: &str,
    root: K,
    field: impl Fn(K, u32) -> Option<Part<K>>,
    reporter: &Reporter<'_>,
) -> Option<M> {
    if !is_decodable(file.bytes(), root, field) {
        reporter.report(Diagnostic::error(reporter.whole(), format!("the model has more than {MAX_MESSAGES} parts")));
        return None;
    }
    match M::decode(bytes_of(file.bytes())) {
        Ok(message) => Some(message),
        Err(error) => {
            reporter.report(describe_unreadable(&error, title, reporter));
            None
        }
    }
}

/// Why the file cannot be decoded.
fn describe_unreadable(error: &prost::DecodeError, title: &str, reporter: &Reporter<'_>) -> Diagnostic {
    let reason = error.to_string();
    // The reason names every message on the way down.
    if reason.ends_with("recursion limit reached") {
        return Diagnostic::error(reporter.whole(), "the model's graphs or types are nested too deep");
    }
    let message = format!("this is not a readable {title} model: {reason}");
    let help = "it may be damaged, not completely downloaded, or a model of another format";
    Diagnostic::error(reporter.whole(), message).with_help(help)
}

/// Whether there are at most [`MAX_MESSAGES`]; what is malformed is left for decoding to find.
pub fn is_decodable<K: Copy>(bytes: &[u8], root: K, field: impl Fn(K, u32) -> Option<Part<K>>) -> bool {
    let mut pending = vec![(root, bytes)];
    let mut count = 0;
    while let Some((kind, mut rest)) = pending.pop() {
        while let Some(found) = next_field(&mut rest) {
            let Some(part) = field(kind, found.number) else { continue };
            count += 1;
            if count > MAX_MESSAGES {
                return false;
            }
            if let (Part::Message(kind), Some(content)) = (part, found.content) {
                pending.push((kind, content));
            }
        }
    }
    true
}

/// The next field; `None` at the end or where the bytes are malformed.
pub fn next_field<'b>(rest: &mut &'b [u8]) -> Option<Field<'b>> {
    if rest.is_empty() {
        return None;
    }
    let (number, wire) = decode_key(rest).ok()?;
    let length = match wire {
        WireType::Varint => {
            let varint = Some(decode_varint(rest).ok()?);
            return Some(Field { number, content: None, varint });
        }
        WireType::SixtyFourBit => 8,
        WireType::ThirtyTwoBit => 4,
        WireType::LengthDelimited => usize::try_from(decode_varint(rest).ok()?).ok()?,
        WireType::StartGroup | WireType::EndGroup => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Field { number, content: (wire == WireType::LengthDelimited).then_some(content), varint: None })
}

/// The first fields of a message, at most `most`; `None` if the bytes are malformed before the end or the last of them. What
/// is left of a file that was cut off counts as the last field: it is for the reader of the format to say what is wrong.
pub fn first_fields(mut bytes: &[u8], most: usize) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    while fields.len() < most && !bytes.is_empty() {
        let start = bytes;
        match next_field(&mut bytes) {
            Some(field) => fields.push(field),
            None => {
                fields.push(cut_off(start).filter(|_| !fields.is_empty())?);
                break;
            }
        }
    }
    Some(fields)
}

/// A length-delimited field that the bytes end in.
fn cut_off(mut bytes: &[u8]) -> Option<Field<'_>> {
    let (number, wire) = decode_key(&mut bytes).ok()?;
    let length = if wire == WireType::LengthDelimited { decode_varint(&mut bytes).ok()? } else { return None };
    (length > bytes.len() as u64).then_some(Field { number, content: Some(bytes), varint: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floods_are_refused() {
        let field = |depth: u32, number: u32| match (depth, number) {
            (0, 7) => Some(Part::Message(1)),
            (1, 1) => Some(Part::Leaf),
            _ => None,
        };
        let nodes = [0x0a, 0].repeat(MAX_MESSAGES);
        let mut model = vec![0x3a];
        prost::encoding::encode_varint(nodes.len() as u64, &mut model);
        model.extend(&nodes);
        assert!(!is_decodable(&model, 0, field));
        assert!(is_decodable(&model[..model.len() / 2], 0, field));
        assert!(is_decodable(&[0x3a, 0xff], 0, field));
    }

    #[test]
    fn first_fields_are_as_far_as_asked() {
        let numbers = |bytes: &[u8], most| {
            let fields = first_fields(bytes, most)?;
            Some(fields.iter().map(|field| (field.number, field.varint)).collect::<Vec<_>>())
        };
        assert_eq!(numbers(&[8, 3, 0x12, 1, 0, 0xff], 2), Some(vec![(1, Some(3)), (2, None)]));
        assert_eq!(numbers(&[8, 3, 0x12, 1, 0, 0xff], 3), None);
        assert_eq!(numbers(&[8, 3, 0x12, 9, 0, 0xff], 3), Some(vec![(1, Some(3)), (2, None)]));
        assert_eq!(numbers(&[0x12, 9, 0, 0xff], 3), None);
    }
}
