//! Packed sequences: what their operators do to the elements and shapes in ops of the graph dialect.
//!
//! Positions that are data are indices of `graph.gather`s; what is cut out has extents that `graph.bind_extents` binds.
//! Both are checked when the model runs, so that what an input says cannot lead out of its elements.

use super::content::{Content, Item};
use super::datum::{List, Packed, Sequence};
use super::emit::attribute;
use super::extent::{constant, dim, element_count, expr};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::{ElementType, Tensor};
use std::rc::Rc;

impl Node<'_, '_> {
    /// The type of the elements' elements.
    pub fn element_of(&self, sequence: &Sequence) -> Type {
        match sequence {
            Sequence::List(list) => list.element,
            Sequence::Packed(packed) => self.element_type(packed.elements),
            Sequence::Growing(_, appended) => self.element_of(appended),
        }
    }

    /// How many elements a packed sequence has.
    pub fn packed_count(&self, packed: &Packed) -> Result<DimExpr, String> {
        expr(self.shape(packed.shapes)[0])
    }

    /// A sequence as a packed one. Of an empty list, rows are as long as those of a sequence of `rank`.
    pub fn pack(&mut self, sequence: &Sequence, rank: usize) -> Result<Packed, String> {
        match sequence {
            Sequence::Packed(packed) => Ok(packed.clone()),
            Sequence::List(list) => self.pack_list(list, rank),
            Sequence::Growing(..) => Err(only_appended()),
        }
    }

    fn pack_list(&mut self, list: &List, rank: usize) -> Result<Packed, String> {
        let ranks = || list.items.iter().map(|&item| self.rank(item));
        let (most, least) = (ranks().max().unwrap_or(rank), ranks().min().unwrap_or(rank));
        let mut extents = vec![Dim::Unknown; most];
        let (mut flat, mut rows) = (Vec::new(), Vec::new());
        for (index, &item) in list.items.iter().enumerate() {
            let shape = self.shape(item).to_vec();
            extents = if index == 0 { padded(&shape, most) } else { common(&extents, &shape) };
            for &extent in &shape {
                rows.push(expr(extent)?);
            }
            rows.extend(std::iter::repeat_n(constant(-1), most - shape.len()));
            flat.push(self.flat(item)?);
        }
        let elements = match flat.is_empty() {
            true => self.nothing(list.element)?,
            false => self.concat(&flat, 0)?,
        };
        let shapes = self.matrix(rows, list.items.len(), most)?;
        Ok(Packed { elements, shapes, extents: Some(extents), is_mixed: most != least })
    }

    /// A tensor as a vector.
    pub fn flat(&mut self, x: Tracked) -> Result<Tracked, String> {
        let count = element_count(self.shape(x))?;
        self.reshape(x, &[dim(count)?])
    }

    /// A vector of no elements.
    fn nothing(&mut self, element: Type) -> Result<Tracked, String> {
        let element = element.to_element().ok_or("the elements of a sequence have no known type")?;
        let bytes: &[u8] = &[];
        let empty = match element {
            ElementType::String => Tensor::from_strings(&[0], Vec::new()).map_err(|error| error.to_string()),
            _ => Tensor::from_bytes(element, &[0], bytes).map_err(|error| error.to_string()),
        };
        self.tensor(empty?)
    }

    /// Expressions as a matrix of data.
    pub fn matrix(&mut self, values: Vec<DimExpr>, rows: usize, columns: usize) -> Result<Tracked, String> {
        if values.is_empty() {
            let empty = Tensor::from_bytes(ElementType::I64, &[rows, columns], &[] as &[u8]);
            return self.tensor(empty.map_err(|error| error.to_string())?);
        }
        let items = values.into_iter().map(Item::Integer).collect();
        let content = Content { element: ElementType::I64, shape: vec![rows, columns], items };
        Ok(self.conversion.track_content(content))
    }

    /// How many elements each element has, a vector.
    pub fn sizes(&mut self, packed: &Packed) -> Result<Tracked, String> {
        let [count, rank] = *self.shape(packed.shapes) else { return Err("shapes are a matrix".into()) };
        if rank.is(0) {
            let one = self.tensor(Tensor::scalar(1i64))?;
            return self.broadcast(one, &[count]);
        }
        let mut shapes = packed.shapes;
        if packed.is_mixed {
            let is_missing = self.binary_scalar("graph.less", shapes, 0.0)?;
            let one = self.tensor(Tensor::scalar(1i64))?;
            shapes = self.select(is_missing, one, shapes)?;
        }
        let sizes = self.reduce("graph.reduce_product", shapes, &[1])?;
        self.reshape(sizes, &[count])
    }

