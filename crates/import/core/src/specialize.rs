//! Fixing the shapes of inputs: symbols become numbers, everywhere.

use kiln_diag::{Diagnostic, Place, Sink, suggest};
use kiln_ir::{Attribute, AttributeKind, Dim, DimExpr, Module, Name, Op, Type, TypeKind};
use rustc_hash::FxHashMap;

/// Values of symbols.
type Bindings = FxHashMap<Name, u64>;

/// Gives inputs of `func.func @main` the shapes of `shapes`, by the names in its `arg_names`; an extent that is `None`
/// stays as it is.
///
/// A symbol is replaced wherever it is used, in the types of other inputs too; an input of unknown rank gets the shape
/// as it is, and so do the elements of a sequence or the value of an optional. Returns whether all shapes fit; if not, `sink` says why, and the module is unchanged.
pub fn specialize(module: &mut Module, shapes: &[(String, Vec<Option<u64>>)], sink: &Sink) -> bool {
    if shapes.is_empty() {
        return true;
    }
    let Some(main) = module.find_symbol(module.top(), "main") else {
        sink.report(Diagnostic::error(
            Place::Nowhere,
            "there is no function \"main\" whose inputs could be given shapes",
        ));
        return false;
    };
    let before = sink.error_count();
    let block = module.region_block(main, 0);
    let names = module.attribute(main, "arg_names").and_then(|names| names.as_strs()).unwrap_or_default();
    let (mut bindings, mut new_types) = (Bindings::default(), Vec::new());
    for (name, extents) in shapes {
        let Some(index) = names.iter().position(|known| known == name) else {
            let known = suggest(name, names.iter().copied()).map(|known| format!("did you mean \"{known}\"?"));
            let mut error = Diagnostic::error(Place::Nowhere, format!("the model has no input \"{name}\""));
            error.help.push(known.unwrap_or_else(|| format!("its inputs are: {}", names.join(", "))));
            sink.report(error);
            continue;
        };
        let argument = module.arguments(block)[index];
        match bind(module.ty(argument), extents, &mut bindings) {
            Ok(Some(ty)) => new_types.push((argument, ty)),
            Ok(None) => {}
            Err(reason) => {
                let text = |extent: &Option<u64>| extent.map_or("?".into(), |extent| extent.to_string());
                let shape = extents.iter().map(text).collect::<Vec<_>>().join("x");
                let message = format!("input \"{name}\" cannot have shape {shape}: {reason}");
                sink.report(Diagnostic::error(Place::Nowhere, message));
            }
        }
    }
    if sink.error_count() > before {
        return false;
    }
    for (argument, ty) in new_types {
        module.set_ty(argument, ty);
    }
    substitute(module, &bindings);
    let inputs: Vec<Type> = module.arguments(block).iter().map(|&argument| module.ty(argument)).collect();
    let results = module.attribute(main, "function_type").and_then(|ty| ty.as_type()?.as_function());
    if let Some((_, results)) = results {
        module.set_attribute(main, "function_type", Type::function(&inputs, results));
    }
    true
}

/// Binds the symbols of `ty` to `extents`; a type of its own if extents or rank were unknown.
fn bind(ty: Type, extents: &[Option<u64>], bindings: &mut Bindings) -> Result<Option<Type>, String> {
    let tensor = match ty.kind() {
        TypeKind::Tensor(tensor) => tensor,
        // What is inside has the shape: the elements of a sequence, say.
        TypeKind::Around { dialect, name, inner } => {
            let inner = bind(*inner, extents, bindings)?;
            return Ok(inner.map(|inner| Type::around(dialect.as_str(), name.as_str(), inner)));
        }
        TypeKind::UnrankedTensor(element) => {
            let dims: Vec<Dim> = extents.iter().map(|extent| extent.map_or(Dim::Unknown, Dim::Static)).collect();
            return Ok(Some(Type::tensor(&dims, *element)));
        }
        _ => return Err(format!("it is no tensor but {ty}")),
    };
    if tensor.rank() != extents.len() {
        let dims: Vec<String> = tensor.shape.iter().map(Dim::to_string).collect();
        return Err(format!("it is {}", dims.join("x")));
    }
    let mut shape = tensor.shape.clone();
    for (axis, extent) in extents.iter().enumerate() {
        let &Some(extent) = extent else { continue };
        match shape[axis] {
            Dim::Static(fixed) if fixed != extent => return Err(format!("axis {axis} is {fixed}")),
            Dim::Static(_) => {}
            Dim::Unknown => shape[axis] = Dim::Static(extent),
            Dim::Symbolic(expr) => {
                let symbol = expr.as_symbol().ok_or_else(|| format!("axis {axis} is computed: {expr}"))?;
                let bound = *bindings.entry(symbol).or_insert(extent);
                if bound != extent {
                    return Err(format!("axis {axis} is {symbol}, which is {bound} already"));
                }
            }
        }
    }
    Ok((shape != tensor.shape).then(|| Type::tensor(&shape, tensor.element)))
}

/// Replaces symbols in all types and attributes.
fn substitute(module: &mut Module, bindings: &Bindings) {
    for op in module.walk(module.top()) {
        for value in values_of(module, op) {
            let ty = module.ty(value);
            let replaced = substitute_type(ty, bindings);
            if replaced != ty {
                module.set_ty(value, replaced);
            }
        }
        let attributes: Vec<(Name, Attribute)> = module.attributes(op).iter().collect();
        for (name, value) in attributes {
            let replaced = substitute_attribute(value, bindings);
            if replaced != value {
                module.set_attribute(op, name.as_str(), replaced);
            }
        }
    }
}

