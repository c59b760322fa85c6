//! Graphs that a pattern matches, or may match: its guards are not looked at, but for what they ask of one value.

use super::Instance;
use super::random::Random;
use kiln_ir::{
    Attribute, AttributeDefinition, Attributes, Block, Builder, InferRequest, Module, OpDefinition, Presence, Registry,
    Type, TypeConstraint, Value, verify,
};
use kiln_rules::{
    Asks, AttributeCheck, Datum, ExampleValue, ExpressionKind, NodeId, NodeKind, OpNode, Operator, Rest, Rule, Scope,
    SlotId, Variant, element_of,
};
use kiln_tensor::scalar::Scalar;
use kiln_tensor::{ElementType, Tensor};
use std::sync::Arc;

/// How often attributes and types are drawn for one op.
const TRIES: usize = 40;

/// Element types that values of a graph have, the usual one more often.
const ELEMENTS: &[ElementType] = &[
    ElementType::F32,
    ElementType::F32,
    ElementType::F32,
    ElementType::F32,
    ElementType::F64,
    ElementType::I64,
    ElementType::I32,
    ElementType::U8,
    ElementType::I1,
];

/// A graph being drawn.
struct Draw<'a> {
    rule: &'a Rule,
    variant: &'a Variant,
    random: &'a mut Random,
    module: Module,
    block: Block,
    /// What variables stand for.
    slots: Vec<Option<Datum>>,
    /// The values of nodes.
    values: Vec<Option<Value>>,
    shape: Vec<usize>,
    element: ElementType,
}

/// A graph with random inputs; `None` if what was drawn does not go together.
pub(super) fn draw(rule: &Rule, variant: &Variant, registry: &Arc<Registry>, random: &mut Random) -> Option<Instance> {
    let mut module = Module::new(registry.clone());
    let body = module.body();
    let main = Builder::at_end(&mut module, body).op("func.func").attribute("sym_name", "main").regions(1).build();
    let block = module.create_block(module.regions(main)[0], &[]);
    let (shape, element) = (random.shape(), random.pick(ELEMENTS));
    let (slots, values) = (vec![None; variant.slots.len()], vec![None; variant.nodes.len()]);
    let mut draw = Draw { rule, variant, random, module, block, slots, values, shape, element };
    let result = draw.node(variant.root, TypeConstraint::Any)?;
    let Draw { mut module, random, .. } = draw;
    Builder::at_end(&mut module, block).op("func.return").operand(result).build();
    let types: Vec<Type> = module.arguments(block).iter().map(|&argument| module.ty(argument)).collect();
    module.set_attribute(main, "function_type", Type::function(&types, &[module.ty(result)]));
    if !verify(&module, module.top()).is_empty() {
        return None;
    }
    let input = |ty: &Type| random.tensor(ty.element()?, &ty.as_tensor()?.static_shape()?);
    let inputs: Option<Vec<Tensor>> = types.iter().map(input).collect();
    let root = module.defining_op(result)?;
    Some(Instance { module, root, inputs: inputs? })
}

