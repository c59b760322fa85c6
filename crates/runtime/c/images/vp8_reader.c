/* VP8's arithmetic code, and the tokens that it codes. */

#include "vp8.h"

struct kiln_vp8_reader kiln_vp8_open(struct kiln_bytes bytes) {
  return (struct kiln_vp8_reader){.bytes = bytes, .range = 255, .bits = -8};
}

/* Makes at least eight more bits known. */
static void fill(struct kiln_vp8_reader *reader) {
  while (reader->bits < 0) {
    uint8_t byte = 0;
    if (reader->at < reader->bytes.size)
      byte = reader->bytes.data[reader->at];
    /* A coder may leave out the last two bytes of zeros. */
    else if (reader->at >= reader->bytes.size + 2)
      reader->is_over = true;
    ++reader->at;
    reader->value = reader->value << 8 | byte;
    reader->bits += 8;
  }
}

bool kiln_vp8_decide(struct kiln_vp8_reader *reader, uint32_t probability) {
  fill(reader);
  uint32_t split = 1 + (((reader->range - 1) * probability) >> 8);
  uint64_t bound = (uint64_t)split << reader->bits;
  bool decision = reader->value >= bound;
  if (decision) {
    reader->value -= bound;
    reader->range -= split;
  } else {
    reader->range = split;
  }
  int shift = __builtin_clz(reader->range) - 24;
  reader->range <<= shift;
  reader->bits -= shift;
  return decision;
}

uint32_t kiln_vp8_number(struct kiln_vp8_reader *reader, int bits) {
  uint32_t number = 0;
  for (; bits > 0; --bits)
    number = number << 1 | kiln_vp8_decide(reader, 128);
  return number;
}

int32_t kiln_vp8_signed(struct kiln_vp8_reader *reader, int bits) {
  if (!kiln_vp8_decide(reader, 128))
    return 0;
  int32_t number = (int32_t)kiln_vp8_number(reader, bits);
  return kiln_vp8_decide(reader, 128) ? -number : number;
}

/* A number of 2 or more, by a tree of decisions. */
static int32_t large(struct kiln_vp8_reader *reader, const uint8_t *tokens) {
  static const uint8_t more[4][12] = {{173, 148, 140},
                                      {176, 155, 140, 135},
                                      {180, 157, 141, 134, 130},
                                      {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}};
  if (!kiln_vp8_decide(reader, tokens[3])) {
    if (!kiln_vp8_decide(reader, tokens[4]))
      return 2;
    return 3 + kiln_vp8_decide(reader, tokens[5]);
  }
  if (!kiln_vp8_decide(reader, tokens[6])) {
    if (!kiln_vp8_decide(reader, tokens[7]))
      return 5 + kiln_vp8_decide(reader, 159);
    int32_t high = kiln_vp8_decide(reader, 165);
    return 7 + 2 * high + kiln_vp8_decide(reader, 145);
  }
  int high = kiln_vp8_decide(reader, tokens[8]);
  int kind = 2 * high + kiln_vp8_decide(reader, tokens[9 + high]);
  int32_t rest = 0;
  for (const uint8_t *probability = more[kind]; *probability; ++probability)
    rest = 2 * rest + kiln_vp8_decide(reader, *probability);
  return rest + 3 + (8 << kind);
}

int kiln_vp8_coefficients(struct kiln_vp8_reader *reader, const uint8_t (*tokens)[3][11], int context, int first,
                          const int32_t steps[2], int32_t out[16]) {
  static const uint8_t order[16] = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
  static const uint8_t bands[16] = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7};
  for (int i = first; i < 16; ++i) {
    const uint8_t *row = tokens[bands[i]][context];
    if (!kiln_vp8_decide(reader, row[0]))
      return i;
    /* The end never follows a zero. */
    while (!kiln_vp8_decide(reader, row[1])) {
      if (++i == 16)
        return 16;
      row = tokens[bands[i]][0];
    }
    bool is_large = kiln_vp8_decide(reader, row[2]);
    int32_t number = is_large ? large(reader, row) : 1;
    context = is_large ? 2 : 1;
    out[order[i]] = (kiln_vp8_decide(reader, 128) ? -number : number) * steps[i > 0];
  }
  return 16;
}
