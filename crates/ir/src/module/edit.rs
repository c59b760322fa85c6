//! Edits: making, moving and erasing ops, blocks, regions and uses.

use super::symbols::SymbolTables;
use super::{Block, BlockData, Module, Op, Region, RegionData, Use, Value, ValueData, ValueDefinition};
use crate::attribute::{Attribute, IntoAttribute};
use crate::intern::Name;
use crate::location::Location;
use crate::operation::{OpData, OpState};
use crate::types::Type;
use smallvec::SmallVec;

impl Module {
    /// Makes an op that stands nowhere yet.
    pub fn create(&mut self, state: OpState) -> Op {
        let op = self.ops.next_key();
        let places = state.operands.iter().enumerate().map(|(index, &operand)| {
            self.values[operand].uses.push(Use { op, index });
            self.values[operand].uses.len() as u32 - 1
        });
        let places = places.collect();
        let results = state.result_types.iter().enumerate().map(|(index, &ty)| {
            let definition = ValueDefinition::Result(op, index);
            self.values.push(ValueData { ty, definition, uses: SmallVec::new() })
        });
        let results = results.collect();
        let regions = (0..state.region_count)
            .map(|_| self.regions.push(RegionData { blocks: SmallVec::new(), parent: op.into() }))
            .collect();
        let op = self.ops.push(OpData {
            name: state.name,
            operands: state.operands,
            places,
            results,
            attributes: state.attributes,
            properties: state.properties,
            regions,
            successors: state.successors,
            location: state.location,
            parent: None.into(),
            previous: None.into(),
            next: None.into(),
            erased: false,
        });
        self.note(op);
        op
    }

    /// Adds a block with arguments at the end of a region.
    pub fn create_block(&mut self, region: Region, arguments: &[Type]) -> Block {
        self.edits += 1;
        let block = self.blocks.push(BlockData { parent: region.into(), ..BlockData::default() });
        self.regions[region].blocks.push(block);
        for &ty in arguments {
            self.add_argument(block, ty);
        }
        block
    }

    /// Adds an argument to a block.
    pub fn add_argument(&mut self, block: Block, ty: Type) -> Value {
        self.edits += 1;
        let definition = ValueDefinition::Argument(block, self.blocks[block].arguments.len());
        let value = self.values.push(ValueData { ty, definition, uses: SmallVec::new() });
        self.blocks[block].arguments.push(value);
        self.blocks[block].locations.push(Location::unknown());
        value
    }

    /// Sets where argument number `index` of a block comes from.
    pub fn set_argument_location(&mut self, block: Block, index: usize, location: Location) {
        self.edits += 1;
        self.blocks[block].locations[index] = location;
    }

    /// Removes argument number `index` of a block, which must be unused.
    ///
    /// # Panics
    /// When the argument is used.
    pub fn remove_argument(&mut self, block: Block, index: usize) {
        self.edits += 1;
        let value = self.blocks[block].arguments.remove(index);
        self.blocks[block].locations.remove(index);
        assert!(!self.has_uses(value), "a removed block argument has no uses");
        for (position, &argument) in self.blocks[block].arguments.iter().enumerate().skip(index) {
            self.values[argument].definition = ValueDefinition::Argument(block, position);
        }
    }

    /// Adds a result to an op.
    pub fn add_result(&mut self, op: Op, ty: Type) -> Value {
        self.edits += 1;
        let definition = ValueDefinition::Result(op, self.ops[op].results.len());
        let value = self.values.push(ValueData { ty, definition, uses: SmallVec::new() });
        self.ops[op].results.push(value);
        value
    }

    /// Adds a region to an op.
    pub fn add_region(&mut self, op: Op) -> Region {
        self.edits += 1;
        let region = self.regions.push(RegionData { blocks: SmallVec::new(), parent: op.into() });
        self.ops[op].regions.push(region);
        region
    }

    /// Puts a detached op at the end of a block.
    pub fn append(&mut self, block: Block, op: Op) {
        self.link(block, self.blocks[block].last.expand(), None, op);
    }

    /// Puts a detached op at the start of a block.
    pub fn prepend(&mut self, block: Block, op: Op) {
        self.link(block, None, self.blocks[block].first.expand(), op);
    }

    /// Puts a detached op before another.
    ///
    /// # Panics
    /// When `anchor` stands in no block.
    pub fn insert_before(&mut self, anchor: Op, op: Op) {
        let block = self.parent_block(anchor).expect("the anchor of an insertion stands in a block");
        self.link(block, self.previous(anchor), Some(anchor), op);
    }

    /// Puts a detached op after another.
    ///
    /// # Panics
    /// When `anchor` stands in no block.
    pub fn insert_after(&mut self, anchor: Op, op: Op) {
        let block = self.parent_block(anchor).expect("the anchor of an insertion stands in a block");
        self.link(block, Some(anchor), self.next(anchor), op);
    }

    fn link(&mut self, block: Block, previous: Option<Op>, next: Option<Op>, op: Op) {
        self.edits += 1;
        assert!(self.ops[op].parent.is_none(), "an inserted op is detached");
        self.forget_symbols(op);
        let data = &mut self.ops[op];
        data.parent = block.into();
        data.previous = previous.into();
        data.next = next.into();
        match previous {
            Some(previous) => self.ops[previous].next = op.into(),
            None => self.blocks[block].first = op.into(),
        }
        match next {
            Some(next) => self.ops[next].previous = op.into(),
            None => self.blocks[block].last = op.into(),
        }
    }

