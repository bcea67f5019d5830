/*
 * What the wrappers ask before and after a call. Which function has which question, and from which section of the JNI
 * specification, stands in src/gates/programs/jni-rules.ts; the wrappers are generated from the jni.h of the JDK that runs.
 *
 * A call that would break the JVM is reported and not passed on: it returns 0.
 */
#ifndef JNIGUARD_CHECKS_H
#define JNIGUARD_CHECKS_H
#include "natives.h"

enum { ALLOWED_PENDING = 1, ALLOWED_CRITICAL = 2 };
extern const unsigned char jni_allowed[];

/* Types of references, in the order of `classes`. */
enum { OF_ANY, OF_OBJECT, OF_CLASS, OF_STRING, OF_THROWABLE, OF_OBJECTS, OF_BOOLEANS, OF_BYTES, OF_CHARS, OF_SHORTS, OF_INTS,
       OF_LONGS, OF_FLOATS, OF_DOUBLES, OF_ARRAY, TYPES };
static const char *const type_names[TYPES] = {"", "", "java/lang/Class", "java/lang/String", "java/lang/Throwable",
  "[Ljava/lang/Object;", "[Z", "[B", "[C", "[S", "[I", "[J", "[F", "[D", ""};
static const unsigned char widths[TYPES] = {[OF_BOOLEANS] = 1, [OF_BYTES] = 1, [OF_CHARS] = 2, [OF_SHORTS] = 2, [OF_INTS] = 4,
  [OF_LONGS] = 8, [OF_FLOATS] = 4, [OF_DOUBLES] = 8};
static jclass classes[TYPES];

struct call {
  JNIEnv *env;
  int slot, on, refused;
  void *site;
};
#define NAME(c) jni_names[(c)->slot]
#define REFUSED "the guard did not pass the call on, since the JVM could break"

/* JNI specification, chapter 5 "Attaching to the VM"; chapter 2 "Exceptions"; GetPrimitiveArrayCritical. */
static void begin_call(struct call *c, JNIEnv *env, int slot, void *site) {
  void *method = ends_in_call(site);
  *c = (struct call){env, slot, live && !T.busy && (method != NULL || is_own(site)), 0, method ? method : site};
  if (!c->on) return;
  atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
  if (T.env != env) {
    T.env = NULL;
    JNIEnv *mine = own_env();
    if (mine != env) {
      report("threading/wrong-thread-env", NOT_MADE, REFUSED, mine ? "%s is called with the JNIEnv of another thread"
                                                                  : "%s is called on a thread that is not attached", NAME(c));
      c->on = 0;
      c->refused = 1;
      return;
    }
  }
  if (T.critical && !(jni_allowed[slot] & ALLOWED_CRITICAL)) {
    report("rules/jni-call-in-critical", NOT_MADE, "the collector may be waiting for the end of the region: the JVM can stand still",
           "%s is called between Get...Critical and Release...Critical", NAME(c));
    c->on = 0;
    return;
  }
  if (!(jni_allowed[slot] & ALLOWED_PENDING) && O->ExceptionCheck(env))
    report("unwind/pending-exception", NOT_MADE, "results of this and later calls are undefined until the exception is handled",
           "%s is called with an exception pending", NAME(c));
}

static int is_a(struct call *c, jobject r, int type) {
  if (type == OF_ARRAY) {
    for (int t = OF_OBJECTS; t <= OF_DOUBLES; t++)
      if (O->IsInstanceOf(c->env, r, classes[t])) return 1;
    return 0;
  }
  return classes[type] == NULL || O->IsInstanceOf(c->env, r, classes[type]);
}

static const char *type_name(int type) {
  return type == OF_ARRAY ? "an array" : type_names[type];
}

