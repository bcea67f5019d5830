/* What /proc and the kernel say of processes: command lines, descriptors, mappings, whether anything runs. */
#ifndef FFI_GATES_PROCESSES_H
#define FFI_GATES_PROCESSES_H
#include "tracer.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t slurp(const char *path, char *into, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return into[0] = 0;
  size_t n = 0;
  ssize_t got;
  while (n + 1 < size && (got = read(fd, into + n, size - 1 - n)) > 0) n += (size_t)got;
  close(fd);
  into[n] = 0;
  return n;
}

static long status_of(pid_t pid, const char *field) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  slurp(path, text, sizeof text);
  char *at = strstr(text, field);
  return at ? strtol(at + strlen(field), NULL, 10) : 0;
}

/* The arguments, joined by spaces, in one line. */
static void command_of(pid_t pid, char *into, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
  size_t n = slurp(path, into, size);
  while (n > 0 && into[n - 1] == 0) n--;
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)into[i] < ' ') into[i] = ' ';
  into[n] = 0;
}

/* Helpers of runtimes, which read from pipes and are no workers. */
static bool is_helper(const char *command) {
  return strstr(command, "jspawnhelper") || strstr(command, "multiprocessing.resource_tracker") ||
         strstr(command, "multiprocessing.forkserver");
}

/* Whether a process is a worker: its program's name or its command line fits the pattern. */
static bool is_worker(pid_t pid) {
  char command[8192], program[8192];
  if (pid == root) return false;
  command_of(pid, command, sizeof command);
  if (is_helper(command)) return false;
  if (*pattern == 0) return true;
  snprintf(program, sizeof program, "%s", command);
  program[strcspn(program, " ")] = 0;
  const char *base = strrchr(program, '/');
  return fnmatch(pattern, base ? base + 1 : program, 0) == 0 || fnmatch(pattern, command, 0) == 0;
}

/* What a descriptor is, if it leads to another process: `pipe:[1]`, `socket:[2]`, or the path of a FIFO. */
static bool channel_at(pid_t pid, int fd, char link[LINK]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
  ssize_t n = readlink(path, link, LINK - 1);
  if (n <= 0) return false;
  link[n] = 0;
  if (strncmp(link, "pipe:", 5) == 0 || strncmp(link, "socket:", 7) == 0) return true;
  struct stat s;
  return stat(path, &s) == 0 && S_ISFIFO(s.st_mode);
}

static bool among(char channels[][LINK], int count, const char *link) {
  for (int i = 0; i < count; i++)
    if (strcmp(channels[i], link) == 0) return true;
  return false;
}

static void add_channel(char channels[][LINK], int *count, const char *link) {
  if (*count < CHANNELS && !among(channels, *count, link)) strcpy(channels[(*count)++], link);
}

/* Calls `each` for every descriptor of a process. */
static void descriptors_of(pid_t pid, void (*each)(pid_t, int, void *), void *with) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd", pid);
  DIR *dir = opendir(path);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));)
    if (isdigit((unsigned char)e->d_name[0])) each(pid, atoi(e->d_name), with);
  closedir(dir);
}

/* Pipes and sockets that this program was given itself: they lead to whoever started the suite, as those of make do. */
static char outside[CHANNELS][LINK];
static int outside_count;

static void note_outside(pid_t pid, int fd, void *with) {
  (void)with;
  char link[LINK];
  if (channel_at(pid, fd, link)) add_channel(outside, &outside_count, link);
}

/* What it shares with its parent's own input and output leads elsewhere. */
static void inherit(pid_t pid, int fd, void *with) {
  struct process *p = with;
  char link[LINK], parents[LINK];
  if (!channel_at(pid, fd, link) || among(outside, outside_count, link)) return;
  for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
    if (channel_at(p->parent, i, parents) && strcmp(parents, link) == 0) return;
  add_channel(p->channels, &p->channel_count, link);
}

