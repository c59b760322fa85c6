//! The arena: ops, blocks, regions and values. `edit` has the edits that keep use lists right, `constants` the tensors
//! of attributes and the blob store, `symbols` the look-up of symbols, `extract` copies of parts to edit elsewhere.

mod constants;
mod edit;
mod extract;
mod symbols;

use crate::attribute::{Attribute, AttributeKind};
use crate::definition::{OpDefinition, Traits};
use crate::intern::Name;
use crate::location::Location;
use crate::operation::{Attributes, OpData, OpState};
use crate::registry::Registry;
use crate::types::Type;
use cranelift_entity::packed_option::PackedOption;
use cranelift_entity::{PrimaryMap, entity_impl};
pub use extract::Extract;
use kiln_tensor::BlobStore;
use rustc_hash::FxHashSet;
use smallvec::SmallVec;
use std::sync::Arc;
use symbols::SymbolTables;

/// An op.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Op(u32);
entity_impl!(Op, "op");

/// A basic block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block(u32);
entity_impl!(Block, "block");

/// A region: a list of blocks that belongs to an op.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(u32);
entity_impl!(Region, "region");

/// The result of an op or an argument of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);
entity_impl!(Value, "value");

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueDefinition {
    /// The op's result number `1`.
    Result(Op, usize),
    /// The block's argument number `1`.
    Argument(Block, usize),
}

/// Where a value is used: operand number `index` of `op`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Use {
    /// The user.
    pub op: Op,
    /// Which of its operands.
    pub index: usize,
}

#[derive(Clone, Debug)]
struct ValueData {
    ty: Type,
    definition: ValueDefinition,
    uses: SmallVec<[Use; 2]>,
}

#[derive(Clone, Debug, Default)]
struct BlockData {
    arguments: SmallVec<[Value; 4]>,
    /// Where each argument comes from.
    locations: Vec<Location>,
    parent: PackedOption<Region>,
    first: PackedOption<Op>,
    last: PackedOption<Op>,
}

#[derive(Clone, Debug, Default)]
struct RegionData {
    blocks: SmallVec<[Block; 1]>,
    parent: PackedOption<Op>,
}

/// A resource of the text's last section that is no blob: `external_resources: { tool: { key: "value" } }`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resource {
    /// The section, what in it, and so on down to the key.
    pub path: Vec<Name>,
    /// The value as it is written.
    pub value: Name,
}

/// A tree of ops under one `builtin.module`, with the constants it names.
#[derive(Clone, Debug)]
pub struct Module {
    ops: PrimaryMap<Op, OpData>,
    blocks: PrimaryMap<Block, BlockData>,
    regions: PrimaryMap<Region, RegionData>,
    values: PrimaryMap<Value, ValueData>,
    top: Op,
    registry: Arc<Registry>,
    /// Ops made or edited since [`Module::start_journal`]; `None` while nobody listens.
    journal: Option<Vec<Op>>,
    /// How many edits there have been; see [`Module::edits`].
    edits: u64,
    /// What [`Module::find_symbol`] found out; forgotten when a symbol is made, moved, renamed or erased.
    symbols: SymbolTables,
    /// Resources that are not blobs, as their text says.
    pub resources: Vec<Resource>,
    /// Large constants, shared with every clone of the module.
    pub blobs: BlobStore,
}

impl Module {
    /// An empty `builtin.module`.
    pub fn new(registry: Arc<Registry>) -> Module {
        let mut module = Module {
            ops: PrimaryMap::new(),
            blocks: PrimaryMap::new(),
            regions: PrimaryMap::new(),
            values: PrimaryMap::new(),
            top: Op::from_u32(0),
            registry,
            journal: None,
            edits: 0,
            symbols: SymbolTables::default(),
            resources: Vec::new(),
            blobs: BlobStore::new(),
        };
        let state = OpState { region_count: 1, ..OpState::new("builtin.module", Location::unknown()) };
        module.top = module.create(state);
        let region = module.regions(module.top)[0];
        module.create_block(region, &[]);
        module
    }

    /// The outermost op.
    pub fn top(&self) -> Op {
        self.top
    }

    /// Makes `op`, a `builtin.module` read from text, the outermost op.
    pub fn set_top(&mut self, op: Op) {
        self.top = op;
    }

    /// The block of the outermost op.
    pub fn body(&self) -> Block {
        self.entry_block(self.regions(self.top)[0]).expect("builtin.module has a block")
    }

    /// The op definitions this module is read with.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The number of ops ever made: the length a map keyed by [`Op`] needs.
    pub fn op_capacity(&self) -> usize {
        self.ops.len()
    }

    // The journal, by which rewrite drivers learn of edits.