impl Draw<'_> {
    /// A value that matches a node, as an operand with this constraint.
    fn node(&mut self, id: NodeId, wanted: TypeConstraint) -> Option<Value> {
        let variant = self.variant;
        let node = &variant.nodes[id];
        if let Some(value) = self.values[id.as_u32() as usize] {
            return Some(value);
        }
        if let Some(slot) = node.slot
            && let Some(Datum::Value(value)) = self.slots[slot.index()]
        {
            return Some(value);
        }
        let value = match &node.kind {
            NodeKind::Any => match self.owner(node.slot) {
                Some(owner) => self.node(owner, wanted)?,
                None => self.leaf(node.slot, wanted)?,
            },
            NodeKind::Number { value, .. } => {
                let element = self.element_for(wanted, None)?;
                let shape = if self.random.chance(70) { Vec::new() } else { vec![1] };
                self.splat(Scalar::Float(*value), element, &shape)?
            }
            NodeKind::Op(pattern) => self.op(pattern)?,
        };
        self.values[id.as_u32() as usize] = Some(value);
        if let Some(slot) = node.slot {
            self.slots[slot.index()] = Some(Datum::Value(value));
        }
        Some(value)
    }

    /// The op whose result has the name of a variable.
    fn owner(&self, slot: Option<SlotId>) -> Option<NodeId> {
        let is_owner = |node: &kiln_rules::Node| matches!(node.kind, NodeKind::Op(_)) && node.slot == slot;
        self.variant.nodes.iter().find(|(_, node)| slot.is_some() && is_owner(node)).map(|(id, _)| id)
    }

    /// What guards ask of a variable's value alone.
    fn asks(&self, slot: Option<SlotId>) -> Vec<Asks> {
        let asked = self.variant.guards.iter().filter_map(|guard| match &guard.condition.kind {
            ExpressionKind::Call(native, arguments) => match arguments.first().map(|argument| &argument.kind) {
                Some(ExpressionKind::Slot(found)) if Some(*found) == slot => Some(native.asks),
                _ => None,
            },
            _ => None,
        });
        asked.collect()
    }

    fn example(&self, slot: Option<SlotId>) -> Option<&ExampleValue> {
        let name = &self.variant.slots[slot?.index()].name;
        self.rule.examples.iter().find(|(example, _)| example == name).map(|(_, value)| value)
    }

    /// An input or a constant.
    fn leaf(&mut self, slot: Option<SlotId>, wanted: TypeConstraint) -> Option<Value> {
        let asks = self.asks(slot);
        let element = self.element_for(wanted, Some(&asks))?;
        let (shape, element) = match self.example(slot) {
            Some(ExampleValue::Type(ty)) => (ty.as_tensor()?.static_shape()?, ty.element()?),
            Some(ExampleValue::Datum(datum)) => {
                let number = match datum {
                    Datum::Integer(value) => *value as f64,
                    Datum::Float(value) => *value,
                    _ => return None,
                };
                return self.splat(Scalar::Float(number), element, &[]);
            }
            None => {
                let shape = self.shape.clone();
                (self.random.shape_like(&shape), element)
            }
        };
        if asks.contains(&Asks::Splat) {
            let number = self.random.number();
            return self.splat(number, element, &shape);
        }
        let is_constant = asks.contains(&Asks::Constant) || self.random.chance(5);
        if !is_constant {
            return Some(
                self.module.add_argument(self.block, Type::static_tensor(&shape, Type::from_element(element))),
            );
        }
        let tensor = self.random.tensor(element, &shape)?;
        self.constant(Attribute::dense(tensor))
    }

    /// The graph's element type, or one that fits where it does not.
    fn element_for(&mut self, wanted: TypeConstraint, asks: Option<&[Asks]>) -> Option<ElementType> {
        let fits = |element: &ElementType| {
            let asked = asks.unwrap_or_default().iter().all(|asks| match asks {
                Asks::Float => element.is_float(),
                Asks::Integer => element.is_integer(),
                Asks::Bool => *element == ElementType::I1,
                _ => true,
            });
            asked && wanted.accepts(Type::static_tensor(&[], Type::from_element(*element)))
        };
        if fits(&self.element) {
            return Some(self.element);
        }
        let others: Vec<ElementType> = ELEMENTS.iter().copied().filter(fits).collect();
        if others.is_empty() { None } else { Some(self.random.pick(&others)) }
    }

    fn splat(&mut self, number: Scalar, element: ElementType, shape: &[usize]) -> Option<Value> {
        let ty = Type::static_tensor(shape, Type::from_element(element));
        self.constant(Attribute::splat(ty, element_of(element, number)?))
    }

    fn constant(&mut self, value: Attribute) -> Option<Value> {
        let mut builder = Builder::at_end(&mut self.module, self.block);
        builder.op("graph.constant").attribute("value", value).try_value().ok()
    }

    fn op(&mut self, pattern: &OpNode) -> Option<Value> {
        let definition = pattern.definition;
        let ranges = definition.operand_ranges(pattern.operands.len(), None)?;
        let mut operands = Vec::new();
        for (index, &operand) in pattern.operands.iter().enumerate() {
            let row = ranges.iter().position(|range| range.contains(&index))?;
            operands.push(self.node(operand, definition.operands[row].ty)?);
        }
        for _ in 0..TRIES {
            let Some((attributes, bound)) = self.attributes(pattern, &operands) else { continue };
            if let Some(value) = self.build(definition, &operands, &attributes) {
                for (slot, datum) in bound {
                    self.slots[slot.index()] = Some(datum);
                }
                return Some(value);
            }
        }
        None
    }

    /// Attributes for an op, and what variables they bind.
    fn attributes(&mut self, pattern: &OpNode, operands: &[Value]) -> Option<(Attributes, Vec<(SlotId, Datum)>)> {
        let first = operands.first().and_then(|&value| self.module.ty(value).as_tensor()?.static_shape());
        let shape = first.unwrap_or_default();
        let (mut attributes, mut bound, mut rest) = (Attributes::new(), Vec::new(), Attributes::new());
        for row in pattern.definition.attributes {
            let test = pattern.attributes.iter().find(|test| test.name == row.name).map(|test| &test.test);
            let value = match test {
                Some(AttributeCheck::OneOf(values)) => {
                    values[self.random.below(values.len())].to_attribute(row.value).ok()?
                }
                Some(AttributeCheck::Bind(slot)) => {
                    let value = self.bound_attribute(*slot, row, &shape)?;
                    bound.push((*slot, Datum::from_attribute(value)));
                    value
                }
                None if pattern.rest == Rest::Absent => None,
                None => self.free_attribute(row, &shape)?,
            };
            if let Some(value) = value {
                attributes.set(row.name, value);
                if test.is_none() {
                    rest.set(row.name, value);
                }
            }
        }
        if let Rest::Bound(slot) = pattern.rest {
            bound.push((slot, Datum::Rest(rest)));
        }
        Some((attributes, bound))
    }

    /// The value of an attribute that a variable names: what it is already, what an example or a condition says it is, or
    /// anything.
    fn bound_attribute(
        &mut self,
        slot: SlotId,
        row: &AttributeDefinition,
        shape: &[usize],
    ) -> Option<Option<Attribute>> {
        let example = match self.example(Some(slot)) {
            Some(ExampleValue::Datum(datum)) => Some(datum.clone()),
            _ => None,
        };
        match self.slots[slot.index()].clone().or(example).or_else(|| self.derived(slot)) {
            Some(datum) => datum.to_attribute(row.value).ok(),
            None => self.free_attribute(row, shape),
        }
    }

    /// What a condition `slot == expression` makes of a variable.
    fn derived(&self, slot: SlotId) -> Option<Datum> {
        let scope = Scope { module: &self.module, slots: &self.slots, matched: &[] };
        self.variant.guards.iter().find_map(|guard| match &guard.condition.kind {
            ExpressionKind::Binary(Operator::Equal, left, right) => match left.kind {
                ExpressionKind::Slot(found) if found == slot => right.evaluate(&scope).ok(),
                _ => None,
            },
            _ => None,
        })
    }

    fn free_attribute(&mut self, row: &AttributeDefinition, shape: &[usize]) -> Option<Option<Attribute>> {
        if row.presence == Presence::Optional && self.random.chance(60) {
            return Some(None);
        }
        self.random.attribute(row.value, shape).map(Some)
    }

    /// The op, if it is valid with these operands and attributes; its type is drawn where it does not follow.
    fn build(&mut self, definition: &OpDefinition, operands: &[Value], attributes: &Attributes) -> Option<Value> {
        let types: Vec<Type> = operands.iter().map(|&operand| self.module.ty(operand)).collect();
        let result = match definition.infer {
            Some(infer) => *infer(&InferRequest { operands: &types, attributes }).ok()?.first()?,
            None => {
                let first = types.first()?;
                let shape = self.random.shape_from(&first.as_tensor()?.static_shape()?);
                Type::static_tensor(&shape, first.scalar())
            }
        };
        let mut builder = Builder::at_end(&mut self.module, self.block);
        let mut op = builder.op(definition.name).operands(operands).result(result);
        for (name, value) in attributes.iter() {
            op = op.attribute(name.as_str(), value);
        }
        let op = op.build();
        if definition.verify.is_some_and(|verify| verify(&self.module, op).is_err()) {
            self.module.erase(op);
            return None;
        }
        Some(self.module.result(op, 0))
    }
}
