/* VP8's key frames (RFC 6386): headers, blocks of 16 x 16, and what they are put together from. */

#include "vp8.h"

enum { SEGMENTS = 4, MOST_PARTITIONS = 8, MARGIN = 8 };

/* What some blocks have in common. */
struct segment {
  int32_t quality;
  int32_t level;
  /* Of luminance, of its first coefficients, and of chroma: the step of the first coefficient, and of the others. */
  int32_t steps[3][2];
};

enum kind { WITHOUT_FIRST, FIRST_ONES, CHROMA, WHOLE };

/* What a block leaves for those around it. */
struct edge {
  /* Whether each part had coefficients: four of luminance, two of each chroma, and the first ones of luminance. */
  uint8_t luminance[4];
  uint8_t chroma[2][2];
  uint8_t first_ones;
  uint8_t modes[4];
};

struct block {
  uint8_t segment;
  bool is_empty;
  enum kiln_vp8_mode mode;
  enum kiln_vp8_mode chroma_mode;
  uint8_t parts[16];
  int32_t coefficients[24][16];
};

struct frame {
  struct kiln_vp8_image *image;
  uint64_t across;
  uint64_t down;
  struct kiln_vp8_reader header;
  struct kiln_vp8_reader partitions[MOST_PARTITIONS];
  uint32_t partition_count;
  bool has_segments;
  bool has_segment_map;
  bool is_absolute;
  uint8_t segment_probabilities[3];
  struct segment segments[SEGMENTS];
  bool is_simple;
  int32_t level;
  int32_t sharpness;
  bool has_level_changes;
  int32_t level_changes[2];
  kiln_vp8_tokens tokens;
  bool may_skip;
  uint32_t skip_probability;
  struct edge *above;
  struct edge left;
  struct kiln_vp8_filter *filters;
  struct block block;
};

static void read_segments(struct frame *frame) {
  struct kiln_vp8_reader *reader = &frame->header;
  frame->has_segments = kiln_vp8_number(reader, 1);
  __builtin_memset(frame->segment_probabilities, 255, sizeof frame->segment_probabilities);
  if (!frame->has_segments)
    return;
  frame->has_segment_map = kiln_vp8_number(reader, 1);
  if (kiln_vp8_number(reader, 1)) {
    frame->is_absolute = kiln_vp8_number(reader, 1);
    for (int i = 0; i < SEGMENTS; ++i)
      frame->segments[i].quality = kiln_vp8_signed(reader, 7);
    for (int i = 0; i < SEGMENTS; ++i)
      frame->segments[i].level = kiln_vp8_signed(reader, 6);
  }
  for (int i = 0; frame->has_segment_map && i < 3; ++i)
    if (kiln_vp8_number(reader, 1))
      frame->segment_probabilities[i] = (uint8_t)kiln_vp8_number(reader, 8);
}

/* The loop filter; of what changes its level, only the first of each four is for still images. */
static void read_filter(struct frame *frame) {
  struct kiln_vp8_reader *reader = &frame->header;
  frame->is_simple = kiln_vp8_number(reader, 1);
  frame->level = (int32_t)kiln_vp8_number(reader, 6);
  frame->sharpness = (int32_t)kiln_vp8_number(reader, 3);
  frame->has_level_changes = kiln_vp8_number(reader, 1);
  if (!frame->has_level_changes || !kiln_vp8_number(reader, 1))
    return;
  for (int i = 0; i < 8; ++i) {
    int32_t change = kiln_vp8_signed(reader, 6);
    if (i % 4 == 0)
      frame->level_changes[i / 4] = change;
  }
}

static int32_t clamp(int32_t value, int32_t most) { return value < 0 ? 0 : value > most ? most : value; }

