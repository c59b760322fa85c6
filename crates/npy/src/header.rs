//! The header of a `.npy` file: a Python dictionary of three entries, as text.
//!
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }`
//!
//! The grammar is flat on purpose: nothing nests, so no input makes the parser recurse.

use crate::strings::Spelling;
use crate::{NpyError, NpyErrorKind};
use kiln_tensor::ElementType;

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// NumPy's name of the element type: byte order, kind, bytes.
    pub descriptor: String,
    /// Whether the first axis is the innermost one.
    pub fortran_order: bool,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
}

/// A type that NumPy stores as raw bytes is known by its width alone.
const VOID: u8 = b'V';

impl Header {
    /// Parses the text of a header that begins at byte `offset` of its file.
    pub(crate) fn parse(text: &[u8], offset: u64) -> Result<Header, NpyError> {
        Parser { text, at: 0, offset }.header()
    }

    /// The element type; where the file says raw bytes, `expected` if it has their width.
    pub(crate) fn element_type(&self, expected: Option<ElementType>) -> Result<ElementType, NpyError> {
        let unsupported = || NpyErrorKind::Unsupported { descriptor: self.descriptor.clone(), expected };
        let (_, kind, width) = self.descriptor_parts().ok_or_else(unsupported)?;
        if kind == VOID {
            return expected.filter(|expected| expected.byte_size() == width).ok_or_else(|| unsupported().into());
        }
        // Integers of four and two bits are stored as bytes.
        if let Some(few_bits) = expected.filter(|expected| expected.is_integer() && expected.bit_width() < 8)
            && (kind, width) == (if few_bits.is_signed_integer() { b'i' } else { b'u' }, 1)
        {
            return Ok(few_bits);
        }
        let numpy_type = |&&(k, w, _): &&(u8, usize, ElementType)| (k, w) == (kind, width);
        NUMPY_TYPES.iter().find(numpy_type).map(|&(_, _, element)| element).ok_or_else(|| unsupported().into())
    }

    /// How strings are spelled, if the elements are some.
    pub(crate) fn spelling(&self) -> Option<Spelling> {
        let (_, kind, width) = self.descriptor_parts()?;
        Spelling::of(kind, width)
    }

    /// Whether the most significant byte comes first.
    pub(crate) fn is_big_endian(&self) -> bool {
        matches!(self.descriptor_parts(), Some((b'>', _, _)))
    }

    /// Byte order, kind and width.
    fn descriptor_parts(&self) -> Option<(u8, u8, usize)> {
        let (&order, rest) = self.descriptor.as_bytes().split_first()?;
        let (&kind, width) = rest.split_first()?;
        let width = std::str::from_utf8(width).ok()?.parse().ok()?;
        matches!(order, b'<' | b'>' | b'|' | b'=').then_some((order, kind, width))
    }
}

/// Kind, width and element type of what NumPy has a type for.
const NUMPY_TYPES: [(u8, usize, ElementType); 14] = [
    (b'f', 2, ElementType::F16),
    (b'f', 4, ElementType::F32),
    (b'f', 8, ElementType::F64),
    (b'b', 1, ElementType::I1),
    (b'i', 1, ElementType::I8),
    (b'i', 2, ElementType::I16),
    (b'i', 4, ElementType::I32),
    (b'i', 8, ElementType::I64),
    (b'u', 1, ElementType::U8),
    (b'u', 2, ElementType::U16),
    (b'u', 4, ElementType::U32),
    (b'u', 8, ElementType::U64),
    (b'c', 8, ElementType::C64),
    (b'c', 16, ElementType::C128),
];

/// NumPy's name of an element type; raw bytes where it has none, and `None` for strings, whose length is part of it.
pub(crate) fn descriptor(element: ElementType) -> Option<String> {
    let storage = match element {
        ElementType::I2 | ElementType::I4 => ElementType::I8,
        ElementType::U2 | ElementType::U4 => ElementType::U8,
        ElementType::String => return None,
        other => other,
    };
    let known = NUMPY_TYPES.iter().find(|(_, _, known)| *known == storage);
    Some(match known {
        Some(&(kind, 1, _)) => format!("|{}1", kind as char),
        Some(&(kind, width, _)) => format!("<{}{width}", kind as char),
        None => format!("|V{}", storage.byte_size()),
    })
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the text begins in its file.
    offset: u64,
}

impl Parser<'_> {
    fn header(mut self) -> Result<Header, NpyError> {
        let (mut descriptor, mut fortran_order, mut shape) = (None, None, None);
        self.expect(b'{')?;
        while !self.eat(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            match key.as_str() {
                "descr" => descriptor = Some(self.string()?),
                "fortran_order" => fortran_order = Some(self.boolean()?),
                "shape" => shape = Some(self.tuple()?),
                _ => return Err(self.error(format!("the header has an unknown entry '{key}'"))),
            }
            if !self.eat(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        match (descriptor, fortran_order, shape) {
            (Some(descriptor), Some(fortran_order), Some(shape)) => Ok(Header { descriptor, fortran_order, shape }),
            _ => Err(self.error("the header lacks one of 'descr', 'fortran_order' and 'shape'")),
        }
    }

    fn error(&self, reason: impl Into<String>) -> NpyError {
        NpyError::malformed(self.offset + self.at as u64, reason)
    }

    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), NpyError> {
        if self.eat(byte) { Ok(()) } else { Err(self.error(format!("expected '{}' in the header", byte as char))) }
    }

    fn string(&mut self) -> Result<String, NpyError> {
        let quote = self.peek().filter(|byte| matches!(byte, b'\'' | b'"'));
        let quote =
            quote.ok_or_else(|| self.error("expected a string in the header; arrays of records are no tensors"))?;
        let start = self.at + 1;
        let length = self.text[start..].iter().position(|&byte| byte == quote);
        let length = length.ok_or_else(|| self.error("the header ends in a string"))?;
        self.at = start + length + 1;
        Ok(String::from_utf8_lossy(&self.text[start..start + length]).into_owned())
    }

    fn boolean(&mut self) -> Result<bool, NpyError> {
        self.peek();
        for (word, value) in [("True", true), ("False", false)] {
            if self.text[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.error("expected True or False in the header"))
    }

    fn tuple(&mut self) -> Result<Vec<usize>, NpyError> {
        let mut extents = Vec::new();
        self.expect(b'(')?;
        while !self.eat(b')') {
            self.peek();
            let rest = &self.text[self.at..];
            let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            let digits = std::str::from_utf8(&rest[..length]).unwrap_or_default();
            extents.push(digits.parse().map_err(|_| self.error("expected an extent in the header"))?);
            self.at += length;
            if !self.eat(b',') {
                self.expect(b')')?;
                break;
            }
        }
        Ok(extents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, String> {
        Header::parse(text.as_bytes(), 10).map_err(|error| error.to_string())
    }

    #[test]
    fn headers_parse() {
        let header = |descriptor: &str, fortran_order, shape: &[usize]| {
            Ok(Header { descriptor: descriptor.into(), fortran_order, shape: shape.into() })
        };
        assert_eq!(
            parse("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }  \n"),
            header("<f4", false, &[1, 3])
        );
        assert_eq!(parse("{'shape':(),'fortran_order':True,'descr':\"|b1\"}"), header("|b1", true, &[]));
        assert_eq!(parse("{'descr': '<i8', 'fortran_order': False, 'shape': (7,)}"), header("<i8", false, &[7]));
    }

    #[test]
    fn bad_headers_say_where() {
        let cases = [
            ("", "byte 10: expected '{' in the header"),
            ("{'descr'", "byte 18: expected ':' in the header"),
            ("{'descr': [('a', '<f4')]}", "byte 20: expected a string in the header; arrays of records are no tensors"),
            ("{'shape': (-1,)}", "byte 21: expected an extent in the header"),
            ("{'shape': (99999999999999999999,)}", "byte 21: expected an extent in the header"),
            ("{'shape': ((((((((", "byte 21: expected an extent in the header"),
            ("{'fortran_order': 1}", "byte 28: expected True or False in the header"),
            ("{'pickle': 'x'}", "byte 20: the header has an unknown entry 'pickle'"),
            ("{'descr': 'x}", "byte 20: the header ends in a string"),
            ("{}", "byte 12: the header lacks one of 'descr', 'fortran_order' and 'shape'"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn descriptors_read_back() {
        for element in ElementType::ALL.into_iter().filter(|&element| element != ElementType::String) {
            let descriptor = descriptor(element).expect("not a string");
            let header = Header { descriptor, fortran_order: false, shape: vec![] };
            assert_eq!(header.element_type(Some(element)).expect("supported"), element);
        }
        let object = Header { descriptor: "|O".into(), fortran_order: false, shape: vec![] };
        assert!(object.element_type(None).is_err());
    }
}
