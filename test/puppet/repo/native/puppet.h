/* What the suites of this repository ask the library to do. */
#ifndef PUPPET_H
#define PUPPET_H
int puppet_sum(int a, int b);
int puppet_overflow(int a);
void puppet_past_end(void);
void puppet_leak(void);
void puppet_double_free(void);
void puppet_crash(void);
void puppet_fill(char *buffer, int bytes);
void puppet_race(void);
int puppet_pause(int ms);
#endif
