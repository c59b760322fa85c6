//! How the matrix kernels multiply and sum: by which instruction, and what order of the right operand it wants.

use kiln_target::{Architecture, ByteDot, Target};
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
}

impl Dot {
    const ALL: [(Dot, &str); 4] =
        [(Dot::Fused, "fused"), (Dot::Widened, "widened"), (Dot::Pairs, "pairs"), (Dot::Quads, "quads")];

    /// The best there is for elements of these types.
    pub fn of(target: &Target, left: ElementType, right: ElementType) -> Dot {
        if !is_byte(left) || !is_byte(right) {
            return Dot::Fused;
        }
        let ByteDot { signed, unsigned, mixed } = target.byte_dot;
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

    /// Steps of the depth in one step of the loop.
    pub fn terms(self) -> usize {
        match self {
            Dot::Fused | Dot::Widened => 1,
            Dot::Pairs => 2,
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
    if is_byte(element) { ElementType::I32 } else { element }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementType::{F32, I8, U8};

    fn check(triple: &str, cpu: &str, expected: [Dot; 4]) {
        let target = Target::parse(triple, Some(cpu)).expect("known");
        let pairs = [(U8, I8), (I8, I8), (U8, U8), (F32, F32)];
        assert_eq!(pairs.map(|(left, right)| Dot::of(&target, left, right)), expected, "{cpu}");
    }

    #[test]
    fn instructions_by_processor() {
        use Dot::{Fused, Pairs, Quads, Widened};
        check("x86_64", "icelake-server", [Quads, Pairs, Pairs, Fused]);
        check("x86_64", "alderlake", [Quads, Pairs, Pairs, Fused]);
        check("x86_64", "x86-64-v4", [Pairs, Pairs, Pairs, Fused]);
        check("x86_64", "x86-64-v2", [Pairs, Pairs, Pairs, Fused]);
        check("aarch64", "generic", [Widened, Widened, Widened, Fused]);
        check("aarch64", "neoverse-n1", [Widened, Quads, Quads, Fused]);
        check("aarch64", "neoverse-v1", [Quads, Quads, Quads, Fused]);
        check("riscv64", "rv64gcv", [Widened, Widened, Widened, Fused]);
    }
}
