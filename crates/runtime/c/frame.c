/* The arrays of one call: symbols, extents and buffer pointers, whose lengths the metadata knows. */

#include "kiln_runtime.h"

/* Extents of all tensors of one port, those that the model remembers among them. */
static uint64_t dims_of(kiln_port port) {
  uint64_t dims = 0;
  for (int32_t i = 0; i < kiln_metadata_tensor_count(port) + kiln_metadata_state_count(); ++i)
    dims += (uint64_t)kiln_metadata_rank(port, i);
  return dims;
}

kiln_status kiln_frame_open(struct kiln_frame *frame, kiln_error *error) {
  if (error)
    error->message[0] = 0;
  frame->allocated = NULL;
  if (!kiln_metadata_is_readable())
    return kiln_report(error, KILN_INTERNAL_ERROR, "the model's metadata is of a version that its runtime does not read");
  kiln_status status = kiln_check_version(error);
  if (status)
    return status;

  uint64_t symbols = (uint64_t)kiln_metadata_symbol_count();
  uint64_t input_dims = dims_of(KILN_INPUT);
  uint64_t output_dims = dims_of(KILN_OUTPUT);
  uint64_t states = (uint64_t)kiln_metadata_state_count();
  uint64_t inputs = (uint64_t)kiln_metadata_tensor_count(KILN_INPUT) + states;
  uint64_t outputs = (uint64_t)kiln_metadata_tensor_count(KILN_OUTPUT) + states;

  /* Each count is at most 2^32 records of a blob in memory: neither the sum nor its size in bytes can overflow. */
  uint64_t words = 2 * symbols + input_dims + output_dims + inputs + outputs;
  uint64_t *memory = frame->words;
  if (words > KILN_FRAME_WORDS) {
    memory = frame->allocated = malloc(words * sizeof *memory);
    if (!memory)
      return kiln_report(error, KILN_OUT_OF_MEMORY, "no memory for the call's shapes");
  }
  frame->symbols = (int64_t *)memory;
  frame->input_dims = frame->symbols + symbols;
  frame->output_dims = frame->input_dims + input_dims;
  frame->inputs = (const void **)(frame->output_dims + output_dims);
  frame->outputs = (void **)(frame->inputs + inputs);
  frame->stages = frame->outputs + outputs;
  return KILN_OK;
}

void kiln_frame_close(struct kiln_frame *frame) { free(frame->allocated); }
