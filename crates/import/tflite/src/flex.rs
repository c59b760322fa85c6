//! FlexBuffers: values that say their own types, in which custom operators keep their options.
//!
//! The last byte is the width of the root value, the one before its type, and before that stands the value. A value that
//! does not fit is an offset back to it. A map is a vector of values that has the vector of its keys before it.

use crate::table::Number;
use kiln_ir::{Attribute, Name};

/// How deeply values may be nested.
const MOST_DEPTH: usize = 32;

/// The value in `bytes`: a map or a vector, as options are.
///
/// `None` if that is not what they are.
pub(crate) fn decode(bytes: &[u8]) -> Option<Attribute> {
    let (&[kind, width], before) = (bytes.last_chunk::<2>()?, bytes.len() - 2);
    let width = usize::from(width);
    if !matches!(width, 1 | 2 | 4 | 8) || !matches!(kind >> 2, MAP | VECTOR) {
        return None;
    }
    // What is not there twice has no more values than there are bytes.
    let mut decoder = Decoder { bytes, values: bytes.len() };
    decoder.value(before.checked_sub(width)?, width, kind, 0)
}

const MAP: u8 = 9;
const VECTOR: u8 = 10;

struct Decoder<'b> {
    bytes: &'b [u8],
    /// How many values may still come.
    values: usize,
}

