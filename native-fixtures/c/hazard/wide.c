/* A caller that takes the library's text for wide characters. */
#include <stdint.h>
#include <wchar.h>

extern size_t fx_utf8_points(const wchar_t *text); //~ abi_encoding: declared = abi/encoding

static volatile size_t sink;

int abi_encoding(void) {
  sink += fx_utf8_points(L"caf\u00e9");
  return 0;
}