static void read_steps(struct frame *frame) {
  struct kiln_vp8_reader *reader = &frame->header;
  int32_t base = (int32_t)kiln_vp8_number(reader, 7), changes[5];
  for (int i = 0; i < 5; ++i)
    changes[i] = kiln_vp8_signed(reader, 4);
  for (int i = 0; i < SEGMENTS; ++i) {
    struct segment *segment = &frame->segments[i];
    int32_t quality = !frame->has_segments ? base : segment->quality + (frame->is_absolute ? 0 : base);
    int32_t first_step = 155 * kiln_vp8_ac_steps[clamp(quality + changes[2], 127)] / 100;
    segment->steps[0][0] = kiln_vp8_dc_steps[clamp(quality + changes[0], 127)];
    segment->steps[0][1] = kiln_vp8_ac_steps[clamp(quality, 127)];
    segment->steps[1][0] = 2 * kiln_vp8_dc_steps[clamp(quality + changes[1], 127)];
    segment->steps[1][1] = first_step < 8 ? 8 : first_step;
    segment->steps[2][0] = kiln_vp8_dc_steps[clamp(quality + changes[3], 117)];
    segment->steps[2][1] = kiln_vp8_ac_steps[clamp(quality + changes[4], 127)];
  }
}

static void read_tokens(struct frame *frame) {
  uint8_t *tokens = &frame->tokens[0][0][0][0];
  const uint8_t *defaults = &kiln_vp8_token_defaults[0][0][0][0], *updates = &kiln_vp8_token_updates[0][0][0][0];
  for (uint64_t i = 0; i < sizeof frame->tokens; ++i)
    tokens[i] = kiln_vp8_decide(&frame->header, updates[i]) ? (uint8_t)kiln_vp8_number(&frame->header, 8) : defaults[i];
  frame->may_skip = kiln_vp8_number(&frame->header, 1);
  frame->skip_probability = frame->may_skip ? kiln_vp8_number(&frame->header, 8) : 0;
}

/* Finds where the tokens of each partition are: their sizes come first, but for the last one. */
static bool open_partitions(struct frame *frame, struct kiln_bytes rest) {
  uint64_t at = 3 * (uint64_t)(frame->partition_count - 1);
  if (!kiln_has(rest, 0, at))
    return false;
  for (uint32_t i = 0; i < frame->partition_count; ++i) {
    const uint8_t *entry = rest.data + 3 * i;
    bool is_last = i + 1 == frame->partition_count;
    uint64_t size = is_last ? rest.size - at : kiln_low_16(entry) | (uint64_t)entry[2] << 16;
    if (!kiln_has(rest, at, size))
      return false;
    frame->partitions[i] = kiln_vp8_open((struct kiln_bytes){rest.data + at, size});
    at += size;
  }
  return true;
}

static bool read_header(struct frame *frame, struct kiln_bytes bytes) {
  struct kiln_vp8_image *image = frame->image;
  if (!kiln_has(bytes, 0, 10) || (bytes.data[0] & 1) || !kiln_equal(bytes.data + 3, "\x9d\x01\x2a", 3))
    return false;
  uint64_t size = (kiln_low_16(bytes.data) | (uint64_t)bytes.data[2] << 16) >> 5;
  image->width = kiln_low_16(bytes.data + 6) & 0x3fff;
  image->height = kiln_low_16(bytes.data + 8) & 0x3fff;
  if (!kiln_has(bytes, 10, size) || !kiln_fits(image->width, image->height))
    return false;
  frame->across = (image->width + 15) / 16;
  frame->down = (image->height + 15) / 16;
  frame->header = kiln_vp8_open((struct kiln_bytes){bytes.data + 10, size});
  /* What colours mean, and whether samples must be clamped: they always are. */
  kiln_vp8_number(&frame->header, 2);
  read_segments(frame);
  read_filter(frame);
  frame->partition_count = 1u << kiln_vp8_number(&frame->header, 2);
  if (!open_partitions(frame, (struct kiln_bytes){bytes.data + 10 + size, bytes.size - 10 - size}))
    return false;
  read_steps(frame);
  /* Whether the probabilities are for later frames, too. */
  kiln_vp8_number(&frame->header, 1);
  read_tokens(frame);
  return true;
}

