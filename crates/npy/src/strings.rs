//! Strings in `.npy` files: characters of 32 bits (`<U5`) or bytes (`|S5`), as many for each, with zeros behind them.

use kiln_tensor::Tensor;

/// What the elements of an array of strings are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Spelling {
    /// Characters of 32 bits, not bytes.
    pub wide: bool,
    /// Units of each element.
    pub length: usize,
}

impl Spelling {
    /// How NumPy's kind and width spell strings, if they do.
    pub(crate) fn of(kind: u8, length: usize) -> Option<Spelling> {
        matches!(kind, b'U' | b'S').then_some(Spelling { wide: kind == b'U', length })
    }

    /// How the strings of a tensor are spelled: as characters if all are UTF-8.
    pub(crate) fn for_tensor(tensor: &Tensor) -> Spelling {
        let texts: Result<Vec<&str>, _> = tensor.strings().iter().map(|string| std::str::from_utf8(string)).collect();
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0).max(1);
        match texts {
            Ok(texts) => Spelling { wide: true, length: longest(&mut texts.iter().map(|text| text.chars().count())) },
            Err(_) => Spelling { wide: false, length: longest(&mut tensor.strings().iter().map(Vec::len)) },
        }
    }

    /// NumPy's name of the type.
    pub(crate) fn descriptor(self) -> String {
        format!("{}{}", if self.wide { "<U" } else { "|S" }, self.length)
    }

    /// Bytes of a unit.
    pub(crate) fn unit(self) -> usize {
        if self.wide { 4 } else { 1 }
    }

    /// Bytes of an element, if they can be counted.
    pub(crate) fn element_bytes(self) -> Option<usize> {
        self.length.checked_mul(self.unit())
    }

    /// The string that an element is, little-endian; `None` if it is not one.
    pub(crate) fn decode(self, element: &[u8]) -> Option<Vec<u8>> {
        let (units, _) = element.as_chunks::<4>();
        let mut string = match self.wide {
            false => element.to_vec(),
            true => {
                let characters = units.iter().map(|&unit| char::from_u32(u32::from_le_bytes(unit)));
                characters.collect::<Option<String>>()?.into_bytes()
            }
        };
        string.truncate(string.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1));
        Some(string)
    }

    /// The element that a string is.
    pub(crate) fn encode(self, string: &[u8]) -> Vec<u8> {
        let mut element = match (self.wide, std::str::from_utf8(string)) {
            (true, Ok(text)) => text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            _ => string.to_vec(),
        };
        element.resize(self.length * self.unit(), 0);
        element
    }
}
