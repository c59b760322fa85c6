//! Random IR prints and reads back unchanged, in both forms.

use kiln_diag::Sink;
use kiln_ir::{Attribute, Block, Builder, Dim, DimExpr, Location, Module, Name, Registry, Type, Value};
use kiln_syntax::{PrintOptions, parse, print};
use kiln_tensor::Tensor;
use proptest::prelude::*;
use std::sync::Arc;

/// Text with quotes, escapes, blanks and characters of several bytes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z_][a-z0-9_.$]{0,6}", "[ -~\\n\\té→]{0,8}"]
}

fn dim_expr() -> impl Strategy<Value = DimExpr> {
    let leaf = prop_oneof![(-9i64..99).prop_map(DimExpr::constant), text().prop_map(|name| DimExpr::symbol(&name))];
    leaf.prop_recursive(3, 12, 2, |inner| {
        (0..7, inner.clone(), inner).prop_map(|(op, left, right)| {
            let result = match op {
                0 => left.checked_add(right),
                1 => left.checked_sub(right),
                2 => left.checked_mul(right),
                3 => left.floor_div(right),
                4 => left.modulo(right),
                5 => Some(left.min(right)),
                _ => Some(left.max(right)),
            };
            result.unwrap_or(left)
        })
    })
}

fn dim() -> impl Strategy<Value = Dim> {
    prop_oneof![3 => (0u64..99).prop_map(Dim::Static), 2 => dim_expr().prop_map(Dim::from_expr), 1 => Just(Dim::Unknown)]
}

fn scalar_type() -> impl Strategy<Value = Type> {
    prop_oneof![
        Just(Type::f32()),
        Just(Type::f64()),
        Just(Type::index()),
        Just(Type::i1()),
        (1u32..129).prop_map(Type::integer),
        Just(Type::dialect("graph", "string")),
        Just(Type::dialect("llvm", "struct<(ptr, array<2 x i64>)>")),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        scalar_type(),
        (prop::collection::vec(dim(), 0..4), scalar_type()).prop_map(|(shape, element)| Type::tensor(&shape, element)),
        (prop::collection::vec(1u64..9, 0..3), scalar_type())
            .prop_map(|(shape, element)| Type::vector(&shape, element)),
        (prop::collection::vec(prop::option::of(0u64..9), 0..3), scalar_type())
            .prop_map(|(shape, element)| Type::memref(&shape, element)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        (prop::collection::vec(inner.clone(), 0..3), prop::collection::vec(inner, 0..3))
            .prop_map(|(inputs, results)| Type::function(&inputs, &results))
    })
}

fn tensor() -> impl Strategy<Value = Tensor> {
    (prop::collection::vec(0usize..4, 0..3), any::<u64>(), 0..6).prop_map(|(shape, seed, kind)| {
        let count: usize = shape.iter().product();
        let bits = |index: usize| (seed ^ index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        macro_rules! values {
            ($make:expr) => {
                Tensor::from_values(&shape, &(0..count).map(bits).map($make).collect::<Vec<_>>())
            };
        }
        match kind {
            0 => values!(|bits| f32::from_bits(bits as u32)),
            1 => values!(f64::from_bits),
            2 => values!(|bits| bits as i64),
            3 => values!(|bits| bits as u8),
            4 => Tensor::from_bools(&shape, &(0..count).map(|index| bits(index) & 1 == 1).collect::<Vec<_>>()),
            _ => {
                let strings = (0..count).map(|index| bits(index).to_le_bytes().to_vec()).collect();
                Tensor::from_strings(&shape, strings).expect("one string for each element")
            }
        }
    })
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let finite = any::<f64>().prop_filter("NaNs may lose their sign when narrowed", |value| !value.is_nan());
    let leaf = prop_oneof![
        Just(Attribute::unit()),
        any::<bool>().prop_map(Attribute::bool),
        any::<i64>().prop_map(Attribute::i64),
        any::<i8>().prop_map(|value| Attribute::integer(value.into(), Type::integer(8))),
        finite.prop_map(Attribute::f64),
        any::<f32>().prop_filter("as above", |value| !value.is_nan()).prop_map(Attribute::f32),
        text().prop_map(|text| Attribute::string(&text)),
        ty().prop_map(Attribute::ty),
        text()
            .prop_filter("a symbol has a name", |text| !text.is_empty())
            .prop_map(|name| Attribute::symbol_ref(&name)),
        prop::collection::vec(any::<i64>(), 0..4).prop_map(|values| Attribute::dense_i64s(&values)),
        prop::collection::vec(dim(), 0..4).prop_map(|dims| Attribute::dims(&dims)),
        tensor().prop_map(Attribute::dense),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Attribute::array(&items)),
            prop::collection::btree_map(text(), inner, 0..3).prop_map(|entries| {
                Attribute::dictionary(entries.into_iter().map(|(name, value)| (Name::new(&name), value)).collect())
            }),
        ]
    })
}

