//! Giving inputs shapes: symbols become numbers or other symbols, everywhere, or are bounded.

use kiln_diag::{Diagnostic, Place, Sink, suggest};
use kiln_ir::{
    Attribute, AttributeKind, BoundedSymbol, Dim, DimExpr, Module, Name, Op, Type, TypeKind, set_bounded_symbols,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt;

/// What is said of an extent of an input.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Extent {
    /// It stays as it is: `?`.
    Kept,
    /// A number.
    Fixed(u64),
    /// It is given when the model runs, and is the same wherever it has this name.
    Named(String),
    /// It is given when the model runs, and is in these bounds.
    Between(u64, u64),
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Extent::Kept => f.write_str("?"),
            Extent::Fixed(extent) => write!(f, "{extent}"),
            Extent::Named(name) => f.write_str(name),
            Extent::Between(least, most) => write!(f, "{least}..{most}"),
        }
    }
}

/// What symbols become, and what bounds them.
#[derive(Default)]
struct Bindings {
    values: FxHashMap<Name, DimExpr>,
    bounds: BTreeMap<Name, (u64, u64)>,
}

/// Gives inputs of `func.func @main` the shapes of `shapes`, by the names in its `arg_names`. Bounds of symbols are
/// noted with it.
///
/// A symbol is replaced wherever it is used, in the types of other inputs too; an input of unknown rank gets the shape
/// as it is, and so do the elements of a sequence or the value of an optional. Returns whether all shapes fit; if not,
/// `sink` says why, and the module is unchanged.
pub fn specialize(module: &mut Module, shapes: &[(String, Vec<Extent>)], sink: &Sink) -> bool {
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
        match bind(name, module.ty(argument), extents, &mut bindings) {
            Ok(Some(ty)) => new_types.push((argument, ty)),
            Ok(None) => {}
            Err(reason) => {
                let shape = extents.iter().map(Extent::to_string).collect::<Vec<_>>().join("x");
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
    let bounded = bindings.bounds.iter().map(|(&name, &(least, most))| BoundedSymbol { name, least, most });
    let bounded: Vec<BoundedSymbol> = bounded.collect();
    if !bounded.is_empty() {
        set_bounded_symbols(module, main, &bounded);
    }
    true
}

/// Binds the symbols of `ty`, the type of input `name`, to `extents`; a type of its own if extents or rank were unknown.
fn bind(name: &str, ty: Type, extents: &[Extent], bindings: &mut Bindings) -> Result<Option<Type>, String> {
    let (mut shape, element) = match ty.kind() {
        TypeKind::Tensor(tensor) => (tensor.shape.clone(), tensor.element),
        TypeKind::UnrankedTensor(element) => (vec![Dim::Unknown; extents.len()], *element),
        // What is inside has the shape: the elements of a sequence, say.
        TypeKind::Around { dialect, name: around, inner } => {
            let inner = bind(name, *inner, extents, bindings)?;
            return Ok(inner.map(|inner| Type::around(dialect.as_str(), around.as_str(), inner)));
        }
        _ => return Err(format!("it is no tensor but {ty}")),
    };
    if shape.len() != extents.len() {
        let dims: Vec<String> = shape.iter().map(Dim::to_string).collect();
        return Err(format!("it is {}", dims.join("x")));
    }
    for (axis, (place, extent)) in shape.iter_mut().zip(extents).enumerate() {
        let own = || format!("{name}.{axis}");
        match (*place, extent) {
            (_, Extent::Kept) => {}
            (_, Extent::Between(least, most)) if least > most => return Err(format!("{least} is more than {most}")),
            (Dim::Static(fixed), &Extent::Fixed(extent)) if fixed != extent => {
                return Err(format!("axis {axis} is {fixed}"));
            }
            (Dim::Static(_), Extent::Fixed(_)) => {}
            (Dim::Unknown, &Extent::Fixed(extent)) => *place = Dim::Static(extent),
            (Dim::Static(_) | Dim::Unknown, Extent::Named(name)) => *place = Dim::symbol(name),
            (Dim::Static(_) | Dim::Unknown, &Extent::Between(least, most)) => {
                bindings.bound(Name::new(&own()), least, most)?;
                *place = Dim::symbol(&own());
            }
            (Dim::Symbolic(expr), extent) => {
                let symbol = expr.as_symbol().ok_or_else(|| format!("axis {axis} is computed: {expr}"))?;
                let value = match extent {
                    &Extent::Between(least, most) => {
                        bindings.bound(symbol, least, most)?;
                        continue;
                    }
                    Extent::Named(name) => DimExpr::symbol(name),
                    Extent::Fixed(extent) => {
                        DimExpr::constant(i64::try_from(*extent).map_err(|_| format!("axis {axis} is too large"))?)
                    }
                    Extent::Kept => continue,
                };
                let bound = *bindings.values.entry(symbol).or_insert(value);
                if bound != value {
                    return Err(format!("axis {axis} is {symbol}, which is {bound} already"));
                }
            }
        }
    }
    let changed = Type::tensor(&shape, element);
    Ok((changed != ty).then_some(changed))
}

impl Bindings {
    fn bound(&mut self, symbol: Name, least: u64, most: u64) -> Result<(), String> {
        if i64::try_from(most).is_err() {
            return Err(format!("{most} is too large"));
        }
        let (low, high) = self.bounds.entry(symbol).or_insert((least, most));
        (*low, *high) = ((*low).max(least), (*high).min(most));
        if low <= high { Ok(()) } else { Err(format!("nothing is in all of the bounds of {symbol}")) }
    }
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
    let find = |name: Name| bindings.values.get(&name).copied();
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
        let extent = |&extent: &u64| if extent > 0 { Extent::Fixed(extent) } else { Extent::Kept };
        let extents = |shape: &[u64]| shape.iter().map(extent).collect();
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

    #[test]
    fn symbols_are_named_and_bounded() {
        let (mut module, sink) = (module(), Sink::new());
        let shapes = vec![
            ("x".to_owned(), vec![Extent::Between(1, 8), Extent::Kept]),
            ("y".to_owned(), vec![Extent::Named("M".into())]),
        ];
        assert!(specialize(&mut module, &shapes, &sink));
        let main = module.find_symbol(module.top(), "main").expect("main");
        let bounded = BoundedSymbol { name: Name::new("N"), least: 1, most: 8 };
        assert_eq!(kiln_ir::bounded_symbols(&module, main), vec![bounded]);
        let function = module.attribute(main, "function_type").expect("a type").to_string();
        assert!(function.starts_with("(tensor<?x3xf32, #kiln.dims<[N, 3]>>, tensor<?xf32, #kiln.dims<[M]>>)"));
        let empty = vec![("x".to_owned(), vec![Extent::Between(3, 2), Extent::Kept])];
        assert!(!specialize(&mut module, &empty, &sink));
        assert_eq!(sink.take()[0].message, "input \"x\" cannot have shape 3..2x?: 3 is more than 2");
    }
}
