/*
 * Reads the metadata of a version of the model's code, a blob whose layout crates/codegen/src/metadata.rs defines:
 * little-endian numbers at fixed places, references as offsets from the blob's start. The compiler that wrote the blob
 * linked it too, so it is trusted once its version is known. Every target is little-endian.
 */

#include "kiln_runtime.h"

enum { METADATA_VERSION = 1 };

/* Places in the header. */
enum {
  AT_VERSION = 8,
  AT_HEADER_SIZE = 12,
  AT_MODEL_NAME = 24,
  AT_PRODUCER = 32,
  AT_TARGET = 40,
  AT_CPU = 48,
  AT_SYMBOLS = 56,
  AT_INPUTS = 64,
  AT_OUTPUTS = 72,
  AT_NODES = 80,
  AT_WEIGHT_SIZE = 88,
  AT_KERNELS = 112,
  AT_LAUNCHES = 120,
  END_OF_LAUNCHES = 128,
  AT_REQUIREMENTS = 128,
  END_OF_REQUIREMENTS = 136,
  AT_STATES = 136,
  END_OF_STATES = 144
};

/* Bytes of one record of each table. */
enum { SYMBOL_SIZE = 32, TENSOR_SIZE = 24, AXIS_SIZE = 24, NODE_SIZE = 8, STATE_SIZE = 8, KERNEL_SIZE = 16, LAUNCH_SIZE = 32 };

/* Places in the records. */
enum {
  SYMBOL_NAME = 0,
  SYMBOL_SOURCE = 8,
  SYMBOL_MINIMUM = 16,
  SYMBOL_MAXIMUM = 24,
  TENSOR_NAME = 0,
  TENSOR_ELEMENT_TYPE = 8,
  TENSOR_RANK = 12,
  TENSOR_AXES = 16,
  TENSOR_FLAGS = 20,
  AXIS_KIND = 0,
  AXIS_SYMBOL_INDEX = 4,
  AXIS_EXTENT = 8,
  AXIS_TEXT = 16,
  KERNEL_NAME = 0,
  KERNEL_FAMILY = 8,
  LAUNCH_KERNEL = 0,
  LAUNCH_NODE_COUNT = 4,
  LAUNCH_NODES = 8
};

static uint32_t u32_of(const unsigned char *metadata, uint64_t at) {
  uint32_t value;
  __builtin_memcpy(&value, metadata + at, sizeof value);
  return value;
}

static const char *string_of(const unsigned char *metadata, uint64_t at) {
  return (const char *)metadata + u32_of(metadata, at);
}

const char *kiln_metadata_cpu_of(const unsigned char *metadata) { return string_of(metadata, AT_CPU); }

const char *kiln_metadata_requirements_of(const unsigned char *metadata) {
  return u32_of(metadata, AT_HEADER_SIZE) >= END_OF_REQUIREMENTS ? string_of(metadata, AT_REQUIREMENTS) : "";
}

static uint32_t read_u32(uint64_t at) { return u32_of(kiln_version()->metadata, at); }

static int64_t read_i64(uint64_t at) {
  int64_t value;
  __builtin_memcpy(&value, kiln_version()->metadata + at, sizeof value);
  return value;
}

static const char *read_string(uint64_t at) { return string_of(kiln_version()->metadata, at); }

/* Where a record of the table at `table` is. */
static uint64_t record(uint64_t table, uint64_t size, int64_t index) {
  return (uint64_t)read_u32(table) + size * (uint64_t)index;
}

static int32_t count(uint64_t table) { return (int32_t)read_u32(table + 4); }

static uint64_t tensor(kiln_port port, int32_t index) {
  return record(port == KILN_INPUT ? AT_INPUTS : AT_OUTPUTS, TENSOR_SIZE, index);
}

bool kiln_metadata_is_readable(void) {
  static const char magic[8] = {'K', 'I', 'L', 'N', 'M', 'E', 'T', 'A'};
  for (int i = 0; i < 8; ++i)
    if (kiln_version()->metadata[i] != (unsigned char)magic[i])
      return false;
  return read_u32(AT_VERSION) == METADATA_VERSION;
}

