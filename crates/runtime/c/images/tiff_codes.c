/* The codes of the tagged image file format that no other format has. */

#include "tiff.h"

bool kiln_tiff_unpack(struct kiln_bytes bytes, uint8_t *out, uint64_t size) {
  uint64_t at = 0, written = 0;
  while (written < size && at < bytes.size) {
    uint32_t head = bytes.data[at++];
    if (head == 128)
      continue;
    uint64_t count = head < 128 ? head + 1 : 257 - head, taken = head < 128 ? count : 1;
    if (!kiln_has(bytes, at, taken))
      return false;
    for (uint64_t i = 0; i < count && written < size; ++i)
      out[written++] = bytes.data[at + (head < 128 ? i : 0)];
    at += taken;
  }
  return written == size;
}

enum { CLEAR = 256, END = 257, FIRST = 258, LONGEST = 4096 };

/* What a word stands for: what an earlier word does, and one byte behind it. */
struct entry {
  uint16_t before;
  uint16_t length;
  uint8_t first;
  uint8_t last;
};

struct words {
  struct kiln_bytes in;
  uint64_t bit;
  uint32_t width;
  uint32_t count;
  struct entry entries[LONGEST];
};

/* The next word; negative where there is none. */
static int32_t next_word(struct words *words) {
  uint32_t value = 0;
  if (words->bit + words->width > words->in.size * 8)
    return -1;
  for (uint32_t left = words->width; left > 0;) {
    uint32_t free_bits = 8 - words->bit % 8, taken = left < free_bits ? left : free_bits;
    value = value << taken | ((uint32_t)(words->in.data[words->bit / 8] >> (free_bits - taken)) & ((1u << taken) - 1));
    words->bit += taken;
    left -= taken;
  }
  return (int32_t)value;
}

/* Adds what `before` stands for and `last` behind it. The width grows one word early. */
static void add(struct words *words, uint32_t before, uint8_t last) {
  if (words->count >= LONGEST)
    return;
  const struct entry *entry = &words->entries[before];
  words->entries[words->count++] = (struct entry){(uint16_t)before, (uint16_t)(entry->length + 1), entry->first, last};
  if (words->count + 1 >= 1u << words->width && words->width < 12)
    ++words->width;
}

static void clear(struct words *words) {
  for (uint32_t byte = 0; byte < 256; ++byte)
    words->entries[byte] = (struct entry){0, 1, (uint8_t)byte, (uint8_t)byte};
  words->count = FIRST;
  words->width = 9;
}

/* Writes what a word stands for, from its end; what is more than `size` bytes is left out. */
static uint64_t write(const struct words *words, uint32_t word, uint8_t *out, uint64_t written, uint64_t size) {
  uint64_t length = words->entries[word].length;
  for (uint64_t place = length; place-- > 0; word = words->entries[word].before)
    if (written + place < size)
      out[written + place] = words->entries[word].last;
  return written + length < size ? written + length : size;
}

static bool read_words(struct words *words, uint8_t *out, uint64_t size) {
  uint64_t written = 0;
  int32_t before = -1;
  clear(words);
  while (written < size) {
    int32_t word = next_word(words);
    if (word < 0 || word == END)
      return false;
    if (word == CLEAR) {
      clear(words);
      before = -1;
      continue;
    }
    uint32_t known = words->count;
    if ((uint32_t)word > known || ((uint32_t)word == known && (before < 0 || known >= LONGEST)))
      return false;
    /* A word that is added by itself begins like the one before it. */
    if (before >= 0)
      add(words, (uint32_t)before, words->entries[(uint32_t)word == known ? before : word].first);
    written = write(words, (uint32_t)word, out, written, size);
    before = word;
  }
  return true;
}

enum kiln_image_status kiln_tiff_lzw(struct kiln_bytes bytes, uint8_t *out, uint64_t size) {
  struct words *words = kiln_image_memory(1, sizeof *words);
  if (!words)
    return KILN_IMAGE_NO_MEMORY;
  words->in = bytes;
  bool is_whole = read_words(words, out, size);
  free(words);
  return is_whole ? KILN_IMAGE_DECODED : KILN_IMAGE_UNREADABLE;
}
