/* which_version MODEL.so: prints the processor whose code the model runs here, or why it runs none. */
#include <dlfcn.h>
#include <stdio.h>
#include "model.h"

int main(int argc, char **argv) {
  uint64_t size;
  kiln_error error;
  void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  const kiln_api *(*get_api)(void) = library ? (const kiln_api *(*)(void))dlsym(library, "kiln_get_api") : NULL;
  const kiln_api *model = get_api ? get_api() : NULL;
  if (!model || model->abi_version != KILN_ABI_VERSION) return 1;
  /* Without inputs this is a failure, too, but of another kind. */
  if (model->workspace_size(NULL, 0, 1, &size, &error) == KILN_UNSUPPORTED_PROCESSOR)
    puts(error.message);
  else
    puts(model->model_cpu());
  return dlclose(library);
}
