/* Blocks of JPEG 2000 (ITU-T T.800, annex D): coefficients, bit by bit, in three passes for each bit. */

#include "jpeg2000.h"
#include "jpeg2000_arithmetic.h"

enum { SIDE = 1024, STRIPE = 4, FIRST_SIGN = 9, FIRST_REFINEMENT = 14 };

/* What is known of a coefficient. */
enum flag { SIGNIFICANT = 1, NEGATIVE = 2, VISITED = 4, REFINED = 8 };

struct decoder {
  struct kiln_j2k_reader reader;
  uint32_t width, height;
  uint32_t style;
  uint32_t orientation;
  /* Twice the coefficients without signs, and their flags with a margin all around. */
  uint32_t *values;
  uint8_t *flags;
  uint64_t pitch;
  /* Twice the bit of this pass. */
  uint32_t bit;
};

/* A coefficient, its flags, and whether what is below it counts. */
struct place {
  uint32_t *value;
  uint8_t *flag;
  bool has_below;
};

static struct place place_at(const struct decoder *decoder, uint32_t x, uint32_t y) {
  bool is_last = (decoder->style & J2K_CAUSAL) && y % STRIPE == STRIPE - 1;
  return (struct place){decoder->values + (uint64_t)y * decoder->width + x,
                        decoder->flags + (y + 1) * decoder->pitch + x + 1, !is_last};
}

/* How many neighbours are significant: on the left and right, above and below, and at the corners. */
struct neighbors {
  uint32_t across, down, corners;
};

static struct neighbors neighbors_of(const struct decoder *decoder, struct place place) {
  const uint8_t *flag = place.flag, *above = flag - decoder->pitch, *below = flag + decoder->pitch;
  struct neighbors found = {(flag[-1] & 1u) + (flag[1] & 1u), above[0] & 1u, (above[-1] & 1u) + (above[1] & 1u)};
  if (place.has_below) {
    found.down += below[0] & 1u;
    found.corners += (below[-1] & 1u) + (below[1] & 1u);
  }
  return found;
}

/* The context of whether a coefficient becomes significant. */
static uint32_t significance_context(const struct decoder *decoder, struct neighbors around) {
  uint32_t across = around.across, down = around.down, corners = around.corners;
  if (decoder->orientation == 3) {
    uint32_t sides = across + down;
    if (corners >= 3)
      return 8;
    if (corners == 2)
      return sides >= 1 ? 7 : 6;
    sides = sides > 2 ? 2 : sides;
    return corners == 1 ? 3 + sides : sides;
  }
  if (decoder->orientation == 1) {
    across = around.down;
    down = around.across;
  }
  if (across == 2)
    return 8;
  if (across == 1)
    return down >= 1 ? 7 : corners >= 1 ? 6 : 5;
  if (down > 0)
    return down == 2 ? 4 : 3;
  return corners > 2 ? 2 : corners;
}

/* What a neighbour adds: its sign, if it is significant. */
static int sign_of(uint8_t flag) { return flag & SIGNIFICANT ? (flag & NEGATIVE ? -1 : 1) : 0; }

static uint32_t read_sign(struct decoder *decoder, struct place place) {
  if (decoder->reader.is_raw)
    return kiln_j2k_raw_bit(&decoder->reader);
  const uint8_t *flag = place.flag;
  int across = sign_of(flag[-1]) + sign_of(flag[1]), down = sign_of(flag[-(int64_t)decoder->pitch]);
  if (place.has_below)
    down += sign_of(flag[decoder->pitch]);
  across = across > 0 ? 1 : across < 0 ? -1 : 0;
  down = down > 0 ? 1 : down < 0 ? -1 : 0;
  /* Contexts are the same for opposite signs, and the decision is then the other one. */
  bool is_opposite = across < 0 || (across == 0 && down < 0);
  if (is_opposite) {
    across = -across;
    down = -down;
  }
  uint32_t context = FIRST_SIGN + (uint32_t)(across ? 3 + down : down);
  return kiln_j2k_decide(&decoder->reader, context) ^ is_opposite;
}

