/*
 * JPEG 2000 (ITU-T T.800): codestreams, alone or in the boxes of a file, of one to four components of up to 16 bits.
 * Alpha is left out. Not known are regions of interest, changes of the order of packets, packed headers and palettes.
 */

#include "jpeg2000.h"

#pragma STDC FP_CONTRACT OFF

bool kiln_jpeg2000_is(struct kiln_bytes bytes) {
  return kiln_begins(bytes, "\0\0\0\x0cjP  ", 8) || kiln_begins(bytes, "\xff\x4f\xff\x51", 4);
}

/* What the coefficients of a block are times, and how many bits they have. */
static float step_of(const struct kiln_j2k_tile *tile, uint32_t component, uint32_t band, uint32_t orientation) {
  const struct kiln_j2k_steps *steps = &tile->settings.steps[component];
  uint32_t gain = orientation == 0 ? 0 : orientation == 3 ? 2 : 1;
  int32_t exponent = (int32_t)(tile->components[component].bits + gain) - steps->exponents[band];
  float step = 1.0f + (float)steps->mantissas[band] / 2048.0f;
  for (; exponent > 0; --exponent)
    step *= 2.0f;
  for (; exponent < 0; ++exponent)
    step *= 0.5f;
  return step;
}

/* An integer kept in the place of a number. */
static float as_number(int32_t integer) {
  float number;
  __builtin_memcpy(&number, &integer, sizeof number);
  return number;
}

static int32_t as_integer(float number) {
  int32_t integer;
  __builtin_memcpy(&integer, &number, sizeof integer);
  return integer;
}

/* Decodes the blocks of a part of a precinct, each into its place among the coefficients. */
static enum kiln_image_status decode_part(const struct kiln_j2k_tile *tile, const struct kiln_j2k_precinct *precinct,
                                          const struct kiln_j2k_part *part, int32_t *decoded) {
  uint32_t component = precinct->component, orientation = part->band == 0 ? 0 : (part->band - 1) % 3 + 1;
  const struct kiln_j2k_coding *coding = &tile->settings.coding[component];
  const struct kiln_j2k_steps *steps = &tile->settings.steps[component];
  uint32_t most = steps->guard_bits + steps->exponents[part->band];
  float step = 0.5f * step_of(tile, component, part->band, orientation);
  uint64_t pitch = tile->areas[component].x1 - tile->areas[component].x0;
  for (uint64_t i = 0; i < part->across * part->down; ++i) {
    const struct kiln_j2k_block *block = &part->blocks[i];
    if (block->passes == 0)
      continue;
    if (most < 2u + block->zero_planes || most - 1 - block->zero_planes > 29)
      return KILN_IMAGE_UNREADABLE;
    enum kiln_image_status status =
        kiln_j2k_decode_block(tile, block, most - 1 - block->zero_planes, coding->style, orientation, decoded);
    if (status)
      return status;
    for (uint64_t y = 0; y < block->height; ++y) {
      float *out = tile->values[component] + (block->y + y) * pitch + block->x;
      const int32_t *row = decoded + y * block->width;
      for (uint64_t x = 0; x < block->width; ++x)
        out[x] = coding->is_reversible ? as_number(row[x] / 2) : (float)row[x] * step;
    }
  }
  return KILN_IMAGE_DECODED;
}

