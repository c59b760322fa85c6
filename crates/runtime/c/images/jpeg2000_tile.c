/* The structure of a JPEG 2000 tile: resolutions, bands, precincts and blocks. */

#include "jpeg2000.h"

/* The area of a band: of the lowest resolution as it is, of others the one of three, by bits for high x and high y. */
static struct kiln_j2k_area band_area(struct kiln_j2k_area area, uint32_t level, uint32_t orientation) {
  if (orientation == 0)
    return kiln_j2k_reduced(area, level);
  uint64_t half = UINT64_C(1) << (level - 1), by = 2 * half;
  uint64_t x = orientation & 1 ? half : 0, y = orientation & 2 ? half : 0;
  /* Adding a whole step keeps the numbers positive. */
  return (struct kiln_j2k_area){kiln_divide_up(area.x0 + by - x, by) - 1, kiln_divide_up(area.y0 + by - y, by) - 1,
                                kiln_divide_up(area.x1 + by - x, by) - 1, kiln_divide_up(area.y1 + by - y, by) - 1};
}

static uint64_t larger(uint64_t left, uint64_t right) { return left > right ? left : right; }
static uint64_t smaller(uint64_t left, uint64_t right) { return left < right ? left : right; }

static uint64_t count_nodes(uint64_t across, uint64_t down) {
  uint64_t count = across * down;
  while (across * down > 1) {
    across = (across + 1) / 2;
    down = (down + 1) / 2;
    count += across * down;
  }
  return count;
}

/* Links each node of a tree with the one above it; the root is its own. */
static void link_nodes(struct kiln_j2k_node *nodes, uint64_t across, uint64_t down) {
  uint64_t first = 0, next = across * down;
  for (;; across = (across + 1) / 2, down = (down + 1) / 2) {
    uint64_t width = (across + 1) / 2;
    for (uint64_t i = 0; i < across * down; ++i) {
      bool is_root = across * down == 1;
      uint64_t above = is_root ? first : next + i / across / 2 * width + i % across / 2;
      nodes[first + i] = (struct kiln_j2k_node){(uint32_t)above, UINT16_MAX, 0};
    }
    if (across * down <= 1)
      return;
    first = next;
    next += width * ((down + 1) / 2);
  }
}

/* Makes the blocks of a band inside of an area; `x` and `y` are where the band is among the coefficients. */
static enum kiln_image_status open_part(struct kiln_j2k_part *part, const struct kiln_j2k_coding *coding,
                                        uint32_t resolution, struct kiln_j2k_area band, struct kiln_j2k_area inside,
                                        uint64_t x, uint64_t y) {
  uint32_t less = resolution > 0 ? 1 : 0;
  uint32_t width_bits = (uint32_t)smaller(coding->block_width_bits, coding->precinct_width_bits[resolution] - less);
  uint32_t height_bits = (uint32_t)smaller(coding->block_height_bits, coding->precinct_height_bits[resolution] - less);
  if (inside.x0 >= inside.x1 || inside.y0 >= inside.y1)
    return KILN_IMAGE_DECODED;
  uint64_t width = UINT64_C(1) << width_bits, height = UINT64_C(1) << height_bits;
  uint64_t left = inside.x0 >> width_bits, top = inside.y0 >> height_bits;
  part->across = kiln_divide_up(inside.x1, width) - left;
  part->down = kiln_divide_up(inside.y1, height) - top;
  part->blocks = kiln_image_memory(part->across * part->down, sizeof *part->blocks);
  part->node_count = count_nodes(part->across, part->down);
  part->nodes = kiln_image_memory(2 * part->node_count, sizeof *part->nodes);
  if (!part->blocks || !part->nodes)
    return KILN_IMAGE_NO_MEMORY;
  link_nodes(part->nodes, part->across, part->down);
  link_nodes(part->nodes + part->node_count, part->across, part->down);
  for (uint64_t i = 0; i < part->across * part->down; ++i) {
    uint64_t x0 = (left + i % part->across) * width, y0 = (top + i / part->across) * height;
    uint64_t x1 = smaller(x0 + width, inside.x1), y1 = smaller(y0 + height, inside.y1);
    x0 = larger(x0, inside.x0);
    y0 = larger(y0, inside.y0);
    part->blocks[i] = (struct kiln_j2k_block){.x = x + x0 - band.x0,
                                              .y = y + y0 - band.y0,
                                              .width = (uint32_t)(x1 - x0),
                                              .height = (uint32_t)(y1 - y0),
                                              .length_bits = 3};
  }
  return KILN_IMAGE_DECODED;
}

