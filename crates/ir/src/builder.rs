//! Making ops in place.

use crate::attribute::IntoAttribute;
use crate::definition::InferRequest;
use crate::location::Location;
use crate::module::{Block, Module, Op, Value};
use crate::operation::OpState;
use crate::types::Type;

/// Where new ops go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InsertionPoint {
    /// Before an op.
    Before(Op),
    /// At the end of a block.
    AtEnd(Block),
}

/// Makes ops at a place of a module, with a location.
#[derive(Debug)]
pub struct Builder<'m> {
    /// The module.
    pub module: &'m mut Module,
    /// Where new ops go.
    pub point: InsertionPoint,
    /// What new ops come from.
    pub location: Location,
}

impl<'m> Builder<'m> {
    /// Builds before `op`, with its location.
    pub fn before(module: &'m mut Module, op: Op) -> Builder<'m> {
        let location = module.location(op);
        Builder { module, point: InsertionPoint::Before(op), location }
    }

    /// Builds right behind where `value` is made: a result behind its op, an argument at the start of its block.
    ///
    /// # Panics
    /// When nothing follows there: blocks end with terminators, which make no values.
    pub fn after_value(module: &'m mut Module, value: Value) -> Builder<'m> {
        let block = module.defining_block(value).expect("a value stands in a block");
        let mut ops = module.block_ops(block);
        if let Some(producer) = module.defining_op(value) {
            ops.find(|&op| op == producer);
        }
        let next = ops.next().expect("a block ends with a terminator");
        drop(ops);
        Builder::before(module, next)
    }

    /// Builds at the end of `block`, without location.
    pub fn at_end(module: &'m mut Module, block: Block) -> Builder<'m> {
        Builder { module, point: InsertionPoint::AtEnd(block), location: Location::unknown() }
    }

    /// Starts an op.
    pub fn op(&mut self, name: &str) -> OpBuilder<'_, 'm> {
        let state = OpState::new(name, self.location);
        OpBuilder { builder: self, state }
    }

    /// Puts a detached op at the insertion point.
    pub fn insert(&mut self, op: Op) {
        match self.point {
            InsertionPoint::Before(anchor) => self.module.insert_before(anchor, op),
            InsertionPoint::AtEnd(block) => self.module.append(block, op),
        }
    }

    /// Runs `build` with the insertion point at the end of `block`, then comes back.
    pub fn within<T>(&mut self, block: Block, build: impl FnOnce(&mut Builder<'m>) -> T) -> T {
        let point = std::mem::replace(&mut self.point, InsertionPoint::AtEnd(block));
        let result = build(self);
        self.point = point;
        result
    }
}

/// An op being described.
#[derive(Debug)]
#[must_use = "an op is made by `build`, `value` or `try_build`"]
pub struct OpBuilder<'b, 'm> {
    builder: &'b mut Builder<'m>,
    state: OpState,
}

impl<'b, 'm> OpBuilder<'b, 'm> {
    /// Adds an operand.
    pub fn operand(mut self, value: Value) -> Self {
        self.state.operands.push(value);
        self
    }

    /// Adds operands.
    pub fn operands(mut self, values: &[Value]) -> Self {
        self.state.operands.extend_from_slice(values);
        self
    }

    /// Sets an attribute.
    pub fn attribute(mut self, name: &str, value: impl IntoAttribute) -> Self {
        self.state.attributes.set(name, value);
        self
    }

    /// Sets an attribute if there is a value for it.
    pub fn optional_attribute(mut self, name: &str, value: Option<impl IntoAttribute>) -> Self {
        if let Some(value) = value {
            self.state.attributes.set(name, value);
        }
        self
    }

    /// Adds a result.
    pub fn result(mut self, ty: Type) -> Self {
        self.state.result_types.push(ty);
        self
    }

    /// Adds results.
    pub fn results(mut self, types: &[Type]) -> Self {
        self.state.result_types.extend_from_slice(types);
        self
    }

    /// Gives it `count` empty regions.
    pub fn regions(mut self, count: usize) -> Self {
        self.state.region_count = count;
        self
    }

    /// Gives it successors.
    pub fn successors(mut self, blocks: &[Block]) -> Self {
        self.state.successors.extend_from_slice(blocks);
        self
    }

    /// Sets its location.
    pub fn location(mut self, location: Location) -> Self {
        self.state.location = location;
        self
    }

    /// Makes the op; result types that were not given are inferred.
    ///
    /// # Errors
    /// Why inference fails.
    pub fn try_build(mut self) -> Result<Op, String> {
        let infer = self.builder.module.registry().find_op(self.state.name).and_then(|definition| definition.infer);
        if let Some(infer) = infer
            && self.state.result_types.is_empty()
        {
            let module = &self.builder.module;
            let operands: Vec<Type> = self.state.operands.iter().map(|&value| module.ty(value)).collect();
            self.state.result_types =
                infer(&InferRequest { operands: &operands, attributes: &self.state.attributes })?.into();
        }
        let op = self.builder.module.create(self.state);
        self.builder.insert(op);
        Ok(op)
    }

    /// Makes the op.
    ///
    /// # Panics
    /// When result types were not given and cannot be inferred: operands were already checked.
    pub fn build(self) -> Op {
        let name = self.state.name;
        match self.try_build() {
            Ok(op) => op,
            Err(reason) => panic!("result types of {name} can be inferred: {reason}"),
        }
    }

    /// Makes the op and returns its only result.
    ///
    /// # Panics
    /// As [`OpBuilder::build`], or when it has no result.
    pub fn value(self) -> Value {
        let OpBuilder { builder, state } = self;
        let op = OpBuilder { builder: &mut *builder, state }.build();
        builder.module.result(op, 0)
    }

    /// Makes the op and returns its first result.
    ///
    /// # Errors
    /// Why inference fails.
    pub fn try_value(self) -> Result<Value, String> {
        let OpBuilder { builder, state } = self;
        let op = OpBuilder { builder: &mut *builder, state }.try_build()?;
        Ok(builder.module.result(op, 0))
    }
}
