//! Copies of isolated ops in a module of their own, to be edited elsewhere and put back.
//!
//! [`Module::extract`] copies ops that stand directly in the outermost op, such as functions; [`Module::graft`] puts back
//! what became of them. In between, the module of the copies can go to another thread. Of what stands beside the ops it
//! has symbols alone: their names and attributes, nothing inside.
//!
//! Ids keep their order on the way out. On the way back, old ones are what they were, and new ones follow in the order in
//! which they were made: the module is the same, id by id, as if it had been edited in place.

use super::symbols::SymbolTables;
use super::{Block, BlockData, Module, Op, Region, RegionData, Value, ValueData, ValueDefinition};
use crate::definition::Traits;
use crate::operation::{Attributes, OpData};
use cranelift_entity::EntityRef;
use cranelift_entity::packed_option::PackedOption;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// Copies of ops in a module of their own.
#[derive(Clone, Debug)]
pub struct Extract {
    /// The module.
    pub module: Module,
    /// The copies, in the order in which they were asked for.
    pub roots: Vec<Op>,
    origins: Origins,
    /// Of the ops copied from, those that are there as symbols only, with their attributes.
    outside: FxHashMap<Op, Attributes>,
}

impl Module {
    /// Whether [`Module::extract`] can take `op`: it stands directly in the outermost op and shares no value with what is
    /// outside.
    pub fn is_extractable(&self, op: Op) -> bool {
        self.parent_op(op) == Some(self.top)
            && self.has_traits(op, Traits::ISOLATED_FROM_ABOVE)
            && self.operands(op).is_empty()
            && self.results(op).is_empty()
    }

    /// Copies of `roots`, among the symbols beside them.
    ///
    /// # Panics
    /// When a root is not [extractable](Module::is_extractable).
    pub fn extract(&self, roots: &[Op]) -> Extract {
        let inside: FxHashSet<Op> = roots.iter().copied().collect();
        let is_known = |op: &Op| inside.contains(op) || self.symbol_name(*op).is_some();
        let body: Vec<Op> = self.block_ops(self.body()).filter(is_known).collect();
        self.copy_out(roots, &inside, &body)
    }

    /// A copy of `root` alone: what [`Module::graft`] needs to undo what is done to it.
    ///
    /// # Panics
    /// When the root is not [extractable](Module::is_extractable).
    pub fn snapshot(&self, root: Op) -> Extract {
        self.copy_out(&[root], &FxHashSet::from_iter([root]), &[root])
    }

    /// Copies what `body` lists: with all that is in them if they are `inside`.
    fn copy_out(&self, roots: &[Op], inside: &FxHashSet<Op>, body: &[Op]) -> Extract {
        assert!(roots.iter().all(|&root| self.is_extractable(root)), "an extracted op is isolated");
        let beside = body.iter().copied().filter(|op| !inside.contains(op)).chain([self.top]);
        let outside: FxHashMap<Op, Attributes> = beside.map(|op| (op, self.attributes(op).clone())).collect();
        let mut origins = Origins { blocks: vec![self.body()], ..Origins::default() };
        outside.keys().for_each(|&op| origins.add(self, op));
        roots.iter().flat_map(|&root| self.walk(root)).for_each(|op| origins.add_with_values(self, op));
        origins.sort();
        let mut module = Module {
            ops: origins.ops.iter().map(|&op| self.op_copied(op, inside, &outside, &origins)).collect(),
            blocks: origins.blocks.iter().map(|&block| self.block_copied(block, &origins)).collect(),
            regions: origins.regions.iter().map(|&region| self.region_copied(region, &outside, &origins)).collect(),
            values: origins.values.iter().map(|&value| value_data(&origins, self.values[value].clone())).collect(),
            top: origins.op(self.top),
            registry: self.registry.clone(),
            journal: None,
            edits: 0,
            symbols: SymbolTables::default(),
            resources: Vec::new(),
            blobs: self.blobs.clone(),
        };
        body.iter().for_each(|&op| module.append(module.body(), origins.op(op)));
        // From here on they are edits of the copies.
        module.edits = 0;
        let roots = roots.iter().map(|&root| origins.op(root)).collect();
        Extract { module, roots, origins, outside }
    }