/* How many precincts a resolution has on each axis, and the first one's number. */
struct grid {
  struct kiln_j2k_area area;
  uint32_t width_bits, height_bits;
  uint64_t left, top, across, down;
};

static struct grid grid_of(const struct kiln_j2k_tile *tile, uint32_t component, uint32_t resolution) {
  const struct kiln_j2k_coding *coding = &tile->settings.coding[component];
  struct grid grid = {.area = kiln_j2k_reduced(tile->areas[component], coding->levels - resolution),
                      .width_bits = coding->precinct_width_bits[resolution],
                      .height_bits = coding->precinct_height_bits[resolution]};
  grid.left = grid.area.x0 >> grid.width_bits;
  grid.top = grid.area.y0 >> grid.height_bits;
  if (grid.area.x0 < grid.area.x1 && grid.area.y0 < grid.area.y1) {
    grid.across = kiln_divide_up(grid.area.x1, UINT64_C(1) << grid.width_bits) - grid.left;
    grid.down = kiln_divide_up(grid.area.y1, UINT64_C(1) << grid.height_bits) - grid.top;
  }
  return grid;
}

/* The part of a band that belongs to a precinct, which has half of its resolution's coordinates but in the lowest
   one. */
static struct kiln_j2k_area inside_of(const struct grid *grid, uint64_t column, uint64_t row,
                                      struct kiln_j2k_area band, uint32_t less) {
  uint32_t width_bits = grid->width_bits - less, height_bits = grid->height_bits - less;
  uint64_t x = (grid->left + column) << width_bits, y = (grid->top + row) << height_bits;
  return (struct kiln_j2k_area){larger(x, band.x0), larger(y, band.y0),
                                smaller(x + (UINT64_C(1) << width_bits), band.x1),
                                smaller(y + (UINT64_C(1) << height_bits), band.y1)};
}

static enum kiln_image_status open_precinct(const struct kiln_j2k_tile *tile, const struct grid *grid,
                                            struct kiln_j2k_precinct *precinct) {
  const struct kiln_j2k_coding *coding = &tile->settings.coding[precinct->component];
  const struct kiln_j2k_component *component = &tile->components[precinct->component];
  struct kiln_j2k_area area = tile->areas[precinct->component];
  uint32_t resolution = precinct->resolution, shift = coding->levels - resolution;
  uint64_t column = precinct->index % grid->across, row = precinct->index / grid->across;
  /* Where it begins in the image, or where the tile does. */
  precinct->x = larger(tile->area.x0, (((grid->left + column) << grid->width_bits) << shift) * component->step_x);
  precinct->y = larger(tile->area.y0, (((grid->top + row) << grid->height_bits) << shift) * component->step_y);
  precinct->part_count = resolution == 0 ? 1 : 3;
  for (uint32_t i = 0; i < precinct->part_count; ++i) {
    uint32_t orientation = resolution == 0 ? 0 : i + 1;
    struct kiln_j2k_area band = band_area(area, shift + (resolution > 0), orientation), lower = {0};
    if (resolution > 0)
      lower = kiln_j2k_reduced(area, shift + 1);
    struct kiln_j2k_area inside = inside_of(grid, column, row, band, resolution > 0);
    precinct->parts[i].band = resolution == 0 ? 0 : 3 * (resolution - 1) + i + 1;
    enum kiln_image_status status =
        open_part(&precinct->parts[i], coding, resolution, band, inside, orientation & 1 ? lower.x1 - lower.x0 : 0,
                  orientation & 2 ? lower.y1 - lower.y0 : 0);
    if (status)
      return status;
  }
  return KILN_IMAGE_DECODED;
}