/* A coefficient becomes significant: with the bit above half of what is not known. */
static void set_significant(struct decoder *decoder, struct place place) {
  *place.value = decoder->bit + decoder->bit / 2;
  if (read_sign(decoder, place))
    *place.flag |= NEGATIVE;
  *place.flag |= SIGNIFICANT;
}

/* Coefficients with significant neighbours. */
static void propagate(struct decoder *decoder, struct place place) {
  struct neighbors around = neighbors_of(decoder, place);
  if ((*place.flag & SIGNIFICANT) || around.across + around.down + around.corners == 0)
    return;
  uint32_t is_significant = decoder->reader.is_raw
                                ? kiln_j2k_raw_bit(&decoder->reader)
                                : kiln_j2k_decide(&decoder->reader, significance_context(decoder, around));
  if (is_significant)
    set_significant(decoder, place);
  *place.flag |= VISITED;
}

/* One more bit of a coefficient that was significant before. */
static void refine(struct decoder *decoder, struct place place) {
  if ((*place.flag & (SIGNIFICANT | VISITED)) != SIGNIFICANT)
    return;
  uint32_t bit;
  if (decoder->reader.is_raw) {
    bit = kiln_j2k_raw_bit(&decoder->reader);
  } else {
    struct neighbors around = neighbors_of(decoder, place);
    bool has_any = around.across + around.down + around.corners > 0;
    uint32_t context = FIRST_REFINEMENT + (*place.flag & REFINED ? 2 : has_any);
    bit = kiln_j2k_decide(&decoder->reader, context);
  }
  /* What was half of what is not known is now the bit or not, and half of it more is not. */
  *place.value += bit ? decoder->bit / 2 : -(decoder->bit / 2);
  *place.flag |= REFINED;
}

/* Whether four coefficients of a column have nothing around them, nor are they known. */
static bool is_run(const struct decoder *decoder, uint32_t x, uint32_t y) {
  if (y + STRIPE > decoder->height)
    return false;
  for (uint32_t i = 0; i < STRIPE; ++i) {
    struct place place = place_at(decoder, x, y + i);
    struct neighbors around = neighbors_of(decoder, place);
    if ((*place.flag & (SIGNIFICANT | VISITED)) || around.across + around.down + around.corners > 0)
      return false;
  }
  return true;
}

/* All coefficients of a column that no other pass had. */
static void clean_up(struct decoder *decoder, uint32_t x, uint32_t y) {
  uint32_t end = y + STRIPE < decoder->height ? y + STRIPE : decoder->height;
  if (is_run(decoder, x, y)) {
    if (!kiln_j2k_decide(&decoder->reader, J2K_RUN))
      return;
    uint32_t high = kiln_j2k_decide(&decoder->reader, J2K_UNIFORM);
    y += 2 * high + kiln_j2k_decide(&decoder->reader, J2K_UNIFORM);
    set_significant(decoder, place_at(decoder, x, y++));
  }
  for (; y < end; ++y) {
    struct place place = place_at(decoder, x, y);
    if (*place.flag & (SIGNIFICANT | VISITED))
      continue;
    if (kiln_j2k_decide(&decoder->reader, significance_context(decoder, neighbors_of(decoder, place))))
      set_significant(decoder, place);
  }
}

