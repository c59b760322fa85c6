//! Arithmetic on values: scalars and vectors alike, by the type of the operands.

use crate::builder::{KernelBuilder, computed_type, lanes_of};
use kiln_arith::{FloatPredicate, IntegerPredicate};
use kiln_ir::{Attribute, AttributeKind, FloatKind, Type, TypeKind, Value};
use kiln_tensor::{ElementType, Float8, Tensor};

/// How the lanes of a vector become one scalar, and accumulators one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Combine {
    /// The sum.
    Add,
    /// The product.
    Multiply,
    /// The larger; NaN if one is.
    Maximum,
    /// The smaller; NaN if one is.
    Minimum,
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident => $op:literal;)*) => {
        impl KernelBuilder<'_> {
            $($(#[$doc])*
            pub fn $name(&mut self, left: Value, right: Value) -> Value {
                self.binary($op, left, right)
            })*
        }
    };
}

binary! {
    /// The sum of floats.
    addf => "arith.addf";
    /// The difference of floats.
    subf => "arith.subf";
    /// The product of floats.
    mulf => "arith.mulf";
    /// The quotient of floats.
    divf => "arith.divf";
    /// The sum of integers.
    addi => "arith.addi";
    /// The difference of integers.
    subi => "arith.subi";
    /// The product of integers.
    muli => "arith.muli";
    /// Bitwise and.
    andi => "arith.andi";
    /// Bitwise or.
    ori => "arith.ori";
    /// Bitwise exclusive or.
    xori => "arith.xori";
}

