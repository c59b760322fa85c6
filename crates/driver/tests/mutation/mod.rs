//! Damage to files: of bytes, which mostly end in files that cannot be read; and of the fields of protobuf messages,
//! which mostly leave files that can, and say something else.

/// The SplitMix64 generator.
pub struct Random(u64);

impl Random {
    /// A generator whose numbers follow from `seed`.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % count as u64) as usize
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

/// A few changes: one time in four of bytes, else of fields.
pub fn damage(bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    let changes = 1 + random.below(4) / 2;
    if random.below(4) == 0 {
        return (0..changes).fold(bytes, |bytes, _| damage_bytes(bytes, random));
    }
    match parse(&bytes, 0) {
        Some(mut fields) => {
            (0..changes).for_each(|_| damage_field(&mut fields, random));
            write(&fields)
        }
        None => damage_bytes(bytes, random),
    }
}

/// A bit flipped, a byte replaced by an extreme or a neighbouring one, some removed, doubled, or the end cut off.
fn damage_bytes(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let at = random.below(bytes.len());
    let length = (1 + random.below(8)).min(bytes.len() - at);
    match random.below(8) {
        0 | 1 => bytes[at] ^= 1 << random.below(8),
        2 | 3 => bytes[at] = random.pick(&[0, 1, 2, 7, 0x7f, 0x80, 0xfe, 0xff]),
        4 => drop(bytes.drain(at..at + length)),
        5 => {
            let copy = bytes[at..at + length].to_vec();
            let target = random.below(bytes.len());
            bytes.splice(target..target, copy);
        }
        6 => bytes[at] = bytes[at].wrapping_add(random.pick(&[1, 255])),
        _ => bytes.truncate(at),
    }
    bytes
}

/// A field of a message.
#[derive(Clone)]
struct Field {
    number: u64,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Number(u64),
    /// Four or eight bytes, or a string, or whatever is no message.
    Bytes {
        wire: u64,
        bytes: Vec<u8>,
    },
    Message(Vec<Field>),
}

/// The fields of a message; `None` if it is none. Text that happens to look like a message is taken for one.
fn parse(mut rest: &[u8], depth: usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let key = read_number(&mut rest)?;
        let (number, wire) = (key >> 3, key & 7);
        let length = match wire {
            0 => {
                fields.push(Field { number, content: Content::Number(read_number(&mut rest)?) });
                continue;
            }
            1 => 8,
            2 => usize::try_from(read_number(&mut rest)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (bytes, after) = rest.split_at_checked(length)?;
        rest = after;
        let inner = if wire == 2 && depth < 12 && length > 0 { parse(bytes, depth + 1) } else { None };
        let content = inner.map_or_else(|| Content::Bytes { wire, bytes: bytes.to_vec() }, Content::Message);
        fields.push(Field { number: if number == 0 { return None } else { number }, content });
    }
    Some(fields)
}

fn read_number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in fields {
        match &field.content {
            Content::Number(value) => {
                write_number(field.number << 3, &mut bytes);
                write_number(*value, &mut bytes);
            }
            Content::Bytes { wire, bytes: content } => {
                write_number(field.number << 3 | wire, &mut bytes);
                if *wire == 2 {
                    write_number(content.len() as u64, &mut bytes);
                }
                bytes.extend(content);
            }
            Content::Message(fields) => {
                let content = write(fields);
                write_number(field.number << 3 | 2, &mut bytes);
                write_number(content.len() as u64, &mut bytes);
                bytes.extend(content);
            }
        }
    }
    bytes
}

fn write_number(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Changes one field somewhere inside, the deeper the likelier.
fn damage_field(fields: &mut Vec<Field>, random: &mut Random) {
    if fields.is_empty() {
        return;
    }
    let at = random.below(fields.len());
    if let Content::Message(inner) = &mut fields[at].content
        && random.below(8) > 0
    {
        return damage_field(inner, random);
    }
    match random.below(8) {
        0 => drop(fields.remove(at)),
        1 => fields.insert(random.below(fields.len()), fields[at].clone()),
        2 => {
            // What another field holds: the name of another value, another operator's, another type's number.
            let donor = fields[random.below(fields.len())].content.clone();
            fields[at].content = donor;
        }
        _ => damage_content(&mut fields[at].content, random),
    }
}

fn damage_content(content: &mut Content, random: &mut Random) {
    const EXTREMES: [u64; 16] = [
        0,
        1,
        2,
        3,
        5,
        7,
        10,
        16,
        64,
        1 << 16,
        1 << 31,
        1 << 40,
        i64::MAX as u64,
        i64::MIN as u64,
        -1i64 as u64,
        -2i64 as u64,
    ];
    match content {
        Content::Number(value) if random.below(2) == 0 => *value = random.pick(&EXTREMES),
        Content::Number(value) => *value = value.wrapping_add(random.pick(&[1, u64::MAX])),
        // Integers that are data: 8 bytes each.
        Content::Bytes { bytes, .. } if bytes.len() >= 8 && bytes.len() % 8 == 0 && random.below(2) == 0 => {
            let at = random.below(bytes.len() / 8) * 8;
            bytes[at..at + 8].copy_from_slice(&random.pick(&EXTREMES).to_le_bytes());
        }
        Content::Bytes { wire: 2, bytes } => *bytes = damage_bytes(std::mem::take(bytes), random),
        Content::Bytes { bytes, .. } => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
        Content::Message(fields) => damage_field(fields, random),
    }
}
