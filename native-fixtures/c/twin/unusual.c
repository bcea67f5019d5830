/* A caller with declarations of its own, which are not the header's and yet right. */
#include <stddef.h>
#include <stdint.h>

/* A handle as a structure of one field. */
typedef struct {
  void *address;
} handle;
/* What only the library knows. */
struct arena;
typedef struct {
  uint8_t kind;
  uint32_t count;
} head;
/* Nested here, flat there, and with a last field of a newer header. */
typedef struct {
  head head;
  uint16_t tag;
  double weight;
  int64_t added;
} newer;
/* An older header's: the library's own is longer. */
typedef struct {
  uint8_t kind;
  uint32_t count;
  uint16_t tag;
} older;

extern handle fx_box_new(int value);
extern int fx_box_get(handle box);
extern void fx_box_free(handle box);
extern struct arena *fx_arena_new(size_t capacity);
extern void fx_arena_free(void *arena);
extern int64_t fx_record_digest(const newer *record);
extern const older *fx_record_sample(void);
extern int fx_may_throw(_Bool really);
extern int fx_fire(long value); /* wider than the library reads */

int abi_unusual(void) {
  const handle box = fx_box_new(7);
  int wrong = fx_box_get(box) != 7;
  fx_box_free(box);
  fx_arena_free(fx_arena_new(16));
  const newer record = {{1, 2}, 3, 0.5, 0};
  wrong |= fx_record_digest(&record) != 821 || fx_record_sample()->count != 2;
  return wrong || fx_may_throw(0) != 0 || fx_fire(1) != -1;
}