/* The leaf of a tree that decisions lead to: a node has two numbers, and those above 0 are nodes. */
static int read_tree(struct kiln_vp8_reader *reader, const int8_t *tree, const uint8_t *probabilities) {
  int node = 0;
  do
    node = tree[node + kiln_vp8_decide(reader, probabilities[node >> 1])];
  while (node > 0);
  return -node;
}

static void read_modes(struct frame *frame, struct edge *above) {
  static const int8_t modes[8] = {-VP8_PARTS, 2, 4, 6, -VP8_DC, -VP8_VERTICAL, -VP8_HORIZONTAL, -VP8_MOTION};
  static const int8_t chroma_modes[6] = {-VP8_DC, 2, -VP8_VERTICAL, 4, -VP8_HORIZONTAL, -VP8_MOTION};
  static const int8_t part_modes[18] = {
      -VP8_PART_DC,        2,  -VP8_PART_MOTION, 4,
      -VP8_PART_VERTICAL,  6,  8,                12,
      -VP8_PART_HORIZONTAL, 10, -VP8_PART_RIGHT_DOWN, -VP8_PART_VERTICAL_RIGHT,
      -VP8_PART_LEFT_DOWN, 14, -VP8_PART_VERTICAL_LEFT, 16,
      -VP8_PART_HORIZONTAL_DOWN, -VP8_PART_HORIZONTAL_UP};
  static const uint8_t probabilities[4] = {145, 156, 163, 128}, chroma_probabilities[3] = {142, 114, 183};
  /* What parts are taken for where the whole block has a mode. */
  static const uint8_t as_parts[4] = {VP8_PART_DC, VP8_PART_VERTICAL, VP8_PART_HORIZONTAL, VP8_PART_MOTION};
  struct kiln_vp8_reader *reader = &frame->header;
  struct block *block = &frame->block;
  const uint8_t *of_segment = frame->segment_probabilities;
  block->segment = 0;
  if (frame->has_segment_map) {
    int high = kiln_vp8_decide(reader, of_segment[0]);
    block->segment = (uint8_t)(2 * high + kiln_vp8_decide(reader, of_segment[1 + high]));
  }
  block->is_empty = frame->may_skip && kiln_vp8_decide(reader, frame->skip_probability);
  block->mode = (enum kiln_vp8_mode)read_tree(reader, modes, probabilities);
  for (int i = 0; i < 16; ++i) {
    uint8_t *left = &frame->left.modes[i / 4], *up = &above->modes[i % 4];
    block->parts[i] = block->mode < VP8_PARTS
                          ? as_parts[block->mode]
                          : (uint8_t)read_tree(reader, part_modes, kiln_vp8_part_modes[*up][*left]);
    *left = *up = block->parts[i];
  }
  block->chroma_mode = (enum kiln_vp8_mode)read_tree(reader, chroma_modes, chroma_probabilities);
}

/* Reads one part; both edges say whether the parts there had coefficients, and are told. */
static bool read_part(struct frame *frame, struct kiln_vp8_reader *reader, enum kind kind, uint8_t *left,
                      uint8_t *above, int32_t *out) {
  static const int of_kind[4] = {0, 1, 2, 0};
  const int32_t *steps = frame->segments[frame->block.segment].steps[of_kind[kind]];
  int first = kind == WITHOUT_FIRST ? 1 : 0;
  const uint8_t(*tokens)[3][11] = (const uint8_t(*)[3][11])frame->tokens[kind];
  int end = kiln_vp8_coefficients(reader, tokens, *left + *above, first, steps, out);
  *left = *above = end > first;
  return end > 1;
}

