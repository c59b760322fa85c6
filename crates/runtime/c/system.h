/*
 * What the runtime needs of the machine: libc functions declared by hand, because no target's headers are at hand when
 * Kiln is built, and system call numbers.
 *
 * The process that loads a model resolves these symbols, and no others, as `src/objects.rs` lists
 * too: malloc, free, memcpy, memset, pthread_create, pthread_join, clock_gettime, syscall, getenv and, but on x86-64,
 * getauxval; and for numbers in strings strtod and snprintf. (memcpy and memset are what the compiler emits for copies.)
 */
#ifndef KILN_SYSTEM_H
#define KILN_SYSTEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if !defined(__linux__) || __SIZEOF_LONG__ != 8
#error "the runtime knows the 64-bit Linux ABI only"
#endif

struct kiln_timespec {
  int64_t seconds;
  int64_t nanoseconds;
};

enum { KILN_CLOCK_MONOTONIC = 1 };

void *malloc(size_t size);
void free(void *block);
double strtod(const char *text, char **end);
int snprintf(char *text, size_t size, const char *format, ...);
int pthread_create(unsigned long *thread, const void *attributes, void *(*start)(void *), void *argument);
int pthread_join(unsigned long thread, void **result);
int clock_gettime(int clock, struct kiln_timespec *time);
long syscall(long number, ...);
char *getenv(const char *name);
unsigned long getauxval(unsigned long type);

/* What getauxval is asked for: bits that tell what the processor has. */
enum { KILN_HWCAP = 16, KILN_HWCAP2 = 26 };

#if defined(__x86_64__)
enum {
  SYSTEM_RT_SIGPROCMASK = 14,
  SYSTEM_MADVISE = 28,
  SYSTEM_GETPID = 39,
  SYSTEM_ARCH_PRCTL = 158,
  SYSTEM_FUTEX = 202,
  SYSTEM_SCHED_GETAFFINITY = 204
};
/* What arch_prctl is asked for: to let the process use registers, and those that hold the tiles of AMX. */
enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
#elif defined(__aarch64__) || defined(__riscv)
enum {
  SYSTEM_FUTEX = 98,
  SYSTEM_SCHED_GETAFFINITY = 123,
  SYSTEM_RT_SIGPROCMASK = 135,
  SYSTEM_GETPID = 172,
  SYSTEM_MADVISE = 233
};
#else
#error "no system call numbers for this processor"
#endif

enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129, MADVISE_HUGE_PAGES = 14 };

/* Sleeps while *word is expected; may also return for no reason. */
static inline void kiln_futex_wait(_Atomic uint32_t *word, uint32_t expected) {
  syscall(SYSTEM_FUTEX, word, (long)FUTEX_WAIT_PRIVATE, (long)expected, (long)0);
}

/* Wakes one thread that sleeps on word. */
static inline void kiln_futex_wake(_Atomic uint32_t *word) {
  syscall(SYSTEM_FUTEX, word, (long)FUTEX_WAKE_PRIVATE, 1L);
}

/* Tells the processor that the thread is spinning. */
static inline void kiln_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#else
  /* `pause` of Zihintpause, a hint that older processors take as a no-op fence. */
  __asm__ volatile(".4byte 0x0100000f" ::: "memory");
#endif
}

/* Nanoseconds of a clock that never goes back. */
static inline int64_t kiln_now(void) {
  struct kiln_timespec time = {0, 0};
  clock_gettime(KILN_CLOCK_MONOTONIC, &time);
  return time.seconds * INT64_C(1000000000) + time.nanoseconds;
}

#endif
