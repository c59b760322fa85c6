/* Headers of JPEG 2000's codestreams: of the image, and of parts of tiles. */

#include "jpeg2000.h"

enum marker {
  START = 0xff4f,
  SIZE = 0xff51,
  CODING = 0xff52,
  CODING_OF_COMPONENT = 0xff53,
  STEPS = 0xff5c,
  STEPS_OF_COMPONENT = 0xff5d,
  REGION = 0xff5e,
  ORDER_CHANGES = 0xff5f,
  PACKED_MAIN = 0xff60,
  PACKED_TILE = 0xff61,
  TILE_PART = 0xff90,
  DATA = 0xff93,
  END = 0xffd9
};

static bool read_size(struct kiln_j2k *image, struct kiln_bytes segment) {
  if (segment.size < 36)
    return false;
  const uint8_t *at = segment.data + 2;
  uint64_t numbers[8];
  for (int i = 0; i < 8; ++i)
    numbers[i] = kiln_high_32(at + 4 * i);
  image->area = (struct kiln_j2k_area){numbers[2], numbers[3], numbers[0], numbers[1]};
  image->first_tile = (struct kiln_j2k_area){numbers[6], numbers[7], numbers[6] + numbers[4], numbers[7] + numbers[5]};
  image->component_count = kiln_high_16(at + 32);
  const struct kiln_j2k_area *area = &image->area, *tile = &image->first_tile;
  if (area->x0 >= area->x1 || area->y0 >= area->y1 || tile->x0 > area->x0 || tile->y0 > area->y0 ||
      tile->x1 <= area->x0 || tile->y1 <= area->y0)
    return false;
  if (!kiln_fits(area->x1 - area->x0, area->y1 - area->y0))
    return false;
  image->tiles_across = kiln_divide_up(area->x1 - tile->x0, tile->x1 - tile->x0);
  image->tiles_down = kiln_divide_up(area->y1 - tile->y0, tile->y1 - tile->y0);
  if (image->component_count == 0 || image->component_count > J2K_COMPONENTS ||
      !kiln_has(segment, 36, 3 * (uint64_t)image->component_count))
    return false;
  for (uint32_t i = 0; i < image->component_count; ++i) {
    const uint8_t *entry = segment.data + 36 + 3 * i;
    struct kiln_j2k_component *component = &image->components[i];
    component->bits = (entry[0] & 127u) + 1;
    component->is_signed = entry[0] >> 7;
    component->step_x = entry[1];
    component->step_y = entry[2];
    if (component->bits > 16 || component->step_x == 0 || component->step_y == 0)
      return false;
    component->area = (struct kiln_j2k_area){
        kiln_divide_up(area->x0, component->step_x), kiln_divide_up(area->y0, component->step_y),
        kiln_divide_up(area->x1, component->step_x), kiln_divide_up(area->y1, component->step_y)};
    if (component->area.x0 >= component->area.x1 || component->area.y0 >= component->area.y1)
      return false;
  }
  return image->tiles_across <= 65535 && image->tiles_down <= 65535 &&
         image->tiles_across * image->tiles_down <= 65535;
}

/* How a component is coded; `rest` begins with the number of levels. */
static bool read_coding(struct kiln_j2k_coding *coding, struct kiln_bytes rest, bool has_precincts) {
  if (rest.size < 5)
    return false;
  coding->levels = rest.data[0];
  coding->block_width_bits = (rest.data[1] & 15u) + 2;
  coding->block_height_bits = (rest.data[2] & 15u) + 2;
  coding->style = rest.data[3];
  coding->is_reversible = rest.data[4] == 1;
  if (coding->levels > J2K_LEVELS || rest.data[4] > 1 || coding->block_width_bits > 10 ||
      coding->block_height_bits > 10 || coding->block_width_bits + coding->block_height_bits > 12)
    return false;
  if (has_precincts && !kiln_has(rest, 5, coding->levels + 1))
    return false;
  for (uint32_t i = 0; i <= coding->levels; ++i) {
    uint8_t bits = has_precincts ? rest.data[5 + i] : 0xff;
    coding->precinct_width_bits[i] = bits & 15;
    coding->precinct_height_bits[i] = bits >> 4;
    /* Those of bands are half as large. */
    if (i > 0 && (bits < 16 || bits % 16 == 0))
      return false;
  }
  return true;
}

