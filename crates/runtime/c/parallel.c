/* What generated code calls back: parallel loops, timed where the run is profiled, and indices out of range. */

#include "kiln_runtime.h"

/* One parallel loop, split. */
struct split {
  kiln_task task;
  void *context;
  int64_t count;
  int64_t parts;
  /* One event for each part; null where nobody wants to know. */
  kiln_event *events;
};

/* Part p of a static partition: the same for every run with as many parts, and parts differ by one iteration at most. */
static void run_part(void *context, int64_t part) {
  const struct split *split = context;
  int64_t base = split->count / split->parts;
  int64_t longer = split->count % split->parts;
  int64_t begin = part * base + (part < longer ? part : longer);
  if (split->events)
    split->events[part].begin = kiln_now();
  split->task(split->context, begin, begin + base + (part < longer), part);
  if (split->events)
    split->events[part].end = kiln_now();
}

static void run_split(struct kiln_runtime *run, struct split *split) {
  if (split->parts <= 1) {
    run_part(split, 0);
    return;
  }
  run->in_parallel = true;
  if (run->parallel_for)
    run->parallel_for(run->parallel_for_data, run_part, split, split->parts);
  else
    kiln_pool_run(run_part, split, split->parts);
  run->in_parallel = false;
}

/* Takes an event for the launch and one for each of its parts, one after the other; null where they do not fit. */
static kiln_event *take_events(kiln_profile *profile, int64_t launch, int64_t parts) {
  uint64_t first = profile->count;
  profile->count += 1 + (uint64_t)parts;
  if (profile->count > profile->capacity)
    return NULL;
  for (int64_t part = -1; part < parts; ++part)
    profile->events[first + 1 + (uint64_t)part] = (kiln_event){0, 0, (int32_t)launch, (int32_t)part};
  return &profile->events[first];
}

void kiln_parallel(void *runtime, kiln_task task, void *context, int64_t count, int64_t serial, int64_t launch) {
  struct kiln_runtime *run = runtime;
  if (count <= 0)
    return;
  if (run->in_parallel) {
    task(context, 0, count, 0);
    return;
  }
  int64_t parts = count < run->workers ? count : run->workers;
  struct split split = {task, context, count, count <= serial ? 1 : parts, NULL};
  kiln_event *events = run->profile ? take_events(run->profile, launch, split.parts) : NULL;
  if (!events) {
    run_split(run, &split);
    return;
  }
  split.events = events + 1;
  events->begin = kiln_now();
  run_split(run, &split);
  events->end = kiln_now();
}

void kiln_record(struct kiln_runtime *run, enum kiln_failure kind, int64_t node, int64_t value, int64_t bound) {
  uint32_t none = 0;
  if (!atomic_compare_exchange_strong_explicit(&run->failure, &none, 1, memory_order_relaxed, memory_order_relaxed))
    return;
  run->failed_by = kind;
  run->failed_node = node;
  run->failed_value = value;
  run->failed_bound = bound;
  atomic_store_explicit(&run->failure, 2, memory_order_release);
}

void kiln_fail(void *runtime, int64_t node, int64_t value, int64_t bound) {
  kiln_record(runtime, KILN_FAILED_INDEX, node, value, bound);
}

void kiln_mismatch(void *runtime, int64_t node, int64_t found, int64_t expected) {
  kiln_record(runtime, KILN_FAILED_AGREEMENT, node, found, expected);
}

bool kiln_failed(void *runtime) {
  struct kiln_runtime *run = runtime;
  return atomic_load_explicit(&run->failure, memory_order_relaxed) != 0;
}

kiln_status kiln_report_failure(struct kiln_runtime *run, kiln_error *error) {
  if (!atomic_load_explicit(&run->failure, memory_order_acquire))
    return KILN_OK;
  const char *node = kiln_metadata_node(run->failed_node);
  switch (run->failed_by) {
  case KILN_FAILED_AGREEMENT:
    return kiln_report(error, KILN_WRONG_SHAPE, "node '%s': these input shapes give extents %d and %d, which must agree",
                       node, run->failed_value, run->failed_bound);
  case KILN_FAILED_EXTENT:
    return kiln_report(error, KILN_WRONG_SHAPE, "node '%s': data gives an extent of %d", node, run->failed_value);
  case KILN_FAILED_SIZE:
    return kiln_report(error, KILN_SIZE_OVERFLOW, "node '%s': what data makes of shapes does not fit in memory", node);
  case KILN_FAILED_MEMORY:
    return kiln_report(error, KILN_OUT_OF_MEMORY, "node '%s': no memory for %d bytes", node, run->failed_value);
  case KILN_FAILED_OUTPUT:
    return kiln_report(error, KILN_BUFFER_TOO_SMALL, "the buffer of output '%s' has %d bytes, its shape takes %d",
                       kiln_metadata_tensor_name(KILN_OUTPUT, (int32_t)run->failed_node), run->failed_value,
                       run->failed_bound);
  case KILN_FAILED_TEXT:
    return kiln_report(error, KILN_INVALID_ARGUMENT, "node '%s': the string '%s' is no number of that type", node,
                       (const char *)(intptr_t)run->failed_value);
  case KILN_FAILED_CUSTOM:
    run->custom_error.message[sizeof run->custom_error.message - 1] = 0;
    if (run->custom_error.message[0])
      return kiln_report(error, KILN_CUSTOM_OPERATOR_FAILED, "node '%s': %s", node, run->custom_error.message);
    return kiln_report(error, KILN_CUSTOM_OPERATOR_FAILED, "node '%s': the custom operator failed with status %d", node,
                       run->failed_value);
  case KILN_FAILED_INDEX:
    break;
  }
  return kiln_report(error, KILN_INDEX_OUT_OF_RANGE, "node '%s': index %d is out of range for an axis of extent %d", node,
                     run->failed_value, run->failed_bound);
}
