//! At which values of symbols counts are looked at.

use kiln_ir::{DimExpr, Module, Name, Op, SymbolValues};
use rustc_hash::FxHashMap;

/// Values of symbols; those that nobody gave one are 1.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    values: SymbolValues,
}

/// What a symbol stands for that nobody gave a value.
const DEFAULT: i64 = 1;

impl Sizes {
    /// The values that symbols have when inputs of `main` have these shapes, by input name; `None` leaves an extent open.
    ///
    /// # Errors
    /// Which input there is not, or what does not fit it.
    pub fn of(module: &Module, main: Op, shapes: &[(String, Vec<Option<u64>>)]) -> Result<Sizes, String> {
        let names = module.attribute(main, "arg_names").and_then(kiln_ir::Attribute::as_strs).unwrap_or_default();
        let (inputs, _) = kiln_func::function_type(module, main);
        let mut values: FxHashMap<Name, i64> = SymbolValues::default();
        for (name, extents) in shapes {
            let index = names.iter().position(|known| known == name);
            let ty = index
                .and_then(|index| inputs.get(index))
                .ok_or_else(|| format!("there is no input '{name}', only {}", names.join(", ")))?;
            let shape = ty.as_tensor().map(|tensor| &*tensor.shape).unwrap_or_default();
            if shape.len() != extents.len() {
                return Err(format!("input '{name}' has {} axes, not {}", shape.len(), extents.len()));
            }
            for (dim, extent) in shape.iter().zip(extents) {
                let (Some(symbol), &Some(extent)) = (dim.expr().and_then(DimExpr::as_symbol), extent) else { continue };
                let extent = i64::try_from(extent).map_err(|_| format!("input '{name}' is too large"))?;
                values.insert(symbol, extent);
            }
        }
        Ok(Sizes { values })
    }

    /// The value of a symbol.
    pub fn value(&self, symbol: Name) -> i64 {
        self.values.get(&symbol).copied().unwrap_or(DEFAULT)
    }

    /// The value of an expression; `None` on overflow.
    pub fn evaluate(&self, expr: DimExpr) -> Option<i64> {
        if let Some(constant) = expr.as_constant() {
            return Some(constant);
        }
        let values = expr.symbols().into_iter().map(|symbol| (symbol, self.value(symbol))).collect();
        expr.evaluate(&values)
    }
}
