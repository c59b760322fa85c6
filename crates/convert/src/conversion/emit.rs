//! Making graph ops, with what is wrong with them as the reason a node cannot be converted.

use super::extent::{self, element_count, show};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Attribute, Builder, Dim, IntoAttribute, Module, Name, Op, Type};
use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor};

/// Attributes of an op to be made.
pub(crate) type Given<'a> = &'a [(&'a str, Attribute)];

/// An attribute.
pub(crate) fn attribute(value: impl IntoAttribute) -> Attribute {
    value.into_attribute()
}

/// `#kiln.dims<[...]>`.
pub(crate) fn dims_attribute(dims: &[Dim]) -> Attribute {
    Attribute::dims(dims)
}

/// An array of `i64` from counts or axes.
pub(crate) fn axes_attribute(axes: &[usize]) -> Attribute {
    Attribute::i64s(&axes.iter().map(|&axis| axis as i64).collect::<Vec<_>>())
}

impl Node<'_, '_> {
    /// An op with one result whose type is inferred.
    pub fn emit(&mut self, name: &str, operands: &[Tracked], given: Given) -> Result<Tracked, String> {
        self.emit_or_fold(name, operands, given, None)
    }

    /// An op with several results whose types are inferred.
    pub fn emit_many(&mut self, name: &str, operands: &[Tracked], given: Given) -> Result<Vec<Tracked>, String> {
        let op = self.build(name, operands, given, &[])?;
        let results = self.conversion.module.results(op).to_vec();
        Ok(results.into_iter().map(|result| self.conversion.track_value(result)).collect())
    }

    /// An op whose result has this shape and element type.
    pub fn emit_as(
        &mut self,
        name: &str,
        operands: &[Tracked],
        given: Given,
        shape: &[Dim],
        element: Type,
    ) -> Result<Tracked, String> {
        if shape.contains(&Dim::Unknown) {
            return Err(format!("the shape of the result would be {}", show(shape)));
        }
        self.emit_or_fold(name, operands, given, Some(Type::tensor(shape, element)))
    }

    /// An op of a type that is given or inferred, unless all elements of its result are known.
    fn emit_or_fold(
        &mut self,
        name: &str,
        operands: &[Tracked],
        given: Given,
        ty: Option<Type>,
    ) -> Result<Tracked, String> {
        let folds = self.conversion.source.folds_graph_ops();
        let folded = if folds { self.fold(name, operands, given, ty) } else { None };
        if let Some(content) = folded.as_ref().filter(|content| content.is_known()) {
            return Ok(self.conversion.track_content(content.clone()));
        }
        let op = self.build(name, operands, given, ty.as_slice())?;
        let result = self.conversion.track_value(self.conversion.module.result(op, 0));
        self.conversion.note_content(result, folded);
        Ok(result)
    }

    /// An op with regions, whose result types are given.
    pub fn build(&mut self, name: &str, operands: &[Tracked], given: Given, types: &[Type]) -> Result<Op, String> {
        let values: Vec<_> = operands.iter().map(|&operand| self.conversion.value(operand)).collect();
        let location = self.conversion.module.location(self.op);
        let point = self.conversion.point;
        check_attributes(self.conversion.module, name, given)?;
        let mut builder = Builder { module: &mut *self.conversion.module, point, location };
        let mut op = builder.op(name).operands(&values).results(types);
        for (name, value) in given {
            op = op.attribute(name, *value);
        }
        let op = op.try_build()?;
        check(self.conversion.module, op)?;
        Ok(op)
    }

    /// An elementwise op of one operand.
    pub fn unary(&mut self, name: &str, x: Tracked) -> Result<Tracked, String> {
        self.emit(name, &[x], &[])
    }

    /// An elementwise op of two operands, which broadcast.
    pub fn binary(&mut self, name: &str, left: Tracked, right: Tracked) -> Result<Tracked, String> {
        let operands = self.align(&[left, right])?;
        self.emit(name, &operands, &[])
    }

    /// `condition ? on_true : on_false`, all of which broadcast.
    pub fn select(&mut self, condition: Tracked, on_true: Tracked, on_false: Tracked) -> Result<Tracked, String> {
        let operands = self.align(&[condition, on_true, on_false])?;
        self.emit("graph.select", &operands, &[])
    }

    /// Stretches operands explicitly where a symbolic extent meets another one. Either it is 1 at run time or the two
    /// are equal, else the compiled model reports it.
    pub fn align(&mut self, operands: &[Tracked]) -> Result<Vec<Tracked>, String> {
        let shapes: Vec<&[Dim]> = operands.iter().map(|&operand| self.shape(operand)).collect();
        let shape = broadcast_shape(&shapes)?;
        let mut aligned = Vec::with_capacity(operands.len());
        for &operand in operands {
            let own = self.shape(operand);
            let pairs = || own.iter().rev().zip(shape.iter().rev());
            if pairs().all(|(own, common)| own == common || own.is(1)) {
                aligned.push(operand);
                continue;
            }
            let offset = shape.len() - own.len();
            let stretched: Vec<Dim> =
                own.iter().zip(&shape[offset..]).map(|(own, common)| if own.is(1) { *own } else { *common }).collect();
            aligned.push(self.broadcast(operand, &stretched)?);
        }
        Ok(aligned)
    }

    /// `graph.broadcast`, if the shape differs.
    pub fn broadcast(&mut self, x: Tracked, shape: &[Dim]) -> Result<Tracked, String> {
        match self.shape(x) == shape {
            true => Ok(x),
            false => self.emit_as("graph.broadcast", &[x], &[], shape, self.element_type(x)),
        }
    }

    /// `graph.reshape`, if the shape differs. Where symbols leave open whether the elements are as many, the compiled
    /// model checks it.
    pub fn reshape(&mut self, x: Tracked, shape: &[Dim]) -> Result<Tracked, String> {
        let from = self.shape(x);
        if from == shape {
            return Ok(x);
        }
        let (before, after) = (element_count(from)?, element_count(shape)?);
        // Where nothing is asked for, extents that are thought to be at least 1 may be 0.
        let may_be_empty = before.as_constant().is_none() && after == extent::constant(0);
        if extent::is_equal(before, after) == Some(false) && !may_be_empty {
            return Err(format!("a tensor of shape {} cannot be reshaped to {}", show(from), show(shape)));
        }
        self.emit_as("graph.reshape", &[x], &[], shape, self.element_type(x))
    }

    /// Requires that `x` has a shape; extents that differ as expressions are checked at run time.
    pub fn expect_shape(&mut self, x: Tracked, shape: &[Dim], what: &str) -> Result<Tracked, String> {
        let own = self.shape(x);
        let differ = |(own, expected): (&Dim, &Dim)| match (own.expr(), expected.expr()) {
            (Some(own), Some(expected)) => extent::is_equal(own, expected) == Some(false),
            _ => true,
        };
        if own.len() != shape.len() || own.iter().zip(shape).any(differ) {
            return Err(format!("{what} must have shape {}, not {}", show(shape), show(own)));
        }
        self.reshape(x, shape)
    }

    /// `graph.transpose`, unless it changes nothing.
    pub fn transpose(&mut self, x: Tracked, permutation: &[usize]) -> Result<Tracked, String> {
        if permutation.iter().enumerate().all(|(index, &axis)| index == axis) {
            return Ok(x);
        }
        self.emit("graph.transpose", &[x], &[("permutation", axes_attribute(permutation))])
    }

    /// `graph.cast`, if the element type differs.
    pub fn cast(&mut self, x: Tracked, element: ElementType) -> Result<Tracked, String> {
        match self.element(x) == element {
            true => Ok(x),
            false => self.emit_as("graph.cast", &[x], &[], self.shape(x), Type::from_element(element)),
        }
    }

    /// A part of one axis: `length` elements from `start` on.
    pub fn slice_axis(&mut self, x: Tracked, axis: usize, start: Dim, length: Dim) -> Result<Tracked, String> {
        let mut shape = self.shape(x).to_vec();
        if axis >= shape.len() {
            return Err(format!("a tensor of shape {} has no axis {axis}", show(&shape)));
        }
        if start.is(0) && shape[axis] == length {
            return Ok(x);
        }
        shape[axis] = length;
        let mut starts = vec![Dim::Static(0); shape.len()];
        starts[axis] = start;
        let steps = attribute(vec![1i64; shape.len()]);
        let given = [("starts", dims_attribute(&starts)), ("steps", steps)];
        self.emit_as("graph.slice", &[x], &given, &shape, self.element_type(x))
    }

    /// `graph.concat`, whose other extents are made to agree.
    pub fn concat(&mut self, parts: &[Tracked], axis: usize) -> Result<Tracked, String> {
        let first = *parts.first().ok_or("there is nothing to concatenate")?;
        let shape = self.shape(first);
        let mut agreed = Vec::with_capacity(parts.len());
        for &part in parts {
            let mut expected = shape.to_vec();
            // Parts of another rank are refused for it.
            if let (Some(&own), Some(place)) = (self.shape(part).get(axis), expected.get_mut(axis)) {
                *place = own;
            }
            agreed.push(self.expect_shape(part, &expected, "each input")?);
        }
        match agreed.as_slice() {
            [only] => Ok(*only),
            _ => self.emit("graph.concat", &agreed, &[("axis", attribute(axis as i64))]),
        }
    }

    /// The numbers from 0 on along one of two axes, of which the other has an extent of 1.
    pub fn line(&mut self, axis: usize, extent: Dim) -> Result<Tracked, String> {
        let mut shape = [Dim::Static(1); 2];
        shape[axis] = extent;
        self.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())
    }

    /// A reduction along axes, which are kept as extents of 1. Truth values are compared as numbers.
    pub fn reduce(&mut self, name: &str, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
        if self.element(x) == ElementType::I1 {
            let numbers = self.cast(x, ElementType::U8)?;
            let reduced = self.reduce(name, numbers, axes)?;
            return self.cast(reduced, ElementType::I1);
        }
        self.emit(name, &[x], &[("axes", axes_attribute(axes))])
    }

    /// Drops axes of extent 1.
    pub fn drop_axes(&mut self, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
        let shape = self.shape(x).iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
        let shape: Vec<Dim> = shape.map(|(_, dim)| *dim).collect();
        self.reshape(x, &shape)
    }

    /// A rank-0 constant of element type `element`.
    pub fn scalar(&mut self, element: ElementType, value: f64) -> Result<Tracked, String> {
        let tensor = tensor_of(element, &[], &[Scalar::Float(value)]);
        self.tensor(tensor.ok_or_else(|| format!("element type {element} is not supported here"))?)
    }

    /// A constant.
    pub fn tensor(&mut self, tensor: Tensor) -> Result<Tracked, String> {
        let attribute = self.conversion.module.tensor_attribute(tensor);
        self.conversion.track_constant(attribute).ok_or_else(|| "a constant is a ranked tensor".into())
    }

    /// An elementwise op of a tensor and a number.
    pub fn binary_scalar(&mut self, name: &str, left: Tracked, right: f64) -> Result<Tracked, String> {
        let right = self.scalar(self.element(left), right)?;
        self.binary(name, left, right)
    }

    /// `x` clamped; a bound that is left out does not bound.
    pub fn clamp(&mut self, x: Tracked, low: Option<f64>, high: Option<f64>) -> Result<Tracked, String> {
        let mut result = x;
        if let Some(low) = low {
            result = self.binary_scalar("graph.maximum", result, low)?;
        }
        if let Some(high) = high {
            result = self.binary_scalar("graph.minimum", result, high)?;
        }
        Ok(result)
    }
}

/// The common shape of operands. Of two extents that may differ it has the larger: the other is equal or 1.
pub(crate) fn broadcast_shape(shapes: &[&[Dim]]) -> Result<Vec<Dim>, String> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut common = vec![Dim::Static(1); rank];
    for shape in shapes {
        for (place, &dim) in common[rank - shape.len()..].iter_mut().zip(*shape) {
            *place = match (*place, dim) {
                (one, other) if one.is(1) => other,
                (other, one) if one.is(1) || other == one => other,
                (Dim::Static(left), Dim::Static(right)) => {
                    let list = shapes.iter().map(|shape| show(shape)).collect::<Vec<_>>().join(" and ");
                    return Err(format!("shapes {list} do not broadcast: {left} is not {right}"));
                }
                (known @ Dim::Static(_), _) | (_, known @ Dim::Static(_)) => known,
                (left, right) => extent::dim(extent::maximum(extent::expr(left)?, extent::expr(right)?))?,
            };
        }
    }
    Ok(common)
}

