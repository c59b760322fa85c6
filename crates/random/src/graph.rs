//! A graph that grows.

use crate::families::FAMILIES;
use crate::inputs::{bounds, tensor_of};
use crate::number::Random;
use kiln_ir::{Attribute, Block, Builder, Dim, Module, Name, Op, Registry, SymbolValues, Type, Value};
use kiln_tensor::{ElementType, Tensor};
use std::sync::Arc;

/// A random graph.
#[derive(Clone, Debug)]
pub struct RandomGraph {
    /// A module with `@main`.
    pub module: Module,
    /// Values of the symbols to run it with; at least one set.
    pub assignments: Vec<SymbolValues>,
}

/// Floats larger than this are not computed on: sums of their products could overflow.
const LARGEST: f64 = 1e4;

/// No value has more elements than this, with symbols at their largest.
const MOST_ELEMENTS: i64 = 1 << 14;

/// What symbols may be.
const SYMBOL_VALUES: [i64; 6] = [1, 2, 3, 5, 8, 17];

/// The graph of a seed. `registry` has the dialects builtin, func and graph.
///
/// # Panics
/// When the registry lacks one of them.
pub fn generate(seed: u64, registry: &Arc<Registry>) -> RandomGraph {
    let mut random = Random::new(seed);
    let symbols: &[&str] = random.pick(&[&[] as &[&str], &[], &["N"], &["N", "M"]]);
    let mut growing = Growing::new(random, symbols, registry);
    let wanted = 1 + growing.random.below(12);
    growing.grow(wanted);
    growing.finish()
}

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub value: Value,
    /// No element is larger than this in magnitude.
    pub bound: f64,
    /// No element is smaller than this.
    pub low: f64,
    /// Whether every way of computing gives the same bits.
    pub exact: bool,
}

pub(crate) struct Growing {
    pub random: Random,
    pub module: Module,
    pub items: Vec<Item>,
    symbols: Vec<Name>,
    main: Op,
    /// Where ops are added.
    pub block: Block,
    /// How many regions are around that.
    pub depth: usize,
}

impl Growing {
    fn new(random: Random, symbols: &[&str], registry: &Arc<Registry>) -> Growing {
        let mut module = Module::new(registry.clone());
        let body = module.body();
        let main = Builder::at_end(&mut module, body).op("func.func").attribute("sym_name", "main").regions(1).build();
        let block = module.create_block(module.regions(main)[0], &[]);
        let symbols = symbols.iter().map(|symbol| Name::new(symbol)).collect();
        let mut growing = Growing { random, module, items: Vec::new(), symbols, main, block, depth: 0 };
        // What symbols are follows from the extents of inputs.
        let bound = growing.symbols.iter().map(|symbol| Dim::symbol(symbol.as_str())).collect();
        growing.input(ElementType::F32, bound);
        for _ in 0..growing.random.below(3) {
            let element = growing.random.pick(&[ElementType::F32, ElementType::F32, ElementType::F64]);
            growing.input(element, Vec::new());
        }
        growing.input(ElementType::I64, Vec::new());
        growing.input(ElementType::I1, Vec::new());
        growing
    }

    /// Adds ops of so many families, if as many suit.
    pub fn grow(&mut self, wanted: usize) {
        let mut made = 0;
        for _ in 0..20 * wanted {
            if made == wanted {
                break;
            }
            let (_, family) = self.random.pick(FAMILIES);
            made += usize::from(family(self).is_some());
        }
    }

    /// Does `work` with ops added to `block`; what it adds is not seen outside.
    pub fn within<T>(&mut self, block: Block, work: impl FnOnce(&mut Growing) -> T) -> T {
        let (outer, visible) = (std::mem::replace(&mut self.block, block), self.items.len());
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        self.block = outer;
        self.items.truncate(visible);
        result
    }

    /// Adds an input whose shape begins with these extents.
    fn input(&mut self, element: ElementType, mut shape: Vec<Dim>) {
        let rank = self.random.below(5);
        shape.extend((shape.len()..rank).map(|_| self.extent()));
        while !self.is_small(&shape) {
            shape.pop();
        }
        let ty = Type::tensor(&shape, Type::from_element(element));
        let value = self.module.add_argument(self.block, ty);
        let (bound, low) = bounds(element);
        self.items.push(Item { value, bound, low, exact: true });
    }

    /// A random extent: static, or a symbol.
    pub fn extent(&mut self) -> Dim {
        if !self.symbols.is_empty() && self.random.once_in(3) {
            let symbol = self.symbols[self.random.below(self.symbols.len())];
            return Dim::symbol(symbol.as_str());
        }
        Dim::from(self.random.pick(&[1u64, 2, 3, 4, 5, 7, 8, 16, 17]))
    }

    /// Whether a tensor of this shape is small enough, with symbols at their largest.
    pub fn is_small(&self, shape: &[Dim]) -> bool {
        let largest: SymbolValues =
            self.symbols.iter().map(|&symbol| (symbol, SYMBOL_VALUES[SYMBOL_VALUES.len() - 1])).collect();
        let extent = |dim: &Dim| dim.expr().and_then(|expr| expr.evaluate(&largest)).unwrap_or(i64::MAX);
        shape.iter().map(extent).try_fold(1i64, i64::checked_mul).is_some_and(|count| count <= MOST_ELEMENTS)
    }

