/* Checks the caller's buffers: nothing is read or written outside of what it passed. */

#include "kiln_runtime.h"

/* What a message calls a port's tensors. */
static const char *noun(kiln_port port) { return port == KILN_INPUT ? "input" : "output"; }

static kiln_status check_buffer(kiln_port port, int32_t index, const int64_t *dims, const void *data, uint64_t size,
                                kiln_error *error) {
  const char *name = kiln_metadata_tensor_name(port, index);
  int32_t element_type = kiln_metadata_element_type(port, index);
  uint64_t needed;
  if (!kiln_tensor_size(dims, kiln_metadata_rank(port, index), element_type, &needed))
    return kiln_report(error, KILN_SIZE_OVERFLOW, "%s '%s' does not fit in memory", noun(port), name);
  if (size < needed)
    return kiln_report(error, KILN_BUFFER_TOO_SMALL, "the buffer of %s '%s' has %d bytes, its shape takes %d", noun(port),
                       name, size > INT64_MAX ? INT64_MAX : (int64_t)size, (int64_t)needed);
  if (needed && !data)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the buffer of %s '%s' is a null pointer", noun(port), name);
  uint64_t element = kiln_element_size(element_type);
  uint64_t alignment = element > 8 ? 8 : element;
  if (needed && (uintptr_t)data % alignment)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the buffer of %s '%s' is not aligned to %d bytes", noun(port), name,
                       (int64_t)alignment);
  return KILN_OK;
}

kiln_status kiln_collect_buffers(struct kiln_frame *frame, const kiln_input *inputs, const kiln_output *outputs,
                                 kiln_error *error) {
  const int64_t *dims = frame->input_dims;
  for (int32_t i = 0; i < kiln_metadata_tensor_count(KILN_INPUT); ++i) {
    kiln_status status = check_buffer(KILN_INPUT, i, dims, inputs[i].data, inputs[i].size, error);
    if (status)
      return status;
    frame->inputs[i] = inputs[i].data;
    dims += kiln_metadata_rank(KILN_INPUT, i);
  }
  dims = frame->output_dims;
  for (int32_t i = 0; i < kiln_metadata_tensor_count(KILN_OUTPUT); ++i) {
    /* What depends on data is looked at once the data is there. */
    bool is_known = !kiln_metadata_depends_on_data(i);
    kiln_status status = is_known ? check_buffer(KILN_OUTPUT, i, dims, outputs[i].data, outputs[i].capacity, error) : KILN_OK;
    if (status)
      return status;
    frame->outputs[i] = outputs[i].data;
    dims += kiln_metadata_rank(KILN_OUTPUT, i);
  }
  return KILN_OK;
}