/* How all components are coded that have nothing of their own. */
static bool read_all_coding(const struct kiln_j2k *image, struct kiln_bytes segment,
                            struct kiln_j2k_settings *settings) {
  if (segment.size < 5 || segment.data[1] > J2K_CPRL || segment.data[4] > 1)
    return false;
  settings->has_starts = segment.data[0] & 2;
  settings->has_ends = segment.data[0] & 4;
  settings->order = segment.data[1];
  settings->layers = kiln_high_16(segment.data + 2);
  settings->has_color_transform = segment.data[4];
  struct kiln_bytes rest = {segment.data + 5, segment.size - 5};
  for (uint32_t i = 0; i < image->component_count; ++i)
    if (!settings->coding[i].is_own && !read_coding(&settings->coding[i], rest, segment.data[0] & 1))
      return false;
  return settings->layers > 0;
}

static bool read_steps(struct kiln_j2k_steps *steps, struct kiln_bytes segment) {
  if (segment.size < 1)
    return false;
  uint32_t style = segment.data[0] & 31, size = style == 0 ? 1 : 2;
  steps->guard_bits = segment.data[0] >> 5;
  uint64_t count = (segment.size - 1) / size;
  if (style > 2 || count == 0)
    return false;
  for (uint64_t band = 0; band < J2K_BANDS; ++band) {
    /* Bands without a step of their own have no bits; of style 1 there is one step, which halves with each level. */
    bool is_there = band < count || style == 1;
    const uint8_t *entry = segment.data + 1 + (style == 1 || !is_there ? 0 : band) * size;
    uint32_t value = style == 0 ? (uint32_t)entry[0] << 8 : kiln_high_16(entry), level = band > 0 ? (band - 1) / 3 : 0;
    uint32_t exponent = value >> 11, less = style == 1 ? level : 0;
    steps->exponents[band] = (uint8_t)(is_there && exponent > less ? exponent - less : 0);
    steps->mantissas[band] = style == 0 ? 0 : value & 0x7ff;
  }
  return true;
}

/* Reads a segment for one component; what is left of it in `rest`. */
static bool find_component(const struct kiln_j2k *image, struct kiln_bytes segment, uint32_t *component,
                           struct kiln_bytes *rest) {
  *component = segment.size > 0 ? segment.data[0] : J2K_COMPONENTS;
  if (*component >= image->component_count)
    return false;
  *rest = (struct kiln_bytes){segment.data + 1, segment.size - 1};
  return true;
}

static bool read_segment(const struct kiln_j2k *image, uint32_t marker, struct kiln_bytes segment,
                         struct kiln_j2k_settings *settings) {
  uint32_t component;
  struct kiln_bytes rest;
  switch (marker) {
  case CODING:
    return read_all_coding(image, segment, settings);
  case CODING_OF_COMPONENT:
    if (!find_component(image, segment, &component, &rest) || rest.size < 1)
      return false;
    settings->coding[component].is_own = true;
    return read_coding(&settings->coding[component], (struct kiln_bytes){rest.data + 1, rest.size - 1},
                       rest.data[0] & 1);
  case STEPS:
    for (uint32_t i = 0; i < image->component_count; ++i)
      if (!settings->steps[i].is_own && !read_steps(&settings->steps[i], segment))
        return false;
    return true;
  case STEPS_OF_COMPONENT:
    if (!find_component(image, segment, &component, &rest))
      return false;
    settings->steps[component].is_own = true;
    return read_steps(&settings->steps[component], rest);
  case REGION:
  case ORDER_CHANGES:
  case PACKED_MAIN:
  case PACKED_TILE:
    return false;
  default:
    return true;
  }
}

bool kiln_j2k_tile_header(const struct kiln_j2k *image, struct kiln_bytes header,
                          struct kiln_j2k_settings *settings) {
  for (uint64_t at = 0; at < header.size;) {
    uint64_t size = kiln_has(header, at, 4) ? kiln_high_16(header.data + at + 2) : 0;
    if (size < 2 || !kiln_has(header, at + 2, size))
      return false;
    struct kiln_bytes segment = {header.data + at + 4, size - 2};
    if (!read_segment(image, kiln_high_16(header.data + at), segment, settings))
      return false;
    at += 2 + size;
  }
  return true;
}

