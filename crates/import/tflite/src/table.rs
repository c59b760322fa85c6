//! Tables, vectors and strings of a FlatBuffer, read in place.
//!
//! Nothing is checked beforehand: each access checks that what it reads is inside the file, so a file may say anything.
//! A table is a place with a signed offset to its list of fields' places; everything that is not a number is reached by an
//! offset from where the offset stands.

use std::fmt::{self, Display, Formatter};

/// A place where the file says something that cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Damage {
    at: usize,
    what: &'static str,
}

impl Display for Damage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the file is damaged: {} at byte {} is not inside it", self.what, self.at)
    }
}

impl From<Damage> for String {
    fn from(damage: Damage) -> String {
        damage.to_string()
    }
}

/// What an access gives: a file that is damaged there gives no more.
pub(crate) type Read<T> = Result<T, Damage>;

/// A table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'f> {
    bytes: &'f [u8],
    position: usize,
    /// The places of its fields, from `position` on, two bytes each.
    fields: &'f [u8],
}

/// A number that stands in the file.
pub(crate) trait Number: Sized + Copy {
    /// How many bytes it takes.
    const SIZE: usize;

    /// The number in exactly so many bytes.
    fn from_slice(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Number for $number {
            const SIZE: usize = size_of::<$number>();

            fn from_slice(bytes: &[u8]) -> $number {
                bytes.try_into().map(<$number>::from_le_bytes).unwrap_or_default()
            }
        }
    )*};
}

numbers! { i8 u8 u16 i32 u32 i64 u64 f32 f64 }

/// The `length` bytes from `at` on.
fn part<'f>(bytes: &'f [u8], at: usize, length: usize, what: &'static str) -> Read<&'f [u8]> {
    at.checked_add(length).and_then(|end| bytes.get(at..end)).ok_or(Damage { at, what })
}

fn number<N: Number>(bytes: &[u8], at: usize, what: &'static str) -> Read<N> {
    part(bytes, at, N::SIZE, what).map(N::from_slice)
}

/// Where the offset at `at` leads.
fn follow(bytes: &[u8], at: usize) -> Read<usize> {
    let offset: u32 = number(bytes, at, "an offset")?;
    at.checked_add(offset as usize).filter(|&target| target < bytes.len()).ok_or(Damage { at, what: "an offset" })
}

impl<'f> Table<'f> {
    /// The table that the file begins with.
    pub fn root(bytes: &'f [u8]) -> Read<Table<'f>> {
        Table::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'f [u8], position: usize) -> Read<Table<'f>> {
        let damage = Damage { at: position, what: "a table" };
        let back: i32 = number(bytes, position, "a table")?;
        let list = i64::try_from(position).ok().and_then(|position| position.checked_sub(i64::from(back)));
        let list = list.and_then(|list| usize::try_from(list).ok()).ok_or(damage)?;
        let length: u16 = number(bytes, list, "a list of fields")?;
        let fields = part(bytes, list, usize::from(length), "a list of fields")?;
        Ok(Table { bytes, position, fields: fields.get(4..).unwrap_or_default() })
    }

    /// Where field `slot` stands, if it does.
    fn field(&self, slot: usize) -> Option<usize> {
        let place = self.fields.get(slot * 2..slot * 2 + 2).map(u16::from_slice)?;
        (place != 0).then(|| self.position.saturating_add(usize::from(place)))
    }

    /// A number.
    pub fn number<N: Number>(&self, slot: usize) -> Read<Option<N>> {
        self.field(slot).map(|at| number(self.bytes, at, "a number")).transpose()
    }

    /// A number, or what it is where it is left out.
    pub fn number_or<N: Number>(&self, slot: usize, default: N) -> Read<N> {
        Ok(self.number(slot)?.unwrap_or(default))
    }

    /// A truth value, false where it is left out.
    pub fn bool(&self, slot: usize) -> Read<bool> {
        Ok(self.number_or(slot, 0u8)? != 0)
    }

    /// A table.
    pub fn table(&self, slot: usize) -> Read<Option<Table<'f>>> {
        let Some(at) = self.field(slot) else { return Ok(None) };
        Table::at(self.bytes, follow(self.bytes, at)?).map(Some)
    }

    /// A vector of numbers.
    pub fn numbers<N: Number>(&self, slot: usize) -> Read<Option<Numbers<'f, N>>> {
        let Some(bytes) = self.elements(slot, N::SIZE)? else { return Ok(None) };
        Ok(Some(Numbers { bytes, number: std::marker::PhantomData }))
    }