fn location() -> impl Strategy<Value = Location> {
    let leaf = prop_oneof![
        Just(Location::unknown()),
        text().prop_map(|name| Location::named(&name)),
        (text(), 0u32..99, 0u32..99).prop_map(|(file, line, column)| Location::file(&file, line, column)),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| prop::collection::vec(inner, 2..4).prop_map(|parts| Location::fused(&parts)))
}

/// One op to be: its kind, which earlier values it uses, what else it has.
#[derive(Clone, Debug)]
struct Plan {
    name: usize,
    operands: Vec<prop::sample::Index>,
    results: Vec<Type>,
    attributes: Vec<(String, Attribute)>,
    location: Location,
    /// Arguments and ops of each region's block.
    regions: Vec<(Vec<Type>, Vec<Plan>)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (
        0..NAMES.len(),
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::collection::vec(ty(), 0..3),
        prop::collection::vec((text(), attribute()), 0..3),
        location(),
    );
    let leaf = parts
        .prop_map(|(name, operands, results, attributes, location)| Plan {
            name,
            operands,
            results,
            attributes,
            location,
            regions: Vec::new(),
        })
        .boxed();
    leaf.clone().prop_recursive(2, 12, 3, move |inner| {
        let region = (prop::collection::vec(ty(), 0..2), prop::collection::vec(inner, 0..3));
        (leaf.clone(), prop::collection::vec(region, 0..3)).prop_map(|(plan, regions)| Plan { regions, ..plan })
    })
}

/// Registered and unregistered ops, one of them isolated from above.
const NAMES: &[&str] = &["test.op", "func.return", "builtin.module", "builtin.unrealized_conversion_cast"];

fn build(module: &mut Module, block: Block, plans: &[Plan], visible: &mut Vec<Value>) {
    let before = visible.len();
    for plan in plans {
        let operands: Vec<Value> = match visible.is_empty() {
            true => Vec::new(),
            false => plan.operands.iter().map(|index| *index.get(visible)).collect(),
        };
        let mut builder = Builder::at_end(module, block);
        builder.location = plan.location;
        let name = NAMES[plan.name];
        let op = builder.op(name).operands(&operands).results(&plan.results).regions(plan.regions.len());
        let op = plan.attributes.iter().fold(op, |op, (name, value)| op.attribute(name, *value)).build();
        for (index, (arguments, plans)) in plan.regions.iter().enumerate() {
            let region = module.regions(op)[index];
            let inner = module.create_block(region, arguments);
            let mut isolated = Vec::new();
            let visible = if name == "builtin.module" { &mut isolated } else { &mut *visible };
            let depth = visible.len();
            visible.extend_from_slice(module.arguments(inner));
            build(module, inner, plans, visible);
            visible.truncate(depth);
        }
        visible.extend_from_slice(module.results(op));
    }
    visible.truncate(before);
}

fn registry() -> Arc<Registry> {
    Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn modules(plans in prop::collection::vec(plan(), 1..6), aliases: bool) {
        let registry = registry();
        let mut module = Module::new(registry.clone());
        let body = module.body();
        build(&mut module, body, &plans, &mut Vec::new());
        // One more op, lest a lone `builtin.module` be taken for the outermost.
        Builder::at_end(&mut module, body).op("test.end").build();
        for generic in [false, true] {
            let options = PrintOptions { generic, aliases, locations: true, resources: None };
            let text = print(&module, module.top(), &options);
            let sink = Sink::new();
            let Some(again) = parse(&text, "random.mlir", &registry, &sink) else {
                return Err(TestCaseError::fail(format!("{text}\n{:#?}", sink.take())));
            };
            prop_assert_eq!(print(&again, again.top(), &options), text);
        }
    }

    /// Whatever bytes come in, the parser ends, and reports or reads them.
    #[test]
    fn noise(text in "[ -~\\n]{0,200}") {
        let sink = Sink::new();
        let module = parse(&text, "noise.mlir", &registry(), &sink);
        prop_assert_eq!(module.is_none(), sink.has_errors());
    }

    /// IR text with pieces cut out.
    #[test]
    fn damage(plans in prop::collection::vec(plan(), 1..4), cut in any::<prop::sample::Index>(), length in 1usize..20) {
        let registry = registry();
        let mut module = Module::new(registry.clone());
        let body = module.body();
        build(&mut module, body, &plans, &mut Vec::new());
        let text = print(&module, module.top(), &PrintOptions::default());
        let chars: Vec<char> = text.chars().collect();
        let start = cut.index(chars.len());
        let kept = chars[..start].iter().chain(chars.iter().skip(start + length));
        let sink = Sink::new();
        let module = parse(&kept.collect::<String>(), "damaged.mlir", &registry, &sink);
        prop_assert_eq!(module.is_none(), sink.has_errors());
    }
}
