/*
 * Stands for the generated code of a model, to test the runtime by itself. Its metadata is in tests/support.
 *
 *   inputs   x: f32 [N, 4, M]   scale: f32 [N]   index: i64 [K]   window: f32 [2 * M + 1]
 *   outputs  y: f32 [N, M]      = scale[n] * (x[n, 0, m] + .. + x[n, 3, m]) + window[m] + window[2 * M - m]
 *            picked: f32 [K]    = scale[index[k]]
 *            tail: f32 [M - 2]  = y[0, m + 2], or 0 without rows
 *            found: i64 [C]     = the k whose index is positive; there are C of them, at most K. Where K is over 500,
 *                                 the model does not say so.
 */
#include <stdatomic.h>
#include <stdint.h>

void kiln_parallel(void *runtime, void (*task)(void *, int64_t, int64_t, int64_t), void *context, int64_t count,
                   int64_t serial, int64_t launch);
void kiln_fail(void *runtime, int64_t node, int64_t value, int64_t bound);

void kiln_set_symbol(void *runtime, int64_t symbol, int64_t value, int64_t node);
void kiln_reserve(void *runtime, int64_t stage, int64_t bytes, int64_t node);
void *kiln_memory(void *runtime, int64_t stage);
void *kiln_output_memory(void *runtime, int64_t output, int64_t bytes);

enum { N, M, K, C };

struct context {
  void *runtime;
  const float *x, *scale, *window;
  const int64_t *index, *symbols;
  float *y, *picked, *workspace;
};

/* Rows [begin, end) of y, by way of the worker's own row of workspace. */
static void rows(void *argument, int64_t begin, int64_t end, int64_t worker) {
  const struct context *c = argument;
  int64_t m_count = c->symbols[M];
  float *sum = c->workspace + worker * m_count;
  for (int64_t n = begin; n < end; ++n) {
    for (int64_t m = 0; m < m_count; ++m)
      sum[m] = 0;
    for (int64_t r = 0; r < 4; ++r)
      for (int64_t m = 0; m < m_count; ++m)
        sum[m] += c->x[(n * 4 + r) * m_count + m];
    for (int64_t m = 0; m < m_count; ++m)
      c->y[n * m_count + m] = c->scale[n] * sum[m] + c->window[m] + c->window[2 * m_count - m];
  }
}

static void pick(void *argument, int64_t begin, int64_t end, int64_t worker) {
  const struct context *c = argument;
  (void)worker;
  for (int64_t k = begin; k < end; ++k) {
    int64_t index = c->index[k], bound = c->symbols[N];
    if (index < -bound || index >= bound) {
      kiln_fail(c->runtime, 1, index, bound);
      index = 0;
    }
    c->picked[k] = bound ? c->scale[index < 0 ? index + bound : index] : 0;
  }
}

int32_t kiln_gen_run(void *runtime, const void *const *inputs, void *const *outputs, int64_t *symbols, void *workspace,
                     int64_t workers) {
  struct context c = {runtime,    inputs[0],  inputs[1], inputs[3], inputs[2],
                      symbols,    outputs[0], outputs[1], workspace};
  float *tail = outputs[2];
  int64_t count = 0;
  if ((uintptr_t)workspace % 64 || workers < 1)
    return 77;
  kiln_parallel(runtime, rows, &c, symbols[N], 1, 0);
  /* As generated code does where a launch of few tasks is not split. */
  if (symbols[K] <= 100 && !*(void **)runtime)
    pick(&c, 0, symbols[K], 0);
  else
    kiln_parallel(runtime, pick, &c, symbols[K], 100, 1);
  for (int64_t m = 0; m < symbols[M] - 2; ++m)
    tail[m] = symbols[N] ? c.y[m + 2] : 0;
  for (int64_t k = 0; k < symbols[K]; ++k)
    count += c.index[k] > 0;
  /* A scale of -1 asks for what cannot be. */
  kiln_set_symbol(runtime, C, symbols[N] && c.scale[0] == -1 ? -count : count, 0);
  kiln_reserve(runtime, 1, count * 8, 0);
  int64_t *found = kiln_memory(runtime, 1);
  if (!found)
    return 0;
  int64_t place = 0;
  for (int64_t k = 0; k < symbols[K]; ++k)
    if (c.index[k] > 0)
      found[place++] = k;
  int64_t *given = kiln_output_memory(runtime, 3, count * 8);
  for (int64_t k = 0; given && k < count; ++k)
    given[k] = found[k];
  return 0;
}

void kiln_gen_dims(const int64_t *symbols, int64_t *dims) {
  const int64_t all[] = {symbols[N], 4,          symbols[M], symbols[N],     symbols[K], 2 * symbols[M] + 1,
                         symbols[N], symbols[M], symbols[K], symbols[M] - 2,
                         symbols[C] >= 0 ? symbols[C] : symbols[K] > 500 ? INT64_MIN : symbols[K]};
  for (unsigned i = 0; i < sizeof all / sizeof *all; ++i)
    dims[i] = all[i];
}

int64_t kiln_gen_workspace(const int64_t *symbols, int64_t workers) {
  int64_t bytes;
  return __builtin_mul_overflow(symbols[M] * 4, workers << (symbols[N] == 99999 ? 40 : 0), &bytes) ? -1 : bytes;
}