/* The inode of the other end of a socket of the Unix domain. 0 if the kernel does not say. */
static unsigned peer_of(unsigned inode) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return 0;
  struct {
    struct nlmsghdr head;
    struct unix_diag_req ask;
  } request = {{sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 1, 0},
               {AF_UNIX, 0, 0, ~0u, inode, UDIAG_SHOW_PEER, {~0u, ~0u}}};
  unsigned peer = 0;
  char reply[4096] __attribute__((aligned(8)));
  ssize_t n = send(fd, &request, sizeof request, 0) < 0 ? -1 : recv(fd, reply, sizeof reply, 0);
  close(fd);
  struct nlmsghdr *head = (struct nlmsghdr *)reply;
  if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct unix_diag_msg)) || head->nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  int left = (int)(head->nlmsg_len - NLMSG_LENGTH(sizeof(struct unix_diag_msg)));
  struct rtattr *a = (struct rtattr *)((struct unix_diag_msg *)NLMSG_DATA(head) + 1);
  for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
    if (a->rta_type == UNIX_DIAG_PEER) peer = *(unsigned *)RTA_DATA(a);
  return peer;
}

/* The other ends of a worker's channels, which its parent has to close when the worker is gone. */
static void ends_of(const struct process *p, struct fault *f) {
  /* A process that was only forked has whatever its parent had open. */
  int count = p->forked ? p->talked_count : p->channel_count;
  f->channel_count = 0;
  for (int i = 0; i < count; i++) {
    const char *own = p->forked ? p->talked[i] : p->channels[i];
    unsigned inode, peer;
    char link[LINK];
    if (strncmp(own, "pipe:", 5) == 0) add_channel(f->channels, &f->channel_count, own);
    else if (sscanf(own, "socket:[%u]", &inode) == 1 && (peer = peer_of(inode)) != 0) {
      snprintf(link, sizeof link, "socket:[%u]", peer);
      add_channel(f->channels, &f->channel_count, link);
    }
  }
}

/* Remembers the shared memory that a process has mapped. */
static void remember_memory(pid_t pid, const char *test) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "re");
  if (!maps) return;
  while (fgets(line, sizeof line, maps)) {
    char name[256];
    unsigned long inode;
    if (sscanf(line, "%*s %*s %*s %*s %lu %255s", &inode, name) != 2) continue;
    bool shm = strncmp(name, "/dev/shm/", 9) == 0, sysv = strncmp(name, "/SYSV", 5) == 0;
    bool known = !shm && !sysv;
    for (int i = 0; i < memory_count; i++) known = known || (memories[i].inode == inode && !strcmp(memories[i].name, name));
    if (known || memory_count == MEMORIES) continue;
    struct memory *m = &memories[memory_count++];
    m->inode = inode;
    strcpy(m->name, name);
    snprintf(m->test, sizeof m->test, "%s", test);
  }
  fclose(maps);
}

/* Whether it still exists, although all that had mapped it are gone. */
static bool is_left(const struct memory *m) {
  struct stat s;
  if (strncmp(m->name, "/dev/shm/", 9) == 0) return stat(m->name, &s) == 0 && s.st_ino == m->inode;
  char line[512];
  unsigned long id;
  FILE *list = fopen("/proc/sysvipc/shm", "re");
  bool found = false;
  while (list && fgets(line, sizeof line, list)) found = found || (sscanf(line, "%*d %lu", &id) == 1 && id == m->inode);
  if (list) fclose(list);
  return found;
}

/* Adds the processor time of a thread in ticks. Whether it runs or waits for a disk. */
static bool runs(pid_t pid, const char *tid, long *ticks) {
  char path[300], text[1024], state = 0;
  unsigned long user = 0, system = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%s/stat", pid, tid);
  slurp(path, text, sizeof text);
  char *at = strrchr(text, ')');
  if (at) sscanf(at + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state, &user, &system);
  *ticks += (long)(user + system);
  return state == 'R' || state == 'D';
}

/*
 * Whether the processes but one wait. A thread that a runtime wakes now and then takes less than a tick between two looks; a
 * process that the machine has no time for is one that runs.
 */
static bool all_wait(pid_t except) {
  static long before;
  long ticks = 0;
  bool busy = false;
  for (int i = 0; i < PROCESSES; i++) {
    if (!processes[i].used || processes[i].dead || processes[i].pid == except) continue;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", processes[i].pid);
    DIR *dir = opendir(path);
    if (!dir) continue;
    for (struct dirent *e; (e = readdir(dir));)
      if (isdigit((unsigned char)e->d_name[0])) busy = runs(processes[i].pid, e->d_name, &ticks) || busy;
    closedir(dir);
  }
  long spent = ticks - before;
  before = ticks;
  return !busy && spent <= 1;
}
#endif
