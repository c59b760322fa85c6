/* Scans of JPEG: the coefficients of some components, or some bits of some of them. */

#include "jpeg.h"

/* One scan, and where its data is read. */
struct scan {
  struct kiln_jpeg *jpeg;
  uint32_t count;
  struct kiln_jpeg_component *components[KILN_JPEG_COMPONENTS];
  const struct kiln_jpeg_code *dc[KILN_JPEG_COMPONENTS];
  const struct kiln_jpeg_code *ac[KILN_JPEG_COMPONENTS];
  /* The coefficients that it has, the bit of them that was known before, or zero, and the bit that is known then. */
  uint32_t first;
  uint32_t last;
  uint32_t known_bit;
  uint32_t bit;
  int32_t before[KILN_JPEG_COMPONENTS];
  /* How many more blocks have nothing. */
  uint32_t empty_blocks;
  uint64_t bits;
  uint32_t bit_count;
};

/* Fills up the bits, up to the next marker. */
static void fill(struct scan *scan) {
  struct kiln_jpeg *jpeg = scan->jpeg;
  while (scan->bit_count <= 48 && jpeg->at < jpeg->bytes.size) {
    uint8_t byte = jpeg->bytes.data[jpeg->at];
    if (byte == 0xff) {
      /* A zero follows one that is no marker. */
      if (!kiln_has(jpeg->bytes, jpeg->at, 2) || jpeg->bytes.data[jpeg->at + 1] != 0)
        return;
      ++jpeg->at;
    }
    ++jpeg->at;
    scan->bits = scan->bits << 8 | byte;
    scan->bit_count += 8;
  }
}

/* The next `count` bits, zeros behind the last one. */
static uint32_t peek(struct scan *scan, uint32_t count) {
  if (scan->bit_count < count)
    fill(scan);
  uint64_t bits = scan->bit_count < count ? scan->bits << (count - scan->bit_count)
                                          : scan->bits >> (scan->bit_count - count);
  return (uint32_t)(bits & ((1u << count) - 1));
}

/* Takes `count` bits, 16 at most; negative where there are fewer. */
static int32_t take(struct scan *scan, uint32_t count) {
  uint32_t bits = peek(scan, count);
  if (scan->bit_count < count)
    return -1;
  scan->bit_count -= count;
  return (int32_t)bits;
}

/* Takes the next symbol; negative where there is none. */
static int32_t take_symbol(struct scan *scan, const struct kiln_jpeg_code *code) {
  uint32_t word = peek(scan, 16), found = code->fast[word >> (16 - KILN_JPEG_FAST_BITS)];
  uint32_t length = found & 15;
  if (!found) {
    for (length = KILN_JPEG_FAST_BITS + 1; length <= 16 && word >= code->limits[length];)
      ++length;
    if (length > 16)
      return -1;
    found = (uint32_t)code->symbols[((int32_t)(word >> (16 - length)) + code->offsets[length]) & 255] << 4;
  }
  if (scan->bit_count < length)
    return -1;
  scan->bit_count -= length;
  return (int32_t)(found >> 4);
}

/* Takes a number of so many bits, of either sign. */
static bool take_number(struct scan *scan, uint32_t size, int32_t *number) {
  int32_t bits = size > 15 ? -1 : take(scan, size);
  if (bits < 0)
    return false;
  *number = size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  return true;
}

/* Writes a number whose lowest bit is that of the scan. */
static bool put(int16_t *coefficient, int32_t number, uint32_t bit) {
  int64_t value = (int64_t)number * (1 << bit);
  *coefficient = (int16_t)value;
  return value >= INT16_MIN && value <= INT16_MAX;
}

static bool read_dc(struct scan *scan, uint32_t index, int16_t *block) {
  int32_t size = take_symbol(scan, scan->dc[index]), difference;
  if (size < 0 || !take_number(scan, (uint32_t)size, &difference))
    return false;
  scan->before[index] += difference;
  /* One that is far out of range never comes back. */
  return scan->before[index] >= INT16_MIN && scan->before[index] <= INT16_MAX &&
         put(&block[0], scan->before[index], scan->bit);
}

