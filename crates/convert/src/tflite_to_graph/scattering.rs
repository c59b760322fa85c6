//! Elements stored by their number: a tensor, row by row, and one more element for what lies outside.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count, expr};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

/// The numbers along `axis` of a tensor of `rank` axes, all other of which have an extent of 1.
pub(crate) fn numbers(node: &mut Node, axis: usize, rank: usize, extent: Dim) -> Result<Tracked, String> {
    let mut shape = vec![Dim::Static(1); rank];
    shape[axis] = extent;
    node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())
}

/// Places in a tensor of a shape: indices along each axis, which broadcast; nothing where the index is 0.
pub(crate) struct Place {
    pub at: Vec<Option<Tracked>>,
    pub shape: Vec<Dim>,
}

impl Place {
    /// The number of each element.
    pub fn number(&self, node: &mut Node) -> Result<Tracked, String> {
        let mut flat: Option<Tracked> = None;
        for (&at, &extent) in self.at.iter().zip(&self.shape) {
            if let Some(before) = flat {
                let extent = node.extent(expr(extent)?);
                flat = Some(node.binary("graph.multiply", before, extent)?);
            }
            flat = match (flat, at) {
                (Some(before), Some(at)) => Some(node.binary("graph.add", before, at)?),
                (before, at) => at.or(before),
            };
        }
        flat.map_or_else(|| node.scalar(ElementType::I64, 0.0), Ok)
    }

    /// The number of each element, and that of one behind the last for those outside.
    fn number_or_behind(&self, node: &mut Node) -> Result<Tracked, String> {
        let flat = self.number(node)?;
        let mut fits: Option<Tracked> = None;
        for (&at, &extent) in self.at.iter().zip(&self.shape) {
            let Some(at) = at else { continue };
            let extent = node.extent(expr(extent)?);
            let (low, high) =
                (node.binary_scalar("graph.greater_equal", at, 0.0)?, node.binary("graph.less", at, extent)?);
            let inside = node.binary("graph.and", low, high)?;
            fits = Some(match fits {
                Some(fits) => node.binary("graph.and", fits, inside)?,
                None => inside,
            });
        }
        let Some(fits) = fits else { return Ok(flat) };
        let behind = node.extent(element_count(&self.shape)?);
        node.select(fits, flat, behind)
    }
}

/// `x` in which updates are stored, or combined with what is there; those outside are dropped.
pub(crate) fn combined(
    node: &mut Node,
    x: Tracked,
    place: &Place,
    updates: Tracked,
    how: &'static str,
) -> Result<Tracked, String> {
    let (element, shape) = (node.element(x), node.shape(x).to_vec());
    let is_truth = element == ElementType::I1;
    let (x, updates) = match is_truth {
        true => (node.cast(x, ElementType::U8)?, node.cast(updates, ElementType::U8)?),
        false => (x, updates),
    };
    let count = element_count(&shape)?;
    let flat = node.reshape(x, &[dim(count)?])?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let more = node.reshape(zero, &[Dim::Static(1)])?;
    let base = node.concat(&[flat, more], 0)?;
    let all = dim(element_count(node.shape(updates))?)?;
    let places = place.number_or_behind(node)?;
    let places = node.broadcast(places, node.shape(updates))?;
    let (places, updates) = (node.reshape(places, &[all])?, node.reshape(updates, &[all])?);
    let given = [("axis", attribute(0i64)), ("reduction", attribute(how))];
    let stored = node.emit("graph.scatter_elements", &[base, places, updates], &given)?;
    let stored = node.slice_axis(stored, 0, Dim::Static(0), dim(count)?)?;
    let stored = node.reshape(stored, &shape)?;
    node.cast(stored, element)
}
