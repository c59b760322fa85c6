//! Random choices that are the same in every run.

use kiln_ir::{Attribute, AttributeConstraint, Dim, Type};
use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor};
use std::hash::Hasher;

/// A generator of 64 random bits: SplitMix64 (Steele, Lea, Flood, 2014).
pub(super) struct Random {
    state: u64,
    /// Whether inputs may hold what is no finite number.
    has_special: bool,
}

/// Numbers that rules speak of, and some that they do not.
const NUMBERS: &[f64] = &[0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 4.0, -2.0, 0.7, 5.0];

/// Where laws of real numbers end.
const SPECIAL: &[f64] = &[0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];

/// Shapes to start from.
const SHAPES: &[&[usize]] =
    &[&[2, 3], &[4], &[2, 3, 4], &[1, 3], &[3, 1, 2], &[2, 2], &[], &[1, 2, 4, 4], &[5, 6], &[2, 1, 3, 2]];

impl Random {
    /// The generator that belongs to a name; relaxed rules are tested on finite numbers alone.
    pub(super) fn new(name: &str, has_special: bool) -> Random {
        let mut hasher = rustc_hash::FxHasher::default();
        hasher.write(name.as_bytes());
        Random { state: hasher.finish(), has_special }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`, or 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.bits() >> 11) as usize % bound.max(1)
    }

    /// Whether something of this probability happens, in percent.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A shape.
    pub(super) fn shape(&mut self) -> Vec<usize> {
        self.pick(SHAPES).to_vec()
    }

    /// A shape that often broadcasts to another.
    pub(super) fn shape_like(&mut self, shape: &[usize]) -> Vec<usize> {
        match self.below(10) {
            0..=5 => shape.to_vec(),
            6 => Vec::new(),
            7 => shape[self.below(shape.len() + 1)..].to_vec(),
            8 => shape.iter().map(|&extent| if self.chance(50) { 1 } else { extent }).collect(),
            _ => self.shape(),
        }
    }

    /// A shape with the same elements, or with some of them, or that the first stretches to.
    pub(super) fn shape_from(&mut self, shape: &[usize]) -> Vec<usize> {
        let mut made = shape.to_vec();
        match self.below(7) {
            0 => {}
            1 => made = vec![shape.iter().product()],
            2 => made.insert(self.below(shape.len() + 1), 1),
            3 if shape.len() > 1 => {
                let axis = self.below(shape.len() - 1);
                let merged = made.remove(axis);
                made[axis] *= merged;
            }
            4 => made = made.into_iter().map(|extent| 1 + self.below(extent)).collect(),
            5 => made = made.into_iter().map(|extent| if extent == 1 { 1 + self.below(3) } else { extent }).collect(),
            _ => made.insert(0, 1 + self.below(3)),
        }
        made
    }

    /// A number for a constant.
    pub(super) fn number(&mut self) -> Scalar {
        Scalar::Float(self.pick(NUMBERS))
    }

    /// Elements for an input or a constant: small numbers, half of the time none of them negative; floats now and then
    /// are no numbers, or not finite.
    pub(super) fn tensor(&mut self, element: ElementType, shape: &[usize]) -> Option<Tensor> {
        let (positive, special) = (self.chance(50), self.has_special && self.chance(20));
        let count = shape.iter().product();
        let low = if positive { 0.1 } else { -3.0 };
        let draw = |random: &mut Random| match element {
            ElementType::I1 => Scalar::Bool(random.chance(50)),
            _ if special && element.is_float() && random.chance(30) => Scalar::Float(random.pick(SPECIAL)),
            _ if element.is_float() => Scalar::Float(low + random.unit() * (3.0 - low)),
            _ if positive || !element.is_signed_integer() => Scalar::Integer(random.below(7) as i128),
            _ => Scalar::Integer(random.below(13) as i128 - 6),
        };
        let scalars: Vec<Scalar> = (0..count).map(|_| draw(self)).collect();
        tensor_of(element, shape, &scalars)
    }

    /// An attribute of an op whose first operand has this shape.
    pub(super) fn attribute(&mut self, constraint: AttributeConstraint, shape: &[usize]) -> Option<Attribute> {
        let rank = shape.len();
        Some(match constraint {
            AttributeConstraint::Integer => Attribute::i64(self.below(rank.max(2)) as i64),
            AttributeConstraint::Float => Attribute::f64(self.pick(&[0.01, 0.5, 1.0, 2.0])),
            AttributeConstraint::Bool => Attribute::bool(self.chance(50)),
            AttributeConstraint::OneOf(words) => Attribute::string(self.pick(words)),
            AttributeConstraint::Integers => Attribute::i64s(&self.integers(rank)),
            AttributeConstraint::Floats => {
                let items: Vec<Attribute> = (0..rank).map(|_| Attribute::f64(self.pick(&[1.0, 2.0, 0.5]))).collect();
                Attribute::array(&items)
            }
            AttributeConstraint::Dims => {
                let dims: Vec<Dim> = (0..rank).map(|_| Dim::Static(self.pick(&[0, 0, 1, 1, 2]))).collect();
                Attribute::dims(&dims)
            }
            AttributeConstraint::Type => Attribute::ty(Type::f32()),
            _ => return None,
        })
    }

    /// A permutation, some axes in order, or a number for each axis or for each but two.
    fn integers(&mut self, rank: usize) -> Vec<i64> {
        match self.below(4) {
            0 => {
                let mut axes: Vec<i64> = (0..rank as i64).collect();
                (1..rank).for_each(|last| axes.swap(last, self.below(last + 1)));
                axes
            }
            1 => (0..rank as i64).filter(|_| self.chance(50)).collect(),
            2 => (0..rank).map(|_| self.pick(&[1, 1, 1, 2, -1])).collect(),
            _ => {
                let same = self.pick(&[0, 1, 1, 2]);
                vec![same; rank.saturating_sub(2)]
            }
        }
    }
}