/* Pass number `kind` of a bit: new neighbours, bits of old ones, and the rest. */
static void read_pass(struct decoder *decoder, uint32_t kind) {
  for (uint32_t y = 0; y < decoder->height; y += STRIPE) {
    for (uint32_t x = 0; x < decoder->width; ++x) {
      if (kind == 2) {
        clean_up(decoder, x, y);
        continue;
      }
      for (uint32_t row = y; row < y + STRIPE && row < decoder->height; ++row) {
        if (kind == 0)
          propagate(decoder, place_at(decoder, x, row));
        else
          refine(decoder, place_at(decoder, x, row));
      }
    }
  }
  if (kind < 2)
    return;
  for (uint64_t i = 0; i < decoder->pitch * (decoder->height + 2); ++i)
    decoder->flags[i] &= (uint8_t)~VISITED;
  for (int i = 0; (decoder->style & J2K_MARKS) && i < 4; ++i)
    kiln_j2k_decide(&decoder->reader, J2K_UNIFORM);
}

/* Joins the parts of a word of the code; returns the number of the part behind it, and how many passes it has. */
static uint32_t join(const struct kiln_j2k_tile *tile, uint32_t chunk, uint8_t *joined, uint64_t *size,
                     uint32_t *passes) {
  *size = *passes = 0;
  do {
    const struct kiln_j2k_chunk *part = &tile->chunks[chunk - 1];
    __builtin_memcpy(joined + *size, part->data, part->size);
    *size += part->size;
    *passes += part->passes;
    chunk = part->next;
  } while (chunk && !tile->chunks[chunk - 1].is_first);
  return chunk;
}

static bool read_words(struct decoder *decoder, const struct kiln_j2k_tile *tile, const struct kiln_j2k_block *block,
                       uint32_t planes, uint8_t *joined) {
  uint32_t pass = 2;
  kiln_j2k_reset(&decoder->reader);
  for (uint32_t chunk = block->first_chunk; chunk;) {
    uint64_t size;
    uint32_t passes;
    chunk = join(tile, chunk, joined, &size, &passes);
    /* After four bits, the first two passes of each may have no code. */
    bool is_raw = (decoder->style & J2K_BYPASS) && pass >= 12 && pass % 3 < 2;
    kiln_j2k_begin(&decoder->reader, (struct kiln_bytes){joined, size}, is_raw);
    for (; passes > 0; --passes, ++pass) {
      uint32_t plane = pass / 3;
      if (plane >= planes)
        return false;
      decoder->bit = UINT32_C(2) << (planes - 1 - plane);
      read_pass(decoder, pass % 3);
      if (decoder->style & J2K_RESET)
        kiln_j2k_reset(&decoder->reader);
    }
  }
  return true;
}

/* The bytes of the code of a block. */
static uint64_t code_size(const struct kiln_j2k_tile *tile, const struct kiln_j2k_block *block) {
  uint64_t size = 0;
  for (uint32_t chunk = block->first_chunk; chunk; chunk = tile->chunks[chunk - 1].next)
    size += tile->chunks[chunk - 1].size;
  return size;
}

enum kiln_image_status kiln_j2k_decode_block(const struct kiln_j2k_tile *tile, const struct kiln_j2k_block *block,
                                             uint32_t planes, uint32_t style, uint32_t orientation, int32_t *out) {
  uint64_t count = (uint64_t)block->width * block->height;
  struct decoder decoder = {.width = block->width, .height = block->height, .style = style,
                            .orientation = orientation, .pitch = block->width + 2};
  uint8_t *joined = kiln_image_memory(code_size(tile, block), 1);
  decoder.flags = kiln_image_memory(decoder.pitch, block->height + 2);
  decoder.values = kiln_image_memory(count, sizeof *decoder.values);
  enum kiln_image_status status = KILN_IMAGE_NO_MEMORY;
  if (joined && decoder.flags && decoder.values)
    status = read_words(&decoder, tile, block, planes, joined) ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
  for (uint64_t i = 0; !status && i < count; ++i) {
    bool is_negative = decoder.flags[(i / block->width + 1) * decoder.pitch + i % block->width + 1] & NEGATIVE;
    out[i] = is_negative ? -(int32_t)decoder.values[i] : (int32_t)decoder.values[i];
  }
  free(joined);
  free(decoder.flags);
  free(decoder.values);
  return status;
}