static enum kiln_image_status decode_values(struct kiln_j2k_tile *tile) {
  for (uint32_t i = 0; i < tile->component_count; ++i) {
    struct kiln_j2k_area area = tile->areas[i];
    tile->values[i] = kiln_image_memory((area.x1 - area.x0) * (area.y1 - area.y0), sizeof(float));
    if (!tile->values[i])
      return KILN_IMAGE_NO_MEMORY;
  }
  /* No block is larger. */
  int32_t *decoded = malloc(4096 * sizeof *decoded);
  enum kiln_image_status status = decoded ? KILN_IMAGE_DECODED : KILN_IMAGE_NO_MEMORY;
  for (uint64_t i = 0; !status && i < tile->precinct_count; ++i)
    for (uint32_t part = 0; !status && part < tile->precincts[i].part_count; ++part)
      status = decode_part(tile, &tile->precincts[i], &tile->precincts[i].parts[part], decoded);
  free(decoded);
  for (uint32_t i = 0; !status && i < tile->component_count; ++i) {
    const struct kiln_j2k_coding *coding = &tile->settings.coding[i];
    status = kiln_j2k_transform(tile->values[i], tile->areas[i], coding->levels, coding->is_reversible);
  }
  return status;
}

/* From luminance and two differences to red, green and blue. */
static void to_colors(float *const values[J2K_COMPONENTS], uint64_t count, bool is_reversible) {
  for (uint64_t i = 0; i < count; ++i) {
    float first = values[0][i], second = values[1][i], third = values[2][i];
    if (is_reversible) {
      int64_t blue = as_integer(second), red = as_integer(third), green = as_integer(first) - ((blue + red) >> 2);
      values[0][i] = as_number((int32_t)(uint64_t)(red + green));
      values[1][i] = as_number((int32_t)(uint64_t)green);
      values[2][i] = as_number((int32_t)(uint64_t)(blue + green));
    } else {
      values[0][i] = first + third * 1.402f;
      values[1][i] = first - second * 0.34413f - third * 0.71414f;
      values[2][i] = first + second * 1.772f;
    }
  }
}

/* A number rounded to the nearest integer, to an even one if there are two. */
static int64_t rounded(float number) {
  float limited = number < -1e6f ? -1e6f : number > 1e6f ? 1e6f : number;
  /* Numbers of that size have no bits behind the point. */
  volatile float sum = limited + 12582912.0f;
  return (int64_t)(sum - 12582912.0f);
}

static void put_samples(const struct kiln_j2k_tile *tile, uint32_t index) {
  const struct kiln_j2k_component *component = &tile->components[index];
  struct kiln_j2k_area area = tile->areas[index];
  uint64_t width = area.x1 - area.x0, pitch = component->area.x1 - component->area.x0;
  int64_t middle = INT64_C(1) << (component->bits - 1), most = 2 * middle - 1;
  for (uint64_t i = 0; i < width * (area.y1 - area.y0); ++i) {
    float value = tile->values[index][i];
    int64_t sample = (tile->settings.coding[index].is_reversible ? as_integer(value) : rounded(value)) + middle;
    sample = sample < 0 ? 0 : sample > most ? most : sample;
    uint64_t x = area.x0 - component->area.x0 + i % width, y = area.y0 - component->area.y0 + i / width;
    component->samples[y * pitch + x] = kiln_scale_byte((uint64_t)sample, (uint64_t)most);
  }
}

/* Whether the first three components can be colours of one kind. */
static bool has_colors(const struct kiln_j2k_tile *tile) {
  const struct kiln_j2k_area *areas = tile->areas;
  for (uint32_t i = 1; i < 3; ++i)
    if (tile->component_count < 3 || areas[i].x1 - areas[i].x0 != areas[0].x1 - areas[0].x0 ||
        areas[i].y1 - areas[i].y0 != areas[0].y1 - areas[0].y0 ||
        tile->settings.coding[i].is_reversible != tile->settings.coding[0].is_reversible)
      return false;
  return true;
}

static enum kiln_image_status decode_tile(struct kiln_j2k_tile *tile) {
  enum kiln_image_status status = kiln_j2k_open_tile(tile);
  if (!status)
    status = kiln_j2k_packets(tile);
  if (!status)
    status = decode_values(tile);
  if (!status && tile->settings.has_color_transform) {
    if (!has_colors(tile))
      return KILN_IMAGE_UNREADABLE;
    uint64_t count = (tile->areas[0].x1 - tile->areas[0].x0) * (tile->areas[0].y1 - tile->areas[0].y0);
    to_colors(tile->values, count, tile->settings.coding[0].is_reversible);
  }
  for (uint32_t i = 0; !status && i < tile->component_count; ++i)
    put_samples(tile, i);
  return status;
}