    /// Begins to note every op that is made, edited or loses a use.
    pub fn start_journal(&mut self) {
        self.journal = Some(Vec::new());
    }

    /// The ops noted since the last call, in order, possibly repeated or erased since.
    pub fn take_journal(&mut self) -> Vec<Op> {
        self.journal.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Stops noting.
    pub fn stop_journal(&mut self) {
        self.journal = None;
    }

    /// A number that grows with every edit: if it is the same as before, so is the IR.
    pub fn edits(&self) -> u64 {
        self.edits
    }

    /// Notes that `op` changed; edits through the module do so themselves.
    fn note(&mut self, op: Op) {
        self.edits += 1;
        if let Some(journal) = &mut self.journal {
            journal.push(op);
        }
    }

    fn note_definition(&mut self, value: Value) {
        if let Some(op) = self.defining_op(value) {
            self.note(op);
        }
    }

    /// Whether the op was erased.
    pub fn is_erased(&self, op: Op) -> bool {
        self.ops[op].erased
    }

    // Ops: reading.

    /// The op's name.
    pub fn name(&self, op: Op) -> Name {
        self.ops[op].name
    }

    /// Whether the op has this name.
    pub fn is(&self, op: Op, name: &str) -> bool {
        self.ops[op].name == name
    }

    /// The op's row, if its dialect is registered.
    pub fn definition(&self, op: Op) -> Option<&'static OpDefinition> {
        self.registry.find_op(self.ops[op].name)
    }

    /// Whether the op is registered and has all of `traits`.
    pub fn has_traits(&self, op: Op, traits: Traits) -> bool {
        self.definition(op).is_some_and(|definition| definition.traits.contains(traits))
    }

    /// The operands.
    pub fn operands(&self, op: Op) -> &[Value] {
        &self.ops[op].operands
    }

    /// Operand number `index`.
    ///
    /// # Panics
    /// When there is no such operand.
    pub fn operand(&self, op: Op, index: usize) -> Value {
        self.ops[op].operands[index]
    }

    /// The results.
    pub fn results(&self, op: Op) -> &[Value] {
        &self.ops[op].results
    }

    /// Result number `index`.
    ///
    /// # Panics
    /// When there is no such result.
    pub fn result(&self, op: Op, index: usize) -> Value {
        self.ops[op].results[index]
    }

    /// The attributes.
    pub fn attributes(&self, op: Op) -> &Attributes {
        &self.ops[op].attributes
    }

    /// One attribute.
    pub fn attribute(&self, op: Op, name: &str) -> Option<Attribute> {
        self.ops[op].attributes.get(name)
    }

    /// `<{...}>` of an op that no dialect at hand defines: a dictionary. A defined op has attributes only.
    pub fn properties(&self, op: Op) -> Option<Attribute> {
        self.ops[op].properties
    }

    /// The regions.
    pub fn regions(&self, op: Op) -> &[Region] {
        &self.ops[op].regions
    }

    /// The successors.
    pub fn successors(&self, op: Op) -> &[Block] {
        &self.ops[op].successors
    }

    /// Where the op comes from.
    pub fn location(&self, op: Op) -> Location {
        self.ops[op].location
    }

    /// The block the op stands in; `None` while detached.
    pub fn parent_block(&self, op: Op) -> Option<Block> {
        self.ops[op].parent.expand()
    }

    /// The op whose region the op stands in.
    pub fn parent_op(&self, op: Op) -> Option<Op> {
        self.block_parent_op(self.parent_block(op)?)
    }

    /// The op before, in its block.
    pub fn previous(&self, op: Op) -> Option<Op> {
        self.ops[op].previous.expand()
    }

    /// The op after, in its block.
    pub fn next(&self, op: Op) -> Option<Op> {
        self.ops[op].next.expand()
    }

    /// Types of the operands.
    pub fn operand_types(&self, op: Op) -> Vec<Type> {
        self.operands(op).iter().map(|&value| self.ty(value)).collect()
    }

    /// Types of the results.
    pub fn result_types(&self, op: Op) -> Vec<Type> {
        self.results(op).iter().map(|&value| self.ty(value)).collect()
    }

    // Blocks and regions: reading.

    /// The arguments of a block.
    pub fn arguments(&self, block: Block) -> &[Value] {
        &self.blocks[block].arguments
    }

    /// Where each argument of a block comes from.
    pub fn argument_locations(&self, block: Block) -> &[Location] {
        &self.blocks[block].locations
    }

    /// The region a block stands in.
    pub fn parent_region(&self, block: Block) -> Option<Region> {
        self.blocks[block].parent.expand()
    }

    /// The op whose region the block stands in.
    pub fn block_parent_op(&self, block: Block) -> Option<Op> {
        self.regions[self.parent_region(block)?].parent.expand()
    }

