/*
 * footprint MODEL.so THREADS: loads a model whose extents are all fixed, runs it on zeros, and prints how many seconds went
 * by from dlopen to the first result, how many the fastest later run takes, and how many bytes of memory the process had
 * at most.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "kiln.h"

enum { TENSORS = 64, RANK = 16, RUNS = 5 };

static void require(int holds, const char *message) {
  if (holds) return;
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static long peak_bytes(void) {
  char line[256];
  long kilobytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  require(file != NULL, "the system does not tell of memory");
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1) break;
  fclose(file);
  return kilobytes * 1024;
}

int main(int argc, char **argv) {
  static kiln_input inputs[TENSORS];
  static kiln_output outputs[TENSORS];
  static int64_t shapes[TENSORS][RANK];
  kiln_run_options options = {0};
  kiln_error error;
  const kiln_api *model;
  const kiln_api *(*get_api)(void);
  void *library;
  double start = now(), first, fastest = 1e9;
  int i, axis, input_count, output_count;
  require(argc == 3, "usage: footprint MODEL.so THREADS");
  library = dlopen(argv[1], RTLD_NOW);
  require(library != NULL, "the model cannot be loaded");
  get_api = (const kiln_api *(*)(void))dlsym(library, "kiln_get_api");
  require(get_api != NULL, "the library is no model");
  model = get_api();
  input_count = model->tensor_count(KILN_INPUT), output_count = model->tensor_count(KILN_OUTPUT);
  require(input_count <= TENSORS && output_count <= TENSORS, "the model has too many tensors");
  for (i = 0; i < input_count; ++i) {
    uint64_t elements = 1;
    inputs[i].element_type = model->tensor_element_type(KILN_INPUT, i);
    inputs[i].rank = model->tensor_rank(KILN_INPUT, i);
    inputs[i].shape = shapes[i];
    require(inputs[i].rank <= RANK, "a tensor has too many axes");
    for (axis = 0; axis < inputs[i].rank; ++axis) {
      shapes[i][axis] = model->tensor_extent(KILN_INPUT, i, axis);
      require(shapes[i][axis] >= 0, "an extent is not fixed");
      elements *= (uint64_t)shapes[i][axis];
    }
    /* No element is larger than a complex number of doubles. */
    inputs[i].size = elements * 16;
    inputs[i].data = calloc(elements, 16);
  }
  require(!model->output_shapes(inputs, input_count, outputs, output_count, &error), error.message);
  for (i = 0; i < output_count; ++i) outputs[i].data = malloc(outputs[i].capacity = outputs[i].size);
  options.struct_size = sizeof options;
  options.threads = atoi(argv[2]);
  require(!model->run(inputs, input_count, outputs, output_count, &options, &error), error.message);
  first = now() - start;
  for (i = 0; i < RUNS; ++i) {
    double begin = now();
    require(!model->run(inputs, input_count, outputs, output_count, &options, &error), error.message);
    if (now() - begin < fastest) fastest = now() - begin;
  }
  printf("{\"first\": %.6f, \"run\": %.6f, \"peak\": %ld}\n", first, fastest, peak_bytes());
  return 0;
}
