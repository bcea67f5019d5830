/*
 * Makes Go frames visible to C's unwinder, so that reports about C code called from Go show the caller. Go code has no
 * .eh_frame, so stacks would end where C was entered. But every Go function keeps its caller's frame pointer, also across
 * the switch from a goroutine's stack to the thread's, so one unwinding rule suffices for all of Go's code. This library
 * precedes libgcc's in test executables and answers only for addresses in Go code.
 * Formats: ELF symbol tables; DWARF 4, sections 6.4 and 2.5; x86-64 register numbers of the System V ABI.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct bases { void *text, *data, *func; };
typedef const void *finder(void *, struct bases *);

static const uint64_t zero;
static unsigned char table[128];
static const void *rule;
static uint64_t first, last; /* Go's code; empty if the executable has none or was stripped */
static finder *next;

/* Code of the objects that were loaded at the start of the process. */
static struct range {
	uint64_t from, to;
} lasting[64];
static int ranges;

static int is_lasting(uint64_t pc)
{
	for (int i = 0; i < __atomic_load_n(&ranges, __ATOMIC_ACQUIRE); i++)
		if (pc >= lasting[i].from && pc < lasting[i].to)
			return 1;
	return 0;
}

/* The first object is the executable. */
static int note_object(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	if (ranges == 0)
		*(uint64_t *)bias = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum && ranges < 64; i++) {
		const Elf64_Phdr *p = &info->dlpi_phdr[i];
		if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
			continue;
		const uint64_t from = info->dlpi_addr + p->p_vaddr;
		lasting[ranges] = (struct range){from, from + p->p_memsz};
		__atomic_store_n(&ranges, ranges + 1, __ATOMIC_RELEASE);
	}
	return 0;
}

static const Elf64_Shdr *symbols_of(const Elf64_Ehdr *e)
{
	const Elf64_Shdr *s = (const void *)((const char *)e + e->e_shoff);
	for (int i = 0; i < e->e_shnum; i++)
		if (s[i].sh_type == SHT_SYMTAB)
			return &s[i];
	return 0;
}

static int range_of(const Elf64_Ehdr *e, uint64_t *from, uint64_t *to)
{
	const Elf64_Shdr *table = symbols_of(e), *all = (const void *)((const char *)e + e->e_shoff);
	if (!table)
		return 0;
	const Elf64_Sym *s = (const void *)((const char *)e + table->sh_offset);
	const char *names = (const char *)e + all[table->sh_link].sh_offset;
	for (uint64_t i = 0; i < table->sh_size / sizeof *s; i++) {
		if (!strcmp(names + s[i].st_name, "runtime.text"))
			*from = s[i].st_value;
		if (!strcmp(names + s[i].st_name, "runtime.etext"))
			*to = s[i].st_value;
	}
	return *from && *from < *to;
}

static unsigned char *put(unsigned char *at, const void *from, size_t n)
{
	memcpy(at, from, n);
	return at + n;
}

static void describe(uint64_t from, uint64_t to)
{
	static const unsigned char cie[] = {
		0, 0, 0, 0, 1, 0, 1, 0x78, 16, /* id 0, version 1, no augmentation, factors 1 and -8, return address in 16 */
		0x0c, 6, 16,                   /* the caller's stack pointer is rbp + 16 */
		0x86, 2,                       /* its rbp is saved 16 below */
		0x10, 16, 19,                  /* its return address is saved at: */
		0x76, 0,                       /*   rbp */
		0x28, 12, 0,                   /*   if it is not 0, go on after the skip */
		0x03,                          /*   the outermost frame has none: the address of a 0, put here */
	};
	static const unsigned char rest[] = {
		0x2f, 2, 0, /*   skip */
		0x38, 0x1c, /*   the caller's stack pointer - 8 */
	};
	const uint64_t none = (uint64_t)&zero, size = to - from;
	unsigned char *at = table + 4;
	at = put(at, cie, sizeof cie);
	at = put(at, &none, 8);
	at = put(at, rest, sizeof rest);
	while ((at - table) % 8 != 4)
		*at++ = 0;
	uint32_t length = at - table - 4;
	put(table, &length, 4);
	unsigned char *fde = at;
	rule = fde;
	uint32_t back = fde + 4 - table;
	at = put(fde + 4, &back, 4);
	at = put(at, &from, 8);
	at = put(at, &size, 8);
	while ((at - fde) % 8 != 4)
		*at++ = 0;
	length = at - fde - 4;
	put(fde, &length, 4);
}

/* Looked up before there are threads, if possible: dlsym takes the loader's lock, and unwinding may happen while it is held. */
static const void *ask(void *pc, struct bases *bases)
{
	if (!next)
		next = (finder *)dlsym(RTLD_NEXT, "_Unwind_Find_FDE");
	return next ? next(pc, bases) : 0;
}

__attribute__((constructor)) static void show_go(void)
{
	struct bases unused;
	ask((void *)show_go, &unused);
	struct stat st;
	uint64_t bias = 0, from = 0, to = 0;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return;
	const Elf64_Ehdr *e = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (e == MAP_FAILED)
		return;
	dl_iterate_phdr(note_object, &bias);
	if (range_of(e, &from, &to)) {
		describe(from + bias, to + bias);
		last = to + bias;
		first = from + bias;
	}
	munmap((void *)e, st.st_size);
}

/*
 * A cache of libgcc's answers, each of which takes a process-wide lock. Only for objects that were loaded at the start,
 * which are never unloaded. An entry is claimed, filled and published once, and never changes.
 */
static struct answer {
	uint64_t pc;
	const void *fde;
	struct bases bases;
} answers[1 << 14];

const void *_Unwind_Find_FDE(void *pc, struct bases *bases)
{
	const uint64_t at = (uint64_t)pc, claimed = 1;
	if (at >= first && at < last) {
		*bases = (struct bases){0, 0, (void *)first};
		return rule;
	}
	struct answer *a = &answers[(at * 0x9e3779b97f4a7c15) >> 50];
	uint64_t known = __atomic_load_n(&a->pc, __ATOMIC_ACQUIRE);
	if (known == at) {
		*bases = a->bases;
		return a->fde;
	}
	const void *fde = ask(pc, bases);
	if (fde && known == 0 && is_lasting(at) &&
	    __atomic_compare_exchange_n(&a->pc, &known, claimed, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
		a->fde = fde;
		a->bases = *bases;
		__atomic_store_n(&a->pc, at, __ATOMIC_RELEASE);
	}
	return fde;
}
