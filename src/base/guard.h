/*
 * Memory that is ours but that nobody may touch now: built with the address sanitizer, a read or a write of it is
 * reported as one behind an array would be. Otherwise this does nothing.
 */
#ifndef BASE_GUARD_H
#define BASE_GUARD_H

#ifdef __SANITIZE_ADDRESS__
#define GUARDED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GUARDED
#endif
#endif

#ifdef GUARDED
#include <sanitizer/asan_interface.h>
enum { GUARD_BYTES = 16 };
#define guard_close(address, size) ASAN_POISON_MEMORY_REGION(address, size)
#define guard_open(address, size) ASAN_UNPOISON_MEMORY_REGION(address, size)
#else
enum { GUARD_BYTES = 0 };
#define guard_close(address, size) ((void)(address), (void)(size))
#define guard_open(address, size) ((void)(address), (void)(size))
#endif

#endif