impl KernelBuilder<'_> {
    /// An op of two operands and a result of one type.
    pub fn binary(&mut self, op: &str, left: Value, right: Value) -> Value {
        let ty = self.ty(left);
        self.op(op, &[left, right], ty)
    }

    /// An op of an operand and a result of one type.
    pub fn unary(&mut self, op: &str, value: Value) -> Value {
        let ty = self.ty(value);
        self.op(op, &[value], ty)
    }

    /// The type of `value` with another scalar type.
    pub fn retyped(&self, value: Value, scalar: Type) -> Type {
        lanes_of(scalar, self.lane_count(value))
    }

    /// The number of lanes; 1 for a scalar.
    pub fn lane_count(&self, value: Value) -> usize {
        self.ty(value).as_vector().map_or(1, |vector| vector.shape[0].size as usize)
    }

    /// A scalar in every lane. With one lane, or if it is a vector already, the value itself.
    pub fn splat(&mut self, value: Value, lanes: usize) -> Value {
        if lanes == 1 || self.ty(value).as_vector().is_some() {
            return value;
        }
        let ty = lanes_of(self.ty(value), lanes);
        self.op("vector.broadcast", &[value], ty)
    }

    /// A float constant of a float type, in every lane.
    pub fn float(&mut self, value: f64, ty: Type) -> Value {
        let tensor = match ty.scalar().kind() {
            TypeKind::Float(FloatKind::F64) => Tensor::scalar(value),
            _ => Tensor::scalar(value as f32),
        };
        let attribute = match ty.as_vector() {
            Some(_) => Attribute::splat(ty, tensor),
            None => Attribute::float(value, ty),
        };
        self.constant(attribute, ty)
    }

    /// A vector of `f32` constants.
    pub fn floats(&mut self, values: &[f32]) -> Value {
        let ty = lanes_of(Type::f32(), values.len());
        let elements = Tensor::from_values(&[values.len()], values);
        self.constant(Attribute::new(AttributeKind::Dense { ty, elements }), ty)
    }

    /// An integer constant of an integer or index type, in every lane.
    pub fn integer(&mut self, value: i64, ty: Type) -> Value {
        let scalar = ty.scalar();
        let value = match scalar.kind() {
            TypeKind::Integer { width, .. } if *width < 64 && *width > 1 => {
                let shift = 64 - width;
                (value << shift) >> shift
            }
            _ => value,
        };
        if ty.as_vector().is_none() {
            let attribute = match scalar == Type::i1() {
                true => Attribute::bool(value != 0),
                false => Attribute::integer(value.into(), scalar),
            };
            return self.constant(attribute, ty);
        }
        let tensor = match scalar.kind() {
            TypeKind::Integer { width: 1, .. } => Tensor::from_bools(&[], &[value != 0]),
            TypeKind::Integer { width: 8, .. } => Tensor::scalar(value as i8),
            TypeKind::Integer { width: 16, .. } => Tensor::scalar(value as i16),
            TypeKind::Integer { width: 32, .. } => Tensor::scalar(value as i32),
            _ => Tensor::scalar(value),
        };
        self.constant(Attribute::splat(ty, tensor), ty)
    }

    /// Zero of any type.
    pub fn zero(&mut self, ty: Type) -> Value {
        if ty.scalar().is_float() {
            let tensor = Tensor::zeros(ty.element().expect("floats are elements"), &[]).expect("one element is small");
            let attribute = match ty.as_vector() {
                Some(_) => Attribute::new(AttributeKind::Dense { ty, elements: tensor }),
                None => Attribute::float(0.0, ty),
            };
            return self.constant(attribute, ty);
        }
        self.integer(0, ty)
    }

    /// A number in the representation of `element`, in every lane; truth values are true unless 0.
    pub fn number(&mut self, value: f64, element: ElementType, lanes: usize) -> Value {
        let ty = lanes_of(computed_type(element), lanes);
        match element {
            _ if ty.scalar().is_float() => self.float(value, ty),
            ElementType::I1 => self.integer(i64::from(value != 0.0), ty),
            ElementType::U64 => self.integer(value as u64 as i64, ty),
            _ => self.integer(value as i64, ty),
        }
    }

    /// `a * b + c`: fused where the target fuses, else rounded twice.
    pub fn fma(&mut self, a: Value, b: Value, c: Value) -> Value {
        let ty = self.ty(c);
        match (self.target.has_fma, ty.as_vector()) {
            (false, _) => {
                let product = self.mulf(a, b);
                self.addf(product, c)
            }
            (true, Some(_)) => self.op("vector.fma", &[a, b, c], ty),
            (true, None) => self.op("math.fma", &[a, b, c], ty),
        }
    }

    /// Whether a relation of floats holds.
    pub fn compare_floats(&mut self, predicate: FloatPredicate, left: Value, right: Value) -> Value {
        self.compare_op("arith.cmpf", predicate as i64, left, right)
    }

    /// Whether a relation of integers holds.
    pub fn compare_integers(&mut self, predicate: IntegerPredicate, left: Value, right: Value) -> Value {
        self.compare_op("arith.cmpi", predicate as i64, left, right)
    }

    fn compare_op(&mut self, op: &str, predicate: i64, left: Value, right: Value) -> Value {
        let ty = self.retyped(left, Type::i1());
        let builder = self.builder.op(op).operands(&[left, right]).attribute("predicate", predicate);
        builder.result(ty).value()
    }

    /// `on_true` where the condition holds, else `on_false`.
    pub fn select(&mut self, condition: Value, on_true: Value, on_false: Value) -> Value {
        let ty = self.ty(on_true);
        self.op("arith.select", &[condition, on_true, on_false], ty)
    }

    /// The larger of two floats; NaN if either is.
    pub fn maximumf(&mut self, left: Value, right: Value) -> Value {
        self.extremum(FloatPredicate::OrderedGreater, left, right)
    }

    /// The smaller of two floats; NaN if either is.
    pub fn minimumf(&mut self, left: Value, right: Value) -> Value {
        self.extremum(FloatPredicate::OrderedLess, left, right)
    }

    /// A comparison that yields the right operand if either is NaN, then the left one if that is NaN.
    fn extremum(&mut self, predicate: FloatPredicate, left: Value, right: Value) -> Value {
        let better = self.compare_floats(predicate, left, right);
        let chosen = self.select(better, left, right);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, left, left);
        self.select(is_nan, left, chosen)
    }

    /// The larger of two floats by one comparison: `right` if either is NaN. One instruction on most targets.
    pub fn larger(&mut self, left: Value, right: Value) -> Value {
        let better = self.compare_floats(FloatPredicate::OrderedGreater, left, right);
        self.select(better, left, right)
    }

    /// The smaller of two floats by one comparison: `right` if either is NaN.
    pub fn smaller(&mut self, left: Value, right: Value) -> Value {
        let better = self.compare_floats(FloatPredicate::OrderedLess, left, right);
        self.select(better, left, right)
    }

    /// Two partial results as one.
    pub fn combine(&mut self, how: Combine, element: ElementType, left: Value, right: Value) -> Value {
        let float = self.ty(left).scalar().is_float();
        let unsigned = element.is_unsigned_integer();
        match (how, float) {
            (Combine::Add, true) => self.addf(left, right),
            (Combine::Add, false) => self.addi(left, right),
            (Combine::Multiply, true) => self.mulf(left, right),
            (Combine::Multiply, false) => self.muli(left, right),
            (Combine::Maximum, true) => self.maximumf(left, right),
            (Combine::Minimum, true) => self.minimumf(left, right),
            (Combine::Maximum, false) if unsigned => self.binary("arith.maxui", left, right),
            (Combine::Minimum, false) if unsigned => self.binary("arith.minui", left, right),
            (Combine::Maximum, false) => self.binary("arith.maxsi", left, right),
            (Combine::Minimum, false) => self.binary("arith.minsi", left, right),
        }
    }

    /// The value that changes nothing when combined.
    pub fn neutral(&mut self, how: Combine, element: ElementType, lanes: usize) -> Value {
        let ty = lanes_of(computed_type(element), lanes);
        if ty.scalar().is_float() {
            let value = match how {
                Combine::Add => 0.0,
                Combine::Multiply => 1.0,
                Combine::Maximum => f64::NEG_INFINITY,
                Combine::Minimum => f64::INFINITY,
            };
            return self.float(value, ty);
        }
        let bits = element.bit_width() as u32;
        let value = match how {
            Combine::Add => 0,
            Combine::Multiply => 1,
            Combine::Maximum if element.is_unsigned_integer() || bits == 1 => 0,
            Combine::Minimum if element.is_unsigned_integer() || bits == 1 => -1,
            Combine::Maximum => i64::MIN >> (64 - bits),
            Combine::Minimum => i64::MAX >> (64 - bits),
        };
        self.integer(value, ty)
    }

    /// The lanes of a vector as one scalar: halves are combined until one is left, so the order is fixed.
    pub fn combine_lanes(&mut self, how: Combine, element: ElementType, vector: Value) -> Value {
        let mut value = vector;
        let mut lanes = self.lane_count(value);
        while lanes > 1 {
            let half = lanes / 2;
            let low: Vec<i64> = (0..half as i64).collect();
            let high: Vec<i64> = (half as i64..lanes as i64).collect();
            let (low, high) = (self.shuffle(value, value, &low), self.shuffle(value, value, &high));
            value = self.combine(how, element, low, high);
            lanes = half;
        }
        self.extract_lane(value, 0)
    }

    /// Lanes of two vectors; a single lane becomes a scalar.
    pub fn shuffle(&mut self, left: Value, right: Value, lanes: &[i64]) -> Value {
        if let [lane] = lanes {
            let count = self.lane_count(left) as i64;
            return if *lane < count {
                self.extract_lane(left, *lane as usize)
            } else {
                self.extract_lane(right, (lane - count) as usize)
            };
        }
        let ty = lanes_of(self.ty(left).scalar(), lanes.len());
        let op = self.builder.op("vector.shuffle").operands(&[left, right]);
        op.attribute("mask", Attribute::dense_i64s(lanes)).result(ty).value()
    }

    /// Converts between element types, both in the representation they are computed in. Floats become integers by
    /// truncation, with values out of range saturated and NaN 0, so that every target gives the same; 4-bit integers are
    /// the low bits of what wider ones would be. 8-bit floats saturate.
    pub fn cast(&mut self, value: Value, from: ElementType, to: ElementType) -> Value {
        self.cast_with(value, from, to, true)
    }

    /// [`KernelBuilder::cast`], where 8-bit floats `saturate` or not.
    pub fn cast_with(&mut self, value: Value, from: ElementType, to: ElementType, saturate: bool) -> Value {
        if from == to {
            return value;
        }
        let target = self.retyped(value, computed_type(to));
        let source = self.ty(value);
        if to == ElementType::I1 {
            let zero = self.zero(source);
            return match source.scalar().is_float() {
                true => self.compare_floats(FloatPredicate::UnorderedNotEqual, value, zero),
                false => self.compare_integers(IntegerPredicate::NotEqual, value, zero),
            };
        }
        match (source.scalar().is_float(), target.scalar().is_float()) {
            (true, true) => self.cast_float(value, to, saturate),
            (false, true) => {
                let unsigned = from.is_unsigned_integer() || from == ElementType::I1;
                let wide = self.op(if unsigned { "arith.uitofp" } else { "arith.sitofp" }, &[value], target);
                self.round_to(wide, to, saturate)
            }
            (true, false) if to.bit_width() < 8 => {
                let wide = self.float_to_integer(value, ElementType::I32);
                self.cast(wide, ElementType::I32, to)
            }
            (true, false) => self.float_to_integer(value, to),
            (false, false) => {
                let (from_bits, to_bits) = (computed_bits(from), computed_bits(to));
                let signed = from.is_signed_integer();
                let converted = match from_bits.cmp(&to_bits) {
                    std::cmp::Ordering::Less if signed => self.op("arith.extsi", &[value], target),
                    std::cmp::Ordering::Less => self.op("arith.extui", &[value], target),
                    std::cmp::Ordering::Equal => value,
                    std::cmp::Ordering::Greater => self.op("arith.trunci", &[value], target),
                };
                if to.bit_width() < 8 { self.low_bits(converted, to) } else { converted }
            }
        }
    }

    /// The low 4 or 2 bits of a byte, with their sign if they have one.
    fn low_bits(&mut self, value: Value, element: ElementType) -> Value {
        let (ty, bits) = (self.ty(value), element.bit_width() as i64);
        if !element.is_signed_integer() {
            let mask = self.integer((1 << bits) - 1, ty);
            return self.andi(value, mask);
        }
        let distance = self.integer(8 - bits, ty);
        let high = self.binary("arith.shli", value, distance);
        self.binary("arith.shrsi", high, distance)
    }

    fn cast_float(&mut self, value: Value, to: ElementType, saturate: bool) -> Value {
        let target = self.retyped(value, computed_type(to));
        let source = self.ty(value);
        let converted = match (source.scalar() == Type::f64(), target.scalar() == Type::f64()) {
            (true, false) => self.op("arith.truncf", &[value], target),
            (false, true) => self.op("arith.extf", &[value], target),
            _ => value,
        };
        self.round_to(converted, to, saturate)
    }

    /// Rounds an `f32` that stands for a narrower float to what can be stored.
    fn round_to(&mut self, value: Value, element: ElementType, saturate: bool) -> Value {
        if !element.is_narrow_float() {
            return value;
        }
        let bounded = match Float8::of(element).filter(|_| saturate) {
            Some(format) => {
                let (low, high) = (self.like(value, -format.largest()), self.like(value, format.largest()));
                let lowered = self.minimumf(value, high);
                self.maximumf(lowered, low)
            }
            None => value,
        };
        let stored = self.to_stored(bounded, element);
        self.to_computed(stored, element)
    }

    fn float_to_integer(&mut self, value: Value, to: ElementType) -> Value {
        let source = self.ty(value);
        let target = self.retyped(value, computed_type(to));
        let (bits, unsigned) = (to.bit_width() as i32, to.is_unsigned_integer());
        let upper = 2f64.powi(if unsigned { bits } else { bits - 1 });
        let lower = if unsigned { 0.0 } else { -upper };
        let (high, low) = (self.float(upper, source), self.float(lower, source));
        let zero = self.zero(source);
        let above = self.compare_floats(FloatPredicate::OrderedGreaterEqual, value, high);
        let below = self.compare_floats(FloatPredicate::OrderedLessEqual, value, low);
        let is_nan = self.compare_floats(FloatPredicate::Unordered, value, value);
        let out = self.ori(above, below);
        let out = self.ori(out, is_nan);
        let safe = self.select(out, zero, value);
        let converted = self.op(if unsigned { "arith.fptoui" } else { "arith.fptosi" }, &[safe], target);
        let largest = self.integer(if unsigned { -1 } else { i64::MAX >> (64 - bits) }, target);
        let smallest = self.integer(if unsigned { 0 } else { i64::MIN >> (64 - bits) }, target);
        let clamped = self.select(above, largest, converted);
        self.select(below, smallest, clamped)
    }
}

fn computed_bits(element: ElementType) -> usize {
    if element == ElementType::I1 { 1 } else { element.byte_size() * 8 }
}