/* Reads the main header; `at` is then where the first part of a tile begins. */
static bool read_main_header(struct kiln_bytes bytes, struct kiln_j2k *image, uint64_t *at) {
  bool has_size = false;
  for (*at = 2; kiln_has(bytes, *at, 4);) {
    uint32_t marker = kiln_high_16(bytes.data + *at);
    uint64_t size = kiln_high_16(bytes.data + *at + 2);
    if (marker == TILE_PART)
      return has_size && image->has_coding && image->has_steps;
    if (size < 2 || !kiln_has(bytes, *at + 2, size) || has_size == (marker == SIZE))
      return false;
    struct kiln_bytes segment = {bytes.data + *at + 4, size - 2};
    bool is_right = has_size ? read_segment(image, marker, segment, &image->settings) : read_size(image, segment);
    if (!is_right)
      return false;
    has_size = true;
    image->has_coding |= marker == CODING;
    image->has_steps |= marker == STEPS;
    *at += 2 + size;
  }
  return false;
}

/* Reads the header of a part of a tile, which begins at `at`; its size is then in `size`. */
static bool read_part(struct kiln_bytes bytes, uint64_t at, struct kiln_j2k_tile_part *part, uint64_t *size) {
  uint64_t start = at + 12;
  *size = kiln_high_32(bytes.data + at + 6);
  /* The last one may leave its size open. */
  if (*size == 0)
    *size = bytes.size - at;
  if (*size < 14 || !kiln_has(bytes, at, *size))
    return false;
  uint64_t end = at + *size;
  for (uint64_t place = start; place + 2 <= end;) {
    if (kiln_high_16(bytes.data + place) == DATA) {
      part->header = (struct kiln_bytes){bytes.data + start, place - start};
      part->data = (struct kiln_bytes){bytes.data + place + 2, end - place - 2};
      return true;
    }
    if (place + 4 > end)
      return false;
    place += 2 + (uint64_t)kiln_high_16(bytes.data + place + 2);
  }
  return false;
}

/* Finds the parts of all tiles, up to the end. */
static bool read_parts(struct kiln_bytes bytes, uint64_t at, struct kiln_j2k *image) {
  while (kiln_has(bytes, at, 12) && kiln_high_16(bytes.data + at) == TILE_PART) {
    uint64_t tile = kiln_high_16(bytes.data + at + 4), size;
    struct kiln_j2k_tile_part part = {0};
    if (tile >= image->tiles_across * image->tiles_down || !read_part(bytes, at, &part, &size))
      return false;
    image->parts[image->part_count++] = part;
    if (image->first_parts[tile])
      image->parts[image->last_parts[tile] - 1].next = image->part_count;
    else
      image->first_parts[tile] = image->part_count;
    image->last_parts[tile] = image->part_count;
    at += size;
  }
  return true;
}

enum kiln_image_status kiln_j2k_headers(struct kiln_bytes bytes, struct kiln_j2k *image) {
  uint64_t at;
  if (!kiln_has(bytes, 0, 2) || kiln_high_16(bytes.data) != START || !read_main_header(bytes, image, &at))
    return KILN_IMAGE_UNREADABLE;
  /* A part of a tile takes 14 bytes at least, and each tile has a part. */
  uint64_t tiles = image->tiles_across * image->tiles_down, most = (bytes.size - at) / 14;
  if (tiles > most || most > UINT32_MAX / 2)
    return KILN_IMAGE_UNREADABLE;
  image->parts = kiln_image_memory(most, sizeof *image->parts);
  image->first_parts = kiln_image_memory(tiles, sizeof *image->first_parts);
  image->last_parts = kiln_image_memory(tiles, sizeof *image->last_parts);
  if (!image->parts || !image->first_parts || !image->last_parts)
    return KILN_IMAGE_NO_MEMORY;
  if (!read_parts(bytes, at, image))
    return KILN_IMAGE_UNREADABLE;
  for (uint64_t tile = 0; tile < tiles; ++tile)
    if (!image->first_parts[tile])
      return KILN_IMAGE_UNREADABLE;
  return KILN_IMAGE_DECODED;
}
