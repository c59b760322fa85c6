//! The symbols of a model: those that the shapes of its inputs give, then those that data gives.

use kiln_graph::{BindView, data_bounds};
use kiln_ir::{DimBounds, DimExpr, Module, Name, Op};
use rustc_hash::FxHashMap;

/// The symbols in the order of the array given to `kiln_gen_run`.
pub(super) struct Symbols {
    names: Vec<Name>,
    inputs: usize,
    bounds: FxHashMap<Name, DimBounds>,
}

impl Symbols {
    /// Those of `main`, of which inputs give `inputs`.
    pub fn of(module: &Module, main: Op, inputs: &[String]) -> Symbols {
        let binds = BindView::all(module, main);
        let mut names: Vec<Name> = inputs.iter().map(|name| Name::new(name)).collect();
        names.extend(binds.iter().flat_map(|bind| bind.symbols.iter().copied()));
        Symbols { names, inputs: inputs.len(), bounds: data_bounds(&binds) }
    }

    /// All.
    pub fn names(&self) -> &[Name] {
        &self.names
    }

    /// Those that shapes of inputs give.
    pub fn of_inputs(&self) -> &[Name] {
        &self.names[..self.inputs]
    }

    /// Those that data gives, with their places.
    pub fn of_data(&self) -> impl Iterator<Item = (usize, Name)> + '_ {
        self.names.iter().copied().enumerate().skip(self.inputs)
    }

    /// The place of a symbol.
    pub fn place(&self, symbol: Name) -> usize {
        self.names.iter().position(|&name| name == symbol).expect("every symbol of a lowered main was looked at before")
    }

    /// Whether data gives any of the symbols of an expression.
    pub fn depend_on_data(&self, expr: DimExpr) -> bool {
        expr.symbols().iter().any(|symbol| self.bounds.contains_key(symbol))
    }

    /// What an expression is at most, over symbols of inputs.
    pub fn most(&self, expr: DimExpr) -> Option<DimExpr> {
        expr.bounds(&|name| self.bounds.get(&name).copied()).most
    }
}
