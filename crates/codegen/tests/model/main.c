/* Runs the model of model.mlir and compares it with plain loops; 0 if all is right, else the number of a check.
   Stands alone: no C library, so that it runs under an emulator without a sysroot. */

#include <stddef.h>
#include <stdint.h>

int32_t kiln_gen_run(void *runtime, void **inputs, void **outputs, int64_t *symbols, void *workspace, int64_t workers);
void kiln_gen_dims(const int64_t *symbols, int64_t *dims);
int64_t kiln_gen_workspace(const int64_t *symbols, int64_t workers);

typedef struct state {
  int64_t tasks, failures, node, value, bound;
} state;

typedef void (*task)(void *context, int64_t begin, int64_t end, int64_t worker);

__attribute__((visibility("hidden"))) void kiln_parallel(void *runtime, task task, void *context, int64_t count,
                                                           int64_t serial, int64_t launch) {
  (void)serial, (void)launch;
  ((state *)runtime)->tasks += 2;
  task(context, 0, count / 2, 0);
  task(context, count / 2, count, 1);
}

__attribute__((visibility("hidden"))) void kiln_fail(void *runtime, int64_t node, int64_t value, int64_t bound) {
  *(state *)runtime = (state){((state *)runtime)->tasks, ((state *)runtime)->failures + 1, node, value, bound};
}

__attribute__((visibility("hidden"))) void *memset(void *to, int byte, size_t count) {
  volatile unsigned char *bytes = to;
  while (count-- > 0) *bytes++ = (unsigned char)byte;
  return to;
}

__attribute__((visibility("hidden"))) void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  volatile unsigned char *target = to;
  const unsigned char *source = from;
  while (count-- > 0) *target++ = *source++;
  return to;
}

#define ROWS 7
#define GUARD 12345.0f

static float x[ROWS][64], y[ROWS][32], sums[ROWS + 1], transposed[64][ROWS], picked[11];
static _Alignas(64) unsigned char workspace[1024];

static int differs(float got, float expected) {
  float difference = got - expected;
  return !(difference < 1e-5f && difference > -1e-5f);
}

/* As the test writes the weights: multiples of a quarter, so that every sum is exact. */
static float weight(int k, int n) { return (float)((k * 7 + n * 3) % 11 - 5) / 4; }

int kiln_self_test(void) {
  state runtime = {0};
  int64_t symbols[1] = {ROWS}, dims[8];
  kiln_gen_dims(symbols, dims);
  static const int64_t expected[] = {ROWS, 64, ROWS, 32, ROWS, 64, ROWS, 10};
  for (int i = 0; i < 8; ++i)
    if (dims[i] != expected[i]) return 1;
  if (kiln_gen_workspace(symbols, 2) != sizeof workspace) return 2;
  for (int i = 0; i < ROWS; ++i)
    for (int j = 0; j < 64; ++j) x[i][j] = (float)((i * 5 + j) % 9 - 4) / 4;
  sums[ROWS] = picked[10] = GUARD;
  void *inputs[] = {x}, *outputs[] = {y, sums, transposed, picked};
  if (kiln_gen_run(&runtime, inputs, outputs, symbols, workspace, 2) != 0) return 3;
  if (runtime.tasks != 2) return 4;

  static const float bias[] = {0.5f, -0.5f, 0.25f};
  for (int i = 0; i < ROWS; ++i) {
    float row = bias[i % 3 == 0 ? 0 : i % 3 == 1 ? 1 : 2];
    for (int n = 0; n < 32; ++n) {
      float sum = 0;
      for (int k = 0; k < 64; ++k) sum += x[i][k] * weight(k, n);
      sum = sum > 0 ? sum : 0;
      if (differs(y[i][n], sum)) return 5;
      row += sum;
    }
    if (differs(sums[i], row)) return 6;
    for (int j = 0; j < 64; ++j)
      if (transposed[j][i] != x[i][j]) return 7;
  }
  for (int i = 0; i < 10; ++i) {
    int at = i * i < ROWS * 64 ? i * i : ROWS * 64 - 1;
    float size = x[at / 64][at % 64] < 0 ? -x[at / 64][at % 64] : x[at / 64][at % 64];
    if (differs(picked[i] * picked[i], size)) return 8;
  }
  /* 9 * 9 is inside, so no index was reported; masked stores wrote nothing past the end. */
  if (runtime.failures != 0) return 9;
  if (sums[ROWS] != GUARD || picked[10] != GUARD) return 10;

  /* One row: 8 * 8 is the first index outside. */
  symbols[0] = 1;
  if (kiln_gen_run(&runtime, inputs, outputs, symbols, workspace, 1) != 0) return 11;
  if (runtime.failures != 1 || runtime.node != 7 || runtime.value != 64 || runtime.bound != 64) return 12;
  return 0;
}

#ifdef STAND_ALONE
_Noreturn void begin(void) {
  long status = kiln_self_test();
#if defined(__x86_64__)
  __asm__ volatile("syscall" : : "a"(60), "D"(status));
#elif defined(__aarch64__)
  register long x0 __asm__("x0") = status, x8 __asm__("x8") = 93;
  __asm__ volatile("svc 0" : : "r"(x0), "r"(x8));
#elif defined(__riscv)
  register long a0 __asm__("a0") = status, a7 __asm__("a7") = 93;
  __asm__ volatile("ecall" : : "r"(a0), "r"(a7));
#endif
  __builtin_unreachable();
}

/* The stack is aligned here; nothing else of the kernel's hand-over is needed. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start: xor %ebp, %ebp\n and $-64, %rsp\n call begin\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start: b begin\n");
#elif defined(__riscv)
__asm__(".globl _start\n_start:\n .option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n j begin\n");
#endif
#endif
