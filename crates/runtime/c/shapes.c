/* Checks the inputs' shapes, binds the symbols to extents and evaluates every other extent from them. */

#include "kiln_runtime.h"

/* A symbol that no input has bound yet. */
static const int64_t UNBOUND = -1;

bool kiln_tensor_size(const int64_t *dims, int32_t rank, int32_t element_type, uint64_t *size) {
  uint64_t bytes = kiln_element_size(element_type);
  bool overflow = false, empty = false;
  for (int32_t axis = 0; axis < rank; ++axis) {
    empty |= dims[axis] == 0;
    overflow |= dims[axis] < 0 || __builtin_mul_overflow(bytes, (uint64_t)dims[axis], &bytes);
  }
  *size = empty ? 0 : bytes;
  return empty || (!overflow && bytes <= (uint64_t)INT64_MAX);
}

/* The input axis that bound a symbol: the first that names it. There is one, as the symbol is bound. */
static kiln_status report_conflict(int32_t symbol, int64_t bound, int32_t input, int32_t axis, int64_t extent,
                                   kiln_error *error) {
  for (int32_t i = 0; i <= input; ++i)
    for (int32_t a = 0; a < kiln_metadata_rank(KILN_INPUT, i); ++a)
      if (kiln_metadata_axis(KILN_INPUT, i, a).symbol == symbol)
        return kiln_report(error, KILN_SYMBOL_CONFLICT,
                           "input '%s' has extent %d on axis %d, but '%s' is %d by axis %d of input '%s'",
                           kiln_metadata_tensor_name(KILN_INPUT, input), extent, (int64_t)axis,
                           kiln_metadata_symbol(symbol).name, bound, (int64_t)a,
                           kiln_metadata_tensor_name(KILN_INPUT, i));
  return KILN_SYMBOL_CONFLICT;
}

static kiln_status bind_symbol(int64_t *symbols, int32_t input, int32_t axis, int32_t index, int64_t extent,
                               kiln_error *error) {
  if (symbols[index] != UNBOUND)
    return symbols[index] == extent ? KILN_OK : report_conflict(index, symbols[index], input, axis, extent, error);
  const char *name = kiln_metadata_tensor_name(KILN_INPUT, input);
  struct kiln_symbol symbol = kiln_metadata_symbol(index);
  if (extent > KILN_MAXIMUM_EXTENT)
    return kiln_report(error, KILN_SIZE_OVERFLOW, "input '%s' has extent %d on axis %d; the largest extent is %d", name,
                       extent, (int64_t)axis, (int64_t)KILN_MAXIMUM_EXTENT);
  if (extent < symbol.minimum || extent > symbol.maximum)
    return kiln_report(error, KILN_WRONG_SHAPE, "input '%s' has extent %d on axis %d, but '%s' is from %d to %d", name,
                       extent, (int64_t)axis, symbol.name, symbol.minimum, symbol.maximum);
  symbols[index] = extent;
  return KILN_OK;
}

/* Element type, rank, fixed extents and symbols of one input. */
static kiln_status bind_input(int64_t *symbols, int32_t index, const kiln_input *input, kiln_error *error) {
  const char *name = kiln_metadata_tensor_name(KILN_INPUT, index);
  int32_t element_type = kiln_metadata_element_type(KILN_INPUT, index);
  int32_t rank = kiln_metadata_rank(KILN_INPUT, index);
  if (input->element_type != element_type)
    return kiln_report(error, KILN_WRONG_ELEMENT_TYPE, "input '%s' has element type %s, expected %s", name,
                       kiln_element_name(input->element_type), kiln_element_name(element_type));
  if (input->rank != rank)
    return kiln_report(error, KILN_WRONG_RANK, "input '%s' has rank %d, expected %d", name, (int64_t)input->rank,
                       (int64_t)rank);
  if (rank > 0 && !input->shape)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the shape of input '%s' is a null pointer", name);
  for (int32_t a = 0; a < rank; ++a) {
    struct kiln_axis axis = kiln_metadata_axis(KILN_INPUT, index, a);
    int64_t extent = input->shape[a];
    if (extent < 0)
      return kiln_report(error, KILN_WRONG_SHAPE, "input '%s' has the negative extent %d on axis %d", name, extent,
                         (int64_t)a);
    if (axis.kind == KILN_AXIS_STATIC && extent != axis.extent)
      return kiln_report(error, KILN_WRONG_SHAPE, "input '%s' has extent %d on axis %d, expected %d", name, extent,
                         (int64_t)a, axis.extent);
    if (axis.kind == KILN_AXIS_SYMBOL) {
      kiln_status status = bind_symbol(symbols, index, a, axis.symbol, extent, error);
      if (status)
        return status;
    }
  }
  return KILN_OK;
}

/* What the inputs' plain axes leave unbound: numbers that the run finds. */
static kiln_status check_rest(const int64_t *symbols, kiln_error *error) {
  for (int32_t i = 0; i < kiln_metadata_symbol_count(); ++i) {
    struct kiln_symbol symbol = kiln_metadata_symbol(i);
    if (symbols[i] == UNBOUND && symbol.source == KILN_SYMBOL_INPUT)
      return kiln_report(error, KILN_INTERNAL_ERROR, "no axis of an input is '%s' alone, so nothing tells its extent",
                         symbol.name);
  }
  return KILN_OK;
}