static bool read_dc_bit(struct scan *scan, int16_t *block) {
  int32_t bit = take(scan, 1);
  if (bit > 0)
    block[0] = (int16_t)(block[0] | 1 << scan->bit);
  return bit >= 0;
}

/* Takes how many blocks from this one on have nothing more. */
static bool take_empty_blocks(struct scan *scan, uint32_t size) {
  int32_t more = take(scan, size);
  scan->empty_blocks = (1u << size) + (uint32_t)more;
  return more >= 0;
}

static bool read_ac(struct scan *scan, uint32_t index, uint32_t first, int16_t *block) {
  if (scan->empty_blocks > 0) {
    --scan->empty_blocks;
    return true;
  }
  for (uint32_t k = first; k <= scan->last; ++k) {
    int32_t symbol = take_symbol(scan, scan->ac[index]), number;
    if (symbol < 0)
      return false;
    uint32_t zeros = (uint32_t)symbol >> 4, size = (uint32_t)symbol & 15;
    if (size == 0 && zeros < 15) {
      bool is_right = take_empty_blocks(scan, scan->jpeg->is_progressive ? zeros : 0);
      --scan->empty_blocks;
      return is_right;
    }
    k += zeros;
    if (size == 0)
      continue;
    if (k > scan->last || !take_number(scan, size, &number) || !put(&block[kiln_jpeg_order[k]], number, scan->bit))
      return false;
  }
  return true;
}

/* One more bit of a coefficient that is not zero. */
static bool refine(struct scan *scan, int16_t *coefficient) {
  int32_t bit = take(scan, 1), step = 1 << scan->bit;
  if (bit > 0 && (*coefficient & step) == 0)
    *coefficient = (int16_t)(*coefficient + (*coefficient < 0 ? -step : step));
  return bit >= 0;
}

/* One more bit of those coefficients of a block that are not zero, and new ones among them. */
static bool read_ac_bits(struct scan *scan, uint32_t index, int16_t *block) {
  uint32_t k = scan->first;
  while (scan->empty_blocks == 0 && k <= scan->last) {
    int32_t symbol = take_symbol(scan, scan->ac[index]), sign = 0;
    if (symbol < 0)
      return false;
    uint32_t zeros = (uint32_t)symbol >> 4, size = (uint32_t)symbol & 15;
    if (size > 1 || (size == 1 && (sign = take(scan, 1)) < 0))
      return false;
    if (size == 0 && zeros < 15) {
      if (!take_empty_blocks(scan, zeros))
        return false;
      break;
    }
    for (; k <= scan->last; ++k) {
      int16_t *coefficient = &block[kiln_jpeg_order[k]];
      if (*coefficient) {
        if (!refine(scan, coefficient))
          return false;
      } else if (zeros-- == 0) {
        if (size > 0 && !put(coefficient, sign ? 1 : -1, scan->bit))
          return false;
        ++k;
        break;
      }
    }
  }
  if (scan->empty_blocks == 0)
    return true;
  for (--scan->empty_blocks; k <= scan->last; ++k)
    if (block[kiln_jpeg_order[k]] && !refine(scan, &block[kiln_jpeg_order[k]]))
      return false;
  return true;
}

static bool read_block(struct scan *scan, uint32_t index, uint64_t x, uint64_t y) {
  struct kiln_jpeg_component *component = scan->components[index];
  int16_t *block = component->coefficients + 64 * (y * component->blocks_across + x);
  if (!scan->jpeg->is_progressive)
    return read_dc(scan, index, block) && read_ac(scan, index, 1, block);
  if (scan->first == 0)
    return scan->known_bit == 0 ? read_dc(scan, index, block) : read_dc_bit(scan, block);
  return scan->known_bit == 0 ? read_ac(scan, index, scan->first, block) : read_ac_bits(scan, index, block);
}

/* All blocks of a unit: of one component alone, a unit is a block. */
static bool read_unit(struct scan *scan, uint64_t x, uint64_t y) {
  if (scan->count == 1)
    return read_block(scan, 0, x, y);
  for (uint32_t i = 0; i < scan->count; ++i) {
    uint32_t across = scan->components[i]->across, down = scan->components[i]->down;
    for (uint32_t block = 0; block < across * down; ++block)
      if (!read_block(scan, i, x * across + block % across, y * down + block / across))
        return false;
  }
  return true;
}

