/*
 * What a run finds out about shapes on its way: symbols whose values are data, memory for what they say the size of, and
 * room for outputs that nobody knew the size of before.
 */

#include "kiln_runtime.h"

void kiln_stages_open(struct kiln_frame *frame) {
  for (int32_t i = 0; i < kiln_metadata_symbol_count(); ++i)
    frame->stages[i] = NULL;
}

void kiln_stages_close(struct kiln_frame *frame) {
  for (int32_t i = 0; i < kiln_metadata_symbol_count(); ++i)
    if (frame->stages[i])
      kiln_workspace_give(frame->stages[i]);
}

void kiln_set_symbol(void *runtime, int64_t symbol, int64_t value, int64_t node) {
  struct kiln_runtime *run = runtime;
  bool is_extent = value >= 0 && value <= KILN_MAXIMUM_EXTENT;
  if (!is_extent)
    kiln_record(run, KILN_FAILED_EXTENT, node, value, 0);
  run->frame->symbols[symbol] = is_extent ? value : 0;
}

void kiln_check_extent(void *runtime, int64_t extent, int64_t node) {
  if (extent < 0)
    kiln_record(runtime, KILN_FAILED_EXTENT, node, extent, 0);
}

void kiln_reserve(void *runtime, int64_t stage, int64_t bytes, int64_t node) {
  struct kiln_runtime *run = runtime;
  void **memory = &run->frame->stages[stage - 1];
  if (kiln_failed(run))
    return;
  if (*memory)
    kiln_workspace_give(*memory);
  *memory = NULL;
  if (bytes < 0 || bytes > INT64_MAX - KILN_WORKSPACE_ALIGNMENT) {
    kiln_record(run, KILN_FAILED_SIZE, node, 0, 0);
    return;
  }
  *memory = kiln_workspace_take((uint64_t)bytes);
  if (!*memory)
    kiln_record(run, KILN_FAILED_MEMORY, node, bytes, 0);
}

void *kiln_memory(void *runtime, int64_t stage) {
  struct kiln_runtime *run = runtime;
  return run->frame->stages[stage - 1];
}

void *kiln_output_memory(void *runtime, int64_t output, int64_t bytes) {
  struct kiln_runtime *run = runtime;
  kiln_output *given = &run->outputs[output];
  if (given->capacity < (uint64_t)bytes || !given->data) {
    void *made = run->allocate && bytes > 0 ? run->allocate(run->allocate_data, (int32_t)output, (uint64_t)bytes) : NULL;
    if (made) {
      given->data = made;
      given->capacity = (uint64_t)bytes;
    }
  }
  if (given->capacity < (uint64_t)bytes || (bytes > 0 && !given->data)) {
    kiln_record(run, KILN_FAILED_OUTPUT, output, given->capacity > INT64_MAX ? INT64_MAX : (int64_t)given->capacity, bytes);
    return NULL;
  }
  return given->data;
}