    fn op_copied(&self, op: Op, inside: &FxHashSet<Op>, outside: &FxHashMap<Op, Attributes>, to: &Origins) -> OpData {
        let mut data = self.ops[op].clone();
        if inside.contains(&op) || outside.contains_key(&op) {
            (data.parent, data.previous, data.next) = (None.into(), None.into(), None.into());
        }
        if outside.contains_key(&op) {
            (data.operands, data.results, data.successors) = (SmallVec::new(), SmallVec::new(), Vec::new());
            data.places.clear();
        }
        op_data(to, data)
    }

    fn block_copied(&self, block: Block, to: &Origins) -> BlockData {
        match block == self.body() {
            true => BlockData { parent: to.region(self.regions(self.top)[0]).into(), ..BlockData::default() },
            false => block_data(to, self.blocks[block].clone()),
        }
    }

    fn region_copied(&self, region: Region, outside: &FxHashMap<Op, Attributes>, to: &Origins) -> RegionData {
        let mut data = self.regions[region].clone();
        if self.region_parent(region).is_some_and(|parent| outside.contains_key(&parent)) {
            data.blocks.retain(|block| *block == self.body());
        }
        region_data(to, data)
    }

    /// Puts back what became of copied ops. Nothing else may have been edited there, and here only the ops copied.
    ///
    /// # Panics
    /// When what is outside of the copied ops was edited.
    pub fn graft(&mut self, extract: Extract) {
        let Extract { module: copy, roots, origins, outside } = extract;
        let edits = self.edits + copy.edits;
        let is_known = copy.block_ops(copy.body()).all(|op| op.index() < origins.ops.len());
        assert!(is_known, "an extracted op gets no neighbours");
        let roots: FxHashSet<Op> = roots.into_iter().map(|root| origins.ops[root.index()]).collect();
        let to = Homes {
            ops: self.ops.len() - origins.ops.len(),
            blocks: self.blocks.len() - origins.blocks.len(),
            regions: self.regions.len() - origins.regions.len(),
            values: self.values.len() - origins.values.len(),
            origins: &origins,
        };
        for (op, data) in copy.ops {
            match origins.ops.get(op.index()) {
                None => _ = self.ops.push(op_data(&to, data)),
                Some(old) if outside.contains_key(old) => {
                    assert_eq!(data.attributes, outside[old], "nothing outside of extracted ops is edited");
                }
                Some(&old) if roots.contains(&old) => self.put_back(old, op_data(&to, data)),
                Some(&old) => self.ops[old] = op_data(&to, data),
            }
        }
        // Putting back is no edit: what was done to the copies is counted.
        self.edits = edits;
        let body = self.body();
        for (block, data) in copy.blocks {
            match origins.blocks.get(block.index()) {
                None => _ = self.blocks.push(block_data(&to, data)),
                Some(&old) if old == body => {}
                Some(&old) => self.blocks[old] = block_data(&to, data),
            }
        }
        for (region, data) in copy.regions {
            match origins.regions.get(region.index()) {
                None => _ = self.regions.push(region_data(&to, data)),
                Some(&old) if self.region_parent(old).is_some_and(|parent| outside.contains_key(&parent)) => {}
                Some(&old) => self.regions[old] = region_data(&to, data),
            }
        }
        for (value, data) in copy.values {
            match origins.values.get(value.index()) {
                None => _ = self.values.push(value_data(&to, data)),
                Some(&old) => self.values[old] = value_data(&to, data),
            }
        }
        self.symbols = SymbolTables::default();
    }

    /// Overwrites a root, which stays between its neighbours unless it was erased.
    fn put_back(&mut self, root: Op, mut data: OpData) {
        if data.erased {
            self.detach(root);
        }
        let OpData { parent, previous, next, .. } = self.ops[root];
        (data.parent, data.previous, data.next) = (parent, previous, next);
        let is_lost = parent.is_none() && !data.erased;
        self.ops[root] = data;
        if is_lost {
            self.append(self.body(), root);
        }
    }
}

/// A change of ids.
trait Renumber {
    fn op(&self, op: Op) -> Op;
    fn block(&self, block: Block) -> Block;
    fn region(&self, region: Region) -> Region;
    fn value(&self, value: Value) -> Value;
}

/// The ids copied from, ascending: that of copy number `i` is item `i`. Leads from old ids to those of the copies.
#[derive(Clone, Debug, Default)]
struct Origins {
    ops: Vec<Op>,
    blocks: Vec<Block>,
    regions: Vec<Region>,
    values: Vec<Value>,
}