/* Reads the marker between two parts of a scan, and forgets what the first one left. */
static bool restart(struct scan *scan, uint64_t number) {
  struct kiln_jpeg *jpeg = scan->jpeg;
  scan->bits = scan->bit_count = scan->empty_blocks = 0;
  __builtin_memset(scan->before, 0, sizeof scan->before);
  while (kiln_has(jpeg->bytes, jpeg->at, 3) && jpeg->bytes.data[jpeg->at + 1] == 0xff)
    ++jpeg->at;
  if (!kiln_has(jpeg->bytes, jpeg->at, 2) || jpeg->bytes.data[jpeg->at] != 0xff ||
      jpeg->bytes.data[jpeg->at + 1] != 0xd0 + number % 8)
    return false;
  jpeg->at += 2;
  return true;
}

static bool read_units(struct scan *scan) {
  const struct kiln_jpeg *jpeg = scan->jpeg;
  uint64_t across = jpeg->units_across, down = jpeg->units_down;
  if (scan->count == 1) {
    across = (scan->components[0]->width + 7) / 8;
    down = (scan->components[0]->height + 7) / 8;
  }
  for (uint64_t unit = 0; unit < across * down; ++unit) {
    if (jpeg->restart_interval && unit > 0 && unit % jpeg->restart_interval == 0 &&
        !restart(scan, unit / jpeg->restart_interval - 1))
      return false;
    if (!read_unit(scan, unit % across, unit / across))
      return false;
  }
  return true;
}

/* Whether a component has the codes that the scan needs. */
static bool has_codes(const struct scan *scan, uint32_t index) {
  bool has_first = scan->first == 0 && scan->known_bit == 0, has_others = scan->last > 0;
  return (!has_first || scan->dc[index]->is_there) && (!has_others || scan->ac[index]->is_there);
}

static bool read_header(struct scan *scan, struct kiln_bytes header) {
  struct kiln_jpeg *jpeg = scan->jpeg;
  uint32_t count = header.size > 0 ? header.data[0] : 0, units = 0;
  if (count == 0 || count > jpeg->component_count || !kiln_has(header, 0, 4 + 2 * count))
    return false;
  const uint8_t *rest = header.data + 1 + 2 * count;
  scan->first = jpeg->is_progressive ? rest[0] : 0;
  scan->last = jpeg->is_progressive ? rest[1] : 63;
  scan->known_bit = jpeg->is_progressive ? rest[2] >> 4 : 0;
  scan->bit = jpeg->is_progressive ? rest[2] & 15 : 0;
  bool is_band = scan->first == 0 ? !jpeg->is_progressive || scan->last == 0 : count == 1;
  if (!is_band || scan->last > 63 || scan->first > scan->last || scan->bit > 13)
    return false;
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t *entry = header.data + 1 + 2 * i;
    uint32_t place = 0;
    while (place < jpeg->component_count && jpeg->components[place].id != entry[0])
      ++place;
    if (place == jpeg->component_count || entry[1] >> 4 >= KILN_JPEG_TABLES || (entry[1] & 15) >= KILN_JPEG_TABLES)
      return false;
    struct kiln_jpeg_component *component = &jpeg->components[place];
    scan->components[i] = component;
    scan->dc[i] = &jpeg->dc[entry[1] >> 4];
    scan->ac[i] = &jpeg->ac[entry[1] & 15];
    for (uint32_t other = 0; other < i; ++other)
      if (scan->components[other] == component)
        return false;
    if (!has_codes(scan, i))
      return false;
    /* The steps are those that the first scan of a component finds. */
    if (!component->is_there)
      __builtin_memcpy(component->steps, jpeg->tables[component->table], sizeof component->steps);
    component->is_there = true;
    units += component->across * component->down;
  }
  scan->count = count;
  return count == 1 || units <= 10;
}

bool kiln_jpeg_scan(struct kiln_jpeg *jpeg, struct kiln_bytes header) {
  struct scan scan = {.jpeg = jpeg};
  return read_header(&scan, header) && read_units(&scan);
}
