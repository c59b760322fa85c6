//! What this machine does at most: fused multiply-adds on numbers in registers, and reads of memory that no cache holds.
//!
//! Both are measured, by short loops, at the number of threads that the answer is for: a processor's frequency and its
//! memory are shared. On RISC-V the loop is scalar, as Rust has no stable way to its vectors: what the
//! vectors do is more than that peak.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// The most that a number of threads do in a second, all together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Floating-point operations on 32-bit numbers.
    pub operations: f64,
    /// Bytes read from memory; `None` if there was no memory to read.
    pub bytes: Option<f64>,
}

/// How often each loop is measured: the best counts, as others use the machine too. Many short times find one in which
/// they do not.
const ATTEMPTS: usize = 100;
/// How long arithmetic is measured each time.
const ATTEMPT: Duration = Duration::from_millis(1);
/// Rounds between two looks at the clock.
const ROUNDS: u32 = 2_000;
/// Bytes that are read, by all threads together, before any is read again: more than caches hold.
const MEMORY: usize = 256 << 20;
/// How many attempts read all of that once.
const PIECES: usize = 25;

impl Peak {
    /// Measures; takes less than a second.
    pub fn measure(threads: usize) -> Peak {
        let threads = threads.max(1);
        let mut peak = Peak { operations: 0.0, bytes: None };
        for _ in 0..ATTEMPTS {
            peak.operations = peak.operations.max(together(threads, |_| count_operations()));
        }
        let length = MEMORY / threads / size_of::<u64>();
        let memory = (0..threads).map(|_| allocate(length)).collect::<Option<Vec<Vec<u64>>>>();
        if let Some(memory) = memory {
            let piece = |attempt: usize, thread: usize| {
                let length = memory[thread].len() / PIECES;
                &memory[thread][attempt % PIECES * length..][..length]
            };
            let rates = (0..ATTEMPTS).map(|attempt| together(threads, |thread| read(piece(attempt, thread))));
            peak.bytes = Some(rates.fold(0.0, f64::max));
        }
        peak
    }
}

/// Does `work`, which returns how much it did, on so many threads at once; gives how much they did in a second.
fn together(threads: usize, work: impl Fn(usize) -> f64 + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let timed = |thread: usize| {
        barrier.wait();
        let start = Instant::now();
        let amount = work(thread);
        amount / start.elapsed().as_secs_f64()
    };
    let timed = &timed;
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|thread| scope.spawn(move || timed(thread))).collect();
        let own = timed(0);
        own + others.into_iter().map(|other| other.join().expect("the loops do not panic")).sum::<f64>()
    })
}

fn allocate(length: usize) -> Option<Vec<u64>> {
    let mut words = Vec::new();
    words.try_reserve_exact(length).ok()?;
    // Not zeros, which the system might give without giving memory.
    words.resize(length, 1);
    Some(words)
}

/// Reads all of it; gives how many bytes that are.
fn read(words: &[u64]) -> f64 {
    black_box(words.iter().fold(0u64, |sum, &word| sum.wrapping_add(word)));
    size_of_val(words) as f64
}

/// Multiplies and adds for as long as [`ATTEMPT`] says; gives how many operations that were.
fn count_operations() -> f64 {
    let end = Instant::now() + ATTEMPT;
    let mut operations = 0.0;
    while Instant::now() < end {
        operations += f64::from(ROUNDS) * work_once();
    }
    operations
}

/// Does [`ROUNDS`] rounds of the widest loop that this processor can; gives the operations of one round.
#[cfg(target_arch = "x86_64")]
fn work_once() -> f64 {
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has the feature that the function needs.
        unsafe { loops::avx512() }
    } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has the features that the function needs.
        unsafe { loops::avx2() }
    } else {
        // SAFETY: every processor of the family has the feature that the function needs.
        unsafe { loops::sse2() }
    }
}

#[cfg(target_arch = "aarch64")]
fn work_once() -> f64 {
    // SAFETY: every processor of the family that Rust is compiled for has the feature that the function needs.
    unsafe { loops::neon() }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn work_once() -> f64 {
    loops::scalar()
}

/// One function an instruction set: independent chains, as many as hide the latency of an operation and fit in registers.
mod loops {
    use super::{ROUNDS, black_box};
    #[cfg(target_arch = "aarch64")]
    use std::arch::aarch64::{vdupq_n_f32, vfmaq_f32};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{
        _mm_add_ps, _mm_mul_ps, _mm_set1_ps, _mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps,
    };

    /// `$chains` sums of vectors of `$lanes`, made by `$splat` and advanced by `$step`.
    macro_rules! chains {
        ($chains:literal, $lanes:literal, $splat:expr, $step:expr) => {{
            let factor = black_box($splat(0.5));
            let mut sums = [$splat(1.0); $chains];
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = $step(*sum, factor, factor);
                }
            }
            black_box(sums);
            f64::from(2 * $chains * $lanes)
        }};
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    pub(super) fn avx512() -> f64 {
        chains!(16, 16, _mm512_set1_ps, |sum, a, b| _mm512_fmadd_ps(sum, a, b))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn avx2() -> f64 {
        chains!(12, 8, _mm256_set1_ps, |sum, a, b| _mm256_fmadd_ps(sum, a, b))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse2")]
    pub(super) fn sse2() -> f64 {
        chains!(12, 4, _mm_set1_ps, |sum, a, b| _mm_add_ps(_mm_mul_ps(sum, a), b))
    }

    #[cfg(target_arch = "aarch64")]
    #[target_feature(enable = "neon")]
    pub(super) fn neon() -> f64 {
        chains!(24, 4, vdupq_n_f32, |sum, a, b| vfmaq_f32(b, sum, a))
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(super) fn scalar() -> f64 {
        chains!(16, 1, |value: f32| value, |sum: f32, a: f32, b: f32| sum * a + b)
    }

    #[cfg(all(test, target_arch = "x86_64"))]
    #[test]
    fn every_loop_runs() {
        // SAFETY: every processor of the family has the feature that the function needs.
        assert_eq!(unsafe { sse2() }, 96.0);
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has the features that the function needs.
            assert_eq!(unsafe { avx2() }, 192.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_rates() {
        let peak = Peak::measure(2);
        assert!(peak.operations.is_finite() && peak.operations > 0.0);
        assert!(peak.bytes.is_none_or(|bytes| bytes.is_finite() && bytes > 0.0));
    }
}