/* The JVM's reference for one that is given. `nullable`: the specification allows NULL. */
static jobject use_reference(struct call *c, jobject r, int type, int nullable, int number) {
  struct reference known;
  if (r == NULL) {
    if (c->on && !nullable) {
      report("null/dereference", NOT_MADE, REFUSED, "argument %d of %s is NULL", number, NAME(c));
      c->refused = 1;
    }
    return r;
  }
  if (is_handle(r) && look_up(r, &known, NULL)) {
    if (!c->on) return known.state == ALIVE ? known.real : r;
    if (known.state != ALIVE) {
      c->refused = 1;
      if (type == OF_ANY) return r;
      if (known.state == DELETED)
        report(known.kind == LOCAL ? "lifetime/stale-local-ref" : "rules/jni-bad-reference", made_by(&known), REFUSED,
               "argument %d of %s is a reference that was deleted", number, NAME(c));
      else
        report("lifetime/stale-local-ref", made_by(&known), REFUSED, "argument %d of %s is a local reference that ended with %s",
               number, NAME(c), known.where);
      return r;
    }
    if (known.kind == LOCAL && !pthread_equal(known.owner, pthread_self())) {
      report("rules/jni-bad-reference", made_by(&known), REFUSED, "argument %d of %s is a local reference of another thread",
             number, NAME(c));
      c->refused = 1;
      return r;
    }
    r = known.real;
  }
  if (c->on && type > OF_OBJECT && !T.critical && !is_a(c, r, type)) {
    report("rules/jni-wrong-type", NOT_MADE, REFUSED, "argument %d of %s is no %s", number, NAME(c), type_name(type));
    c->refused = 1;
  }
  return r;
}

/* ---- methods and fields ---- */

struct id {
  void *id;
  struct id *next;
  jobject class; /* the declaring class, weakly */
  char type;     /* of the result or the field, as in a signature */
  char is_static, is_final, constructor;
  char name[61];
};
static struct id *ids[4096];
static pthread_mutex_t ids_lock = PTHREAD_MUTEX_INITIALIZER;

/* The JVM's ID of an instance field is its offset: fields of several classes may have one. Of more than these nothing is said. */
#define ID_CLASSES 16

/* What is known of an ID: as many entries as it counts, or one more than ID_CLASSES. */
static int find_ids(void *id, struct id to[ID_CLASSES]) {
  int n = 0;
  pthread_mutex_lock(&ids_lock);
  for (struct id *at = ids[hash_of(id) % 4096]; at != NULL && n <= ID_CLASSES; at = at->next)
    if (at->id == id) {
      if (n < ID_CLASSES) to[n] = *at;
      n++;
    }
  pthread_mutex_unlock(&ids_lock);
  return n;
}

static void note_id(struct call *c, jclass class, void *id, const char *name, const char *signature, int is_static, int field) {
  struct id known[ID_CLASSES], *new;
  jclass declaring = NULL;
  jint modifiers = 0;
  if (!c->on || id == NULL) return;
  const int count = find_ids(id, known);
  /* An ID of a method, or of a static field, is that of one class. */
  if (count > ID_CLASSES || (count > 0 && (!field || is_static))) return;
  if (field) (*tools)->GetFieldDeclaringClass(tools, class, id, &declaring);
  else (*tools)->GetMethodDeclaringClass(tools, id, &declaring);
  int is_known = 0;
  for (int i = 0; i < count && !is_known; i++) is_known = O->IsSameObject(c->env, known[i].class, declaring ? declaring : class);
  if (!is_known && (new = calloc(1, sizeof *new)) != NULL) {
    /* Neither name nor signature is missing, or the JVM had found nothing. */
    const char *type = field ? signature : strchr(signature, ')') + 1;
    if (field) (*tools)->GetFieldModifiers(tools, class, id, &modifiers);
    new->id = id;
    new->class = O->NewWeakGlobalRef(c->env, declaring ? declaring : class);
    new->type = *type == '[' ? 'L' : *type;
    new->is_static = (char)is_static;
    new->is_final = (modifiers & 0x10) != 0;
    new->constructor = !field && strcmp(name, "<init>") == 0;
    snprintf(new->name, sizeof new->name, "%s", name);
    pthread_mutex_lock(&ids_lock);
    struct id **at = &ids[hash_of(id) % 4096];
    new->next = *at;
    *at = new;
    pthread_mutex_unlock(&ids_lock);
  }
  if (declaring) O->DeleteLocalRef(c->env, declaring);
}