impl Origins {
    /// Adds an op and its regions, as they are without what is in them.
    fn add(&mut self, module: &Module, op: Op) {
        self.ops.push(op);
        self.regions.extend(module.regions(op));
    }

    /// Adds an op, its results and its regions with their blocks.
    fn add_with_values(&mut self, module: &Module, op: Op) {
        self.add(module, op);
        self.values.extend(module.results(op));
        for &block in module.regions(op).iter().flat_map(|&region| module.blocks(region)) {
            self.blocks.push(block);
            self.values.extend(module.arguments(block));
        }
    }

    fn sort(&mut self) {
        self.ops.sort_unstable();
        self.blocks.sort_unstable();
        self.regions.sort_unstable();
        self.values.sort_unstable();
    }
}

/// The place of an id among those copied.
fn place<T: EntityRef + Ord>(origins: &[T], id: T) -> T {
    T::new(origins.binary_search(&id).expect("an isolated op mentions nothing outside"))
}

impl Renumber for Origins {
    fn op(&self, op: Op) -> Op {
        place(&self.ops, op)
    }

    fn block(&self, block: Block) -> Block {
        place(&self.blocks, block)
    }

    fn region(&self, region: Region) -> Region {
        place(&self.regions, region)
    }

    fn value(&self, value: Value) -> Value {
        place(&self.values, value)
    }
}

/// The way back: what was copied has its old ids, what is new comes after all that is there; a new id's distance from its
/// new place is given.
struct Homes<'a> {
    origins: &'a Origins,
    ops: usize,
    blocks: usize,
    regions: usize,
    values: usize,
}

fn home<T: EntityRef>(origins: &[T], distance: usize, id: T) -> T {
    origins.get(id.index()).copied().unwrap_or_else(|| T::new(id.index() + distance))
}

impl Renumber for Homes<'_> {
    fn op(&self, op: Op) -> Op {
        home(&self.origins.ops, self.ops, op)
    }

    fn block(&self, block: Block) -> Block {
        home(&self.origins.blocks, self.blocks, block)
    }

    fn region(&self, region: Region) -> Region {
        home(&self.origins.regions, self.regions, region)
    }

    fn value(&self, value: Value) -> Value {
        home(&self.origins.values, self.values, value)
    }
}

fn optional<T: cranelift_entity::packed_option::ReservedValue + Copy>(
    id: PackedOption<T>,
    renumber: impl Fn(T) -> T,
) -> PackedOption<T> {
    id.expand().map(renumber).into()
}

fn op_data(to: &impl Renumber, mut data: OpData) -> OpData {
    data.operands.iter_mut().chain(&mut data.results).for_each(|value| *value = to.value(*value));
    data.regions.iter_mut().for_each(|region| *region = to.region(*region));
    data.successors.iter_mut().for_each(|block| *block = to.block(*block));
    data.parent = optional(data.parent, |block| to.block(block));
    data.previous = optional(data.previous, |op| to.op(op));
    data.next = optional(data.next, |op| to.op(op));
    data
}

fn block_data(to: &impl Renumber, mut data: BlockData) -> BlockData {
    data.arguments.iter_mut().for_each(|value| *value = to.value(*value));
    data.parent = optional(data.parent, |region| to.region(region));
    data.first = optional(data.first, |op| to.op(op));
    data.last = optional(data.last, |op| to.op(op));
    data
}

fn region_data(to: &impl Renumber, mut data: RegionData) -> RegionData {
    data.blocks.iter_mut().for_each(|block| *block = to.block(*block));
    data.parent = optional(data.parent, |op| to.op(op));
    data
}

