//! Random numbers. Those of a node are the same each time, and others than the reference's; bits that a state says are the
//! ones that its algorithm gives.

use crate::conversion::attempt::element as element_of;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::random::{fractions, normal_numbers};
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("RANDOM_UNIFORM", |node| {
        let shape = shape(node)?;
        Ok(vec![fractions(node, &shape, ElementType::F32, 0)?])
    }),
    row("RANDOM_STANDARD_NORMAL", |node| {
        let shape = shape(node)?;
        Ok(vec![normal_numbers(node, &shape, ElementType::F32)?])
    }),
    row("MULTINOMIAL", multinomial),
    row("STABLEHLO_RNG_BIT_GENERATOR", bits),
];

/// The shape that the first operand says.
fn shape(node: &mut Node) -> Result<Vec<Dim>, String> {
    let shape = node.input(0)?;
    node.extents_of(shape)
}

/// Numbers of classes, each as often as the logarithm of its weight says.
fn multinomial(node: &mut Node) -> Results {
    let (logits, count) = (node.input(0)?, node.input(1)?);
    let count = *node.extents_of(count)?.first().ok_or("the number of samples is missing")?;
    let &[batch, classes] = node.shape(logits) else { return Err("the logarithms of weights must be a matrix".into()) };
    let most = node.reduce("graph.reduce_max", logits, &[1])?;
    let less = node.binary("graph.subtract", logits, most)?;
    let weights = node.unary("graph.exp", less)?;
    let sums = node.emit("graph.cumulative_sum", &[weights], &[("axis", attribute(1i64))])?;
    let total = node.reduce("graph.reduce_sum", weights, &[1])?;
    let parts = fractions(node, &[batch, count], ElementType::F32, 0)?;
    let wanted = node.binary("graph.multiply", parts, total)?;
    let one = Dim::Static(1);
    let (wanted, sums) = (node.reshape(wanted, &[batch, count, one])?, node.reshape(sums, &[batch, one, classes])?);
    let is_passed = node.binary("graph.less_equal", sums, wanted)?;
    let ones = node.cast(is_passed, ElementType::I64)?;
    let chosen = node.reduce("graph.reduce_sum", ones, &[2])?;
    let chosen = node.reshape(chosen, &[batch, count])?;
    let last = crate::conversion::extent::subtract(crate::conversion::extent::expr(classes)?, constant(1))?;
    let last = node.extent(last);
    let chosen = node.binary("graph.minimum", chosen, last)?;
    let element = node.result_element(0)?;
    Ok(vec![node.cast(chosen, element)?])
}

/// A number of 64 bits with an operator and a constant.
fn with(node: &mut Node, op: &str, x: Tracked, by: u64) -> Result<Tracked, String> {
    let by = node.tensor(Tensor::scalar(by))?;
    node.binary(op, x, by)
}

/// The lower half.
fn low(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    with(node, "graph.and", x, 0xFFFF_FFFF)
}

/// The sum of numbers of 32 bits, in 64.
fn sum(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let sum = node.binary("graph.add", left, right)?;
    low(node, sum)
}

/// The next state, and as many bits as the result has: blocks of numbers that a key makes of a counter.
fn bits(node: &mut Node) -> Results {
    let state = node.input(0)?;
    let result = *node.conversion.module.results(node.op).get(1).ok_or("the second output is missing")?;
    let shape = node.conversion.module.ty(result).as_tensor().and_then(|tensor| tensor.static_shape());
    let shape = shape.ok_or("the bits must have a known shape")?;
    let element = node.result_element(1)?;
    let width = element.bit_width() as u64;
    if !element.is_integer() || !matches!(width, 8 | 16 | 32 | 64) {
        return Err(format!("bits are integers, not {element}"));
    }
    let size = node.shape(state).first().and_then(|dim| dim.as_static());
    let size =
        size.filter(|size| matches!(size, 2 | 3) && node.rank(state) == 1).ok_or("a state is of 2 or 3 numbers")?;
    let is_threefry = node.option_word("algorithm") == "THREEFRY";
    let state = node.cast(state, ElementType::U64)?;
    let dims: Vec<Dim> = shape.iter().map(|&extent| Dim::Static(extent as u64)).collect();
    let count = element_count(&dims)?.as_constant().unwrap_or(0) as u64;
    let words = count.checked_mul(width).ok_or("there are too many bits")?.div_ceil(32);
    let per_block = if is_threefry { 2 } else { 4 };
    let blocks = words.div_ceil(per_block);
    let first = element_of(node, state, 0, 0)?;
    let key = [low(node, first)?, with(node, "graph.shift_right", first, 32)?];
    let counter = element_of(node, state, 0, 1)?;
    let numbers = super::scattering::numbers(node, 0, 1, Dim::Static(blocks))?;
    let numbers = node.cast(numbers, ElementType::U64)?;
    let at = node.binary("graph.add", numbers, counter)?;
    let halves = [low(node, at)?, with(node, "graph.shift_right", at, 32)?];
    let mut parts = match is_threefry {
        true => threefry(node, key, halves)?.to_vec(),
        false => {
            let upper = match size {
                3 => {
                    let third = element_of(node, state, 0, 2)?;
                    [low(node, third)?, with(node, "graph.shift_right", third, 32)?]
                }
                _ => key,
            };
            philox(node, key, [halves[0], halves[1], upper[0], upper[1]])?.to_vec()
        }
    };
    for part in &mut parts {
        *part = node.reshape(*part, &[Dim::Static(blocks), Dim::Static(1)])?;
    }
    let words = node.concat(&parts, 1)?;
    let drawn = as_elements(node, words, blocks * per_block, count, element)?;
    let drawn = node.reshape(drawn, &dims)?;
    let next = with(node, "graph.add", counter, blocks)?;
    let mut states = vec![first, next];
    if size == 3 {
        states.push(element_of(node, state, 0, 2)?);
    }
    for state in &mut states {
        *state = node.reshape(*state, &[Dim::Static(1)])?;
    }
    let state = node.concat(&states, 0)?;
    let state_element = node.result_element(0)?;
    Ok(vec![node.cast(state, state_element)?, drawn])
}

