/*
 * What this machine's processor has, by LLVM's names of features: those that crates/target/src/requirements.rs asks for.
 * A name that is not known here counts as missing.
 */

#include "kiln_runtime.h"

/* Bytes of the longest name, with its end. */
enum { NAME_SIZE = KILN_FEATURE_NAME_SIZE };

static bool is_name(const char *text, uint64_t length, const char *name) {
  uint64_t i = 0;
  while (i < length && text[i] == name[i])
    ++i;
  return i == length && !name[i];
}

#if defined(__x86_64__)

/* Registers that the system must save and restore, as bits of XCR0. */
enum { SAVES_NOTHING = 0, SAVES_AVX = 0x6, SAVES_AVX512 = 0xe6, SAVES_AMX = 0x60000 };

enum { EAX, EBX, ECX, EDX };

/* Names are part of the records: pointers would have to be written by the loader. */
static const struct feature {
  char name[NAME_SIZE];
  uint32_t leaf;
  uint32_t saved;
  uint8_t subleaf;
  uint8_t part;
  uint8_t bit;
} features[] = {
    {"cx16", 1, SAVES_NOTHING, 0, ECX, 13},
    {"popcnt", 1, SAVES_NOTHING, 0, ECX, 23},
    {"sahf", 0x80000001, SAVES_NOTHING, 0, ECX, 0},
    {"sse3", 1, SAVES_NOTHING, 0, ECX, 0},
    {"ssse3", 1, SAVES_NOTHING, 0, ECX, 9},
    {"sse4.1", 1, SAVES_NOTHING, 0, ECX, 19},
    {"sse4.2", 1, SAVES_NOTHING, 0, ECX, 20},
    {"sse4a", 0x80000001, SAVES_NOTHING, 0, ECX, 6},
    {"avx", 1, SAVES_AVX, 0, ECX, 28},
    {"f16c", 1, SAVES_AVX, 0, ECX, 29},
    {"avx2", 7, SAVES_AVX, 0, EBX, 5},
    {"bmi", 7, SAVES_NOTHING, 0, EBX, 3},
    {"bmi2", 7, SAVES_NOTHING, 0, EBX, 8},
    {"fma", 1, SAVES_AVX, 0, ECX, 12},
    {"lzcnt", 0x80000001, SAVES_NOTHING, 0, ECX, 5},
    {"movbe", 1, SAVES_NOTHING, 0, ECX, 22},
    {"gfni", 7, SAVES_NOTHING, 0, ECX, 8},
    {"avxvnni", 7, SAVES_AVX, 1, EAX, 4},
    {"avxifma", 7, SAVES_AVX, 1, EAX, 23},
    {"avxneconvert", 7, SAVES_AVX, 1, EDX, 5},
    {"avxvnniint8", 7, SAVES_AVX, 1, EDX, 4},
    {"avxvnniint16", 7, SAVES_AVX, 1, EDX, 10},
    {"avx512f", 7, SAVES_AVX512, 0, EBX, 16},
    {"avx512bw", 7, SAVES_AVX512, 0, EBX, 30},
    {"avx512cd", 7, SAVES_AVX512, 0, EBX, 28},
    {"avx512dq", 7, SAVES_AVX512, 0, EBX, 17},
    {"avx512vl", 7, SAVES_AVX512, 0, EBX, 31},
    {"avx512vnni", 7, SAVES_AVX512, 0, ECX, 11},
    {"avx512ifma", 7, SAVES_AVX512, 0, EBX, 21},
    {"avx512vbmi", 7, SAVES_AVX512, 0, ECX, 1},
    {"avx512vbmi2", 7, SAVES_AVX512, 0, ECX, 6},
    {"avx512bitalg", 7, SAVES_AVX512, 0, ECX, 12},
    {"avx512vpopcntdq", 7, SAVES_AVX512, 0, ECX, 14},
    {"avx512bf16", 7, SAVES_AVX512, 1, EAX, 5},
    {"avx512fp16", 7, SAVES_AVX512, 0, EDX, 23},
    {"amx-tile", 7, SAVES_AMX, 0, EDX, 24},
    {"amx-int8", 7, SAVES_AMX, 0, EDX, 25},
    {"amx-bf16", 7, SAVES_AMX, 0, EDX, 22},
    {"amx-fp16", 7, SAVES_AMX, 1, EAX, 21},
};