/* Reads all coefficients of a block. Whether there are any. */
static bool read_coefficients(struct frame *frame, struct kiln_vp8_reader *reader, struct edge *above) {
  struct block *block = &frame->block;
  struct edge *left = &frame->left;
  bool has_any = false;
  enum kind kind = block->mode == VP8_PARTS ? WHOLE : WITHOUT_FIRST;
  if (kind == WITHOUT_FIRST) {
    int32_t coefficients[16] = {0}, firsts[16];
    read_part(frame, reader, FIRST_ONES, &left->first_ones, &above->first_ones, coefficients);
    kiln_vp8_spread(coefficients, firsts);
    for (int i = 0; i < 16; ++i)
      block->coefficients[i][0] = firsts[i];
  }
  for (int i = 0; i < 16; ++i) {
    int32_t *out = block->coefficients[i];
    has_any |= read_part(frame, reader, kind, &left->luminance[i / 4], &above->luminance[i % 4], out) || out[0] != 0;
  }
  for (int i = 0; i < 8; ++i) {
    int32_t *out = block->coefficients[16 + i];
    uint8_t *to_left = &left->chroma[i / 4][i % 4 / 2], *up = &above->chroma[i / 4][i % 2];
    has_any |= read_part(frame, reader, CHROMA, to_left, up, out) || out[0] != 0;
  }
  return has_any;
}

/* Of a block without coefficients. */
static void clear_edges(struct frame *frame, struct edge *above) {
  struct edge *edges[2] = {&frame->left, above};
  for (int i = 0; i < 2; ++i) {
    __builtin_memset(edges[i]->luminance, 0, sizeof edges[i]->luminance);
    __builtin_memset(edges[i]->chroma, 0, sizeof edges[i]->chroma);
    /* Blocks that are guessed part by part have no first ones. */
    if (frame->block.mode != VP8_PARTS)
      edges[i]->first_ones = 0;
  }
}

static uint8_t *place(const struct kiln_vp8_plane *plane, uint64_t x, uint64_t y) {
  return plane->samples + y * plane->pitch + x;
}

static void put_luminance(const struct frame *frame, uint64_t x, uint64_t y) {
  const struct kiln_vp8_plane *plane = &frame->image->planes[0];
  const struct block *block = &frame->block;
  uint8_t *samples = place(plane, 16 * x, 16 * y), right[4];
  if (block->mode != VP8_PARTS)
    kiln_vp8_predict(samples, plane->pitch, 16, block->mode, y > 0, x > 0);
  /* Above the next block; parts below the first ones have nothing better on the right. */
  const uint8_t *above = samples - plane->pitch;
  if (y > 0 && x + 1 == frame->across)
    __builtin_memset(right, above[15], 4);
  else
    __builtin_memcpy(right, above + 16, 4);
  for (int i = 0; i < 16; ++i) {
    uint8_t *part = samples + (uint64_t)(i / 4) * 4 * plane->pitch + i % 4 * 4;
    if (block->mode == VP8_PARTS)
      kiln_vp8_predict_part(part, plane->pitch, block->parts[i], i % 4 == 3 ? right : part + 4 - plane->pitch);
    kiln_vp8_add(part, plane->pitch, block->coefficients[i]);
  }
}

static void put_chroma(const struct frame *frame, uint64_t x, uint64_t y) {
  for (int i = 0; i < 2; ++i) {
    const struct kiln_vp8_plane *plane = &frame->image->planes[1 + i];
    uint8_t *samples = place(plane, 8 * x, 8 * y);
    kiln_vp8_predict(samples, plane->pitch, 8, frame->block.chroma_mode, y > 0, x > 0);
    for (int part = 0; part < 4; ++part)
      kiln_vp8_add(samples + (uint64_t)(part / 2) * 4 * plane->pitch + part % 2 * 4, plane->pitch,
                   frame->block.coefficients[16 + 4 * i + part]);
  }
}

static struct kiln_vp8_filter filter_of(const struct frame *frame, bool has_coefficients) {
  bool has_parts = frame->block.mode == VP8_PARTS;
  int32_t level = frame->level, inner;
  if (frame->has_segments)
    level = frame->segments[frame->block.segment].level + (frame->is_absolute ? 0 : level);
  if (frame->has_level_changes)
    level += frame->level_changes[0] + (has_parts ? frame->level_changes[1] : 0);
  level = frame->level == 0 ? 0 : clamp(level, 63);
  inner = level >> (frame->sharpness > 4 ? 2 : frame->sharpness > 0 ? 1 : 0);
  if (frame->sharpness > 0 && inner > 9 - frame->sharpness)
    inner = 9 - frame->sharpness;
  return (struct kiln_vp8_filter){.level = (uint8_t)level,
                                  .inner = (uint8_t)(inner < 1 ? 1 : inner),
                                  .variance = level >= 40 ? 2 : level >= 15 ? 1 : 0,
                                  .has_inner_edges = has_parts || has_coefficients};
}

