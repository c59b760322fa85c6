//! Extents that data gives: symbols bound to elements of tensors.

use super::content::Item;
use super::emit::dims_attribute;
use super::extent::{self, element_count, subtract};
use super::node::Node;
use super::row::Results;
use super::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::ElementType;
use std::rc::Rc;

/// The most elements of a tensor that get symbols: shapes, axes and what they are made of are shorter.
const MOST_SYMBOLS: u64 = 64;

impl Node<'_, '_> {
    /// Symbols for the elements of an integer tensor, none of which may be negative when the model runs. `most` has what
    /// each is at most, if anything says so.
    pub fn bind_extents(&mut self, values: Tracked, most: &[Option<DimExpr>]) -> Result<Vec<DimExpr>, String> {
        let count = element_count(self.shape(values))?.as_constant().map(i64::unsigned_abs);
        let count = count.filter(|&count| count <= MOST_SYMBOLS).ok_or("it has too many elements to be extents")?;
        let values = self.cast(values, ElementType::I64)?;
        let values = self.reshape(values, &[Dim::Static(count)])?;
        let symbols: Vec<Dim> = (0..count).map(|_| self.conversion.fresh_symbol()).collect();
        let most: Vec<Dim> = (0..count as usize)
            .map(|index| most.get(index).copied().flatten().map_or(Dim::Unknown, Dim::from_expr))
            .collect();
        let given = [("symbols", dims_attribute(&symbols)), ("most", dims_attribute(&most))];
        self.build("graph.bind_extents", &[values], &given, &[])?;
        Ok(symbols.into_iter().filter_map(Dim::expr).collect())
    }

    /// The elements of an integer tensor as expressions: what is known of them, or symbols that data gives. A number that
    /// may be negative is the difference of two symbols.
    pub fn integers_of(&mut self, tensor: Tracked) -> Result<Vec<DimExpr>, String> {
        if let Some(known) = self.content(tensor).and_then(|content| content.integers()) {
            return Ok(known);
        }
        if !self.element(tensor).is_integer() {
            return Err(format!("integers are wanted, not {}", self.element(tensor)));
        }
        let negated = self.unary("graph.negate", tensor)?;
        let mut parts = Vec::new();
        for part in [tensor, negated] {
            let part = self.clamp(part, Some(0.0), None)?;
            parts.push(self.bind_extents(part, &[])?);
        }
        let differences = parts[0].iter().zip(&parts[1]).map(|(&above, &below)| subtract(above, below));
        let values = differences.collect::<Result<Vec<_>, _>>()?;
        self.note_integers(tensor, &values);
        Ok(values)
    }

    /// As [`Node::integers_of`], for extents and counts: none is negative, or the compiled model says so.
    pub fn counts_of(&mut self, tensor: Tracked) -> Result<Vec<DimExpr>, String> {
        match self.content(tensor).and_then(|content| content.integers()) {
            Some(known) => Ok(known),
            None => {
                let values = self.bind_extents(tensor, &[])?;
                self.note_integers(tensor, &values);
                Ok(values)
            }
        }
    }

    /// Remembers what symbols the elements of a tensor have, unless a region around ends before the tensor does.
    fn note_integers(&mut self, tensor: Tracked, values: &[DimExpr]) {
        if !self.conversion.is_at_top() {
            return;
        }
        if let Some(mut content) = crate::conversion::content::Content::unknown(self.ty(tensor)) {
            content.items = values.iter().map(|&value| Item::Integer(value)).collect();
            self.conversion.tensors[tensor].content = Some(Rc::new(content));
        }
    }

    /// `x` where a flag holds that data gives; where it does not, the run ends with an error at this node: `x` would have
    /// a negative number of elements.
    pub fn require(&mut self, flag: Tracked, x: Tracked) -> Result<Tracked, String> {
        let shape = self.shape(x).to_vec();
        let count = element_count(&shape)?;
        let flat = self.reshape(x, &[Dim::from_expr(count)])?;
        let (all, none) = (self.extent(count), self.extent(extent::constant(-1)));
        let taken = self.select(flag, all, none)?;
        let taken = self.bind_extents(taken, &[Some(count)])?;
        let taken = taken.first().copied().ok_or("a number has one element")?;
        let part = self.slice_axis(flat, 0, Dim::Static(0), Dim::from_expr(taken))?;
        self.reshape(part, &shape)
    }

    /// The indices at which a vector of truth values holds.
    pub fn nonzero(&mut self, mask: Tracked) -> Result<Tracked, String> {
        let most = element_count(self.shape(mask))?;
        let ones = self.cast(mask, ElementType::I64)?;
        let count = self.reduce("graph.reduce_sum", ones, &[0])?;
        let count = self.bind_extents(count, &[Some(most)])?;
        self.emit_as("graph.nonzero", &[mask], &[], &[Dim::from_expr(count[0])], Type::i64())
    }

    /// The coordinates, axis by axis, of elements of a tensor of this shape that are given by number.
    pub fn coordinates(&mut self, numbers: Tracked, shape: &[Dim]) -> Results {
        let mut coordinates = Vec::new();
        for (axis, &dim) in shape.iter().enumerate() {
            let inner = element_count(&shape[axis + 1..])?;
            let mut at = numbers;
            if inner.as_constant() != Some(1) {
                let inner = self.extent(inner);
                at = self.binary("graph.divide", at, inner)?;
            }
            if axis > 0 {
                let extent = self.extent(extent::expr(dim)?);
                at = self.binary("graph.remainder", at, extent)?;
            }
            coordinates.push(at);
        }
        Ok(coordinates)
    }
}