/// Words of 32 bits, in numbers of 64, as integers of an element type: the lowest bits first.
fn as_elements(node: &mut Node, words: Tracked, all: u64, count: u64, element: ElementType) -> Result<Tracked, String> {
    let words = node.reshape(words, &[Dim::Static(all)])?;
    let width = element.bit_width() as u64;
    let elements = if width == 64 {
        let pairs = node.reshape(words, &[Dim::Static(all / 2), Dim::Static(2)])?;
        let shifts = node.tensor(Tensor::from_values(&[2], &[0u64, 32]))?;
        let raised = node.binary("graph.shift_left", pairs, shifts)?;
        node.reduce("graph.reduce_sum", raised, &[1])?
    } else {
        let parts = 32 / width;
        let shifts: Vec<u64> = (0..parts).map(|part| part * width).collect();
        let shifts = node.tensor(Tensor::from_values(&[shifts.len()], &shifts))?;
        let column = node.reshape(words, &[Dim::Static(all), Dim::Static(1)])?;
        let lowered = node.binary("graph.shift_right", column, shifts)?;
        with(node, "graph.and", lowered, u64::MAX >> (64 - width))?
    };
    let total = dim(element_count(node.shape(elements))?)?;
    let elements = node.reshape(elements, &[total])?;
    let elements = node.slice_axis(elements, 0, Dim::Static(0), Dim::Static(count))?;
    node.cast(elements, element)
}

/// A block of ThreeFry: 20 rounds on two words (Salmon and others, Parallel random numbers: as easy as 1, 2, 3, 2011).
fn threefry(node: &mut Node, key: [Tracked; 2], counter: [Tracked; 2]) -> Result<[Tracked; 2], String> {
    const PARITY: u64 = 0x1BD1_1BDA;
    const ROTATIONS: [[u64; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];
    let third = node.binary("graph.xor", key[0], key[1])?;
    let keys = [key[0], key[1], with(node, "graph.xor", third, PARITY)?];
    let [mut x, mut y] = counter;
    x = sum(node, x, keys[0])?;
    y = sum(node, y, keys[1])?;
    for group in 0..5usize {
        for by in ROTATIONS[group % 2] {
            x = sum(node, x, y)?;
            let left = with(node, "graph.shift_left", y, by)?;
            let (left, right) = (low(node, left)?, with(node, "graph.shift_right", y, 32 - by)?);
            let turned = node.binary("graph.or", left, right)?;
            y = node.binary("graph.xor", turned, x)?;
        }
        x = sum(node, x, keys[(group + 1) % 3])?;
        y = sum(node, y, keys[(group + 2) % 3])?;
        let raised = with(node, "graph.add", y, group as u64 + 1)?;
        y = low(node, raised)?;
    }
    Ok([x, y])
}

/// A block of Philox: 10 rounds on four words (the same paper).
fn philox(node: &mut Node, mut key: [Tracked; 2], counter: [Tracked; 4]) -> Result<[Tracked; 4], String> {
    const FACTORS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const STEPS: [u64; 2] = [0x9E37_79B9, 0xBB67_AE85];
    let mut words = counter;
    for _ in 0..10 {
        let products =
            [with(node, "graph.multiply", words[0], FACTORS[0])?, with(node, "graph.multiply", words[2], FACTORS[1])?];
        let mut highs = products;
        for (high, (other, key)) in highs.iter_mut().zip([(words[3], key[1]), (words[1], key[0])]) {
            let upper = with(node, "graph.shift_right", *high, 32)?;
            let mixed = node.binary("graph.xor", upper, other)?;
            *high = node.binary("graph.xor", mixed, key)?;
        }
        words = [highs[1], low(node, products[1])?, highs[0], low(node, products[0])?];
        for (key, step) in key.iter_mut().zip(STEPS) {
            let raised = with(node, "graph.add", *key, step)?;
            *key = low(node, raised)?;
        }
    }
    Ok(words)
}