/// The op's results and the arguments of its blocks.
fn values_of(module: &Module, op: Op) -> Vec<kiln_ir::Value> {
    let blocks = module.regions(op).iter().flat_map(|&region| module.blocks(region));
    let arguments = blocks.flat_map(|&block| module.arguments(block)).copied();
    module.results(op).iter().copied().chain(arguments).collect()
}

fn substitute_dim(dim: Dim, bindings: &Bindings) -> Dim {
    let Dim::Symbolic(expr) = dim else { return dim };
    let find = |name: Name| bindings.get(&name).and_then(|&extent| i64::try_from(extent).ok()).map(DimExpr::constant);
    expr.substitute(&find).map_or(dim, |replaced| match replaced.as_constant() {
        // Attributes hold negative numbers as expressions.
        Some(value) if value < 0 => Dim::Symbolic(replaced),
        _ => Dim::from_expr(replaced),
    })
}

fn substitute_type(ty: Type, bindings: &Bindings) -> Type {
    match ty.kind() {
        TypeKind::Tensor(tensor) => {
            let shape: Vec<Dim> = tensor.shape.iter().map(|&dim| substitute_dim(dim, bindings)).collect();
            if shape == tensor.shape { ty } else { Type::tensor(&shape, tensor.element) }
        }
        TypeKind::Around { dialect, name, inner } => {
            Type::around(dialect.as_str(), name.as_str(), substitute_type(*inner, bindings))
        }
        TypeKind::Function { inputs, results } => {
            let all = |types: &[Type]| types.iter().map(|&ty| substitute_type(ty, bindings)).collect::<Vec<_>>();
            Type::function(&all(inputs), &all(results))
        }
        _ => ty,
    }
}

fn substitute_attribute(attribute: Attribute, bindings: &Bindings) -> Attribute {
    match attribute.kind() {
        AttributeKind::Dims(dims) => {
            Attribute::dims(&dims.iter().map(|&dim| substitute_dim(dim, bindings)).collect::<Vec<_>>())
        }
        AttributeKind::Type(ty) => Attribute::ty(substitute_type(*ty, bindings)),
        AttributeKind::Array(items) => {
            Attribute::array(&items.iter().map(|&item| substitute_attribute(item, bindings)).collect::<Vec<_>>())
        }
        _ => attribute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Builder, Registry};

    fn module() -> Module {
        let mut module = Module::new(Registry::new(&[]));
        let body = module.body();
        let (n, f32) = (Dim::symbol("N"), Type::f32());
        let inputs = [Type::tensor(&[n, Dim::Static(3)], f32), Type::new(TypeKind::UnrankedTensor(f32))];
        let twice = DimExpr::symbol("N").checked_mul(DimExpr::constant(2)).map(Dim::Symbolic).expect("small");
        let mut builder = Builder::at_end(&mut module, body);
        let names = vec![Attribute::string("x"), Attribute::string("y")];
        let main =
            builder.op("func.func").attribute("sym_name", "main").attribute("arg_names", names).regions(1).build();
        let region = module.regions(main)[0];
        let block = module.create_block(region, &inputs);
        let result = Type::tensor(&[twice], f32);
        Builder::at_end(&mut module, block).op("test.op").result(result).attribute("dims", vec![twice]).build();
        module.set_attribute(main, "function_type", Type::function(&inputs, &[result]));
        module
    }

    /// `shapes` is of input names and extents, of which 0 stands for one that stays.
    fn check(shapes: &[(&str, &[u64])], expected: Result<&str, &str>) {
        let (mut module, sink) = (module(), Sink::new());
        let extents = |shape: &[u64]| shape.iter().map(|&extent| Some(extent).filter(|&extent| extent > 0)).collect();
        let shapes: Vec<_> = shapes.iter().map(|(name, shape)| (name.to_string(), extents(shape))).collect();
        let found = match specialize(&mut module, &shapes, &sink) {
            true => {
                let main = module.find_symbol(module.top(), "main").expect("main");
                let inner = module.first_op(module.region_block(main, 0)).expect("an op");
                let function = module.attribute(main, "function_type").expect("a type");
                Ok(format!("{function} {}", module.attribute(inner, "dims").expect("dims")))
            }
            false => Err(sink.take().remove(0).message),
        };
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn symbols_become_numbers_everywhere() {
        check(
            &[("x", &[5, 3]), ("y", &[7])],
            Ok("(tensor<5x3xf32>, tensor<7xf32>) -> tensor<10xf32> #kiln.dims<[10]>"),
        );
        check(&[("x", &[5, 0])], Ok("(tensor<5x3xf32>, tensor<*xf32>) -> tensor<10xf32> #kiln.dims<[10]>"));
        check(&[("x", &[0, 4])], Err("input \"x\" cannot have shape ?x4: axis 1 is 3"));
        check(&[("x", &[5, 4])], Err("input \"x\" cannot have shape 5x4: axis 1 is 3"));
        check(
            &[("x", &[5, 3]), ("x", &[6, 3])],
            Err("input \"x\" cannot have shape 6x3: axis 0 is N, which is 5 already"),
        );
        check(&[("x", &[5])], Err("input \"x\" cannot have shape 5: it is Nx3"));
        check(&[("z", &[5])], Err("the model has no input \"z\""));
    }
}
