#include <stdint.h>

__asm__(".symver first_scale, fx_scale@FX_1");
__asm__(".symver second_scale, fx_scale@@FX_2");

/* Until FX_2 a factor was not given. */
int first_scale(int value) { return value * 10; }
int64_t second_scale(int64_t value, double factor) { return (int64_t)((double)value * factor); }
