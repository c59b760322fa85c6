//! What a model says of the kernels that it launches.

/// A place at which a model launches a kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaunchInfo {
    /// The kernel's function.
    pub kernel: String,
    /// The family of kernels it is of: `gemm`, `winograd`, `map`.
    pub family: String,
    /// Names of the model's nodes that it computes.
    pub nodes: Vec<String>,
    /// Floating-point operations of one launch: those of products, convolutions, attention and recurrent layers. `None`
    /// if they are not known.
    pub operations: Option<Amount>,
    /// Bytes of the tensors that one launch reads and writes; `None` if they are not known.
    pub bytes: Option<Amount>,
}

/// A number that may depend on the symbols of a model: a program for a machine with a stack, as the metadata has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// The instructions, as `kiln-codegen`'s `metadata` module describes them.
    pub instructions: Vec<i64>,
}

impl Amount {
    /// The number, where the model's symbols have these values, in order; `None` if one that is needed is not known, on
    /// overflow, or if the program makes no sense.
    pub fn evaluate(&self, symbols: &[Option<i64>]) -> Option<i64> {
        let mut stack: Vec<i64> = Vec::new();
        for instruction in &self.instructions {
            let operand = instruction >> 8;
            let result = match instruction & 0xff {
                0 => operand,
                1 => (*symbols.get(usize::try_from(operand).ok()?)?)?,
                code => {
                    let right = stack.pop()?;
                    operation(code, stack.pop()?, right)?
                }
            };
            stack.push(result);
        }
        let result = stack.pop()?;
        stack.is_empty().then_some(result)
    }
}

/// The result of the operation of that code. A divisor is an extent; one of 0 counts as 1.
fn operation(code: i64, left: i64, right: i64) -> Option<i64> {
    let divisor = right.max(1);
    match code {
        2 => left.checked_add(right),
        3 => left.checked_mul(right),
        4 => Some(left.div_euclid(divisor)),
        5 => Some(left.rem_euclid(divisor)),
        6 => Some(left.min(right)),
        7 => Some(left.max(right)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(instructions: &[i64]) -> Option<i64> {
        Amount { instructions: instructions.into() }.evaluate(&[Some(7), None])
    }

    #[test]
    fn programs_leave_one_number() {
        const PUSH_3: i64 = 3 << 8;
        const MINUS_9: i64 = -9 << 8;
        const SYMBOL_0: i64 = 1;
        const SYMBOL_1: i64 = 1 << 8 | 1;
        assert_eq!(evaluate(&[PUSH_3]), Some(3));
        assert_eq!(evaluate(&[SYMBOL_0, PUSH_3, 3, MINUS_9, 2]), Some(12));
        assert_eq!([4, 5, 6, 7].map(|code| evaluate(&[MINUS_9, SYMBOL_0, code])), [-2, 5, -9, 7].map(Some));
        assert_eq!(evaluate(&[PUSH_3, 0, 4]), Some(3));
        for wrong in [&[][..], &[PUSH_3, PUSH_3], &[PUSH_3, 2], &[SYMBOL_1], &[2 << 8 | 1], &[PUSH_3, PUSH_3, 8], &[-1]]
        {
            assert_eq!(evaluate(wrong), None, "{wrong:?}");
        }
        let large = i64::MAX >> 8 << 8;
        assert_eq!(evaluate(&[large, large, 3]), None);
    }
}
