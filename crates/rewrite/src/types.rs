//! Types that change in a conversion, and the casts that stand in between.

use kiln_ir::{Block, Builder, InsertionPoint, Module, Op, Type, Value};

/// The cast between a value's old and new type.
pub(crate) const CAST: &str = "builtin.unrealized_conversion_cast";

/// A rule of a [`TypeConverter`].
type Rule = Box<dyn Fn(Type) -> Option<Type> + Send + Sync>;

/// What types become.
#[derive(Default)]
pub struct TypeConverter {
    rules: Vec<Rule>,
}

impl TypeConverter {
    /// A converter that changes nothing.
    pub fn new() -> TypeConverter {
        TypeConverter::default()
    }

    /// Adds a rule, which gives `None` for types it is not about. Rules added later go first.
    pub fn rule(mut self, rule: impl Fn(Type) -> Option<Type> + Send + Sync + 'static) -> TypeConverter {
        self.rules.push(Box::new(rule));
        self
    }

    /// What `ty` becomes: itself where no rule is about it.
    pub fn convert(&self, ty: Type) -> Type {
        self.rules.iter().rev().find_map(|rule| rule(ty)).unwrap_or(ty)
    }

    /// What each of `types` becomes.
    pub fn convert_all(&self, types: &[Type]) -> Vec<Type> {
        types.iter().map(|&ty| self.convert(ty)).collect()
    }

    /// Whether no rule changes `ty`.
    pub fn is_legal(&self, ty: Type) -> bool {
        self.convert(ty) == ty
    }

    /// `value` with its type converted, through a cast where that is another.
    pub fn converted(&self, builder: &mut Builder<'_>, value: Value) -> Value {
        let ty = self.convert(builder.module.ty(value));
        cast(builder, value, ty)
    }

    /// Converts the types of a block's arguments; users see the old ones through casts.
    pub fn convert_arguments(&self, module: &mut Module, block: Block) {
        for argument in module.arguments(block).to_vec() {
            let old = module.ty(argument);
            let new = self.convert(old);
            if new == old {
                continue;
            }
            let users = module.uses(argument).to_vec();
            module.set_ty(argument, new);
            if users.is_empty() {
                continue;
            }
            let mut builder = Builder::at_end(module, block);
            if let Some(first) = builder.module.first_op(block) {
                builder.location = builder.module.location(first);
                builder.point = InsertionPoint::Before(first);
            }
            let seen = cast(&mut builder, argument, old);
            users.into_iter().for_each(|user| module.set_operand(user.op, user.index, seen));
        }
    }
}

impl std::fmt::Debug for TypeConverter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TypeConverter({} rules)", self.rules.len())
    }
}

/// `value` as a value of type `ty`, through a cast if it is of another.
pub fn cast(builder: &mut Builder<'_>, value: Value, ty: Type) -> Value {
    match builder.module.ty(value) == ty {
        true => value,
        false => builder.op(CAST).operand(value).result(ty).value(),
    }
}

pub(crate) fn is_cast(module: &Module, op: Op) -> bool {
    module.is(op, CAST)
}

/// Removes casts there and back, casts to the same type and unused ones inside `root`.
pub(crate) fn cancel_casts(module: &mut Module, root: Op) {
    let casts: Vec<Op> = module.walk(root).into_iter().filter(|&op| is_cast(module, op)).collect();
    for &op in &casts {
        let (&[operand], &[result]) = (module.operands(op), module.results(op)) else { continue };
        let ty = module.ty(result);
        // The nearest value of the result's type in the chain of casts above.
        let source = std::iter::successors(Some(operand), |&value| {
            let op = module.defining_op(value).filter(|&op| is_cast(module, op))?;
            module.operands(op).first().copied()
        });
        if let Some(source) = source.into_iter().find(|&value| module.ty(value) == ty) {
            module.replace_all_uses(result, source);
        }
    }
    for op in casts.into_iter().rev() {
        if !module.results(op).iter().any(|&result| module.has_uses(result)) {
            module.erase(op);
        }
    }
}