/* What is wrong with the use of an ID, if it is this one. */
static const char *misused(struct call *c, const struct id *known, jobject target, char type, int is_static) {
  if (known->is_static != is_static) return is_static ? "is not static" : "is static";
  if (target != NULL && !is_static && !O->IsSameObject(c->env, known->class, NULL)) {
    /* NewObject and the like have the class itself. */
    const int belongs = type == 0 ? O->IsSameObject(c->env, target, known->class) : O->IsInstanceOf(c->env, target, known->class);
    if (!belongs) return "is that of another class";
  }
  if (type != 0 && known->type != type) return "has another type";
  return type == 0 && !known->constructor ? "is no constructor" : NULL;
}

/*
 * JNI specification, chapter 4 "Calling Instance Methods", "Accessing Fields of Objects" and so on: the ID is one of the
 * object's class or a superclass, and the function is that of its type. IDs that the project has from elsewhere are not known.
 */
static void use_id(struct call *c, jobject target, void *id, const char *what, char type, int is_static, int set) {
  struct id known[ID_CLASSES];
  if (!c->on || c->refused) return;
  if (id == NULL) {
    report("null/dereference", NOT_MADE, REFUSED, "%s is called with an ID that is NULL", NAME(c));
    c->refused = 1;
    return;
  }
  const int count = find_ids(id, known);
  if (count == 0 || count > ID_CLASSES) return;
  /* Of several, the one that fits; else the one of the object's class, with what else is wrong. */
  const char *wrong = NULL;
  int of = 0;
  for (int i = 0; i < count; i++) {
    const char *here = misused(c, &known[i], target, type, is_static);
    if (i == 0 || here == NULL || strcmp(here, "is that of another class") != 0) {
      wrong = here;
      of = i;
    }
    if (here == NULL) break;
  }
  if (wrong != NULL) {
    report("rules/jni-wrong-type", NOT_MADE, REFUSED, "%s is called with the %s `%s`, which %s", NAME(c), what, known[of].name, wrong);
    c->refused = 1;
  } else if (set && known[of].is_final) {
    void *pcs[FRAMES];
    const int count = stack_of(pcs, FRAMES);
    report_at("warning", "rules/other", pcs, count, 0, NOT_MADE, "compiled code may have the old value for good",
              "%s writes the final field `%s`", NAME(c), known[of].name);
  }
}

/* ---- text ---- */

/* What is wrong with it as modified UTF-8 (chapter 3, "Modified UTF-8 Strings"). */
static const char *wrong_text(const unsigned char *s) {
  while (*s) {
    const int more = *s < 0x80 ? 0 : (*s & 0xe0) == 0xc0 ? 1 : (*s & 0xf0) == 0xe0 ? 2 : -1;
    if (more < 0) return *s >= 0xf0 ? "has a character of four bytes, which modified UTF-8 writes as two surrogates" : "is no modified UTF-8";
    s++;
    for (int i = 0; i < more; i++, s++)
      if ((*s & 0xc0) != 0x80) return "is no modified UTF-8";
  }
  return NULL;
}

static void use_text(struct call *c, const char *s, int nullable, int number) {
  if (!c->on) return;
  if (s == NULL) {
    if (nullable) return;
    report("null/dereference", NOT_MADE, REFUSED, "argument %d of %s is NULL", number, NAME(c));
    c->refused = 1;
    return;
  }
  T.reads++;
  const char *wrong = wrong_text((const unsigned char *)s);
  T.reads--;
  if (wrong != NULL)
    report("abi/encoding", NOT_MADE, "Java gets other characters than were meant", "argument %d of %s %s", number, NAME(c), wrong);
}

/* ---- references that are made and deleted ---- */