impl Decoder<'_> {
    fn part(&self, at: usize, length: usize) -> Option<&[u8]> {
        self.bytes.get(at..at.checked_add(length)?)
    }

    fn unsigned(&self, at: usize, width: usize) -> Option<u64> {
        let mut word = [0; 8];
        word.get_mut(..width)?.copy_from_slice(self.part(at, width)?);
        Some(u64::from_le_bytes(word))
    }

    fn signed(&self, at: usize, width: usize) -> Option<i64> {
        let unused = 64 - 8 * u32::try_from(width).ok()?;
        Some((self.unsigned(at, width)? as i64) << unused >> unused)
    }

    fn float(&self, at: usize, width: usize) -> Option<f64> {
        match width {
            4 => Some(f64::from(f32::from_slice(self.part(at, 4)?))),
            8 => Some(f64::from_slice(self.part(at, 8)?)),
            _ => None,
        }
    }

    /// Where the offset at `at` leads.
    fn follow(&self, at: usize, width: usize) -> Option<usize> {
        at.checked_sub(usize::try_from(self.unsigned(at, width)?).ok()?)
    }

    /// The length that stands before `at`.
    fn length(&self, at: usize, width: usize) -> Option<usize> {
        usize::try_from(self.unsigned(at.checked_sub(width)?, width)?).ok()
    }

    /// The value at `at`, in `width` bytes, whose type and inner width `packed` says.
    fn value(&mut self, at: usize, width: usize, packed: u8, depth: usize) -> Option<Attribute> {
        self.values = self.values.checked_sub(1)?;
        if depth > MOST_DEPTH {
            return None;
        }
        let (kind, inner) = (packed >> 2, 1 << (packed & 3));
        Some(match kind {
            0 => Attribute::unit(),
            1 => Attribute::i64(self.signed(at, width)?),
            2 => Attribute::i64(i64::try_from(self.unsigned(at, width)?).ok()?),
            3 => Attribute::f64(self.float(at, width)?),
            4 => Attribute::string(&self.key(self.follow(at, width)?)?),
            5 => self.string(self.follow(at, width)?, inner)?,
            6 => Attribute::i64(self.signed(self.follow(at, width)?, inner)?),
            7 => Attribute::i64(i64::try_from(self.unsigned(self.follow(at, width)?, inner)?).ok()?),
            8 => Attribute::f64(self.float(self.follow(at, width)?, inner)?),
            MAP => self.map(self.follow(at, width)?, inner, depth)?,
            VECTOR => {
                let begin = self.follow(at, width)?;
                let length = self.length(begin, inner)?;
                Attribute::array(&self.untyped(begin, inner, length, depth)?)
            }
            11..=14 | 36 => {
                let begin = self.follow(at, width)?;
                let length = self.length(begin, inner)?;
                let kind = if kind == 36 { 26 } else { kind - 10 };
                self.typed(begin, inner, length, kind, depth)?
            }
            // Vectors of two, three or four integers, unsigned integers or floats, without a length.
            16..=24 => {
                let length = usize::from((kind - 16) / 3 + 2);
                self.typed(self.follow(at, width)?, inner, length, (kind - 16) % 3 + 1, depth)?
            }
            25 => {
                let begin = self.follow(at, width)?;
                let length = self.length(begin, inner)?;
                self.typed(begin, 1, length, 2, depth)?
            }
            26 => Attribute::bool(self.unsigned(at, width)? != 0),
            _ => return None,
        })
    }

    /// A string that ends at a zero.
    fn key(&self, at: usize) -> Option<String> {
        let rest = self.bytes.get(at..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        Some(std::str::from_utf8(&rest[..end]).ok()?.to_owned())
    }

    fn string(&self, at: usize, width: usize) -> Option<Attribute> {
        let bytes = self.part(at, self.length(at, width)?)?;
        Some(Attribute::string(&String::from_utf8_lossy(bytes)))
    }

    /// Elements of `width` bytes each, with their types behind them.
    fn untyped(&mut self, begin: usize, width: usize, length: usize, depth: usize) -> Option<Vec<Attribute>> {
        let kinds = begin.checked_add(length.checked_mul(width)?)?;
        let packed = self.part(kinds, length)?.to_vec();
        let element = |(index, packed)| self.value(begin + index * width, width, packed, depth + 1);
        packed.into_iter().enumerate().map(element).collect()
    }

    /// Elements of one type.
    fn typed(&mut self, begin: usize, width: usize, length: usize, kind: u8, depth: usize) -> Option<Attribute> {
        self.part(begin, length.checked_mul(width)?)?;
        let packed = kind << 2;
        let element = |index| self.value(begin + index * width, width, packed, depth + 1);
        Some(Attribute::array(&(0..length).map(element).collect::<Option<Vec<_>>>()?))
    }

    fn map(&mut self, begin: usize, width: usize, depth: usize) -> Option<Attribute> {
        let length = self.length(begin, width)?;
        let values = self.untyped(begin, width, length, depth)?;
        let keys_at = begin.checked_sub(3 * width)?;
        let (keys, key_width) = (self.follow(keys_at, width)?, self.unsigned(keys_at + width, width)?);
        let key_width = usize::try_from(key_width).ok().filter(|width| matches!(width, 1 | 2 | 4 | 8))?;
        let mut entries: Vec<(Name, Attribute)> = Vec::with_capacity(length);
        for (index, value) in values.into_iter().enumerate() {
            let at = keys.checked_add(index.checked_mul(key_width)?)?;
            let key = self.key(self.follow(at, key_width)?)?;
            // Keys are sorted, so none is there twice.
            if entries.last().is_some_and(|(last, _)| last.as_str() >= key.as_str()) {
                return None;
            }
            entries.push((Name::new(&key), value));
        }
        Some(Attribute::dictionary(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{a: -2, b: [1, 2.5], c: "xy"}`.
    const MAP_OF_THREE: &[u8] = &[
        97, 0, 98, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 32, 64, 6, 14, 99, 0, 2, 120, 121, 0, 3, 25, 24, 9, 3, 1, 3, 254,
        24, 12, 4, 42, 20, 6, 36, 1,
    ];

    #[test]
    fn maps_are_read() {
        let decoded = decode(MAP_OF_THREE).map(|value| value.to_string());
        assert_eq!(decoded.as_deref(), Some("{a = -2 : i64, b = [1 : i64, 2.5 : f64], c = \"xy\"}"));
    }

    #[test]
    fn damage_is_no_map() {
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[1, 0, 0, 0]), None);
        for at in 0..MAP_OF_THREE.len() {
            for value in 0..=u8::MAX {
                let mut changed = MAP_OF_THREE.to_vec();
                changed[at] = value;
                let _ = decode(&changed);
            }
        }
    }
}