    /// Where each element begins among all, and where the last ends: a vector.
    pub fn bounds(&mut self, packed: &Packed) -> Result<Tracked, String> {
        let sizes = self.sizes(packed)?;
        self.running_total(sizes)
    }

    /// 0, the first of some numbers, the sum of the first two and so on.
    pub fn running_total(&mut self, numbers: Tracked) -> Result<Tracked, String> {
        let given = [("axis", attribute(0i64)), ("exclusive", attribute(false))];
        let ends = self.emit("graph.cumulative_sum", &[numbers], &given)?;
        let zero = self.vector(vec![constant(0)]);
        self.concat(&[zero, ends], 0)
    }

    /// A position in a sequence, counted from 0, as a scalar.
    fn position(&mut self, packed: &Packed, position: Tracked) -> Result<Tracked, String> {
        let position = self.one_integer(position, "a position")?;
        let position = self.reshape(position, &[])?;
        let count = self.packed_count(packed)?;
        let count = self.extent(count);
        self.from_start(position, count)
    }

    /// The element at a position, which may count from the end.
    pub fn packed_at(&mut self, packed: &Packed, position: Tracked) -> Result<Tracked, String> {
        let position = self.one_integer(position, "a position")?;
        let position = self.reshape(position, &[])?;
        let on_first = [("axis", attribute(0i64))];
        if let Some(extents) = packed.common() {
            let shape = [&[dim(self.packed_count(packed)?)?], extents].concat();
            let stacked = self.reshape(packed.elements, &shape)?;
            return self.emit("graph.gather", &[stacked, position], &on_first);
        }
        let extents = known_rank(packed)?.to_vec();
        let sizes = self.sizes(packed)?;
        let given = [("axis", attribute(0i64)), ("exclusive", attribute(true))];
        let starts = self.emit("graph.cumulative_sum", &[sizes], &given)?;
        let start = self.emit("graph.gather", &[starts, position], &on_first)?;
        let row = self.emit("graph.gather", &[packed.shapes, position], &on_first)?;
        let (mut values, mut most) = (vec![start], vec![Some(expr(self.shape(packed.elements)[0])?)]);
        for (axis, _) in extents.iter().enumerate().filter(|(_, extent)| **extent == Dim::Unknown) {
            values.push(self.slice_axis(row, 0, Dim::Static(axis as u64), Dim::Static(1))?);
            most.push(None);
        }
        let values = self.join(&values)?;
        let bound = self.bind_extents(values, &most)?;
        let mut differing = bound[1..].iter();
        let mut own = |&extent: &Dim| match extent {
            Dim::Unknown => differing.next().map_or(extent, |&bound| Dim::from_expr(bound)),
            known => known,
        };
        let shape: Vec<Dim> = extents.iter().map(&mut own).collect();
        let length = dim(element_count(&shape)?)?;
        let part = self.slice_axis(packed.elements, 0, dim(bound[0])?, length)?;
        self.reshape(part, &shape)
    }

    /// A sequence with one more element, at its end or before the one at a position.
    pub fn packed_insert(&mut self, packed: &Packed, x: Tracked, position: Option<Tracked>) -> Result<Packed, String> {
        let shape = self.shape(x).to_vec();
        let list = List { element: self.element_type(x), items: vec![x] };
        let one = self.pack_list(&list, shape.len())?;
        let Some(position) = position else { return self.packed_join(&[packed.clone(), one]) };
        let position = self.position(packed, position)?;
        let (head, tail) = self.cut(packed, position, 0)?;
        self.packed_join(&[head, one, tail])
    }

    /// A sequence without the element at a position.
    pub fn packed_erase(&mut self, packed: &Packed, position: Tracked) -> Result<Packed, String> {
        let position = self.position(packed, position)?;
        let (head, tail) = self.cut(packed, position, 1)?;
        self.packed_join(&[head, tail])
    }

    /// What is before a position, and what is after the `dropped` elements from there on.
    fn cut(&mut self, packed: &Packed, position: Tracked, dropped: i64) -> Result<(Packed, Packed), String> {
        let bounds = self.bounds(packed)?;
        let on_first = [("axis", attribute(0i64))];
        let mut values = vec![position, self.emit("graph.gather", &[bounds, position], &on_first)?];
        if dropped > 0 {
            let after = self.binary_scalar("graph.add", position, dropped as f64)?;
            values.push(self.emit("graph.gather", &[bounds, after], &on_first)?);
        }
        let (count, total) = (self.packed_count(packed)?, expr(self.shape(packed.elements)[0])?);
        let values = self.join(&values)?;
        let bound = self.bind_extents(values, &[Some(count), Some(total), Some(total)])?;
        let (rows, first, last) = (bound[0], bound[1], *bound.last().unwrap_or(&bound[1]));
        let resumed = super::extent::add(rows, constant(dropped))?;
        let rest = |whole: DimExpr, from: DimExpr| super::extent::subtract(whole, from).and_then(dim);
        let part =
            |node: &mut Self, of: Tracked, start: DimExpr, length: Dim| node.slice_axis(of, 0, dim(start)?, length);
        let head = Packed {
            elements: part(self, packed.elements, constant(0), dim(first)?)?,
            shapes: part(self, packed.shapes, constant(0), dim(rows)?)?,
            ..packed.clone()
        };
        let tail = Packed {
            elements: part(self, packed.elements, last, rest(total, last)?)?,
            shapes: part(self, packed.shapes, resumed, rest(count, resumed)?)?,
            ..packed.clone()
        };
        Ok((head, tail))
    }