    /// A vector of bytes.
    pub fn bytes(&self, slot: usize) -> Read<Option<&'f [u8]>> {
        self.elements(slot, 1)
    }

    /// A string; bytes that are not UTF-8 are replaced.
    pub fn string(&self, slot: usize) -> Read<Option<String>> {
        Ok(self.elements(slot, 1)?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
    }

    /// A vector of tables; one that is left out is empty.
    pub fn tables(&self, slot: usize) -> Read<Tables<'f>> {
        let begin = match self.field(slot) {
            Some(at) => follow(self.bytes, at)?.saturating_add(4),
            None => 0,
        };
        let offsets = self.elements(slot, 4)?.unwrap_or_default();
        Ok(Tables { bytes: self.bytes, begin, count: offsets.len() / 4 })
    }

    /// The bytes of a vector whose elements take `size` bytes each.
    fn elements(&self, slot: usize, size: usize) -> Read<Option<&'f [u8]>> {
        let Some(at) = self.field(slot) else { return Ok(None) };
        let vector = follow(self.bytes, at)?;
        let count: u32 = number(self.bytes, vector, "a vector")?;
        let length = (count as usize).checked_mul(size).ok_or(Damage { at: vector, what: "a vector" })?;
        part(self.bytes, vector.saturating_add(4), length, "a vector").map(Some)
    }
}

/// A vector of numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<'f, N> {
    bytes: &'f [u8],
    number: std::marker::PhantomData<N>,
}

impl<'f, N: Number> Numbers<'f, N> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.bytes.len() / N::SIZE
    }

    /// The numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = N> + use<'f, N> {
        self.bytes.chunks_exact(N::SIZE).map(N::from_slice)
    }
}

/// A vector of tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tables<'f> {
    bytes: &'f [u8],
    begin: usize,
    count: usize,
}

impl<'f> Tables<'f> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Table number `index`, which must be less than the length.
    pub fn get(&self, index: usize) -> Read<Table<'f>> {
        Table::at(self.bytes, follow(self.bytes, self.begin.saturating_add(index.saturating_mul(4)))?)
    }

    /// The tables, in order.
    pub fn iter(&self) -> impl Iterator<Item = Read<Table<'f>>> + use<'f> {
        let tables = *self;
        (0..self.count).map(move |index| tables.get(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table with field 0 a number, field 2 a vector of two numbers, field 3 a string.
    fn file() -> Vec<u8> {
        let mut builder = flatbuffers::FlatBufferBuilder::new();
        let vector = builder.create_vector(&[5i32, -6]);
        let string = builder.create_string("name");
        let start = builder.start_table();
        builder.push_slot_always(4, 7i32);
        builder.push_slot_always(8, vector);
        builder.push_slot_always(10, string);
        let table = builder.end_table(start);
        builder.finish(table, Some("TFL3"));
        builder.finished_data().to_vec()
    }

    #[test]
    fn fields_are_read() {
        let bytes = file();
        let table = Table::root(&bytes).expect("a table");
        assert_eq!(table.number::<i32>(0), Ok(Some(7)));
        assert_eq!(table.number::<i32>(1), Ok(None));
        assert_eq!(table.number_or(100, 3u8), Ok(3));
        assert_eq!(table.numbers::<i32>(2).expect("read").expect("there").iter().collect::<Vec<_>>(), [5, -6]);
        assert_eq!(table.string(3), Ok(Some("name".into())));
        assert_eq!(table.tables(4).expect("read").len(), 0);
    }

    #[test]
    fn damage_is_found_wherever_it_is() {
        let bytes = file();
        let read_all = |bytes: &[u8]| -> Read<()> {
            let table = Table::root(bytes)?;
            table.number::<i32>(0)?;
            table.table(2)?.map(|inner| inner.table(0)).transpose()?;
            table.numbers::<i64>(2)?;
            table.string(3)?;
            table.tables(2)?.iter().try_for_each(|table| table.map(|_| ()))
        };
        for length in 0..bytes.len() {
            assert!(read_all(&bytes[..length]).is_err(), "{length}");
        }
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = read_all(&changed);
            }
        }
    }
}
