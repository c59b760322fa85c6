//! Values of symbols from the shapes of arguments.

use kiln_ir::{Dim, SymbolValues, TensorType, Type};
use kiln_tensor::{ElementType, Tensor};

/// The values that arguments of these types give to the symbols in them.
///
/// A type that is a symbol alone binds it; any other expression is checked once all symbols are bound. `names` are for
/// messages.
///
/// # Errors
/// Which argument does not fit its type, and how.
pub fn bind_symbols(types: &[Type], names: &[String], arguments: &[Tensor]) -> Result<SymbolValues, String> {
    if types.len() != arguments.len() {
        return Err(format!("the model takes {} inputs, but {} are given", types.len(), arguments.len()));
    }
    let mut values = SymbolValues::default();
    let named = |index: usize| names.get(index).map_or_else(|| format!("#{index}"), |name| format!("'{name}'"));
    for (index, (ty, argument)) in types.iter().zip(arguments).enumerate() {
        let name = named(index);
        let tensor = check_form(*ty, argument, &name)?;
        for (dim, &extent) in tensor.shape.iter().zip(argument.shape()) {
            let Some(symbol) = dim.expr().and_then(kiln_ir::DimExpr::as_symbol) else { continue };
            let extent = i64::try_from(extent).map_err(|_| format!("input {name} is too large"))?;
            if let Some(bound) = values.insert(symbol, extent)
                && bound != extent
            {
                return Err(format!("input {name} makes '{symbol}' {extent}, but another extent makes it {bound}"));
            }
        }
    }
    for (index, (ty, argument)) in types.iter().zip(arguments).enumerate() {
        let expected = resolve_shape(&ty.as_tensor().map(|tensor| tensor.shape.clone()).unwrap_or_default(), &values);
        let expected = expected.map_err(|reason| format!("input {}: {reason}", named(index)))?;
        if expected != argument.shape() {
            let found = argument.shape();
            return Err(format!("input {} has shape {found:?}, but its type {ty} says {expected:?}", named(index)));
        }
    }
    Ok(values)
}

/// Element type and rank.
fn check_form(ty: Type, argument: &Tensor, name: &str) -> Result<&'static TensorType, String> {
    let tensor = ty.as_tensor().ok_or_else(|| format!("input {name} is a {ty}, not a tensor"))?;
    if ty.element() != Some(argument.element()) {
        return Err(format!("input {name} has element type {}, not {}", tensor.element, argument.element()));
    }
    if tensor.rank() != argument.rank() {
        return Err(format!("input {name} has rank {}, not {}", tensor.rank(), argument.rank()));
    }
    Ok(tensor)
}

/// Extents under values of their symbols.
pub(crate) fn resolve_shape(shape: &[Dim], values: &SymbolValues) -> Result<Vec<usize>, String> {
    let resolve = |dim: &Dim| {
        let value = dim.expr().and_then(|expr| expr.evaluate(values));
        let value = value.ok_or_else(|| format!("extent {dim} follows from no input"))?;
        usize::try_from(value).map_err(|_| format!("extent {dim} would be {value}"))
    };
    shape.iter().map(resolve).collect()
}

/// Element type and shape of a result.
pub(crate) fn resolve(ty: Type, values: &SymbolValues) -> Result<(ElementType, Vec<usize>), String> {
    let tensor = ty.as_tensor().ok_or_else(|| format!("a {ty} is no tensor"))?;
    let element = ty.element().ok_or_else(|| format!("no tensor holds elements of type {}", tensor.element))?;
    let shape = resolve_shape(&tensor.shape, values)?;
    Tensor::byte_length(element, &shape)?;
    Ok((element, shape))
}
