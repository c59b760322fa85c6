//! Making what a rule puts in the place of what it matched: planned first, so that nothing is edited that does not fit.

use crate::datum::{Datum, element_of};
use crate::expression::Scope;
use crate::matching::Bindings;
use crate::natives::to_scalar;
use crate::rule::{Made, MadeId, MadeKind, Variant};
use cranelift_entity::SecondaryMap;
use kiln_ir::{
    Attribute, AttributeConstraint, Attributes, Builder, InferRequest, Module, Op, OpDefinition, Presence, Traits,
    Type, TypeKind, Value,
};
use kiln_tensor::ElementType;

/// What one node of a result becomes.
#[derive(Clone, Debug, Default)]
struct Planned {
    ty: Option<Type>,
    attributes: Attributes,
}

/// A result whose types and attributes are known and fit.
#[derive(Debug)]
pub(crate) struct Plan {
    nodes: SecondaryMap<MadeId, Planned>,
    /// The op that numbers become.
    constant_op: &'static str,
}

/// What a plan is made from.
struct Planner<'a> {
    module: &'a Module,
    variant: &'a Variant,
    bindings: &'a Bindings,
    root: Type,
    plan: Plan,
}

/// Plans the result of a match at `op`.
///
/// # Errors
/// Why it does not fit in the place of `op`.
pub(crate) fn plan(module: &Module, variant: &Variant, bindings: &Bindings, op: Op) -> Result<Plan, String> {
    let root = module.ty(module.result(op, 0));
    let constant_op = find_constant_op(module, variant, op).ok_or("the dialect has no op for constants")?;
    let plan = Plan { nodes: SecondaryMap::new(), constant_op };
    let mut planner = Planner { module, variant, bindings, root, plan };
    for (id, made) in &variant.made {
        planner.plan.nodes[id] = planner.node(id, made)?;
    }
    let found = planner.ty(variant.result);
    if is_open(found) {
        return Err("the type of the result is not known".into());
    }
    if found != root && !is_open(root) {
        return Err(format!("the result would be of type {found}, not {root}"));
    }
    Ok(planner.plan)
}

