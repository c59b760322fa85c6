/* The arithmetic decoder of JPEG 2000 (ITU-T T.800, annex C). */

#include "jpeg2000_arithmetic.h"

/* A state: the share of the less likely decision, and the states that follow each. */
struct state {
  uint16_t share;
  uint8_t after_likely;
  uint8_t after_unlikely;
  bool is_swap;
};

static const struct state states[47] = {
    {0x5601, 1, 1, true},    {0x3401, 2, 6, false},   {0x1801, 3, 9, false},   {0x0ac1, 4, 12, false},
    {0x0521, 5, 29, false},  {0x0221, 38, 33, false}, {0x5601, 7, 6, true},    {0x5401, 8, 14, false},
    {0x4801, 9, 14, false},  {0x3801, 10, 14, false}, {0x3001, 11, 17, false}, {0x2401, 12, 18, false},
    {0x1c01, 13, 20, false}, {0x1601, 29, 21, false}, {0x5601, 15, 14, true},  {0x5401, 16, 14, false},
    {0x5101, 17, 15, false}, {0x4801, 18, 16, false}, {0x3801, 19, 17, false}, {0x3401, 20, 18, false},
    {0x3001, 21, 19, false}, {0x2801, 22, 19, false}, {0x2401, 23, 20, false}, {0x2201, 24, 21, false},
    {0x1c01, 25, 22, false}, {0x1801, 26, 23, false}, {0x1601, 27, 24, false}, {0x1401, 28, 25, false},
    {0x1201, 29, 26, false}, {0x1101, 30, 27, false}, {0x0ac1, 31, 28, false}, {0x09c1, 32, 29, false},
    {0x08a1, 33, 30, false}, {0x0521, 34, 31, false}, {0x0441, 35, 32, false}, {0x02a1, 36, 33, false},
    {0x0221, 37, 34, false}, {0x0141, 38, 35, false}, {0x0111, 39, 36, false}, {0x0085, 40, 37, false},
    {0x0049, 41, 38, false}, {0x0025, 42, 39, false}, {0x0015, 43, 40, false}, {0x0009, 44, 41, false},
    {0x0005, 45, 42, false}, {0x0001, 45, 43, false}, {0x5601, 46, 46, false}};

void kiln_j2k_reset(struct kiln_j2k_reader *reader) {
  __builtin_memset(reader->states, 0, sizeof reader->states);
  reader->states[0] = 4 << 1;
  reader->states[J2K_RUN] = 3 << 1;
  reader->states[J2K_UNIFORM] = 46 << 1;
}

/* A byte of the code; bytes of ones follow its end. */
static uint32_t byte_at(const struct kiln_j2k_reader *reader, uint64_t ahead) {
  return (uint64_t)(reader->end - reader->next) > ahead ? reader->next[ahead] : 0xff;
}

/* Takes a byte: one of ones is followed by seven bits, or by a marker, where the code ends. */
static void take_byte(struct kiln_j2k_reader *reader) {
  bool is_after_ones = byte_at(reader, 0) == 0xff;
  if (is_after_ones && byte_at(reader, 1) > 0x8f) {
    reader->code += 0xff00;
    reader->left = 8;
    return;
  }
  reader->next += reader->next < reader->end;
  reader->code += byte_at(reader, 0) << (is_after_ones ? 9 : 8);
  reader->left = is_after_ones ? 7 : 8;
}

void kiln_j2k_begin(struct kiln_j2k_reader *reader, struct kiln_bytes bytes, bool is_raw) {
  reader->next = bytes.data;
  reader->end = bytes.data + bytes.size;
  reader->is_raw = is_raw;
  reader->left = 0;
  reader->byte = 0;
  if (is_raw)
    return;
  reader->code = byte_at(reader, 0) << 16;
  take_byte(reader);
  reader->code <<= 7;
  reader->left -= 7;
  reader->interval = 0x8000;
}

uint32_t kiln_j2k_decide(struct kiln_j2k_reader *reader, uint32_t context) {
  uint8_t *known = &reader->states[context];
  const struct state *state = &states[*known >> 1];
  uint32_t likely = *known & 1;
  reader->interval -= state->share;
  bool is_low = reader->code >> 16 < state->share;
  if (!is_low) {
    reader->code -= (uint32_t)state->share << 16;
    if (reader->interval & 0x8000)
      return likely;
  }
  /* The larger part of the interval is always the likelier decision's. */
  bool is_likely = is_low == (reader->interval < state->share);
  if (is_low)
    reader->interval = state->share;
  uint32_t decision = is_likely ? likely : 1 - likely;
  if (is_likely)
    *known = (uint8_t)(state->after_likely << 1 | likely);
  else
    *known = (uint8_t)(state->after_unlikely << 1 | (state->is_swap ? 1 - likely : likely));
  do {
    if (reader->left == 0)
      take_byte(reader);
    reader->interval <<= 1;
    reader->code <<= 1;
    --reader->left;
  } while (!(reader->interval & 0x8000));
  return decision;
}

uint32_t kiln_j2k_raw_bit(struct kiln_j2k_reader *reader) {
  if (reader->left == 0) {
    reader->left = reader->byte == 0xff ? 7 : 8;
    reader->byte = (uint8_t)byte_at(reader, 0);
    reader->next += reader->next < reader->end;
  }
  return reader->byte >> --reader->left & 1;
}