static uint64_t larger(uint64_t left, uint64_t right) { return left > right ? left : right; }
static uint64_t smaller(uint64_t left, uint64_t right) { return left < right ? left : right; }

/* The area of a tile, and of its components. */
static void place_tile(const struct kiln_j2k *image, uint64_t number, struct kiln_j2k_tile *tile) {
  uint64_t width = image->first_tile.x1 - image->first_tile.x0, height = image->first_tile.y1 - image->first_tile.y0;
  uint64_t x = image->first_tile.x0 + number % image->tiles_across * width;
  uint64_t y = image->first_tile.y0 + number / image->tiles_across * height;
  tile->area = (struct kiln_j2k_area){larger(x, image->area.x0), larger(y, image->area.y0),
                                      smaller(x + width, image->area.x1), smaller(y + height, image->area.y1)};
  for (uint32_t i = 0; i < image->component_count; ++i) {
    uint32_t step_x = image->components[i].step_x, step_y = image->components[i].step_y;
    tile->areas[i] = (struct kiln_j2k_area){
        kiln_divide_up(tile->area.x0, step_x), kiln_divide_up(tile->area.y0, step_y),
        kiln_divide_up(tile->area.x1, step_x), kiln_divide_up(tile->area.y1, step_y)};
  }
}

/* Joins the parts of a tile, reads its headers, and decodes it. `joined` has room for all bytes. */
static enum kiln_image_status read_tile(const struct kiln_j2k *image, uint64_t number, uint8_t *joined) {
  struct kiln_j2k_tile tile = {.settings = image->settings,
                               .component_count = image->component_count,
                               .components = image->components};
  for (uint32_t i = 0; i < J2K_COMPONENTS; ++i)
    tile.settings.coding[i].is_own = tile.settings.steps[i].is_own = false;
  uint64_t size = 0;
  for (uint32_t next = image->first_parts[number]; next; next = image->parts[next - 1].next) {
    const struct kiln_j2k_tile_part *part = &image->parts[next - 1];
    if (!kiln_j2k_tile_header(image, part->header, &tile.settings))
      return KILN_IMAGE_UNREADABLE;
    __builtin_memcpy(joined + size, part->data.data, part->data.size);
    size += part->data.size;
  }
  tile.data = (struct kiln_bytes){joined, size};
  place_tile(image, number, &tile);
  enum kiln_image_status status = decode_tile(&tile);
  kiln_j2k_close_tile(&tile);
  return status;
}

/* Puts the components together; what has less resolution is repeated. */
static enum kiln_image_status put_pixels(const struct kiln_j2k *image, bool is_luminance, struct kiln_image *out) {
  uint64_t width = image->area.x1 - image->area.x0, height = image->area.y1 - image->area.y0;
  enum kiln_image_status status = kiln_image_open(out, width, height);
  uint32_t step = image->component_count >= 3 ? 1 : 0;
  for (uint64_t i = 0; !status && i < width * height; ++i) {
    uint8_t *pixel = out->pixels + 3 * i;
    for (uint32_t color = 0; color < 3; ++color) {
      const struct kiln_j2k_component *component = &image->components[color * step];
      const struct kiln_j2k_area *area = &component->area;
      uint64_t x = larger((image->area.x0 + i % width) / component->step_x, area->x0) - area->x0;
      uint64_t y = larger((image->area.y0 + i / width) / component->step_y, area->y0) - area->y0;
      pixel[color] = component->samples[smaller(y, area->y1 - area->y0 - 1) * (area->x1 - area->x0) +
                                        smaller(x, area->x1 - area->x0 - 1)];
    }
    if (is_luminance && step) {
      float light = pixel[0], blue = (float)pixel[1] - 128.0f, red = (float)pixel[2] - 128.0f;
      kiln_set_pixel(pixel, kiln_clamp_byte(rounded(light + 1.402f * red)),
                     kiln_clamp_byte(rounded(light - 0.344f * blue - 0.714f * red)),
                     kiln_clamp_byte(rounded(light + 1.772f * blue)));
    }
  }
  return status;
}