static void ask(uint32_t leaf, uint32_t subleaf, uint32_t parts[4]) {
  __asm__ volatile("cpuid"
                   : "=a"(parts[EAX]), "=b"(parts[EBX]), "=c"(parts[ECX]), "=d"(parts[EDX])
                   : "a"(leaf), "c"(subleaf));
}

/* Whether the processor answers to so high a number. */
static bool answers(uint32_t leaf, uint32_t subleaf) {
  uint32_t parts[4];
  ask(leaf & 0x80000000, 0, parts);
  if (parts[EAX] < leaf)
    return false;
  if (subleaf == 0)
    return true;
  ask(leaf, 0, parts);
  return parts[EAX] >= subleaf;
}

/* XCR0: the registers that the system saves. */
static uint32_t saved_registers(void) {
  uint32_t parts[4], low, high;
  ask(1, 0, parts);
  if (!(parts[ECX] >> 27 & 1))
    return 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

/* Whether code may use the registers: the system must save them, and tiles are an own state that it gives a process, all its
   threads, only once that has asked for them. */
static bool may_use(uint32_t registers) {
  if ((saved_registers() & registers) != registers)
    return false;
  return registers != SAVES_AMX || !syscall(SYSTEM_ARCH_PRCTL, (long)ARCH_REQ_XCOMP_PERM, (long)XFEATURE_XTILEDATA);
}

static bool has(const char *text, uint64_t length) {
  for (uint64_t i = 0; i < sizeof features / sizeof *features; ++i) {
    const struct feature *feature = &features[i];
    uint32_t parts[4];
    if (!is_name(text, length, feature->name))
      continue;
    if (!answers(feature->leaf, feature->subleaf))
      return false;
    ask(feature->leaf, feature->subleaf, parts);
    return (parts[feature->part] >> feature->bit & 1) && may_use(feature->saved);
  }
  return false;
}

#elif defined(__aarch64__)

/* Bits of AT_HWCAP and, shifted by 32, of AT_HWCAP2, all of which must be there. */
static const struct feature {
  char name[NAME_SIZE];
  uint64_t bits;
} features[] = {
    {"rdm", UINT64_C(1) << 12},
    {"dotprod", UINT64_C(1) << 20},
    /* Scalars and vectors. */
    {"fullfp16", UINT64_C(1) << 9 | UINT64_C(1) << 10},
    {"complxnum", UINT64_C(1) << 14},
    {"fp16fml", UINT64_C(1) << 23},
    /* LLVM's name covers SHA512. */
    {"sha3", UINT64_C(1) << 17 | UINT64_C(1) << 21},
    {"i8mm", UINT64_C(1) << (32 + 13)},
    {"bf16", UINT64_C(1) << (32 + 14)},
    {"sve", UINT64_C(1) << 22},
    {"sve2", UINT64_C(1) << (32 + 1)},
};

static bool has(const char *text, uint64_t length) {
  uint64_t bits = (getauxval(KILN_HWCAP) & UINT32_MAX) | getauxval(KILN_HWCAP2) << 32;
  for (uint64_t i = 0; i < sizeof features / sizeof *features; ++i)
    if (is_name(text, length, features[i].name))
      return (bits & features[i].bits) == features[i].bits;
  return false;
}

#else

/* Bits of a vector register; 0 without vectors. */
static uint64_t vector_bits(void) {
  if (!(getauxval(KILN_HWCAP) >> ('v' - 'a') & 1))
    return 0;
  uint64_t bytes;
  /* vlenb. */
  __asm__ volatile("csrr %0, 0xc22" : "=r"(bytes));
  return 8 * bytes;
}

static bool has(const char *text, uint64_t length) {
  if (is_name(text, length, "v") || is_name(text, length, "zvl128b"))
    return vector_bits() >= 128;
  if (is_name(text, length, "zvl256b"))
    return vector_bits() >= 256;
  return is_name(text, length, "zvl512b") && vector_bits() >= 512;
}

#endif

bool kiln_processor_lacks(const char *requirements, char name[KILN_FEATURE_NAME_SIZE]) {
  while (*requirements) {
    uint64_t length = 0;
    while (requirements[length] && requirements[length] != ',')
      ++length;
    if (!has(requirements, length)) {
      uint64_t kept = length < NAME_SIZE - 1 ? length : NAME_SIZE - 1;
      for (uint64_t i = 0; i < kept; ++i)
        name[i] = requirements[i];
      name[kept] = 0;
      return true;
    }
    requirements += length + (requirements[length] == ',');
  }
  return false;
}
