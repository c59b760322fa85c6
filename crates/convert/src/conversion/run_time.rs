//! Shapes computed while a model runs: vectors of a few integers, worked on by ops of the graph, and extents bound to them.
//!
//! Expressions of symbols say simple things; what would be long as an expression is computed here instead.

use super::content::Content;
use super::emit::attribute;
use super::extent::{constant, element_count, expr};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::{ElementType, Tensor};

impl Node<'_, '_> {
    /// Operand number `input`, if its elements are integers that the model must be run to know.
    pub fn run_time(&self, input: usize) -> Option<Tracked> {
        self.optional(input).filter(|&tensor| self.content(tensor).is_none_or(|content| content.integers().is_none()))
    }

    /// Operand number `input`, if its elements are no constant integers: axes, steps.
    pub fn run_time_axes(&self, input: usize) -> Option<Tracked> {
        self.optional(input).filter(|&axes| self.constant_ints(axes, "axes").is_err())
    }

    /// Expressions as a vector of data.
    pub fn vector(&mut self, values: Vec<DimExpr>) -> Tracked {
        self.conversion.track_content(Content::vector(values))
    }

    /// The extents of a shape as a vector of data.
    pub fn shape_vector(&mut self, shape: &[Dim]) -> Result<Tracked, String> {
        let values = shape.iter().map(|&dim| expr(dim)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.vector(values))
    }

    /// 0, 1, 2 and so on: the numbers of `count` axes.
    pub fn numbers(&mut self, count: usize) -> Tracked {
        self.vector((0..count as i64).map(constant).collect())
    }

    /// An integer tensor as a vector of `i64`.
    pub fn integer_vector(&mut self, x: Tracked) -> Result<Tracked, String> {
        if !self.element(x).is_integer() {
            return Err(format!("integers are wanted, not {}", self.element(x)));
        }
        let count = element_count(self.shape(x))?;
        let x = self.cast(x, ElementType::I64)?;
        self.reshape(x, &[Dim::from_expr(count)])
    }

    /// The one integer of a tensor as a vector of `i64`.
    pub fn one_integer(&mut self, x: Tracked, what: &str) -> Result<Tracked, String> {
        let x = self.integer_vector(x)?;
        self.expect_shape(x, &[Dim::Static(1)], what)
    }

    /// The number of elements of a tensor, which is static.
    pub fn static_count(&self, x: Tracked, what: &str) -> Result<usize, String> {
        let count = element_count(self.shape(x))?.as_constant().and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| format!("the number of {what} must be static"))
    }

    /// Indices that count from the end where they are negative, counted from 0.
    pub fn from_start(&mut self, indices: Tracked, extent: Tracked) -> Result<Tracked, String> {
        let is_negative = self.binary_scalar("graph.less", indices, 0.0)?;
        let raised = self.binary("graph.add", indices, extent)?;
        self.select(is_negative, raised, indices)
    }

    /// A vector as the column of a matrix.
    pub fn column(&mut self, x: Tracked) -> Result<Tracked, String> {
        let shape = [self.shape(x), &[Dim::Static(1)]].concat();
        self.reshape(x, &shape)
    }

    /// The reduction of a tensor along its first axis, which is dropped.
    pub fn fold_rows(&mut self, op: &str, x: Tracked) -> Result<Tracked, String> {
        let reduced = self.reduce(op, x, &[0])?;
        self.drop_axes(reduced, &[0])
    }

    /// Elements one after the other, of tensors that are scalars or vectors.
    pub fn join(&mut self, parts: &[Tracked]) -> Result<Tracked, String> {
        let mut vectors = Vec::new();
        for &part in parts {
            vectors.push(self.integer_vector(part)?);
        }
        self.concat(&vectors, 0)
    }

    /// Extents that are the elements of a vector, if `are_valid`; else the compiled model reports that they are none.
    pub fn bind_valid(&mut self, are_valid: Tracked, values: Tracked, most: &[Dim]) -> Result<Vec<Dim>, String> {
        let invalid = self.tensor(Tensor::scalar(-1i64))?;
        let values = self.select(are_valid, values, invalid)?;
        self.bind_shape(values, most)
    }

    /// Extents that are the elements of a vector.
    pub fn bind_shape(&mut self, values: Tracked, most: &[Dim]) -> Result<Vec<Dim>, String> {
        let most: Vec<Option<DimExpr>> = most.iter().map(|dim| dim.expr()).collect();
        Ok(self.bind_extents(values, &most)?.into_iter().map(Dim::from_expr).collect())
    }

    /// The number of nonzero elements before each of a vector of truth values.
    pub fn places_of(&mut self, flags: Tracked) -> Result<Tracked, String> {
        let flags = self.cast(flags, ElementType::I64)?;
        self.emit("graph.cumulative_sum", &[flags], &[("axis", attribute(0i64)), ("exclusive", attribute(true))])
    }

    /// The elements of a vector for which a flag holds, of which there are `count`.
    pub fn pick(&mut self, values: Tracked, flags: Tracked, count: usize) -> Result<Tracked, String> {
        let places = self.places_of(flags)?;
        let (places, flags, values) = (self.column(places)?, self.column(flags)?, self.column(values)?);
        let wanted = self.numbers(count);
        let is_there = self.binary("graph.equal", places, wanted)?;
        let is_taken = self.binary("graph.and", is_there, flags)?;
        let zero = self.tensor(Tensor::scalar(0i64))?;
        let taken = self.select(is_taken, values, zero)?;
        self.fold_rows("graph.reduce_sum", taken)
    }
}
