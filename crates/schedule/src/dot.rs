//! How the matrix kernels multiply and sum: by which instruction, and what order of the right operand it wants.

use kiln_target::{Architecture, Dots, Target};
use kiln_tensor::ElementType;

/// One step of the innermost loop of a matrix kernel.
///
/// A step of several terms reads that many neighbours of the left operand's row, and of each column of the right operand,
/// where they are neighbours too: `depth / terms x columns x terms`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dot {
    /// A multiplication and an addition in the elements' own type.
    Fused,
    /// Bytes, extended to 32 bits each before they are multiplied.
    Widened,
    /// Pairs of bytes, extended to 16 bits, whose products an instruction sums.
    Pairs,
    /// Four bytes, whose products an instruction sums.
    Quads,
    /// Pairs of `bf16`, whose products an instruction sums as `f32`.
    Halves,
}

/// What multiplies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unit {
    /// Instructions on vectors.
    Vectors,
    /// Instructions on tiles: up to 16 rows of 64 bytes.
    Tiles,
}

/// Rows of a tile of the matrix unit.
pub const TILE_ROWS: usize = 16;

/// Bytes of a row of a tile of the matrix unit.
pub const TILE_ROW_BYTES: usize = 64;

impl Dot {
    const ALL: [(Dot, &str); 5] = [
        (Dot::Fused, "fused"),
        (Dot::Widened, "widened"),
        (Dot::Pairs, "pairs"),
        (Dot::Quads, "quads"),
        (Dot::Halves, "halves"),
    ];

    /// The best there is on vectors of these types.
    pub fn of(target: &Target, left: ElementType, right: ElementType) -> Dot {
        let Dots { signed, unsigned, mixed, halves, .. } = target.dots;
        if !is_byte(left) || !is_byte(right) {
            let are_halves = left == ElementType::BF16 && right == ElementType::BF16;
            return if are_halves && halves { Dot::Halves } else { Dot::Fused };
        }
        let has_quads = match (left, right) {
            (ElementType::I8, ElementType::I8) => signed,
            (ElementType::U8, ElementType::U8) => unsigned,
            _ => mixed,
        };
        match target.architecture {
            _ if has_quads => Dot::Quads,
            Architecture::X86_64 => Dot::Pairs,
            Architecture::Aarch64 | Architecture::Riscv64 => Dot::Widened,
        }
    }

    /// How the matrix unit multiplies elements of these types, if there is one that does.
    pub fn of_tiles(target: &Target, left: ElementType, right: ElementType) -> Option<Dot> {
        let Dots { byte_tiles, half_tiles, .. } = target.dots;
        match (left, right) {
            (ElementType::BF16, ElementType::BF16) if half_tiles => Some(Dot::Halves),
            _ if is_byte(left) && is_byte(right) && byte_tiles => Some(Dot::Quads),
            _ => None,
        }
    }

    /// Steps of the depth in one step of the loop.
    pub fn terms(self) -> usize {
        match self {
            Dot::Fused | Dot::Widened => 1,
            Dot::Pairs | Dot::Halves => 2,
            Dot::Quads => 4,
        }
    }

    /// The name in a plan.
    pub(crate) fn name(self) -> &'static str {
        Dot::ALL.iter().find(|(dot, _)| *dot == self).map_or("fused", |(_, name)| name)
    }

    /// What a plan calls `name`.
    pub(crate) fn named(name: &str) -> Option<Dot> {
        Dot::ALL.iter().find(|(_, text)| *text == name).map(|(dot, _)| *dot)
    }
}

/// Whether elements are 8-bit integers.
pub fn is_byte(element: ElementType) -> bool {
    matches!(element, ElementType::I8 | ElementType::U8)
}

/// What products of elements are summed in.
pub fn sum_type(element: ElementType) -> ElementType {
    match element {
        ElementType::I8 | ElementType::U8 => ElementType::I32,
        ElementType::F16 | ElementType::BF16 => ElementType::F32,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementType::{BF16, F32, I8, U8};

    fn check(triple: &str, cpu: &str, expected: [Dot; 4]) {
        let target = Target::parse(triple, Some(cpu)).expect("known");
        let pairs = [(U8, I8), (I8, I8), (U8, U8), (BF16, BF16)];
        assert_eq!(pairs.map(|(left, right)| Dot::of(&target, left, right)), expected, "{cpu}");
    }

    #[test]
    fn instructions_by_processor() {
        use Dot::{Fused, Halves, Pairs, Quads, Widened};
        check("x86_64", "icelake-server", [Quads, Pairs, Pairs, Fused]);
        check("x86_64", "alderlake", [Quads, Pairs, Pairs, Fused]);
        check("x86_64", "znver4", [Quads, Pairs, Pairs, Halves]);
        check("x86_64", "x86-64-v4", [Pairs, Pairs, Pairs, Fused]);
        check("x86_64", "x86-64-v2", [Pairs, Pairs, Pairs, Fused]);
        check("aarch64", "generic", [Widened, Widened, Widened, Fused]);
        check("aarch64", "neoverse-n1", [Widened, Quads, Quads, Fused]);
        check("aarch64", "neoverse-v1", [Quads, Quads, Quads, Fused]);
        check("riscv64", "rv64gcv", [Widened, Widened, Widened, Fused]);
    }

    #[test]
    fn tiles_by_processor() {
        let of = |cpu| {
            let target = Target::parse("x86_64", Some(cpu)).expect("known");
            [(I8, I8), (BF16, BF16), (F32, F32)].map(|(left, right)| Dot::of_tiles(&target, left, right))
        };
        assert_eq!(of("sapphirerapids"), [Some(Dot::Quads), Some(Dot::Halves), None]);
        assert_eq!(of("znver4"), [None; 3]);
    }
}