/* Whether the packets of one precinct come before those of another. */
static bool is_before(enum kiln_j2k_order order, const struct kiln_j2k_precinct *left,
                      const struct kiln_j2k_precinct *right) {
  uint64_t keys[2][5];
  const struct kiln_j2k_precinct *both[2] = {left, right};
  for (int i = 0; i < 2; ++i) {
    uint64_t component = both[i]->component, resolution = both[i]->resolution, x = both[i]->x, y = both[i]->y;
    uint64_t orders[5][5] = {{resolution, component, 0, 0, both[i]->index},
                             {resolution, component, 0, 0, both[i]->index},
                             {resolution, y, x, component, both[i]->index},
                             {y, x, component, resolution, both[i]->index},
                             {component, y, x, resolution, both[i]->index}};
    __builtin_memcpy(keys[i], orders[order], sizeof keys[i]);
  }
  for (int i = 0; i < 5; ++i)
    if (keys[0][i] != keys[1][i])
      return keys[0][i] < keys[1][i];
  return false;
}

/* Lets a precinct sink in a heap whose last one in order is on top. */
static void sink(enum kiln_j2k_order order, struct kiln_j2k_precinct *heap, uint64_t root, uint64_t count) {
  for (uint64_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && is_before(order, &heap[child], &heap[child + 1]))
      ++child;
    if (!is_before(order, &heap[root], &heap[child]))
      return;
    struct kiln_j2k_precinct moved = heap[root];
    heap[root] = heap[child];
    heap[child] = moved;
  }
}

static void sort(enum kiln_j2k_order order, struct kiln_j2k_precinct *precincts, uint64_t count) {
  for (uint64_t root = count / 2; root-- > 0;)
    sink(order, precincts, root, count);
  for (uint64_t end = count; end > 1; --end) {
    struct kiln_j2k_precinct last = precincts[0];
    precincts[0] = precincts[end - 1];
    precincts[end - 1] = last;
    sink(order, precincts, 0, end - 1);
  }
}

/* How many precincts there are: each has a packet in each layer, which takes a byte at least. */
static bool count_precincts(const struct kiln_j2k_tile *tile, uint64_t *count) {
  *count = 0;
  uint64_t most = tile->data.size / tile->settings.layers;
  for (uint32_t component = 0; component < tile->component_count; ++component) {
    for (uint32_t resolution = 0; resolution <= tile->settings.coding[component].levels; ++resolution) {
      struct grid grid = grid_of(tile, component, resolution);
      if (grid.across > 0 && grid.down > (most - *count) / grid.across)
        return false;
      *count += grid.across * grid.down;
    }
  }
  return true;
}

enum kiln_image_status kiln_j2k_open_tile(struct kiln_j2k_tile *tile) {
  uint64_t count;
  if (!count_precincts(tile, &count))
    return KILN_IMAGE_UNREADABLE;
  tile->precincts = kiln_image_memory(count, sizeof *tile->precincts);
  if (!tile->precincts)
    return KILN_IMAGE_NO_MEMORY;
  for (uint32_t component = 0; component < tile->component_count; ++component) {
    for (uint32_t resolution = 0; resolution <= tile->settings.coding[component].levels; ++resolution) {
      struct grid grid = grid_of(tile, component, resolution);
      for (uint64_t i = 0; i < grid.across * grid.down; ++i) {
        struct kiln_j2k_precinct *precinct = &tile->precincts[tile->precinct_count++];
        precinct->component = component;
        precinct->resolution = resolution;
        precinct->index = i;
        enum kiln_image_status status = open_precinct(tile, &grid, precinct);
        if (status)
          return status;
      }
    }
  }
  sort(tile->settings.order, tile->precincts, tile->precinct_count);
  return KILN_IMAGE_DECODED;
}

void kiln_j2k_close_tile(struct kiln_j2k_tile *tile) {
  for (uint64_t i = 0; i < tile->precinct_count; ++i) {
    for (uint32_t part = 0; part < tile->precincts[i].part_count; ++part) {
      free(tile->precincts[i].parts[part].blocks);
      free(tile->precincts[i].parts[part].nodes);
    }
  }
  for (uint32_t component = 0; component < J2K_COMPONENTS; ++component)
    free(tile->values[component]);
  free(tile->precincts);
  free(tile->chunks);
}