static enum kiln_image_status decode_codestream(struct kiln_bytes bytes, bool is_luminance,
                                                struct kiln_image *out) {
  struct kiln_j2k *image = kiln_image_memory(1, sizeof *image);
  uint8_t *joined = malloc(bytes.size + 1);
  enum kiln_image_status status = image && joined ? kiln_j2k_headers(bytes, image) : KILN_IMAGE_NO_MEMORY;
  for (uint32_t i = 0; !status && i < image->component_count; ++i) {
    const struct kiln_j2k_area *area = &image->components[i].area;
    image->components[i].samples = kiln_image_memory((area->x1 - area->x0) * (area->y1 - area->y0), 1);
    status = image->components[i].samples ? KILN_IMAGE_DECODED : KILN_IMAGE_NO_MEMORY;
  }
  for (uint64_t tile = 0; !status && tile < image->tiles_across * image->tiles_down; ++tile)
    status = read_tile(image, tile, joined);
  if (!status)
    status = put_pixels(image, is_luminance, out);
  for (uint32_t i = 0; image && i < J2K_COMPONENTS; ++i)
    free(image->components[i].samples);
  if (image) {
    free(image->parts);
    free(image->first_parts);
    free(image->last_parts);
  }
  free(image);
  free(joined);
  return status;
}

/* A box of a file: its contents, and where the next one begins. */
static bool read_box(struct kiln_bytes bytes, uint64_t *at, const uint8_t **name, struct kiln_bytes *content) {
  if (!kiln_has(bytes, *at, 8))
    return false;
  uint64_t size = kiln_high_32(bytes.data + *at), header = 8;
  *name = bytes.data + *at + 4;
  if (size == 1) {
    if (!kiln_has(bytes, *at, 16))
      return false;
    size = (uint64_t)kiln_high_32(bytes.data + *at + 8) << 32 | kiln_high_32(bytes.data + *at + 12);
    header = 16;
  } else if (size == 0) {
    size = bytes.size - *at;
  }
  if (size < header || !kiln_has(bytes, *at, size))
    return false;
  *content = (struct kiln_bytes){bytes.data + *at + header, size - header};
  *at += size;
  return true;
}

/* What the header of a file says of colours. False where they are numbers of a palette. */
static bool read_colors(struct kiln_bytes header, bool *is_luminance) {
  const uint8_t *name;
  struct kiln_bytes content;
  for (uint64_t at = 0; read_box(header, &at, &name, &content);) {
    if (kiln_equal(name, "pclr", 4))
      return false;
    if (kiln_equal(name, "colr", 4) && content.size >= 7 && content.data[0] == 1)
      *is_luminance = kiln_high_32(content.data + 3) == 18;
  }
  return true;
}

enum kiln_image_status kiln_jpeg2000_decode(struct kiln_bytes bytes, struct kiln_image *image) {
  if (bytes.data[0] == 0xff)
    return decode_codestream(bytes, false, image);
  const uint8_t *name;
  struct kiln_bytes content;
  bool is_luminance = false;
  for (uint64_t at = 0; read_box(bytes, &at, &name, &content);) {
    if (kiln_equal(name, "jp2h", 4) && !read_colors(content, &is_luminance))
      return KILN_IMAGE_UNREADABLE;
    if (kiln_equal(name, "jp2c", 4))
      return decode_codestream(content, is_luminance, image);
  }
  return KILN_IMAGE_UNREADABLE;
}
