package twin

// A preamble that declares the library by hand: as the header has it, or otherwise and right.

// #include <stddef.h>
// #include <stdint.h>
// typedef struct { void *address; } handle;
// struct arena;
// typedef struct { uint8_t kind; uint32_t count; } head;
// typedef struct { head head; uint16_t tag; double weight; int64_t added; } newer;
// typedef struct { uint8_t kind; uint32_t count; uint16_t tag; } older;
// extern const char *fx_version(void);
// extern double fx_mean(double a, float b, int n);
// extern int fx_measure(int want, int *out);
// extern handle fx_box_new(int value);
// extern int fx_box_get(handle box);
// extern void fx_box_free(handle box);
// extern struct arena *fx_arena_new(size_t capacity);
// extern void fx_arena_free(void *arena);
// extern int64_t fx_record_digest(const newer *record);
// extern const older *fx_record_sample(void);
// extern int fx_may_throw(_Bool really);
// extern int fx_fire(long value);
// extern void fx_on_event(int (*back)(int, void *), void *user);
// static int add(int value, void *user) { (void)user; return value + 1; }
// static int silent(void) { fx_on_event(add, NULL); int got = fx_fire(2); fx_on_event(NULL, NULL); return got; }
// static int measure(void) { int out = 0; return fx_measure(3, &out) == 0 ? out : -1; }
// static int unusual(void) {
//   handle box = fx_box_new(7);
//   if (box.address == NULL) return 0;
//   int right = fx_box_get(box) == 7;
//   fx_box_free(box);
//   fx_arena_free(fx_arena_new(16));
//   newer record = {{1, 2}, 3, 0.5, 0};
//   return right && fx_record_digest(&record) == 821 && fx_record_sample()->count == 2 && fx_may_throw(0) == 0 && fx_fire(1) == -1;
// }
import "C"

func must(right bool) {
	if !right {
		panic("not as the header says")
	}
}

func (Suite) CutPointer()      { must(C.fx_version() != nil) }
func (Suite) LackParameter()   { must(C.fx_mean(1, 2, 3) == 1) }
func (Suite) OtherRegister()   { must(C.fx_mean(1, 3, 2) == 2) }
func (Suite) NarrowResult()    { must(C.measure() == 6) }
func (Suite) SilentCallback()  { must(C.silent() == 3) }
func (Suite) UnusualPreamble() { must(C.unusual() != 0) }
