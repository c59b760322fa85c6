//! Which elements of the operand a coordinate of the result is made of, and what they weigh.

use super::{Resize, Taps};
use crate::builder::{Index, KernelBuilder};
use kiln_arith::FloatPredicate;
use kiln_graph::{Coordinates, NearestMode, ResizeMode};
use kiln_ir::{Type, Value};
use kiln_tensor::ElementType;

impl Resize<'_> {
    fn float(&self, b: &mut KernelBuilder, index: Index) -> Value {
        match index {
            Index::Constant(value) => b.float(value as f32 as f64, Type::f32()),
            Index::Value(value) => {
                let word = b.op("arith.index_cast", &[value], Type::i64());
                b.op("arith.sitofp", &[word], Type::f32())
            }
        }
    }

    /// An integral float as an index; it is in the range of any extent.
    fn to_index(&self, b: &mut KernelBuilder, value: Value) -> Index {
        let word = b.cast(value, ElementType::F32, ElementType::I64);
        Index::Value(b.op("arith.index_cast", &[word], Type::index()))
    }

    /// What coordinate `index` of the result is made of: from the axis's table, once there is one.
    pub(super) fn taps(&self, b: &mut KernelBuilder, axis: usize, index: Index) -> Taps {
        if self.taps[axis] == 0 {
            return Taps { elements: vec![(index, None)], is_outside: None };
        }
        if let Some(table) = self.tables[axis] {
            return self.tabled(b, table, axis, index);
        }
        let scale = match self.view.scales[axis] {
            Some(scale) => b.float(f64::from(scale as f32), Type::f32()),
            None => {
                let (to, from) = (self.float(b, self.to[axis]), self.float(b, self.from[axis]));
                b.divf(to, from)
            }
        };
        let coordinate = self.coordinate(b, axis, index, scale);
        let is_outside = (self.view.coordinates == Coordinates::TfCropAndResize).then(|| {
            let last = b.sub(self.from[axis], 1);
            let (zero, last) = (b.float(0.0, Type::f32()), self.float(b, last));
            let below = b.compare_floats(FloatPredicate::OrderedLess, coordinate, zero);
            let above = b.compare_floats(FloatPredicate::OrderedGreater, coordinate, last);
            b.ori(below, above)
        });
        let elements = match self.view.mode {
            ResizeMode::Nearest => {
                let rounded = self.nearest(b, coordinate);
                let index = self.to_index(b, rounded);
                vec![(self.clamp(b, index, axis), None)]
            }
            _ => self.kernel(b, axis, coordinate),
        };
        Taps { elements, is_outside }
    }

    fn clamp(&self, b: &mut KernelBuilder, index: Index, axis: usize) -> Index {
        let last = b.sub(self.from[axis], 1);
        let raised = b.max(index, 0);
        b.min(raised, last)
    }

    fn nearest(&self, b: &mut KernelBuilder, x: Value) -> Value {
        let half = b.float(0.5, Type::f32());
        match self.view.nearest_mode {
            NearestMode::RoundPreferFloor => {
                let moved = b.subf(x, half);
                b.ceil(moved)
            }
            NearestMode::RoundPreferCeil => {
                let moved = b.addf(x, half);
                b.floor(moved)
            }
            NearestMode::Floor => b.floor(x),
            NearestMode::Ceil => b.ceil(x),
        }
    }

    /// The coordinate in the operand: see `kiln_graph::ResizeView`.
    fn coordinate(&self, b: &mut KernelBuilder, axis: usize, index: Index, scale: Value) -> Value {
        let x = self.float(b, index);
        let input = self.float(b, self.from[axis]);
        let f32 = Type::f32();
        let (half, one, zero) = (b.float(0.5, f32), b.float(1.0, f32), b.float(0.0, f32));
        let length = self.to[axis];
        let has_several = b.less(1, length);
        let half_pixel = |b: &mut KernelBuilder| {
            let centre = b.addf(x, half);
            let scaled = b.divf(centre, scale);
            b.subf(scaled, half)
        };
        let several = |b: &mut KernelBuilder, value: Value, otherwise: Value| {
            let condition = b.condition(has_several);
            b.select(condition, value, otherwise)
        };
        match self.view.coordinates {
            Coordinates::HalfPixel => half_pixel(b),
            Coordinates::HalfPixelSymmetric => {
                let pixel = half_pixel(b);
                let scaled = b.mulf(scale, input);
                let length = self.float(b, length);
                let ratio = b.divf(length, scaled);
                let rest = b.subf(one, ratio);
                let two = b.float(2.0, f32);
                let centre = b.divf(input, two);
                let offset = b.mulf(centre, rest);
                b.addf(offset, pixel)
            }
            Coordinates::PytorchHalfPixel => {
                let pixel = half_pixel(b);
                several(b, pixel, zero)
            }
            Coordinates::AlignCorners => {
                let last = b.subf(input, one);
                let scaled = b.mulf(scale, input);
                let divisor = b.subf(scaled, one);
                let product = b.mulf(x, last);
                let value = b.divf(product, divisor);
                several(b, value, zero)
            }
            Coordinates::Asymmetric => b.divf(x, scale),
            Coordinates::TfCropAndResize => {
                let (start, end) = (self.view.roi[axis].0 as f32, self.view.roi[axis].1 as f32);
                let last = b.subf(input, one);
                let width = b.float(f64::from(end - start), f32);
                let span = b.mulf(width, last);
                let scaled = b.mulf(scale, input);
                let divisor = b.subf(scaled, one);
                let product = b.mulf(x, span);
                let inside = b.divf(product, divisor);
                let two = b.float(2.0, f32);
                let middle = b.divf(span, two);
                let inside = several(b, inside, middle);
                let start = b.float(f64::from(start), f32);
                let origin = b.mulf(start, last);
                b.addf(origin, inside)
            }
        }
    }

    /// The neighbours of a coordinate with their weights by the interpolation kernel.
    fn kernel(&self, b: &mut KernelBuilder, axis: usize, coordinate: Value) -> Vec<(Index, Option<Value>)> {
        let ty = if self.compute == ElementType::F64 { Type::f64() } else { Type::f32() };
        let one = b.float(1.0, Type::f32());
        let above = b.ceil(coordinate);
        let before = b.subf(above, one);
        let ratio = b.subf(coordinate, before);
        let ratio = b.cast(ratio, ElementType::F32, self.compute);
        let base = self.to_index(b, before);
        let count = self.taps[axis];
        let first = 1 - count / 2;
        let shrink = match (self.view.antialias, self.view.scales[axis]) {
            (false, _) => 1.0,
            (true, Some(scale)) => f64::from((scale as f32).min(1.0)),
            (true, None) => match (self.to[axis].as_constant(), self.from[axis].as_constant()) {
                (Some(to), Some(from)) => f64::from((to as f32 / from as f32).min(1.0)),
                _ => 1.0,
            },
        };
        let mut elements: Vec<(Index, Value)> = Vec::new();
        for step in first..2 - first {
            let position = b.add(base, step);
            let step = b.float(step as f64, ty);
            let distance = b.subf(step, ratio);
            let distance = b.absolute(distance);
            let shrink = b.float(shrink, ty);
            let distance = b.mulf(distance, shrink);
            let mut weight = self.weight(b, distance);
            if self.view.exclude_outside {
                let inside = b.in_range(position, self.from[axis]);
                let inside = b.condition(inside);
                let zero = b.float(0.0, ty);
                weight = b.select(inside, weight, zero);
            }
            elements.push((self.clamp(b, position, axis), weight));
        }
        if self.view.exclude_outside || self.view.antialias {
            let mut total = b.float(0.0, ty);
            for (_, weight) in &elements {
                total = b.addf(total, *weight);
            }
            for (_, weight) in &mut elements {
                *weight = b.divf(*weight, total);
            }
        }
        elements.into_iter().map(|(index, weight)| (index, Some(weight))).collect()
    }

    fn weight(&self, b: &mut KernelBuilder, distance: Value) -> Value {
        let (zero, one) = (b.like(distance, 0.0), b.like(distance, 1.0));
        if self.view.mode == ResizeMode::Linear {
            let weight = b.subf(one, distance);
            return b.larger(weight, zero);
        }
        let a = self.view.cubic_coefficient;
        let inner = b.polynomial(distance, &[1.0, 0.0, -(a + 3.0), a + 2.0]);
        let outer = b.polynomial(distance, &[-4.0 * a, 8.0 * a, -5.0 * a, a]);
        let two = b.like(distance, 2.0);
        let is_inner = b.compare_floats(FloatPredicate::OrderedLessEqual, distance, one);
        let is_outer = b.compare_floats(FloatPredicate::OrderedLess, distance, two);
        let far = b.select(is_outer, outer, zero);
        b.select(is_inner, inner, far)
    }
}
