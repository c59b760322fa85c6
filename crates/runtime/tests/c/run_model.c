/* run_model MODEL.so EXTENT: runs a model on zeros, every extent that is not fixed being EXTENT, and prints the outputs. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include "model.h"

int main(int argc, char **argv) {
  kiln_input inputs[8] = {{0}};
  kiln_output outputs[8] = {{0}};
  int64_t shapes[16][8];
  kiln_error error;
  int32_t i, axis;
  void *library = argc > 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  const kiln_api *(*get_api)(void) = library ? (const kiln_api *(*)(void))dlsym(library, "kiln_get_api") : NULL;
  const kiln_api *model = get_api ? get_api() : NULL;
  if (!model || model->abi_version != KILN_ABI_VERSION) return 1;
  for (i = 0; i < model->tensor_count(KILN_INPUT); ++i) {
    inputs[i].element_type = model->tensor_element_type(KILN_INPUT, i);
    inputs[i].rank = model->tensor_rank(KILN_INPUT, i);
    inputs[i].shape = shapes[i];
    inputs[i].data = calloc(1, inputs[i].size = 1 << 20);
    for (axis = 0; axis < inputs[i].rank; ++axis)
      shapes[i][axis] = model->tensor_extent(KILN_INPUT, i, axis) < 0 ? atoi(argv[2]) : model->tensor_extent(KILN_INPUT, i, axis);
  }
  for (i = 0; i < model->tensor_count(KILN_OUTPUT); ++i) {
    outputs[i].shape = shapes[8 + i];
    outputs[i].shape_capacity = 8;
    outputs[i].data = malloc(outputs[i].capacity = 1 << 20);
  }
  if (model->run(inputs, model->tensor_count(KILN_INPUT), outputs, model->tensor_count(KILN_OUTPUT), NULL, &error))
    return puts(error.message), 1;
  for (i = 0; i < model->tensor_count(KILN_OUTPUT); ++i)
    printf("%s: %d bytes, first %g\n", model->tensor_name(KILN_OUTPUT, i), (int)outputs[i].size, *(float *)outputs[i].data);
  return dlclose(library);
}