    /// Sequences, one after the other.
    pub fn packed_join(&mut self, parts: &[Packed]) -> Result<Packed, String> {
        let is_there = |part: &&Packed| !self.shape(part.shapes)[0].is(0);
        let parts: Vec<Packed> = match parts.iter().filter(is_there).cloned().collect::<Vec<_>>() {
            there if there.is_empty() => parts[..1].to_vec(),
            there => there,
        };
        let [first, rest @ ..] = parts.as_slice() else { return Err("there is no sequence".into()) };
        if rest.is_empty() {
            return Ok(first.clone());
        }
        let rank = parts.iter().filter_map(|part| part.extents.as_ref().map(Vec::len)).max();
        let rank = rank.ok_or("the rank of a sequence's elements is not known: give their shape with --shape")?;
        let mut joined = Packed { extents: None, ..first.clone() };
        let (mut elements, mut shapes) = (Vec::new(), Vec::new());
        for part in &parts {
            let own = part.extents.clone().unwrap_or_else(|| vec![Dim::Unknown; rank]);
            joined.extents = Some(match joined.extents {
                None => padded(&own, rank),
                Some(before) => common(&before, &own),
            });
            joined.is_mixed |= part.is_mixed || own.len() != rank;
            elements.push(part.elements);
            shapes.push(self.rows_of(part, own.len(), rank)?);
        }
        joined.elements = self.concat(&elements, 0)?;
        joined.shapes = self.concat(&shapes, 0)?;
        Ok(joined)
    }

    /// The shapes of a sequence whose elements have `own` axes, with -1 up to `rank`.
    pub fn rows_of(&mut self, part: &Packed, own: usize, rank: usize) -> Result<Tracked, String> {
        let count = self.shape(part.shapes)[0];
        let shapes = self.reshape(part.shapes, &[count, Dim::Static(own as u64)])?;
        if own == rank {
            return Ok(shapes);
        }
        let lacking = rank.checked_sub(own).ok_or("the elements of a sequence have more axes than they had before")?;
        let missing = self.tensor(Tensor::scalar(-1i64))?;
        let missing = self.broadcast(missing, &[count, Dim::Static(lacking as u64)])?;
        self.concat(&[shapes, missing], 1)
    }

    /// The length of a sequence, a scalar.
    pub fn sequence_length(&mut self, sequence: &Sequence) -> Result<Tracked, String> {
        let count = match sequence {
            Sequence::List(list) => constant(list.items.len() as i64),
            Sequence::Packed(packed) => self.packed_count(packed)?,
            Sequence::Growing(..) => return Err(only_appended()),
        };
        Ok(self.extent(count))
    }

    /// What is known of a scalar position.
    pub fn known_position(&self, position: Tracked) -> Option<i64> {
        let content: Option<Rc<Content>> = self.content(position);
        content?.items.first()?.to_integer()?.as_constant()
    }
}

/// Why a sequence cannot be asked anything inside of a loop.
pub(crate) fn only_appended() -> String {
    "in a loop that data says how often it runs, a sequence that it carries may only be appended to".into()
}

/// The extents of all elements of a sequence whose rank must be known.
pub(crate) fn known_rank(packed: &Packed) -> Result<&[Dim], String> {
    match &packed.extents {
        _ if packed.is_mixed => Err("the elements of the sequence differ in rank".into()),
        Some(extents) => Ok(extents),
        None => Err("the rank of the sequence's elements is not known: give their shape with --shape".into()),
    }
}

/// Extents, with unknown ones up to `rank`.
fn padded(extents: &[Dim], rank: usize) -> Vec<Dim> {
    let mut all = extents.to_vec();
    all.resize(rank.max(extents.len()), Dim::Unknown);
    all
}

/// What two shapes have in common, of the rank of the longer one.
pub(crate) fn common(left: &[Dim], right: &[Dim]) -> Vec<Dim> {
    let rank = left.len().max(right.len());
    let pairs = padded(left, rank).into_iter().zip(padded(right, rank));
    pairs.map(|(left, right)| if left == right { left } else { Dim::Unknown }).collect()
}
