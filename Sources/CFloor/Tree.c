// Creation, growth and the counts. Nothing here runs inside a measured loop but cfloor_grow_slow, and that once per
// table.
#define _GNU_SOURCE
#include "Tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "SpinLock.h"

enum { HUGE_PAGE_BYTES = 2 << 20 };

// `bytes` of zeroed, touched memory, 2 MiB aligned; `mapping` is what to unmap, HUGE_PAGE_BYTES longer.
static void *map_region(uint64_t bytes, void **mapping) {
  void *address = mmap(NULL, bytes + HUGE_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return NULL;
  *mapping = address;
  uintptr_t mask = HUGE_PAGE_BYTES - 1;
  unsigned char *base = (unsigned char *)(((uintptr_t)address + mask) & ~mask);
  // Advice only: where huge pages are off the region still works.
  (void)madvise(base, bytes, MADV_HUGEPAGE);
  // Page faults belong to creation, not to the first batch.
  for (uint64_t offset = 0; offset < bytes; offset += CFLOOR_FRAME_BYTES) {
    *(volatile unsigned char *)(base + offset) = 0;
  }
  return base;
}

// The frame's old content does not matter. 0 when the arena is full. Call with `growth` held.
static uint64_t allocate_table(cfloor_tree *tree) {
  if (tree->next_frame == tree->frame_count) return 0;
  uint64_t table = tree->next_frame++ * CFLOOR_FRAME_BYTES;
  // Nobody can reach the frame yet, so plain stores do not race. A real allocator's frames are not known to be zero.
  memset(tree->frames + table, 0, CFLOOR_FRAME_BYTES);
  cfloor_record_of(cfloor_view_of(tree), table)->children = 0;
  return table;
}

cfloor_tree *cfloor_create(uint64_t arena_bytes) {
  if (arena_bytes > CFLOOR_ADDRESS - HUGE_PAGE_BYTES) {
    errno = EINVAL;
    return NULL;
  }
  if (arena_bytes == 0) arena_bytes = 1;
  uint64_t bytes = (arena_bytes + HUGE_PAGE_BYTES - 1) & ~(uint64_t)(HUGE_PAGE_BYTES - 1);
  cfloor_tree *tree = aligned_alloc(_Alignof(cfloor_tree), sizeof *tree);
  if (tree == NULL) return NULL;
  memset(tree, 0, sizeof *tree);
  tree->frame_count = bytes / CFLOOR_FRAME_BYTES;
  tree->frames = map_region(bytes, &tree->frames_mapping);
  if (tree->frames != NULL) {
    tree->records = map_region(tree->frame_count * sizeof(struct cfloor_record), &tree->records_mapping);
  }
  if (tree->records == NULL) {
    int reason = errno;
    cfloor_destroy(tree);
    errno = reason;
    return NULL;
  }
  cfloor_clear(tree);
  return tree;
}

void cfloor_clear(cfloor_tree *tree) {
  // Frame 0 stays unused, so that 0 can mean "no table".
  tree->next_frame = 1;
  tree->root = allocate_table(tree);
}

void cfloor_destroy(cfloor_tree *tree) {
  if (tree == NULL) return;
  uint64_t frame_bytes = tree->frame_count * CFLOOR_FRAME_BYTES;
  uint64_t record_bytes = tree->frame_count * sizeof(struct cfloor_record);
  if (tree->frames_mapping != NULL) munmap(tree->frames_mapping, frame_bytes + HUGE_PAGE_BYTES);
  if (tree->records_mapping != NULL) munmap(tree->records_mapping, record_bytes + HUGE_PAGE_BYTES);
  free(tree);
}

CFLOOR_SLOW uint64_t cfloor_grow_slow(cfloor_tree *tree, uint64_t parent, cfloor_entry *slot) {
  cfloor_acquire(&tree->growth);
  uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
  if (word == 0) {
    uint64_t table = allocate_table(tree);
    if (table != 0) {
      word = table | CFLOOR_PRESENT | CFLOOR_WRITABLE | CFLOOR_USER;
      // Release: a walker that finds the table also finds its zeroes. Pairs with the load in cfloor_descend.
      atomic_store_explicit(slot, word, memory_order_release);
      // Counts above the leaf tables change only here, so `growth` guards them.
      cfloor_record_of(cfloor_view_of(tree), parent)->children++;
    }
  }
  cfloor_release(&tree->growth);
  return word;
}

uint64_t cfloor_table_count(const cfloor_tree *tree) { return tree->next_frame - 1; }

const void *cfloor_table_address(const cfloor_tree *tree, uint64_t index) {
  return tree->frames + (index + 1) * CFLOOR_FRAME_BYTES;
}

// Children of all leaf tables below `table`.
static uint64_t count_children(struct cfloor_view view, uint64_t table, int level) {
  if (level == 1) return cfloor_record_of(view, table)->children;
  uint64_t sum = 0;
  for (uint64_t index = 0; index < CFLOOR_ENTRIES; index++) {
    uint64_t word = atomic_load_explicit(cfloor_slot(view, table, index), memory_order_relaxed);
    if ((word & (CFLOOR_PRESENT | CFLOOR_PAGE_SIZE)) != CFLOOR_PRESENT) continue;
    sum += count_children(view, word & CFLOOR_ADDRESS, level - 1);
  }
  return sum;
}

uint64_t cfloor_mapped_count(const cfloor_tree *tree) {
  struct cfloor_view view = {tree->frames, tree->records, tree->root, NULL};
  return count_children(view, view.root, CFLOOR_ROOT_LEVEL);
}