static bool read_blocks(struct frame *frame) {
  for (uint64_t y = 0; y < frame->down; ++y) {
    struct kiln_vp8_reader *reader = &frame->partitions[y % frame->partition_count];
    frame->left = (struct edge){0};
    for (uint64_t x = 0; x < frame->across; ++x) {
      struct edge *above = &frame->above[x];
      bool has_coefficients = false;
      read_modes(frame, above);
      __builtin_memset(frame->block.coefficients, 0, sizeof frame->block.coefficients);
      if (frame->block.is_empty)
        clear_edges(frame, above);
      else
        has_coefficients = read_coefficients(frame, reader, above);
      if (frame->header.is_over || reader->is_over)
        return false;
      put_luminance(frame, x, y);
      put_chroma(frame, x, y);
      frame->filters[y * frame->across + x] = filter_of(frame, has_coefficients);
    }
  }
  return true;
}

/* After all blocks: what they are guessed from is not smoothed. */
static void smooth(const struct frame *frame) {
  for (uint64_t i = 0; i < frame->across * frame->down; ++i) {
    struct kiln_vp8_filter filter = frame->filters[i];
    uint64_t x = i % frame->across, y = i / frame->across;
    const struct kiln_vp8_plane *planes = frame->image->planes;
    if (filter.level == 0)
      continue;
    if (frame->is_simple) {
      kiln_vp8_smooth_simply(place(&planes[0], 16 * x, 16 * y), planes[0].pitch, filter, x > 0, y > 0);
      continue;
    }
    kiln_vp8_smooth(place(&planes[0], 16 * x, 16 * y), planes[0].pitch, 16, filter, x > 0, y > 0);
    for (int chroma = 1; chroma < 3; ++chroma)
      kiln_vp8_smooth(place(&planes[chroma], 8 * x, 8 * y), planes[chroma].pitch, 8, filter, x > 0, y > 0);
  }
}

/* Memory for a plane, with a margin: what is outside of the image is 127 above it, and 129 on the left. */
static bool open_plane(struct kiln_vp8_image *image, int index, uint64_t width, uint64_t height) {
  uint64_t pitch = width + 2 * MARGIN;
  uint8_t *memory = image->memory[index] = kiln_image_memory(pitch, height + 1);
  if (!memory)
    return false;
  __builtin_memset(memory, 127, pitch);
  for (uint64_t y = 1; y <= height; ++y)
    memory[y * pitch + MARGIN - 1] = 129;
  image->planes[index] = (struct kiln_vp8_plane){memory + pitch + MARGIN, pitch};
  return true;
}

static enum kiln_image_status read_frame(struct frame *frame) {
  frame->above = kiln_image_memory(frame->across, sizeof *frame->above);
  frame->filters = kiln_image_memory(frame->across * frame->down, sizeof *frame->filters);
  if (!frame->above || !frame->filters)
    return KILN_IMAGE_NO_MEMORY;
  for (int i = 0; i < 3; ++i)
    if (!open_plane(frame->image, i, frame->across * (i ? 8 : 16), frame->down * (i ? 8 : 16)))
      return KILN_IMAGE_NO_MEMORY;
  if (!read_blocks(frame))
    return KILN_IMAGE_UNREADABLE;
  smooth(frame);
  return KILN_IMAGE_DECODED;
}

enum kiln_image_status kiln_vp8_decode(struct kiln_bytes bytes, struct kiln_vp8_image *image) {
  struct frame *frame = kiln_image_memory(1, sizeof *frame);
  if (!frame)
    return KILN_IMAGE_NO_MEMORY;
  frame->image = image;
  enum kiln_image_status status = read_header(frame, bytes) ? read_frame(frame) : KILN_IMAGE_UNREADABLE;
  free(frame->above);
  free(frame->filters);
  free(frame);
  return status;
}
