/* The element types, by their numbers. */

#include "kiln_runtime.h"

struct element {
  const char *name;
  uint64_t size;
};

static const struct element elements[] = {
    [KILN_F32] = {"f32", 4},
    [KILN_U8] = {"ui8", 1},
    [KILN_I8] = {"i8", 1},
    [KILN_U16] = {"ui16", 2},
    [KILN_I16] = {"i16", 2},
    [KILN_I32] = {"i32", 4},
    [KILN_I64] = {"i64", 8},
    [KILN_STRING] = {"strings", 8},
    [KILN_BOOL] = {"i1", 1},
    [KILN_F16] = {"f16", 2},
    [KILN_F64] = {"f64", 8},
    [KILN_U32] = {"ui32", 4},
    [KILN_U64] = {"ui64", 8},
    [KILN_C64] = {"complex<f32>", 8},
    [KILN_C128] = {"complex<f64>", 16},
    [KILN_BF16] = {"bf16", 2},
    [KILN_F8E4M3FN] = {"f8E4M3FN", 1},
    [KILN_F8E4M3FNUZ] = {"f8E4M3FNUZ", 1},
    [KILN_F8E5M2] = {"f8E5M2", 1},
    [KILN_F8E5M2FNUZ] = {"f8E5M2FNUZ", 1},
    [KILN_U4] = {"ui4", 1},
    [KILN_I4] = {"i4", 1},
    [KILN_F4E2M1FN] = {"f4E2M1FN", 1},
    [KILN_F8E8M0FNU] = {"f8E8M0FNU", 1},
    [KILN_U2] = {"ui2", 1},
    [KILN_I2] = {"i2", 1},
};

static struct element find(int32_t element_type) {
  static const struct element none = {NULL, 0};
  bool exists = element_type >= 0 && (size_t)element_type < sizeof elements / sizeof *elements;
  return exists ? elements[element_type] : none;
}

uint64_t kiln_element_size(int32_t element_type) { return find(element_type).size; }

const char *kiln_element_name(int32_t element_type) {
  const char *name = find(element_type).name;
  return name ? name : "that is unknown";
}