/* Compares what the caller gave with what expressions of the symbols ask for. */
static kiln_status check_input_dims(const struct kiln_frame *frame, const kiln_input *inputs, kiln_error *error) {
  const int64_t *dims = frame->input_dims;
  for (int32_t i = 0; i < kiln_metadata_tensor_count(KILN_INPUT); ++i) {
    const char *name = kiln_metadata_tensor_name(KILN_INPUT, i);
    int32_t rank = kiln_metadata_rank(KILN_INPUT, i);
    for (int32_t a = 0; a < rank; ++a) {
      if (inputs[i].shape[a] != dims[a])
        return kiln_report(error, KILN_WRONG_SHAPE, "input '%s' has extent %d on axis %d, expected %s, which is %d",
                           name, inputs[i].shape[a], (int64_t)a, kiln_metadata_axis(KILN_INPUT, i, a).text, dims[a]);
    }
    uint64_t size;
    if (!kiln_tensor_size(dims, rank, inputs[i].element_type, &size))
      return kiln_report(error, KILN_SIZE_OVERFLOW, "input '%s' does not fit in memory", name);
    dims += rank;
  }
  return KILN_OK;
}

static kiln_status check_output_dims(const struct kiln_frame *frame, kiln_error *error) {
  const int64_t *dims = frame->output_dims;
  for (int32_t i = 0; i < kiln_metadata_tensor_count(KILN_OUTPUT); ++i) {
    const char *name = kiln_metadata_tensor_name(KILN_OUTPUT, i);
    int32_t rank = kiln_metadata_rank(KILN_OUTPUT, i);
    bool is_known = true;
    for (int32_t a = 0; a < rank; ++a) {
      is_known &= dims[a] != KILN_NOT_KNOWN;
      if (dims[a] < 0 && dims[a] != KILN_NOT_KNOWN)
        return kiln_report(error, KILN_WRONG_SHAPE,
                           "the inputs are too small: output '%s' would have extent %d on axis %d", name, dims[a],
                           (int64_t)a);
    }
    uint64_t size;
    if (is_known && !kiln_metadata_depends_on_data(i) &&
        !kiln_tensor_size(dims, rank, kiln_metadata_element_type(KILN_OUTPUT, i), &size))
      return kiln_report(error, KILN_SIZE_OVERFLOW, "output '%s' does not fit in memory", name);
    dims += rank;
  }
  return KILN_OK;
}

kiln_status kiln_bind(struct kiln_frame *frame, const kiln_input *inputs, int32_t input_count, kiln_error *error) {
  int32_t expected = kiln_metadata_tensor_count(KILN_INPUT);
  if (input_count != expected)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "%d inputs were given, the model has %d", (int64_t)input_count,
                       (int64_t)expected);
  if (expected > 0 && !inputs)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the inputs are a null pointer");
  for (int32_t i = 0; i < kiln_metadata_symbol_count(); ++i)
    frame->symbols[i] = UNBOUND;
  for (int32_t i = 0; i < expected; ++i) {
    kiln_status status = bind_input(frame->symbols, i, &inputs[i], error);
    if (status)
      return status;
  }
  kiln_status status = check_rest(frame->symbols, error);
  if (status)
    return status;
  /* The outputs' extents follow the inputs' without a gap. */
  kiln_version()->dims(frame->symbols, frame->input_dims);
  status = check_input_dims(frame, inputs, error);
  return status ? status : check_output_dims(frame, error);
}

kiln_status kiln_describe_outputs(const struct kiln_frame *frame, kiln_output *outputs, int32_t output_count,
                                  kiln_error *error) {
  int32_t expected = kiln_metadata_tensor_count(KILN_OUTPUT);
  if (output_count != expected)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "%d outputs were given, the model has %d", (int64_t)output_count,
                       (int64_t)expected);
  if (expected > 0 && !outputs)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the outputs are a null pointer");
  const int64_t *dims = frame->output_dims;
  for (int32_t i = 0; i < expected; ++i) {
    kiln_output *output = &outputs[i];
    output->rank = kiln_metadata_rank(KILN_OUTPUT, i);
    output->element_type = kiln_metadata_element_type(KILN_OUTPUT, i);
    if (output->shape && output->shape_capacity < output->rank)
      return kiln_report(error, KILN_BUFFER_TOO_SMALL, "%d extents fit at the shape of output '%s', which has rank %d",
                         (int64_t)output->shape_capacity, kiln_metadata_tensor_name(KILN_OUTPUT, i),
                         (int64_t)output->rank);
    bool fits = kiln_tensor_size(dims, output->rank, output->element_type, &output->size);
    if (!fits && kiln_metadata_depends_on_data(i))
      output->size = UINT64_MAX;
    else if (!fits)
      return kiln_report(error, KILN_INTERNAL_ERROR, "the run gave output '%s' a shape that cannot be",
                         kiln_metadata_tensor_name(KILN_OUTPUT, i));
    for (int32_t a = 0; a < output->rank; ++a) {
      if (output->shape)
        output->shape[a] = dims[a] == KILN_NOT_KNOWN ? -1 : dims[a];
    }
    dims += output->rank;
  }
  return KILN_OK;
}

kiln_status kiln_api_output_shapes(const kiln_input *inputs, int32_t input_count, kiln_output *outputs,
                                   int32_t output_count, kiln_error *error) {
  struct kiln_frame frame;
  kiln_status status = kiln_frame_open(&frame, error);
  if (status)
    return status;
  status = kiln_bind(&frame, inputs, input_count, error);
  if (!status)
    status = kiln_describe_outputs(&frame, outputs, output_count, error);
  kiln_frame_close(&frame);
  return status;
}
