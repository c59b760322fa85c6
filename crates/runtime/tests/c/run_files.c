/*
 * run_files MODEL.so: prints the model's tensors, a line each: `input` or `output`, a kiln_element_type, the name.
 *
 * run_files MODEL.so (THREADS INPUTS OUTPUTS)...: runs the model once for each three arguments, on the tensors in the
 * file INPUTS, and writes its outputs to the file OUTPUTS. Such a file holds 64-bit numbers in the processor's order: how
 * many tensors there are; for each its element type, its rank, its extents, its size in bytes; the bytes follow.
 *
 * Buffers are aligned to an element and no further. Outputs and fresh memory hold no zeros, so that elements which are
 * not written show, and the bytes around an output must stay as they were. Failures print a line; the status is 1.
 */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiln.h"

enum { MAXIMUM_RANK = 64, MARGIN = 64, UNTOUCHED = 0xff };

static void require(int holds, const char *message) {
  if (holds) return;
  fprintf(stderr, "%s\n", message);
  exit(1);
}

static void *allocate(size_t size) {
  void *block = malloc(size);
  require(block != NULL, "out of memory");
  return block;
}

static int64_t read_number(FILE *file) {
  int64_t number;
  require(fread(&number, sizeof number, 1, file) == 1, "the file of inputs ends early");
  return number;
}

static void write_number(FILE *file, int64_t number) {
  require(fwrite(&number, sizeof number, 1, file) == 1, "the outputs cannot be written");
}

/* Bytes of an element of a tensor of so many bytes; 1 where there are no elements. */
static size_t element_size(uint64_t size, const int64_t *shape, int32_t rank) {
  int64_t count = 1;
  int32_t axis;
  for (axis = 0; axis < rank; ++axis) count *= shape[axis];
  return count > 0 ? size / (uint64_t)count : 1;
}

/* Room for a tensor between two margins, aligned to an element and no further. */
static unsigned char *place(uint64_t size, size_t element) {
  unsigned char *block = aligned_alloc(MARGIN, (size + element + 3 * MARGIN) / MARGIN * MARGIN);
  require(block != NULL, "out of memory");
  memset(block, UNTOUCHED, size + element + 2 * MARGIN);
  return block + MARGIN + element;
}

/* Room for an output of which only the run tells the size. */
static void *make_room(void *data, int32_t output, uint64_t size) {
  (void)data;
  (void)output;
  return place(size, MARGIN);
}

static int is_untouched(const unsigned char *margin) {
  int i;
  for (i = 0; i < MARGIN; ++i)
    if (margin[i] != UNTOUCHED) return 0;
  return 1;
}

static kiln_input read_input(FILE *file) {
  kiln_input input = {0};
  int64_t *shape = allocate(MAXIMUM_RANK * sizeof *shape);
  unsigned char *data;
  int32_t axis;
  input.element_type = (int32_t)read_number(file);
  input.rank = (int32_t)read_number(file);
  require(input.rank >= 0 && input.rank <= MAXIMUM_RANK, "a tensor has too many axes");
  for (axis = 0; axis < input.rank; ++axis) shape[axis] = read_number(file);
  input.size = (uint64_t)read_number(file);
  data = place(input.size, element_size(input.size, shape, input.rank));
  require(fread(data, 1, input.size, file) == input.size, "the file of inputs ends early");
  input.shape = shape;
  input.data = data;
  return input;
}

static void write_output(FILE *file, const kiln_output *output) {
  int32_t axis;
  write_number(file, output->element_type);
  write_number(file, output->rank);
  for (axis = 0; axis < output->rank; ++axis) write_number(file, output->shape[axis]);
  write_number(file, (int64_t)output->size);
  require(fwrite(output->data, 1, output->size, file) == output->size, "the outputs cannot be written");
}

static void run(const kiln_api *model, int threads, const char *inputs_path, const char *outputs_path) {
  FILE *file = fopen(inputs_path, "rb");
  kiln_run_options options = {0};
  kiln_error error;
  int32_t i, input_count, output_count = model->tensor_count(KILN_OUTPUT);
  kiln_input *inputs;
  kiln_output *outputs = allocate((output_count + 1) * sizeof *outputs);
  require(file != NULL, "the file of inputs cannot be read");
  input_count = (int32_t)read_number(file);
  inputs = allocate((input_count + 1) * sizeof *inputs);
  for (i = 0; i < input_count; ++i) inputs[i] = read_input(file);
  fclose(file);
  memset(outputs, 0, (output_count + 1) * sizeof *outputs);
  for (i = 0; i < output_count; ++i) {
    outputs[i].shape = allocate(MAXIMUM_RANK * sizeof *outputs[i].shape);
    outputs[i].shape_capacity = MAXIMUM_RANK;
  }
  require(!model->output_shapes(inputs, input_count, outputs, output_count, &error), error.message);
  for (i = 0; i < output_count; ++i) {
    if (outputs[i].size == UINT64_MAX) continue;
    outputs[i].capacity = outputs[i].size;
    outputs[i].data = place(outputs[i].size, element_size(outputs[i].size, outputs[i].shape, outputs[i].rank));
  }
  options.struct_size = sizeof options;
  options.threads = threads;
  options.allocate = make_room;
  require(!model->run(inputs, input_count, outputs, output_count, &options, &error), error.message);
  file = fopen(outputs_path, "wb");
  require(file != NULL, "the outputs cannot be written");
  write_number(file, output_count);
  for (i = 0; i < output_count; ++i) {
    const unsigned char *data = outputs[i].data;
    /* An output without elements, of which only the run tells that, has no room. */
    require(!data || (is_untouched(data - MARGIN) && is_untouched(data + outputs[i].capacity)),
            "an output was overrun");
    write_output(file, &outputs[i]);
  }
  require(fclose(file) == 0, "the outputs cannot be written");
}

int main(int argc, char **argv) {
  const kiln_api *model;
  const kiln_api *(*get_api)(void);
  void *library;
  int i, port;
  require(argc > 1 && argc % 3 == 2, "usage: run_files MODEL.so (THREADS INPUTS OUTPUTS)...");
  /* glibc fills what malloc gives with the complement of this: floats of -1.7e38. */
  mallopt(M_PERTURB, 1);
  library = dlopen(argv[1], RTLD_NOW);
  require(library != NULL, "the model cannot be loaded");
  get_api = (const kiln_api *(*)(void))dlsym(library, "kiln_get_api");
  require(get_api != NULL, "the library is no model");
  model = get_api();
  require(model->abi_version == KILN_ABI_VERSION, "the model has another version of the interface");
  for (port = KILN_INPUT; argc == 2 && port <= KILN_OUTPUT; ++port)
    for (i = 0; i < model->tensor_count(port); ++i)
      printf("%s %d %s\n", port == KILN_INPUT ? "input" : "output", (int)model->tensor_element_type(port, i),
             model->tensor_name(port, i));
  for (i = 2; i < argc; i += 3) run(model, atoi(argv[i]), argv[i + 1], argv[i + 2]);
  return dlclose(library);
}