static jobject made_local(struct call *c, jobject r) {
  if (!c->on || r == NULL) return r;
  jobject shown = add_local(c->env, r, c->slot, c->site);
  struct frame *f = T.top;
  if (f != NULL && f->method != NULL && f->count > f->capacity + TOLERATED) {
    const int n = alive_in(f);
    if (n == f->capacity + TOLERATED + 1)
      report("resource/jni-local-ref-overflow", NOT_MADE, "references beyond those that were asked for may not fit, and live until the method returns",
             "%d local references are alive, where %d were guaranteed or asked for", n, f->capacity);
  }
  return shown;
}

static jobject made_global(struct call *c, jobject r, int kind) {
  if (!c->on || r == NULL) return r;
  struct reference *known = remember(c->env, r, kind, c->slot, c->site);
  return known ? known->shown : r;
}

/* Deletes the JVM's reference; the handle stays for a while. */
static void delete_reference(struct call *c, jobject r, int kind, void (*delete)(JNIEnv *, jobject)) {
  static const char *const kinds[] = {"a local", "a global", "a weak"};
  struct reference known, *itself;
  if (r == NULL || !is_handle(r) || !look_up(r, &known, &itself)) {
    delete(c->env, r);
    return;
  }
  if (known.state != ALIVE) {
    if (c->on)
      report(known.kind == LOCAL ? "lifetime/stale-local-ref" : "rules/jni-bad-reference", made_by(&known), REFUSED,
             known.state == DELETED ? "%s deletes a reference again" : "%s deletes a reference that had ended with %s", NAME(c), known.where);
    return;
  }
  if (known.kind != kind) {
    if (c->on)
      report("rules/jni-bad-reference", made_by(&known), REFUSED, "%s is given %s reference", NAME(c), kinds[known.kind]);
    return;
  }
  if (kind == LOCAL) {
    if (!pthread_equal(known.owner, pthread_self())) {
      if (c->on)
        report("rules/jni-bad-reference", made_by(&known), REFUSED, "%s is given a local reference of another thread", NAME(c));
      return;
    }
    int found = 0;
    for (struct frame *f = T.top; f != NULL && !found; f = f->up)
      for (int i = f->count; i-- > 0 && !found;)
        if (f->refs[i] == itself) {
          f->refs[i] = NULL;
          found = 1;
          const int floor = f->nested ? f->marks[(f->nested < 32 ? f->nested : 32) - 1] : 0;
          while (f->count > floor && f->refs[f->count - 1] == NULL) f->count--;
        }
  }
  if (end_reference(c->env, itself, DELETED, NAME(c))) delete(c->env, known.real);
}

static void pushed_frame(struct call *c, jint capacity, jint failed) {
  struct frame *f = T.top;
  if (!c->on || failed || f == NULL) return;
  if (f->nested < 32) {
    f->marks[f->nested] = f->count;
    f->capacities[f->nested] = f->capacity;
  }
  f->nested++;
  f->capacity = f->count + (capacity > GUARANTEED ? capacity : GUARANTEED);
}

static jobject popped_frame(struct call *c, jobject r) {
  struct frame *f = T.top;
  if (!c->on || f == NULL) return r;
  if (f->nested > 0 && --f->nested < 32) {
    while (f->count > f->marks[f->nested]) {
      struct reference *gone = f->refs[--f->count];
      if (gone != NULL) end_reference(c->env, gone, ENDED, NAME(c));
    }
    f->capacity = f->capacities[f->nested];
  }
  return made_local(c, r);
}

static void ensured(struct call *c, jint capacity, jint failed) {
  struct frame *f = T.top;
  if (c->on && !failed && f != NULL && capacity > 0) f->capacity = alive_in(f) + (capacity > GUARANTEED ? capacity : GUARANTEED);
}

/* ---- monitors: chapter 4, "Monitor Operations" ---- */

static void monitor(struct call *c, int change, jint failed) {
  if (!c->on) return;
  if (!failed) T.monitors += change;
  else if (change < 0)
    report("threading/lock-misuse", NOT_MADE, "the call fails with an exception", "%s of a monitor that the thread does not own", NAME(c));
}

/* ---- arrays and strings that are lent ---- */