    /// Takes an op out of its block; it keeps operands, results and regions.
    pub fn detach(&mut self, op: Op) {
        self.edits += 1;
        let Some(block) = self.parent_block(op) else { return };
        self.forget_symbols(op);
        let (previous, next) = (self.ops[op].previous, self.ops[op].next);
        match previous.expand() {
            Some(previous) => self.ops[previous].next = next,
            None => self.blocks[block].first = next,
        }
        match next.expand() {
            Some(next) => self.ops[next].previous = previous,
            None => self.blocks[block].last = previous,
        }
        let data = &mut self.ops[op];
        (data.parent, data.previous, data.next) = (None.into(), None.into(), None.into());
    }

    /// Moves an op before another.
    pub fn move_before(&mut self, anchor: Op, op: Op) {
        self.detach(op);
        self.insert_before(anchor, op);
    }

    /// Moves all blocks of region `from` to the end of region `to`.
    pub fn move_blocks(&mut self, from: Region, to: Region) {
        self.edits += 1;
        self.symbols = SymbolTables::default();
        let blocks = std::mem::take(&mut self.regions[from].blocks);
        for &block in &blocks {
            self.blocks[block].parent = to.into();
        }
        self.regions[to].blocks.extend(blocks);
    }

    /// Deletes an op and all inside it. Its results must be unused.
    ///
    /// # Panics
    /// When a result is still used.
    pub fn erase(&mut self, op: Op) {
        let used = self.results(op).iter().any(|&result| self.has_uses(result));
        assert!(!used, "an erased op has no used results: {}", self.name(op));
        self.detach(op);
        for inner in self.walk(op) {
            self.set_operands(inner, &[]);
            self.ops[inner].erased = true;
        }
    }

    /// Replaces the op's results by `values` and deletes it.
    ///
    /// # Panics
    /// When the counts differ.
    pub fn replace(&mut self, op: Op, values: &[Value]) {
        assert_eq!(self.results(op).len(), values.len(), "a replacement has one value for each result");
        for (index, &value) in values.iter().enumerate() {
            self.replace_all_uses(self.result(op, index), value);
        }
        self.erase(op);
    }

    /// Changes one operand.
    pub fn set_operand(&mut self, op: Op, index: usize, value: Value) {
        if self.ops[op].operands[index] == value {
            return;
        }
        let old = std::mem::replace(&mut self.ops[op].operands[index], value);
        self.remove_use(old, op, index);
        self.add_use(value, op, index);
        self.note(op);
        self.note_definition(old);
    }

    /// Changes all operands.
    pub fn set_operands(&mut self, op: Op, values: &[Value]) {
        if self.operands(op) == values {
            return;
        }
        let old = std::mem::replace(&mut self.ops[op].operands, values.into());
        for (index, value) in old.into_iter().enumerate() {
            self.remove_use(value, op, index);
            self.note_definition(value);
        }
        self.note(op);
        self.ops[op].places.resize(values.len(), 0);
        for (index, &value) in values.iter().enumerate() {
            self.add_use(value, op, index);
        }
    }

    fn add_use(&mut self, value: Value, op: Op, index: usize) {
        let uses = &mut self.values[value].uses;
        self.ops[op].places[index] = uses.len() as u32;
        uses.push(Use { op, index });
    }

    /// Takes a use off its value's list; the list's last one takes its place, so that no list is ever searched.
    fn remove_use(&mut self, value: Value, op: Op, index: usize) {
        let place = self.ops[op].places[index] as usize;
        let uses = &mut self.values[value].uses;
        let removed = uses.swap_remove(place);
        assert_eq!(removed, Use { op, index }, "use lists hold every use at its place");
        if let Some(&moved) = uses.get(place) {
            self.ops[moved.op].places[moved.index] = place as u32;
        }
    }

    /// Sets an attribute; returns the one it replaces.
    pub fn set_attribute(&mut self, op: Op, name: &str, value: impl IntoAttribute) -> Option<Attribute> {
        self.note(op);
        let previous = self.ops[op].attributes.set(name, value);
        self.forget_symbols(op);
        previous
    }

    /// Removes an attribute.
    pub fn remove_attribute(&mut self, op: Op, name: &str) -> Option<Attribute> {
        self.note(op);
        self.forget_symbols(op);
        self.ops[op].attributes.remove(name)
    }

    /// Sets the properties of an op that no dialect at hand defines: a dictionary.
    pub fn set_properties(&mut self, op: Op, properties: Attribute) {
        self.edits += 1;
        self.ops[op].properties = Some(properties);
    }

    /// Sets where the op comes from.
    pub fn set_location(&mut self, op: Op, location: Location) {
        self.edits += 1;
        self.ops[op].location = location;
    }

    /// Renames an op in place.
    pub fn rename(&mut self, op: Op, name: &str) {
        self.edits += 1;
        self.ops[op].name = Name::new(name);
    }

    /// Replaces the successors.
    pub fn set_successors(&mut self, op: Op, successors: Vec<Block>) {
        self.edits += 1;
        self.ops[op].successors = successors;
    }

    /// Makes every user of `old` use `new`.
    pub fn replace_all_uses(&mut self, old: Value, new: Value) {
        if old == new {
            return;
        }
        let uses = std::mem::take(&mut self.values[old].uses);
        let first = self.values[new].uses.len();
        for (place, &user) in (first..).zip(&uses) {
            self.ops[user.op].operands[user.index] = new;
            self.ops[user.op].places[user.index] = place as u32;
            self.note(user.op);
        }
        self.values[new].uses.extend(uses);
        self.note_definition(old);
    }
}
