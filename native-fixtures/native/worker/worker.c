/* A codec that is not trusted: says `ready`, then answers each line with the sum of its bytes, `ok 294`. */
#include <stdio.h>

int main(void) {
  unsigned long sum = 0;
  int c;
  puts("ready");
  fflush(stdout);
  while ((c = getchar()) != EOF) {
    if (c != '\n') {
      sum += (unsigned long)c;
      continue;
    }
    printf("ok %lu\n", sum);
    sum = 0;
    if (fflush(stdout) != 0) return 1;
  }
  return 0;
}