fn value_data(to: &impl Renumber, mut data: ValueData) -> ValueData {
    data.definition = match data.definition {
        ValueDefinition::Result(op, index) => ValueDefinition::Result(to.op(op), index),
        ValueDefinition::Argument(block, index) => ValueDefinition::Argument(to.block(block), index),
    };
    data.uses.iter_mut().for_each(|used| used.op = to.op(used.op));
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Dialect, OpDefinition, Registry, Type};

    const FUNCTION: OpDefinition = OpDefinition {
        name: "test.function",
        regions: Some(1),
        traits: Traits::ISOLATED_FROM_ABOVE.union(Traits::SYMBOL),
        ..OpDefinition::EMPTY
    };

    static DIALECT: Dialect = Dialect { name: "test", doc: "", ops: &[&[FUNCTION]] };

    /// Functions with ops whose ids are not in the order of the text, and an op beside them.
    fn module() -> (Module, Vec<Op>) {
        let mut module = Module::new(Registry::new(&[&DIALECT]));
        let body = module.body();
        let mut functions = Vec::new();
        for name in ["f", "g", "h"] {
            Builder::at_end(&mut module, body).op("test.other").build();
            let function =
                Builder::at_end(&mut module, body).op("test.function").attribute("sym_name", name).regions(1).build();
            let block = module.create_block(module.regions(function)[0], &[Type::index()]);
            let argument = module.arguments(block)[0];
            let mut builder = Builder::at_end(&mut module, block);
            let last = builder.op("test.last").operands(&[argument, argument]).build();
            let value =
                Builder::before(&mut module, last).op("test.first").operand(argument).result(Type::index()).value();
            module.set_operand(last, 0, value);
            functions.push(function);
        }
        (module, functions)
    }

    /// Adds a region with a block and ops, erases an op, changes the function.
    fn edit(module: &mut Module, function: Op) {
        module.set_attribute(function, "edited", true);
        let block = module.region_block(function, 0);
        let (first, last) = (module.first_op(block).unwrap(), module.last_op(block).unwrap());
        let argument = module.arguments(block)[0];
        let new =
            Builder::before(module, last).op("test.new").operand(argument).result(Type::index()).regions(1).build();
        let inner = module.create_block(module.regions(new)[0], &[Type::f32()]);
        let used = module.arguments(inner)[0];
        Builder::at_end(module, inner).op("test.use").operands(&[used, argument]).build();
        module.replace(first, &[module.result(new, 0)]);
    }

    #[test]
    fn what_comes_back_is_as_if_edited_in_place() {
        let (mut here, functions) = module();
        let mut there = here.clone();
        functions.iter().for_each(|&function| edit(&mut here, function));
        let (one, two) = functions.split_at(1);
        let mut parts = [there.extract(one), there.extract(two)];
        for part in &mut parts {
            part.roots.clone().into_iter().for_each(|root| edit(&mut part.module, root));
        }
        parts.into_iter().for_each(|part| there.graft(part));
        assert_eq!(format!("{here:?}"), format!("{there:?}"));
    }

    #[test]
    fn an_extract_knows_symbols_beside() {
        let (module, functions) = module();
        let part = module.extract(&functions[1..2]);
        let find = |name: &str| part.module.find_symbol(part.module.top(), name);
        assert_eq!(find("g"), Some(part.roots[0]));
        let beside = find("h").expect("h is known");
        assert!(
            part.module.is(beside, "test.function") && part.module.blocks(part.module.regions(beside)[0]).is_empty()
        );
        assert_eq!(part.module.block_ops(part.module.body()).count(), 3);
        let snapshot = module.snapshot(functions[1]);
        assert_eq!(snapshot.module.walk(snapshot.module.top()).len(), 4);
    }

    #[test]
    fn a_root_may_be_erased() {
        let (mut here, functions) = module();
        let mut there = here.clone();
        here.erase(functions[1]);
        let mut part = there.extract(&functions);
        part.module.erase(part.roots[1]);
        there.graft(part);
        assert_eq!(format!("{here:?}"), format!("{there:?}"));
    }

    #[test]
    fn a_snapshot_undoes() {
        let (mut module, functions) = module();
        let before = module.walk(module.top());
        let snapshot = module.snapshot(functions[1]);
        edit(&mut module, functions[1]);
        module.erase(functions[1]);
        module.graft(snapshot);
        let after = module.walk(module.top());
        assert_eq!((before.len(), module.attribute(functions[1], "edited")), (after.len(), None));
        assert_eq!(module.last_op(module.body()), Some(functions[1]));
    }

    #[test]
    #[should_panic(expected = "nothing outside of extracted ops is edited")]
    fn what_is_outside_stays() {
        let (mut module, functions) = module();
        let mut part = module.extract(&functions[..1]);
        let beside = part.module.find_symbol(part.module.top(), "h").expect("h is known");
        part.module.set_attribute(beside, "edited", true);
        module.graft(part);
    }
}
