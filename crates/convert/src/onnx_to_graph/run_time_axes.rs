//! Axes that data names: extents are put apart, so that each op works along axes that are known.
//!
//! A reduction along axes that a model computes is one along every other axis of a tensor of twice the rank: each extent
//! becomes two, of which one is 1. An op along one axis works on the middle one of three.

use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::{ElementType, Tensor};

/// Which axes data names, as vectors of truth values.
#[derive(Clone, Copy)]
pub(crate) struct NamedAxes {
    /// For each axis, whether it is named.
    pub flags: Tracked,
    /// Whether those named are axes, none of them twice: one element.
    pub are_valid: Tracked,
}

/// A tensor around an axis that data names.
pub(crate) struct Around {
    /// The tensor; what comes before the axis is one axis, and what comes after it.
    pub x: Tracked,
    /// For each axis, whether it is the one: a vector of truth values.
    pub flags: Tracked,
    /// The extents as data.
    pub extents: Tracked,
}

impl Node<'_, '_> {
    /// The axes of a tensor of `rank` that are elements of `axes`.
    pub fn named_axes(&mut self, axes: Tracked, rank: usize) -> Result<NamedAxes, String> {
        let axes = self.integer_vector(axes)?;
        let count = element_count(self.shape(axes))?;
        let extent = self.extent(DimExpr::constant(rank as i64));
        let axes = self.from_start(axes, extent)?;
        let (axes, places) = (self.column(axes)?, self.numbers(rank));
        let hits = self.binary("graph.equal", axes, places)?;
        let hits = self.cast(hits, ElementType::I64)?;
        let hits = self.fold_rows("graph.reduce_sum", hits)?;
        let flags = self.cast(hits, ElementType::I1)?;
        let distinct = self.cast(flags, ElementType::I64)?;
        let distinct = self.reduce("graph.reduce_sum", distinct, &[0])?;
        let count = self.extent(count);
        let are_valid = self.binary("graph.equal", distinct, count)?;
        Ok(NamedAxes { flags, are_valid })
    }

    /// Reduces `x` by `kept` along the axes that `axes` names: all of them if it names none, unless `none_is_none`.
    pub fn reduce_named(
        &mut self,
        x: Tracked,
        axes: Tracked,
        (none_is_none, keep): (bool, bool),
        kept: impl FnOnce(&mut Self, Tracked, &[usize]) -> Result<Tracked, String>,
    ) -> Result<Tracked, String> {
        let shape = self.shape(x);
        let rank = shape.len();
        let mut named = self.named_axes(axes, rank)?;
        let count = element_count(self.shape(axes))?;
        if count.as_constant().is_none() && !none_is_none {
            let none = self.extent(count);
            let none = self.binary_scalar("graph.equal", none, 0.0)?;
            named.flags = self.binary("graph.or", named.flags, none)?;
        }
        let (extents, one) = (self.shape_vector(shape)?, self.tensor(Tensor::scalar(1i64))?);
        let rest = self.select(named.flags, one, extents)?;
        let reduced = self.select(named.flags, extents, one)?;
        let values = self.join(&[rest, reduced])?;
        let apart = self.bind_valid(named.are_valid, values, &[shape, shape].concat())?;
        let (rest, reduced) = apart.split_at(rank);
        let pairs: Vec<Dim> = rest.iter().zip(reduced).flat_map(|(&rest, &reduced)| [rest, reduced]).collect();
        let x = self.reshape(x, &pairs)?;
        let odd: Vec<usize> = (0..rank).map(|axis| 2 * axis + 1).collect();
        let result = kept(self, x, &odd)?;
        match keep {
            true => self.reshape(result, rest),
            false => self.drop_named(result, extents, named, self.static_count(axes, "axes")?),
        }
    }

    /// `x` without the axes that data names, `count` of those that `extents` are of, each of extent 1 by now.
    pub fn drop_named(
        &mut self,
        x: Tracked,
        extents: Tracked,
        named: NamedAxes,
        count: usize,
    ) -> Result<Tracked, String> {
        let left =
            self.static_count(extents, "axes")?.checked_sub(count).ok_or("there are more axes than the input has")?;
        if left == 0 {
            return self.reshape(x, &[]);
        }
        let others = self.unary("graph.not", named.flags)?;
        let picked = self.pick(extents, others, left)?;
        let shape = self.bind_valid(named.are_valid, picked, &[])?;
        self.reshape(x, &shape)
    }

    /// `x` as a tensor of three axes and what comes after the first `within`, the middle one being that which `axis` names.
    pub fn around(&mut self, x: Tracked, axis: Tracked, within: usize) -> Result<Around, String> {
        let (shape, after) = self.shape(x).split_at(within);
        let rank = self.extent(DimExpr::constant(self.rank(x) as i64));
        let axis = self.one_integer(axis, "the axis")?;
        let axis = self.from_start(axis, rank)?;
        let (places, extents) = (self.numbers(within), self.shape_vector(shape)?);
        let one = self.tensor(Tensor::scalar(1i64))?;
        let mut parts = Vec::new();
        for side in ["graph.less", "graph.equal", "graph.greater"] {
            let is_there = self.binary(side, places, axis)?;
            let part = self.select(is_there, extents, one)?;
            parts.push(self.reduce("graph.reduce_product", part, &[0])?);
        }
        let flags = self.binary("graph.equal", places, axis)?;
        let found = self.cast(flags, ElementType::I64)?;
        let found = self.reduce("graph.reduce_sum", found, &[0])?;
        let is_valid = self.cast(found, ElementType::I1)?;
        let parts = self.join(&parts)?;
        let whole = Dim::from_expr(element_count(shape)?);
        let around = self.bind_valid(is_valid, parts, &[whole, whole, whole])?;
        let x = self.reshape(x, &[&around, after].concat())?;
        Ok(Around { x, flags, extents })
    }
}