    /// Whether as many tensors like `value` as there may be rounds are small enough together.
    pub fn is_stackable(&self, value: Value) -> bool {
        let largest = SYMBOL_VALUES[SYMBOL_VALUES.len() - 1] as u64;
        self.is_small(&[&[Dim::from(largest)], self.shape(value).as_slice()].concat())
    }

    pub fn ty(&self, value: Value) -> Type {
        self.module.ty(value)
    }

    pub fn element(&self, value: Value) -> ElementType {
        self.ty(value).element().expect("values are tensors of known elements")
    }

    pub fn shape(&self, value: Value) -> Vec<Dim> {
        self.ty(value).as_tensor().expect("values are tensors").shape.to_vec()
    }

    /// The extents, if all are static.
    pub fn static_shape(&self, value: Value) -> Option<Vec<usize>> {
        self.ty(value).as_tensor().and_then(|tensor| tensor.static_shape())
    }

    pub fn rank(&self, value: Value) -> usize {
        self.shape(value).len()
    }

    /// A random item that suits; young ones more often, so that graphs grow long.
    pub fn item(&mut self, suits: impl Fn(&Growing, &Item) -> bool) -> Option<Item> {
        let suited: Vec<Item> = self.items.iter().copied().filter(|item| suits(self, item)).collect();
        if suited.is_empty() {
            return None;
        }
        let age = self.random.below(suited.len()).min(self.random.below(suited.len()));
        Some(suited[suited.len() - 1 - age])
    }

    /// A random item of floats.
    pub fn float(&mut self) -> Option<Item> {
        self.item(|growing, item| growing.element(item.value).is_float())
    }

    /// A random item of floats of at least this rank.
    pub fn float_of_rank(&mut self, rank: usize) -> Option<Item> {
        self.item(|growing, item| growing.element(item.value).is_float() && growing.rank(item.value) >= rank)
    }

    /// A random axis of a value that has some.
    pub fn axis(&mut self, value: Value) -> Option<usize> {
        let rank = self.rank(value);
        (rank > 0).then(|| self.random.below(rank))
    }

    /// A builder at the end of `@main`.
    pub fn builder(&mut self) -> Builder<'_> {
        Builder::at_end(&mut self.module, self.block)
    }

    /// A constant of random elements.
    pub fn constant(&mut self, element: ElementType, shape: &[usize]) -> Value {
        let tensor = tensor_of(element, shape, &mut self.random);
        self.constant_of(tensor)
    }

    pub fn constant_of(&mut self, tensor: Tensor) -> Value {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        let value = self.module.tensor_attribute(tensor);
        self.builder().op("graph.constant").attribute("value", value).result(ty).value()
    }

    /// Adds what was computed from values with this `bound`; dropped if it is too large to go on with.
    pub fn add(&mut self, value: Value, bound: f64, low: f64, exact: bool) -> Option<()> {
        if bound.is_nan() || bound > LARGEST || !self.is_small(&self.shape(value)) {
            // Nobody uses it: it is dead code.
            return None;
        }
        self.items.push(Item { value, bound, low, exact });
        Some(())
    }

    /// Adds what has the elements of another.
    pub fn add_like(&mut self, value: Value, source: &Item) -> Option<()> {
        self.add(value, source.bound, source.low, source.exact)
    }

    /// Returns what nobody uses, and a few others.
    fn finish(mut self) -> RandomGraph {
        let computed: Vec<Value> = self.items.iter().map(|item| item.value).collect();
        let mut results: Vec<Value> = Vec::new();
        for value in computed {
            let is_result = self.module.defining_op(value).is_some();
            if is_result && (!self.module.has_uses(value) || self.random.once_in(6)) {
                results.push(value);
            }
        }
        if results.is_empty() {
            results.push(self.items[0].value);
        }
        self.builder().op("func.return").operands(&results).build();
        let types =
            |module: &Module, values: &[Value]| values.iter().map(|&value| module.ty(value)).collect::<Vec<_>>();
        let arguments = self.module.arguments(self.block).to_vec();
        let ty = Type::function(&types(&self.module, &arguments), &types(&self.module, &results));
        self.module.set_attribute(self.main, "function_type", ty);
        let names = |prefix: &str, count: usize| -> Vec<Attribute> {
            (0..count).map(|index| Attribute::string(&format!("{prefix}{index}"))).collect()
        };
        self.module.set_attribute(self.main, "arg_names", names("x", arguments.len()));
        self.module.set_attribute(self.main, "res_names", names("y", results.len()));
        let assignments = self.assignments();
        RandomGraph { module: self.module, assignments }
    }

    fn assignments(&mut self) -> Vec<SymbolValues> {
        if self.symbols.is_empty() {
            return vec![SymbolValues::default()];
        }
        let symbols = self.symbols.clone();
        (0..2).map(|_| symbols.iter().map(|&symbol| (symbol, self.random.pick(&SYMBOL_VALUES))).collect()).collect()
    }
}