impl Planner<'_> {
    fn scope(&self) -> Scope<'_> {
        Scope { module: self.module, slots: &self.bindings.slots, matched: &self.bindings.matched }
    }

    fn ty(&self, id: MadeId) -> Type {
        self.plan.nodes[id].ty.expect("operands are planned before what uses them")
    }

    fn node(&self, id: MadeId, made: &Made) -> Result<Planned, String> {
        match &made.kind {
            MadeKind::Bound(slot) => match &self.bindings.slots[slot.index()] {
                Some(Datum::Value(value)) => Ok(Planned { ty: Some(self.module.ty(*value)), ..Planned::default() }),
                _ => panic!("a checked result names bound values"),
            },
            MadeKind::Number { value, like } => {
                let element = like.map_or(self.root, |like| self.ty(like)).element();
                let number = value.evaluate(&self.scope())?;
                let ty = match &made.ty {
                    Some(ty) => as_type(ty.evaluate(&self.scope())?)?,
                    None if id == self.variant.result => self.root,
                    None => Type::tensor(&[], Type::from_element(element.ok_or("no number has that element type")?)),
                };
                let attribute = self.constant(number, ty)?;
                let mut attributes = Attributes::new();
                attributes.set("value", attribute);
                Ok(Planned { ty: Some(ty), attributes })
            }
            MadeKind::Op { definition, operands, attributes, rest } => {
                let types: Vec<Type> = operands.iter().map(|&operand| self.ty(operand)).collect();
                check_operands(definition, &types)?;
                let attributes = self.attributes(definition, attributes, *rest)?;
                let ty = match (&made.ty, definition.infer) {
                    (Some(ty), _) => as_type(ty.evaluate(&self.scope())?)?,
                    (None, Some(infer)) => {
                        let request = InferRequest { operands: &types, attributes: &attributes };
                        match infer(&request)?.as_slice() {
                            &[ty] => ty,
                            types => return Err(format!("the op would have {} results", types.len())),
                        }
                    }
                    (None, None) => self.root,
                };
                Ok(Planned { ty: Some(ty), attributes })
            }
        }
    }

    fn constant(&self, number: Datum, ty: Type) -> Result<Attribute, String> {
        let number = crate::expression::number(&self.scope(), number)?;
        let element: ElementType = ty.element().ok_or("no number has that element type")?;
        let scalar = to_scalar(&number).ok_or_else(|| format!("a number is needed, not {}", number.describe()))?;
        if ty.as_tensor().and_then(|tensor| tensor.static_shape()).is_none() {
            return Err(format!("a constant cannot be of type {ty}"));
        }
        let tensor = element_of(element, scalar).ok_or_else(|| format!("{} is no {element}", number.describe()))?;
        Ok(Attribute::splat(ty, tensor))
    }

    fn attributes(
        &self,
        definition: &OpDefinition,
        given: &[(&'static str, AttributeConstraint, crate::expression::Expression)],
        rest: Option<crate::rule::SlotId>,
    ) -> Result<Attributes, String> {
        let mut attributes = Attributes::new();
        if let Some(slot) = rest
            && let Some(Datum::Rest(rest)) = &self.bindings.slots[slot.index()]
        {
            let known =
                rest.iter().filter(|(name, _)| definition.attributes.iter().any(|row| row.name == name.as_str()));
            known.for_each(|(name, value)| _ = attributes.set(name.as_str(), value));
        }
        for (name, constraint, value) in given {
            let value = crate::expression::number(&self.scope(), value.evaluate(&self.scope())?)?;
            let attribute = value.to_attribute(*constraint).map_err(|reason| format!("attribute '{name}' {reason}"))?;
            match attribute {
                Some(attribute) => _ = attributes.set(name, attribute),
                None => _ = attributes.remove(name),
            }
        }
        let required = definition.attributes.iter().filter(|row| row.presence == Presence::Required);
        match required.clone().find(|row| attributes.get(row.name).is_none()) {
            Some(missing) => Err(format!("attribute '{}' would be missing", missing.name)),
            None => Ok(attributes),
        }
    }
}

fn as_type(datum: Datum) -> Result<Type, String> {
    match datum {
        Datum::Type(ty) => Ok(ty),
        other => Err(format!("a type is needed, not {}", other.describe())),
    }
}

fn check_operands(definition: &OpDefinition, types: &[Type]) -> Result<(), String> {
    let ranges = definition.operand_ranges(types.len(), None).ok_or("the number of operands does not fit")?;
    for (row, range) in definition.operands.iter().zip(ranges) {
        if let Some(wrong) = types[range].iter().find(|&&ty| !row.ty.accepts(ty)) {
            return Err(format!("{} of {} must be {}, not {wrong}", row.name, definition.name, row.ty.describe()));
        }
    }
    Ok(())
}

/// Makes what was planned before `op`; gives the value that takes the place of its result.
pub(crate) fn build(module: &mut Module, variant: &Variant, bindings: &Bindings, plan: &Plan, op: Op) -> Value {
    let mut values: SecondaryMap<MadeId, Option<Value>> = SecondaryMap::new();
    let mut builder = Builder::before(module, op);
    for (id, made) in &variant.made {
        let planned = &plan.nodes[id];
        let make = |builder: &mut Builder, name: &str, operands: &[Value]| {
            let mut made = builder.op(name).operands(operands).results(planned.ty.as_slice());
            for (name, value) in planned.attributes.iter() {
                made = made.attribute(name.as_str(), value);
            }
            made.value()
        };
        values[id] = Some(match &made.kind {
            MadeKind::Bound(slot) => match &bindings.slots[slot.index()] {
                Some(Datum::Value(value)) => *value,
                _ => panic!("a checked result names bound values"),
            },
            MadeKind::Number { .. } => make(&mut builder, plan.constant_op, &[]),
            MadeKind::Op { definition, operands, .. } => {
                let operands: Vec<Value> =
                    operands.iter().map(|&operand| values[operand].expect("operands come first")).collect();
                make(&mut builder, definition.name, &operands)
            }
        });
    }
    values[variant.result].expect("the result was made")
}

/// Whether nothing is known of a type: what takes the place of such a value says what it is.
fn is_open(ty: Type) -> bool {
    matches!(ty.kind(), TypeKind::UnrankedTensor(_))
}

/// The op that yields a constant, of the dialect of what is made; of `op`'s own, if that is no op.
fn find_constant_op(module: &Module, variant: &Variant, op: Op) -> Option<&'static str> {
    let made = variant.made.values().find_map(|made| match &made.kind {
        MadeKind::Op { definition, .. } => Some(definition.name),
        _ => None,
    });
    let dialect = made.unwrap_or_else(|| module.name(op).as_str()).split('.').next()?;
    let ops = module.registry().find_dialect(dialect)?.ops;
    ops.iter().copied().flatten().find(|row| row.traits.contains(Traits::CONSTANT_LIKE)).map(|row| row.name)
}
