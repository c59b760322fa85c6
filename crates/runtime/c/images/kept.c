/* Images that a run decoded for their sizes, and of which nobody wanted the pixels. */

#include "../kiln_runtime.h"
#include "images.h"

void kiln_images_release(struct kiln_image_block *first) {
  while (first) {
    struct kiln_image_block *next = first->next;
    free(first->image.pixels);
    free(first);
    first = next;
  }
}
