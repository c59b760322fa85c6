/* What generated code calls back: parallel loops, and indices out of range. */

#include "kiln_runtime.h"

/* One parallel loop, split. */
struct split {
  kiln_task task;
  void *context;
  int64_t count;
  int64_t parts;
};

/* Part p of a static partition: the same for every run with as many parts, and parts differ by one iteration at most. */
static void run_part(void *context, int64_t part) {
  const struct split *split = context;
  int64_t base = split->count / split->parts;
  int64_t longer = split->count % split->parts;
  int64_t begin = part * base + (part < longer ? part : longer);
  split->task(split->context, begin, begin + base + (part < longer), part);
}

void kiln_parallel(void *runtime, kiln_task task, void *context, int64_t count) {
  struct kiln_runtime *run = runtime;
  if (count <= 0)
    return;
  int64_t parts = count < run->workers ? count : run->workers;
  if (parts <= 1 || run->in_parallel) {
    task(context, 0, count, 0);
    return;
  }
  struct split split = {task, context, count, parts};
  run->in_parallel = true;
  if (run->parallel_for)
    run->parallel_for(run->parallel_for_data, run_part, &split, parts);
  else
    kiln_pool_run(run_part, &split, parts);
  run->in_parallel = false;
}

static void record(struct kiln_runtime *run, int32_t status, int64_t node, int64_t value, int64_t bound) {
  uint32_t none = 0;
  if (!atomic_compare_exchange_strong_explicit(&run->failure, &none, 1, memory_order_relaxed, memory_order_relaxed))
    return;
  run->failed_status = status;
  run->failed_node = node;
  run->failed_value = value;
  run->failed_bound = bound;
  atomic_store_explicit(&run->failure, 2, memory_order_release);
}

void kiln_fail(void *runtime, int64_t node, int64_t value, int64_t bound) {
  record(runtime, KILN_INDEX_OUT_OF_RANGE, node, value, bound);
}

void kiln_mismatch(void *runtime, int64_t node, int64_t found, int64_t expected) {
  record(runtime, KILN_WRONG_SHAPE, node, found, expected);
}

bool kiln_failed(void *runtime) {
  struct kiln_runtime *run = runtime;
  return atomic_load_explicit(&run->failure, memory_order_relaxed) != 0;
}