/// The type as text.
pub(crate) fn show_type(ty: &kiln_ir::TensorType) -> String {
    Type::tensor(&ty.shape, ty.element).to_string()
}

/// The declared attributes: most take over what the node says, and a node may say anything.
fn check_attributes(module: &Module, name: &str, given: Given) -> Result<(), String> {
    let Some(definition) = module.registry().find_op(Name::new(name)) else { return Ok(()) };
    for declared in definition.attributes {
        let value = given.iter().find(|(name, _)| *name == declared.name).map(|(_, value)| *value);
        if let Some(value) = value.filter(|value| !declared.value.accepts(*value)) {
            let rule = declared.value.describe();
            return Err(format!("attribute \"{}\" must be {rule}, not {value}", declared.name));
        }
    }
    Ok(())
}

/// The op's declared operand types, the size of its results, and its own verification.
pub(crate) fn check(module: &Module, op: Op) -> Result<(), String> {
    let name = module.name(op);
    let Some(definition) = module.definition(op) else { return Err(format!("there is no op {name}")) };
    let segments = module.attributes(op).i64s("operandSegmentSizes");
    let ranges = definition.operand_ranges(module.operands(op).len(), segments.as_deref());
    for (declared, range) in definition.operands.iter().zip(ranges.into_iter().flatten()) {
        for &operand in &module.operands(op)[range] {
            let ty = module.ty(operand);
            if !declared.ty.accepts(ty) {
                return Err(format!("{name} takes {}, not {ty}", declared.ty.describe()));
            }
        }
    }
    for ty in module.result_types(op) {
        let dims = ty.as_tensor().map_or(&[][..], |tensor| &tensor.shape);
        let known: Vec<usize> = dims.iter().filter_map(|dim| usize::try_from(dim.as_static()?).ok()).collect();
        if kiln_tensor::element_count(&known).is_none_or(|count| count > isize::MAX as usize / 16) {
            return Err(format!("a tensor of shape {} is too large for memory", show(dims)));
        }
    }
    match definition.verify {
        Some(verify) if definition.regions == Some(0) => verify(module, op),
        _ => Ok(()),
    }
}