const char *kiln_metadata_model_name(void) { return read_string(AT_MODEL_NAME); }
const char *kiln_metadata_producer(void) { return read_string(AT_PRODUCER); }
const char *kiln_metadata_target(void) { return read_string(AT_TARGET); }
const char *kiln_metadata_cpu(void) { return kiln_metadata_cpu_of(kiln_version()->metadata); }
uint64_t kiln_metadata_weight_size(void) { return (uint64_t)read_i64(AT_WEIGHT_SIZE); }
int32_t kiln_metadata_symbol_count(void) { return count(AT_SYMBOLS); }

struct kiln_symbol kiln_metadata_symbol(int32_t index) {
  uint64_t at = record(AT_SYMBOLS, SYMBOL_SIZE, index);
  struct kiln_symbol symbol = {read_string(at + SYMBOL_NAME), (enum kiln_symbol_source)read_u32(at + SYMBOL_SOURCE),
                               read_i64(at + SYMBOL_MINIMUM), read_i64(at + SYMBOL_MAXIMUM)};
  return symbol;
}

int32_t kiln_metadata_state_count(void) {
  return read_u32(AT_HEADER_SIZE) >= END_OF_STATES ? count(AT_STATES) : 0;
}

const unsigned char *kiln_metadata_state_initial(int32_t state, uint64_t *size) {
  uint64_t at = record(AT_STATES, STATE_SIZE, state);
  *size = read_u32(at + 4);
  return kiln_version()->metadata + read_u32(at);
}

int32_t kiln_metadata_tensor_count(kiln_port port) {
  return count(port == KILN_INPUT ? AT_INPUTS : AT_OUTPUTS) - kiln_metadata_state_count();
}

const char *kiln_metadata_tensor_name(kiln_port port, int32_t index) {
  return read_string(tensor(port, index) + TENSOR_NAME);
}

int32_t kiln_metadata_element_type(kiln_port port, int32_t index) {
  return (int32_t)read_u32(tensor(port, index) + TENSOR_ELEMENT_TYPE);
}

int32_t kiln_metadata_rank(kiln_port port, int32_t index) {
  return (int32_t)read_u32(tensor(port, index) + TENSOR_RANK);
}

struct kiln_axis kiln_metadata_axis(kiln_port port, int32_t index, int32_t axis) {
  uint64_t at = record(tensor(port, index) + TENSOR_AXES, AXIS_SIZE, axis);
  struct kiln_axis result = {(enum kiln_axis_kind)read_u32(at + AXIS_KIND), (int32_t)read_u32(at + AXIS_SYMBOL_INDEX),
                             read_i64(at + AXIS_EXTENT), read_string(at + AXIS_TEXT)};
  return result;
}

bool kiln_metadata_depends_on_data(int32_t output) { return read_u32(tensor(KILN_OUTPUT, output) + TENSOR_FLAGS) & 1; }

const char *kiln_metadata_node(int64_t index) {
  if (index < 0 || index >= count(AT_NODES))
    return "?";
  return read_string(record(AT_NODES, NODE_SIZE, index));
}

int32_t kiln_metadata_launch_count(void) {
  return read_u32(AT_HEADER_SIZE) >= END_OF_LAUNCHES ? count(AT_LAUNCHES) : 0;
}

static uint64_t launch(int32_t index) { return record(AT_LAUNCHES, LAUNCH_SIZE, index); }

static uint64_t launched_kernel(int32_t index) {
  return record(AT_KERNELS, KERNEL_SIZE, read_u32(launch(index) + LAUNCH_KERNEL));
}

const char *kiln_metadata_launch_kernel(int32_t index) { return read_string(launched_kernel(index) + KERNEL_NAME); }

const char *kiln_metadata_launch_family(int32_t index) { return read_string(launched_kernel(index) + KERNEL_FAMILY); }

int32_t kiln_metadata_launch_node_count(int32_t index) { return (int32_t)read_u32(launch(index) + LAUNCH_NODE_COUNT); }

const char *kiln_metadata_launch_node(int32_t index, int32_t node) {
  return kiln_metadata_node(read_u32(read_u32(launch(index) + LAUNCH_NODES) + sizeof(uint32_t) * (uint64_t)node));
}
