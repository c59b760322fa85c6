/*
 * What generated code calls for a custom operator: a list of words becomes a kiln_custom_call. The words are written as
 * graph.custom says: counts of inputs, outputs and parameters; for each tensor its element type, rank, address and extents;
 * for each parameter its name, kind, count and values. A text is the number of its words, then these.
 */

#include "kiln_runtime.h"

/* As many as there can be: the compiler refuses more. */
enum { MOST_TENSORS = 64, MOST_PARAMETERS = 64, MOST_STRINGS = 2048 };

static const char *read_text(const int64_t **words) {
  int64_t count = *(*words)++;
  const char *text = (const char *)*words;
  *words += count;
  return text;
}

static void read_input(const int64_t **words, kiln_input *input) {
  input->element_type = (int32_t)*(*words)++;
  input->rank = (int32_t)*(*words)++;
  input->data = (const void *)(intptr_t)*(*words)++;
  input->shape = *words;
  *words += input->rank;
  input->size = 0;
  kiln_tensor_size(input->shape, input->rank, input->element_type, &input->size);
}

/* `strings` has room for the values of all parameters. */
static void read_parameter(const int64_t **words, kiln_parameter *parameter, const char ***strings) {
  parameter->name = read_text(words);
  parameter->kind = (int32_t)*(*words)++;
  parameter->reserved = 0;
  parameter->count = *(*words)++;
  parameter->integers = NULL;
  parameter->floats = NULL;
  parameter->strings = NULL;
  if (parameter->kind == KILN_STRINGS) {
    parameter->strings = *strings;
    for (int64_t i = 0; i < parameter->count; ++i)
      *(*strings)++ = read_text(words);
    return;
  }
  if (parameter->kind == KILN_INTEGERS)
    parameter->integers = *words;
  else
    parameter->floats = (const double *)*words;
  *words += parameter->count;
}

void kiln_custom(void *runtime, int64_t node, kiln_custom_operator function, const int64_t *words) {
  if (kiln_failed(runtime))
    return;
  struct kiln_runtime *run = runtime;
  kiln_input tensors[MOST_TENSORS];
  kiln_output outputs[MOST_TENSORS];
  kiln_parameter parameters[MOST_PARAMETERS];
  const char *strings[MOST_STRINGS];
  const char **next = strings;
  int32_t input_count = (int32_t)*words++, output_count = (int32_t)*words++, parameter_count = (int32_t)*words++;
  for (int32_t i = 0; i < input_count + output_count; ++i)
    read_input(&words, &tensors[i]);
  for (int32_t i = 0; i < output_count; ++i) {
    const kiln_input *tensor = &tensors[input_count + i];
    outputs[i] = (kiln_output){(void *)(intptr_t)tensor->data, tensor->size, tensor->size, (int64_t *)tensor->shape,
                               tensor->rank, tensor->rank, tensor->element_type, 0};
  }
  for (int32_t i = 0; i < parameter_count; ++i)
    read_parameter(&words, &parameters[i], &next);
  kiln_error error = {{0}};
  kiln_custom_call call = {sizeof call,  tensors,         outputs, parameters, input_count,
                           output_count, parameter_count, 0,       &error};
  kiln_status status = function(&call);
  if (status) {
    kiln_record(run, KILN_FAILED_CUSTOM, node, status, 0);
    run->custom_error = error;
  }
}
