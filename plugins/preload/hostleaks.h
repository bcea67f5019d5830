/*
 * Who allocated the blocks of a report of LeakSanitizer, behind it. The report itself has the addresses (`report_objects=1`);
 * blocks of one record that were allocated at different places are told apart.
 *
 *     LEAKED BLOCKS of record 2: 1 block(s), 64 byte(s), in test_a.py::test_x, allocated from:
 *         #0 0x7f1c in malloc (libasan.so.8+0xb1)
 *         #1 0x7f2d in make /p/extension.c:12
 *     called by the host (python):
 *         #0 test_x in /p/test_a.py:7
 *     END OF LEAKED BLOCKS
 *     ALL LEAKED BLOCKS
 *
 * The last line says that all other blocks were allocated without code of the project; it is known of Python alone, whose frames
 * can all be unwound. Read by src/parsers/sanitizers/lsan.ts.
 */
#ifndef FFI_GATES_HOSTLEAKS_H
#define FFI_GATES_HOSTLEAKS_H
#include "hostblocks.h"

/* Of one report. What has no room stays in its record as it was. */
#define LEAK_GROUPS 4096
#define GROUPS_OF_RECORD 256

typedef struct {
  int record;
  uint32_t lines;
  unsigned long blocks, bytes;
} leak_group;

typedef struct {
  leak_group *groups;
  int count, first, record, in_objects, full;
} leak_report;

static void take_object(leak_report *r, uintptr_t address, unsigned long size) {
  const block *b = block_at(address);
  if (b == NULL || b->died != 0 || b->born == 0) return;
  for (int i = r->first; i < r->count; i++) {
    if (r->groups[i].lines != b->born) continue;
    r->groups[i].blocks++;
    r->groups[i].bytes += size;
    return;
  }
  if (r->count == LEAK_GROUPS || r->count - r->first == GROUPS_OF_RECORD) {
    r->full = 1;
    return;
  }
  r->groups[r->count++] = (leak_group){r->record, b->born, 1, size};
}

static void take_leak_line(leak_report *r, const char *line) {
  unsigned long address, size;
  if (strstr(line, "ERROR: LeakSanitizer: ") != NULL) {
    /* Only the last report of the file is the one that is being made. */
    r->count = r->first = r->record = r->full = 0;
    r->in_objects = 0;
  } else if (strstr(line, "irect leak of ") != NULL && strstr(line, " allocated from:") != NULL) {
    r->record++;
    r->first = r->count;
    r->in_objects = 0;
  } else if (strncmp(line, "Objects leaked above:", 21) == 0)
    r->in_objects = 1;
  else if (r->in_objects && sscanf(line, "0x%lx (%lu bytes)", &address, &size) == 2)
    take_object(r, address, size);
}

/* What the runtime says of an address: `in f file.c:3`, `(object+0x12)`. */
static void say_native(int number, uintptr_t pc) {
  static void (*symbolize)(void *, const char *, char *, size_t);
  static char found[2048];
  char text[1400];
  if (symbolize == NULL) *(void **)&symbolize = dlsym(RTLD_DEFAULT, "__sanitizer_symbolize_pc");
  memset(found, 0, sizeof found);
  if (symbolize != NULL) symbolize((void *)pc, "%F %L", found, sizeof found - 2);
  snprintf(text, sizeof text, "    #%d 0x%lx %.1300s", number, (unsigned long)pc - 1, found);
  say(text);
}

static void say_lines_of(uint32_t number) {
  frames = 0;
  for (int i = 0; i < answers[number].frames; i++) {
    const struct place *p = &places[answers[number].at[i]];
    if (p->ready) host_frame(p->function, p->file, p->line, 0);
  }
}

static void say_lines(const char *what, uint32_t number) {
  char head[100];
  if (number == 0 || number == NOWHERE || answers[number].frames == 0) return;
  snprintf(head, sizeof head, "HOST STACK (%s) where the block was %s:", host->name, what);
  say(head);
  say_lines_of(number);
  say("END OF HOST STACK");
}

/* The block that a report of AddressSanitizer is about. */
static void say_block(void) {
  const block *b = block_of_report();
  if (b == NULL) return;
  say_lines("allocated", b->born);
  say_lines("freed", b->died);
}

static void say_group(const leak_group *g) {
  const answer *a = &answers[g->lines];
  const char *test = test_name(a->test);
  char text[800];
  snprintf(text, sizeof text, "LEAKED BLOCKS of record %d: %lu block(s), %lu byte(s)%s%.500s, allocated from:", g->record, g->blocks,
           g->bytes, test == NULL ? "" : ", in ", test == NULL ? "" : test);
  say(text);
  for (int i = 0; i < a->natives; i++) say_native(i, a->native[i]);
  snprintf(text, sizeof text, "called by the host (%s):", host->name);
  say(text);
  say_lines_of(g->lines);
  say("END OF LEAKED BLOCKS");
}

static void say_leaks(void) {
  const char *(*path)(void);
  lines none = {0, 0, NULL, NULL};
  char line[400];
  int begins = 1;
  *(void **)&path = dlsym(RTLD_DEFAULT, "__sanitizer_get_report_path");
  if (blocks == NULL || path == NULL || path() == NULL) return;
  leak_report r = {room_for(LEAK_GROUPS * sizeof *r.groups), 0, 0, 0, 0, 0};
  if (r.groups == NULL) return;
  /* What is allocated for it is none of the project's. */
  noting = &none;
  FILE *log = fopen(path(), "re");
  while (log != NULL && fgets(line, sizeof line, log) != NULL) {
    if (begins) take_leak_line(&r, line);
    begins = strchr(line, '\n') != NULL;
  }
  if (log != NULL) fclose(log);
  noting = NULL;
  for (int i = 0; i < r.count; i++) say_group(&r.groups[i]);
  if (log != NULL && notes_all && asks_anywhere && forgotten == 0 && !atomic_load(&own_lost) && !r.full && r.record > 0) say("ALL LEAKED BLOCKS");
  munmap(r.groups, LEAK_GROUPS * sizeof *r.groups);
}

#endif
