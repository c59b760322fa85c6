//! Shape arithmetic: ops of the graph dialect on small tensors whose elements are expressions of extents.
//!
//! Not constant folding: only what stands between a shape and the op that takes its value as a shape is of interest. Which
//! element goes where is what the op's reference evaluation says of numbers that stand for the elements.

use super::content::{Content, Item};
use super::emit::Given;
use super::items::{binary, compare, integer, narrow, unary};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Attributes, EvaluateRequest, InferRequest, Name, OpDefinition, SymbolValues, TensorType, Traits, Type};
use kiln_tensor::{ElementType, Tensor, element_count, row_major_strides};
use std::rc::Rc;

impl Node<'_, '_> {
    /// What is known of the result of an op with these operands; the result is of type `ty`, or of the one that is inferred.
    pub fn fold(&self, name: &str, operands: &[Tracked], given: Given, ty: Option<Type>) -> Option<Content> {
        let definition = self.conversion.module.registry().find_op(Name::new(name))?;
        if definition.regions != Some(0) || !definition.traits.contains(Traits::PURE) {
            return None;
        }
        let operands = self.contents(operands)?;
        let mut attributes = Attributes::new();
        for (name, value) in given {
            attributes.set(name, *value);
        }
        let types: Vec<Type> = operands.iter().map(|content| content.ty()).collect();
        let ty = match ty {
            Some(ty) => ty,
            None => *(definition.infer?)(&InferRequest { operands: &types, attributes: &attributes }).ok()?.first()?,
        };
        let ty = ty.as_tensor()?;
        let unknown = Content::unknown(ty)?;
        let refs: Vec<&Content> = operands.iter().map(Rc::as_ref).collect();
        let fold = Fold { definition, attributes: &attributes, ty, shape: &unknown.shape };
        let items = fold.evaluate(&refs).or_else(|| fold.items(&refs))?;
        let is_whole = items.len() == unknown.items.len();
        Some(Content { items, ..unknown }).filter(|content| is_whole && content.is_useful())
    }

    /// What is known of tensors: all of them small, and something known of at least one, if there are any.
    fn contents(&self, tensors: &[Tracked]) -> Option<Vec<Rc<Content>>> {
        let known = |&tensor: &Tracked| match self.content(tensor) {
            Some(content) => Some(content),
            None => Content::unknown(self.ty(tensor)).map(Rc::new),
        };
        let contents: Vec<Rc<Content>> = tensors.iter().map(known).collect::<Option<_>>()?;
        (contents.is_empty() || contents.iter().any(|content| content.is_useful())).then_some(contents)
    }
}

/// An op to be folded.
struct Fold<'a> {
    definition: &'static OpDefinition,
    attributes: &'a Attributes,
    ty: &'static TensorType,
    /// The extents of the result.
    shape: &'a [usize],
}

impl Fold<'_> {
    /// The result for operands that are constants.
    fn evaluate(&self, operands: &[&Content]) -> Option<Vec<Item>> {
        let tensors: Vec<Tensor> = operands.iter().map(|content| content.to_tensor()).collect::<Option<_>>()?;
        let result = self.run(&tensors, self.ty.element.to_element()?)?;
        Some(Content::of_tensor(&result)?.items)
    }

    /// What the op's evaluation makes of tensors.
    fn run(&self, operands: &[Tensor], element: ElementType) -> Option<Tensor> {
        let (results, symbols) = ([(element, self.shape.to_vec())], SymbolValues::default());
        let request = EvaluateRequest { operands, attributes: self.attributes, results: &results, symbols: &symbols };
        (self.definition.evaluate?)(&request).ok()?.pop()
    }

    /// The elements of the result, some of which may be unknown.
    fn items(&self, operands: &[&Content]) -> Option<Vec<Item>> {
        let element = self.ty.element.to_element()?;
        match (self.definition.name, operands) {
            ("graph.cast", [x]) => Some(x.items.iter().map(|item| item.cast(element)).collect()),
            ("graph.gather", [data, indices]) => self.moved(&[data], Some(indices)),
            ("graph.pad", _) => None,
            (_, [_, ..]) if self.definition.traits.contains(Traits::DATA_MOVEMENT) => self.moved(operands, None),
            ("graph.reduce_sum", [x]) => self.reduced("graph.add", Some(0), x),
            ("graph.reduce_product", [x]) => self.reduced("graph.multiply", Some(1), x),
            ("graph.reduce_max", [x]) => self.reduced("graph.maximum", None, x),
            ("graph.reduce_min", [x]) => self.reduced("graph.minimum", None, x),
            ("graph.select", [_, _, _]) => self.joined(operands, &|items| match items {
                [Item::Bool(true), taken, _] | [Item::Bool(false), _, taken] => *taken,
                [_, left, right] if left == right => *left,
                _ => Item::Unknown,
            }),
            (name, [x]) => Some(x.items.iter().map(|&item| narrow(unary(name, item), element)).collect()),
            (name, [_, _]) if is_comparison(name) => self.joined(operands, &|items| compare(name, items[0], items[1])),
            (name, [_, _]) => self.joined(operands, &|items| narrow(binary(name, items[0], items[1]), element)),
            _ => None,
        }
    }

    /// The elements of an op that only moves those of `sources`, where `indices` say to.
    fn moved(&self, sources: &[&Content], indices: Option<&Content>) -> Option<Vec<Item>> {
        let (mut numbered, mut all) = (Vec::new(), Vec::new());
        for source in sources {
            let numbers: Vec<i64> = (all.len() as i64..).take(source.items.len()).collect();
            numbered.push(Tensor::from_values(&source.shape, &numbers));
            all.extend_from_slice(&source.items);
        }
        if let Some(indices) = indices {
            numbered.push(indices.to_tensor()?);
        }
        let moved = Content::of_tensor(&self.run(&numbered, ElementType::I64)?)?;
        let item = |item: &Item| all.get(usize::try_from(item.to_integer()?.as_constant()?).ok()?).copied();
        moved.items.iter().map(item).collect()
    }

    /// Elements that stand at the same place once shapes are broadcast, combined.
    fn joined(&self, operands: &[&Content], combine: &dyn Fn(&[Item]) -> Item) -> Option<Vec<Item>> {
        let strides = row_major_strides(self.shape);
        let item = |operand: &Content, index: usize| {
            let own = row_major_strides(&operand.shape);
            let offset = self.shape.len().checked_sub(operand.shape.len())?;
            let place = |(axis, &extent): (usize, &usize)| match extent {
                1 => 0,
                _ => index / strides[offset + axis] % extent.max(1) * own[axis],
            };
            operand.items.get(operand.shape.iter().enumerate().map(place).sum::<usize>()).copied()
        };
        let count = element_count(self.shape)?;
        let at = |index: usize| operands.iter().map(|operand| item(operand, index)).collect::<Option<Vec<_>>>();
        (0..count).map(|index| Some(combine(&at(index)?))).collect()
    }

    /// A reduction of all elements to one.
    fn reduced(&self, combiner: &str, initial: Option<i64>, x: &Content) -> Option<Vec<Item>> {
        if element_count(self.shape) != Some(1) {
            return None;
        }
        let start = match initial {
            Some(value) => integer(value).cast(x.element),
            None => *x.items.first()?,
        };
        let combine = |result: Item, &item: &Item| narrow(binary(combiner, result, item), x.element);
        Some(vec![x.items.iter().fold(start, combine)])
    }
}

fn is_comparison(name: &str) -> bool {
    let comparisons = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"];
    name.strip_prefix("graph.").is_some_and(|name| comparisons.contains(&name))
}