/* Bytes of an array before it is lent, when no call would be allowed any more. */
static size_t size_of(struct call *c, jobject array, int type) {
  if (!c->on || c->refused || T.critical || array == NULL) return SIZE_MAX;
  for (int t = OF_BOOLEANS; type == OF_ARRAY && t <= OF_DOUBLES; t++)
    if (O->IsInstanceOf(c->env, array, classes[t])) type = t;
  return widths[type] ? (size_t)O->GetArrayLength(c->env, array) * widths[type] : SIZE_MAX;
}

static void *lent(struct call *c, jobject array, void *p, jboolean *is_copy, size_t bytes, int critical) {
  if (!c->on || p == NULL) return p;
  void *given = bytes == SIZE_MAX ? lend(c->env, c->slot, NULL, p, 0, c->site) : lend(c->env, c->slot, array, p, bytes, c->site);
  if (given != p && is_copy != NULL) *is_copy = JNI_TRUE;
  if (critical && !T.critical++) clock_gettime(CLOCK_MONOTONIC, &T.since);
  return given;
}

/* A critical region that takes longer is listed. */
#define LONG_REGION_MS 500

static void left_region(struct call *c) {
  struct timespec now;
  if (!T.critical || --T.critical) return;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const long ms = (now.tv_sec - T.since.tv_sec) * 1000 + (now.tv_nsec - T.since.tv_nsec) / 1000000;
  if (ms < LONG_REGION_MS) return;
  void *pcs[FRAMES];
  const int count = stack_of(pcs, FRAMES);
  report_at("info", "rules/jni-call-in-critical", pcs, count, 0, NOT_MADE, "no collection can run meanwhile",
            "%s ends a critical region of %ld ms", NAME(c), ms);
}

/* What the JVM gets back for memory that it lent by function `by`. */
static void *returned(struct call *c, jobject array, void *p, int has_mode, jint mode, int by, int critical) {
  if (c->refused) return p;
  /* What is lent may be returned by code that is not watched: by a library that the project calls. */
  struct loan *l = take_loan(p, by);
  if (l == NULL && !c->on) return p;
  if (l == NULL) {
    struct loan *other = take_loan(p, -1);
    const char *wrong = other != NULL ? jni_names[other->slot] : NULL;
    if (other != NULL) keep_loan(other);
    if (c->on)
      report("rules/jni-bad-release", NOT_MADE, REFUSED, wrong ? "%s is given memory that %s lent" : "%s is given memory that is not lent",
             NAME(c), wrong);
    c->refused = 1;
    return p;
  }
  if (has_mode && mode != 0 && mode != JNI_COMMIT && mode != JNI_ABORT) {
    report("rules/jni-bad-release", NOT_MADE, REFUSED, "%s has mode %d; there are 0, JNI_COMMIT and JNI_ABORT", NAME(c), (int)mode);
    mode = 0;
  }
  if (l->array != NULL && array != NULL && !T.critical && !O->IsSameObject(c->env, l->array, array)) {
    report("rules/jni-bad-release", NOT_MADE, REFUSED, "%s is given another array than the one whose elements it returns", NAME(c));
    keep_loan(l);
    c->refused = 1;
    return p;
  }
  void *real = l->real;
  if (l->guarded >= 0) {
    for (size_t i = l->bytes; i < padded(l->bytes); i++)
      if (((unsigned char *)p)[i] != FILLED) {
        report("bounds/host-buffer-too-small", ((struct made){"the memory, lent by", &l->site, 1}),
               "memory of the Java heap behind the array is overwritten", "%s returns %zu bytes, behind which was written", NAME(c), l->bytes);
        break;
      }
    if (mode != JNI_ABORT) memcpy(real, p, l->bytes);
    if (mode != JNI_COMMIT) close_slot(l->guarded);
  }
  if (mode == JNI_COMMIT && has_mode) keep_loan(l);
  else {
    if (l->array != NULL) O->DeleteWeakGlobalRef(c->env, l->array);
    free(l);
    if (critical) left_region(c);
  }
  return real;
}

#endif