    /// The op a region belongs to.
    pub fn region_parent(&self, region: Region) -> Option<Op> {
        self.regions[region].parent.expand()
    }

    /// The blocks of a region.
    pub fn blocks(&self, region: Region) -> &[Block] {
        &self.regions[region].blocks
    }

    /// The first block of a region.
    pub fn entry_block(&self, region: Region) -> Option<Block> {
        self.regions[region].blocks.first().copied()
    }

    /// The only block of the op's region number `index`.
    ///
    /// # Panics
    /// When there is no such region or it is empty.
    pub fn region_block(&self, op: Op, index: usize) -> Block {
        self.entry_block(self.regions(op)[index]).expect("the region has a block")
    }

    /// The first op of a block.
    pub fn first_op(&self, block: Block) -> Option<Op> {
        self.blocks[block].first.expand()
    }

    /// The last op of a block: its terminator, where it has one.
    pub fn last_op(&self, block: Block) -> Option<Op> {
        self.blocks[block].last.expand()
    }

    /// The ops of a block, in order.
    pub fn block_ops(&self, block: Block) -> impl Iterator<Item = Op> + '_ {
        std::iter::successors(self.first_op(block), |&op| self.next(op))
    }

    /// The ops of a block, in order, as a list that survives edits.
    pub fn ops_of(&self, block: Block) -> Vec<Op> {
        self.block_ops(block).collect()
    }

    /// All ops inside `op`, itself included: each before what is inside it.
    pub fn walk(&self, op: Op) -> Vec<Op> {
        let mut found = Vec::new();
        let mut pending = vec![op];
        while let Some(op) = pending.pop() {
            found.push(op);
            let inner = self.regions(op).iter().flat_map(|&region| self.blocks(region));
            let mut inner: Vec<Op> = inner.flat_map(|&block| self.block_ops(block)).collect();
            inner.reverse();
            pending.append(&mut inner);
        }
        found
    }

    /// The ops inside `root` with this name, itself included.
    pub fn ops_named(&self, root: Op, name: &str) -> Vec<Op> {
        self.walk(root).into_iter().filter(|&op| self.is(op, name)).collect()
    }

    // Blobs.

    /// Forgets the blobs that no attribute refers to, unless another module shares them.
    pub fn forget_unused_blobs(&mut self) {
        fn visit(attribute: Attribute, keys: &mut FxHashSet<&'static str>) {
            match attribute.kind() {
                AttributeKind::DenseResource { key, .. } => _ = keys.insert(key.as_str()),
                AttributeKind::Array(elements) => elements.iter().for_each(|&element| visit(element, keys)),
                AttributeKind::Dictionary(entries) => entries.iter().for_each(|&(_, value)| visit(value, keys)),
                _ => {}
            }
        }
        if self.blobs.is_shared() {
            return;
        }
        let mut keys = FxHashSet::default();
        for op in self.walk(self.top) {
            self.attributes(op).iter().for_each(|(_, value)| visit(value, &mut keys));
        }
        self.blobs.retain(&keys);
    }

    // Values.

    /// The value's type.
    pub fn ty(&self, value: Value) -> Type {
        self.values[value].ty
    }

    /// Changes the value's type.
    pub fn set_ty(&mut self, value: Value, ty: Type) {
        self.edits += u64::from(self.values[value].ty != ty);
        self.values[value].ty = ty;
    }

    /// Where the value comes from.
    pub fn value_definition(&self, value: Value) -> ValueDefinition {
        self.values[value].definition
    }

    /// The op the value is a result of.
    pub fn defining_op(&self, value: Value) -> Option<Op> {
        match self.values[value].definition {
            ValueDefinition::Result(op, _) => Some(op),
            ValueDefinition::Argument(..) => None,
        }
    }

    /// The block the value is defined in.
    pub fn defining_block(&self, value: Value) -> Option<Block> {
        match self.values[value].definition {
            ValueDefinition::Result(op, _) => self.parent_block(op),
            ValueDefinition::Argument(block, _) => Some(block),
        }
    }

    /// Where the value is used, in no particular order.
    pub fn uses(&self, value: Value) -> &[Use] {
        &self.values[value].uses
    }

    /// The ops that use the value, each once, in order of first use.
    pub fn users(&self, value: Value) -> Vec<Op> {
        let mut seen = FxHashSet::default();
        self.uses(value).iter().map(|user| user.op).filter(|&user| seen.insert(user)).collect()
    }

    /// Whether the value is used at all.
    pub fn has_uses(&self, value: Value) -> bool {
        !self.values[value].uses.is_empty()
    }

    /// Whether the value is used exactly once.
    pub fn has_one_use(&self, value: Value) -> bool {
        self.values[value].uses.len() == 1
    }
}
