/* The operator com.example.Swish: x * sigmoid(beta * x), for f32. */

#include "kiln.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

kiln_status my_swish(const kiln_custom_call *call) {
  double beta = 1;
  for (int32_t i = 0; i < call->parameter_count; ++i) {
    const kiln_parameter *parameter = &call->parameters[i];
    if (strcmp(parameter->name, "beta") == 0 && parameter->kind == KILN_FLOATS)
      beta = parameter->floats[0];
  }
  if (call->input_count != 1 || call->inputs[0].element_type != KILN_F32) {
    snprintf(call->error->message, sizeof call->error->message, "Swish takes one input of f32");
    return KILN_INVALID_ARGUMENT;
  }
  const float *x = call->inputs[0].data;
  float *y = call->outputs[0].data;
  uint64_t count = call->inputs[0].size / sizeof *x;
  for (uint64_t i = 0; i < count; ++i)
    y[i] = x[i] / (1 + expf(-(float)beta * x[i]));
  return KILN_OK;
}
