//! Types made of words and extents.

use kiln_ir::{
    AffineMap, Attribute, AttributeKind, Dim, FloatKind, MemRefType, Signedness, TensorType, Type, TypeKind,
};
use kiln_ir::{VectorDim, VectorType};

/// The widest integer type, as in MLIR.
const WIDEST: u32 = (1 << 24) - 1;

/// `f32`, `i64`, `ui8`, `index`, `none`.
pub(crate) fn named_type(word: &str) -> Result<Type, String> {
    if let Some(kind) = FloatKind::ALL.into_iter().find(|kind| kind.name() == word) {
        return Ok(Type::float(kind));
    }
    match word {
        "index" => return Ok(Type::index()),
        "none" => return Ok(Type::none()),
        _ => {}
    }
    let prefixes = [("si", Signedness::Signed), ("ui", Signedness::Unsigned), ("i", Signedness::Signless)];
    let integer = prefixes.into_iter().find_map(|(prefix, signedness)| {
        let digits = word.strip_prefix(prefix)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some((digits, signedness))
    });
    match integer {
        Some((digits, signedness)) if !digits.is_empty() => match digits.parse() {
            Ok(width @ 1..=WIDEST) => Ok(Type::new(TypeKind::Integer { width, signedness })),
            _ => Err(format!("an integer type has 1 to {WIDEST} bits, not {digits}")),
        },
        _ => Err(unknown_type(word)),
    }
}

fn unknown_type(word: &str) -> String {
    let names = FloatKind::ALL.into_iter().map(FloatKind::name);
    let names = names.chain(["index", "none", "i1", "i8", "i16", "i32", "i64", "tensor", "vector", "memref"]);
    match kiln_diag::suggest(word, names) {
        Some(near) => format!("'{word}' is no type; did you mean '{near}'?"),
        None => format!("'{word}' is no type"),
    }
}

/// One extent: dynamic, fixed or scalable.
enum Extent {
    Dynamic,
    Fixed(u64),
    Scalable(u64),
}

/// The extents in `2x?x`; `None` for `*x`.
fn extents(text: &str) -> Result<Option<Vec<Extent>>, String> {
    let items: Vec<&str> = text.split('x').map(str::trim).filter(|item| !item.is_empty()).collect();
    if items == ["*"] {
        return Ok(None);
    }
    let size = |digits: &str| digits.parse().map_err(|_| format!("an extent of {digits} is too large"));
    let extent = |item: &&str| match *item {
        "?" => Ok(Extent::Dynamic),
        "*" => Err("an unranked type has no other extents".into()),
        item => match item.strip_prefix('[').and_then(|item| item.strip_suffix(']')) {
            Some(digits) => size(digits).map(Extent::Scalable),
            None => size(item).map(Extent::Fixed),
        },
    };
    items.iter().map(extent).collect::<Result<_, String>>().map(Some)
}

/// `tensor<2x?xf32, encoding>`.
pub(crate) fn tensor(text: &str, element: Type, encoding: Option<Attribute>) -> Result<Type, String> {
    let Some(extents) = extents(text)? else {
        return match encoding {
            Some(_) => Err("an unranked tensor has no encoding".into()),
            None => Ok(Type::new(TypeKind::UnrankedTensor(element))),
        };
    };
    let mut shape = Vec::with_capacity(extents.len());
    for extent in extents {
        shape.push(match extent {
            Extent::Dynamic => Dim::Unknown,
            Extent::Fixed(size) => Dim::Static(size),
            Extent::Scalable(_) => return Err("only vectors have scalable extents".into()),
        });
    }
    let Some(dims) = encoding.and_then(|encoding| encoding.as_dims()) else {
        return Ok(Type::new(TypeKind::Tensor(TensorType { shape, element, encoding })));
    };
    let agrees = |(extent, dim): (&Dim, &Dim)| match extent {
        Dim::Static(_) => extent == dim,
        _ => dim.as_static().is_none(),
    };
    if shape.len() != dims.len() || !shape.iter().zip(dims).all(agrees) {
        return Err("the extents and #kiln.dims do not agree".into());
    }
    Ok(Type::tensor(dims, element))
}

/// `vector<2x[4]xf32>`.
pub(crate) fn vector(text: &str, element: Type) -> Result<Type, String> {
    let extents = extents(text)?.ok_or("a vector has a rank")?;
    let mut shape = Vec::with_capacity(extents.len());
    for extent in extents {
        let (size, scalable) = match extent {
            Extent::Fixed(size) => (size, false),
            Extent::Scalable(size) => (size, true),
            Extent::Dynamic => return Err("a vector has static extents".into()),
        };
        if size == 0 {
            return Err("the extents of a vector are not 0".into());
        }
        shape.push(VectorDim { size, scalable });
    }
    Ok(Type::new(TypeKind::Vector(VectorType { shape, element })))
}

/// `memref<2x?xf32, layout, space>`.
pub(crate) fn memref(text: &str, element: Type, rest: &[Attribute]) -> Result<Type, String> {
    let is_layout =
        |attribute: Attribute| matches!(attribute.kind(), AttributeKind::AffineMap(_) | AttributeKind::Strided { .. });
    let (layout, space) = match *rest {
        [] => (None, None),
        [only] if is_layout(only) => (Some(only), None),
        [only] => (None, Some(only)),
        [layout, space] => (Some(layout), Some(space)),
        _ => return Err("expected at most a layout and a memory space after the element type".into()),
    };
    let Some(extents) = extents(text)? else {
        return match layout {
            None => Ok(Type::new(TypeKind::UnrankedMemRef { element, space })),
            Some(_) => Err("an unranked memref has no layout".into()),
        };
    };
    let mut shape = Vec::with_capacity(extents.len());
    for extent in extents {
        shape.push(match extent {
            Extent::Dynamic => None,
            Extent::Fixed(size) => Some(size),
            Extent::Scalable(_) => return Err("only vectors have scalable extents".into()),
        });
    }
    let identity = Attribute::new(AttributeKind::AffineMap(AffineMap::identity(shape.len() as u32)));
    let layout = layout.filter(|layout| *layout != identity);
    Ok(Type::new(TypeKind::MemRef(MemRefType { shape, element, layout, space })))
}
