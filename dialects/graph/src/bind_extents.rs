//! `graph.bind_extents`: symbols whose values are data.

use crate::read::Read;
use crate::rows::{operand, required};
use kiln_ir::{
    Attribute, AttributeConstraint, DimBounds, DimExpr, Module, Name, Op, OpDefinition, Traits, Type, TypeConstraint,
    Value, own_symbols,
};
use rustc_hash::FxHashMap;

/// The row.
pub const BIND_EXTENTS: OpDefinition = OpDefinition {
    name: "graph.bind_extents",
    doc: "From here on, each of `symbols` is the element of `values` at its place: a number that no shape of an input \
          tells, and that is no extent if it is negative, which is an error of the run. `most` has what each is at most, \
          `?` where nothing bounds it. Everything that has one of the symbols in a type or an attribute comes after.",
    example: "graph.bind_extents %count {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[4 * N]>} : (tensor<i64>) -> ()",
    operands: &[operand("values", TypeConstraint::Other("a static tensor of i64", is_static_integers))],
    attributes: &[
        required("symbols", AttributeConstraint::Dims, "The symbols, each of which is bound once."),
        required("most", AttributeConstraint::Dims, "The largest value of each."),
    ],
    traits: Traits::BINDS_SYMBOLS,
    verify: Some(verify),
    ..OpDefinition::EMPTY
};

/// What the names of symbols begin with that data gives their values: they may be 0, where extents of inputs are taken to
/// be 1 or more.
pub const DATA_SYMBOL: &str = "data.";

fn is_static_integers(ty: Type) -> bool {
    ty.scalar() == Type::i64() && ty.as_tensor().is_some_and(|tensor| tensor.static_shape().is_some())
}

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let attributes = module.attributes(op);
    let (symbols, most) = (attributes.dims("symbols")?, attributes.dims("most")?);
    let shape = module.ty(module.operand(op, 0)).as_tensor().and_then(|tensor| tensor.static_shape());
    let count = shape.and_then(|shape| kiln_tensor::element_count(&shape));
    if count != Some(symbols.len()) || symbols.len() != most.len() {
        return Err(format!("there must be as many symbols as values and bounds, not {}", symbols.len()));
    }
    for (index, symbol) in symbols.iter().enumerate() {
        if symbol.expr().and_then(DimExpr::as_symbol).is_none() {
            return Err(format!("{symbol} is no symbol"));
        }
        if symbols[..index].contains(symbol) {
            return Err(format!("{symbol} is bound twice"));
        }
    }
    Ok(())
}

/// A `graph.bind_extents` taken apart.
#[derive(Clone, Debug)]
pub struct BindView {
    /// The op.
    pub op: Op,
    /// The tensor of their values.
    pub values: Value,
    /// The symbols.
    pub symbols: Vec<Name>,
    /// What each is at most.
    pub most: Vec<Option<DimExpr>>,
}

impl BindView {
    /// The parts of `op`, if it is one.
    pub fn of(module: &Module, op: Op) -> Option<BindView> {
        if !module.is(op, BIND_EXTENTS.name) {
            return None;
        }
        let list = |name: &str| module.attribute(op, name).and_then(Attribute::as_dims);
        let symbols = list("symbols")?.iter().filter_map(|dim| dim.expr()?.as_symbol()).collect();
        let most = list("most")?.iter().map(|dim| dim.expr()).collect();
        Some(BindView { op, values: module.operand(op, 0), symbols, most })
    }

    /// All inside `root`, in order.
    pub fn all(module: &Module, root: Op) -> Vec<BindView> {
        let ops = module.ops_named(root, BIND_EXTENTS.name);
        ops.into_iter().filter_map(|op| BindView::of(module, op)).collect()
    }
}

/// What each symbol that data gives is at least and at most, over symbols of inputs alone.
pub fn data_bounds(binds: &[BindView]) -> FxHashMap<Name, DimBounds> {
    let mut bounds: FxHashMap<Name, DimBounds> = FxHashMap::default();
    for bind in binds {
        for (&symbol, most) in bind.symbols.iter().zip(&bind.most) {
            let most = most.and_then(|most| most.bounds(&|name| bounds.get(&name).copied()).most);
            bounds.insert(symbol, DimBounds::up_to(most));
        }
    }
    bounds
}

/// Erases the ops inside `root` that bind symbols of which nothing makes use.
pub fn remove_unused_symbols(module: &mut Module, root: Op) {
    // What binds one symbol may have another in the bounds of its own: later ones go first.
    for bind in BindView::all(module, root).into_iter().rev() {
        let mut others = module.walk(root).into_iter().filter(|&op| op != root && op != bind.op);
        let is_used = others.any(|op| {
            let mentioned = own_symbols(module, op);
            bind.symbols.iter().any(|symbol| mentioned.contains(symbol))
        });
        if !is_used {
            module.erase(bind.op);
        }
    }
}
