/* SPDX-License-Identifier: Apache-2.0
 * The plugin boundary of Junctor, major 1: the types that cross it, the descriptor and the lifecycle.
 * Usable without any source of the kernel; C11, C17 and C++11 to C++20. What may change and when: sdk/ABI.md.
 *
 * Thread tags, checked at the boundary (a breach answers JCT_E_THREAD and is logged against the plugin):
 *   [control]  the control thread, one lifecycle call at a time
 *   [home]     the instance's home loop
 *   [loop]     the loop that the object lives on; for calls that take no object, any worker loop
 *   [pool]     a worker thread that may block
 *   [any]      any thread
 * Where a function says [loop], calls from [control] inside create, start and stop are let through as well: the kernel
 * carries them out on the right loop and waits.
 *
 * Memory: nobody frees the other's. What goes in is a view, good until the call returns. What comes out lands in the
 * caller's buffer or is a view given to a callback, good until that callback returns, unless a comment says otherwise.
 * Exceptions and longjmp never cross. Every callback returns a jct_status; a negative one costs its own connection. */
#ifndef JUNCTOR_ABI_H
#define JUNCTOR_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_ABI_MAJOR 1
#define JCT_ABI_MINOR 0

#if defined(__GNUC__)
#define JCT_EXPORT __attribute__((visibility("default")))
#else
#define JCT_EXPORT
#endif

/* ---- status ---------------------------------------------------------------------------------------------------- */

typedef int32_t jct_status;

#define JCT_OK 0
#define JCT_E_ARG (-1)         /* an argument is out of its range, or a required pointer is null */
#define JCT_E_THREAD (-2)      /* called from a thread that the function's tag does not allow */
#define JCT_E_CLOSED (-3)      /* the handle is stale: its object has been closed */
#define JCT_E_AGAIN (-4)       /* a bounded queue is full; on_writable tells when to try again */
#define JCT_E_LIMIT (-5)       /* a configured limit refuses it */
#define JCT_E_NOT_FOUND (-6)   /* no such option, service, record */
#define JCT_E_EXISTS (-7)      /* there is one already */
#define JCT_E_STATE (-8)       /* not allowed in the instance's present state */
#define JCT_E_UNSUPPORTED (-9) /* this kernel or this object cannot do it */
#define JCT_E_IO (-10)         /* the operating system refused; the log has errno's text */
#define JCT_E_TIMEOUT (-11)    /* nothing came in the time allowed */
#define JCT_E_DENIED (-12)     /* policy says no */
#define JCT_E_CONFIG (-13)     /* the configuration is wrong; the text says where */
#define JCT_E_FAULT (-14)      /* the callee failed inside (an exception reached its barrier) */
#define JCT_E_NO_MEMORY (-15)  /* memory or descriptors ran out */
#define JCT_E_RESET (-16)      /* the peer reset the connection */
#define JCT_E_MISMATCH (-17)   /* a stored value differs from what the caller stated (uuid of a rename) */
#define JCT_E_TRUNCATED (-18)  /* inside TLS: the peer's end came without its close_notify */

/* ---- values: frozen for the major ---------------------------------------------------------------------------------
 */

/* Text, UTF-8, not terminated. data may be null when size is 0. */
typedef struct jct_str {
  const char* data;
  uint64_t size;
} jct_str;

/* Bytes. data may be null when size is 0. */
typedef struct jct_bytes {
  const uint8_t* data;
  uint64_t size;
} jct_bytes;

/* A socket address. family: 0 none, 4 or 6; IPv4 uses ip[0..3] (an IPv4-mapped IPv6 address is given as IPv4); network
 * order in ip, host order in port. scope: IPv6 zone index or 0. */
typedef struct jct_addr {
  uint8_t ip[16];
  uint32_t scope;
  uint16_t port;
  uint8_t family;
  uint8_t reserved;
} jct_addr;

/* State handed over: run is called at most once; drop is called exactly once, after run or instead of it. drop may be
 * null where there is nothing to free. */
typedef struct jct_task {
  void* self;
  void (*run)(void* self);
  void (*drop)(void* self);
} jct_task;

/* 0 is never a handle. Index and generation: stale use answers JCT_E_CLOSED. */
typedef uint64_t jct_handle;

/* ---- records: begin with size, grow at the tail; the reader copies min(size, own) into zeros -----------------------
 */

/* Owned by the caller of a control call; the callee fills text with what was expected, what came and the mend. */
typedef struct jct_error {
  uint32_t size;
  jct_status code;
  char text[512]; /* terminated */
} jct_error;

/* Option types. Durations are in nanoseconds, sizes in bytes, rates in bits a second, all int64. */
#define JCT_OPT_BOOL 1
#define JCT_OPT_INT 2
#define JCT_OPT_STRING 3
#define JCT_OPT_CHOICE 4    /* one of choices */
#define JCT_OPT_DURATION 5  /* "30s" */
#define JCT_OPT_SIZE 6      /* "64KiB" */
#define JCT_OPT_RATE 7      /* "128Mbit" */
#define JCT_OPT_ADDRESS 8   /* "host:port", ":P+1" */
#define JCT_OPT_NETWORK 9   /* "10.0.0.0/8" */
#define JCT_OPT_PATH 10     /* relative ones lie under the data directory */
#define JCT_OPT_LISTENER 11 /* an address, or a table that the kernel parses for every plugin alike */
#define JCT_OPT_RECORDS 12  /* an array of tables; fields has their options */
#define JCT_OPT_HOST 13     /* "rd.example.org", "192.0.2.7:21116", "[2001:db8::1]:21116"; read as a string */

#define JCT_OPT_HOST_PORT 14 /* "rd.example.org:21117", "host:P+1"; read as a string, its port a number */
#define JCT_OPT_KEY 15       /* the base64 of an Ed25519 public key; read as a string */

#define JCT_OPT_LIVE 1u     /* a reload applies it in place */
#define JCT_OPT_REQUIRED 2u /* has no default; must be given */
#define JCT_OPT_SECRET 4u   /* never printed; may be { file = "PATH" } */
#define JCT_OPT_UDP 16u     /* LISTENER only: for udp_open */
#define JCT_OPT_LIST 8u     /* an array of the type; the default text separates elements with commas */
/* PATH only, one of them: what becomes of it. `junctord --check` and each start look at the place, and refuse with the
 * line that names it what could not be read or written then. An empty path is not looked at. */
#define JCT_OPT_READ_FILE 32u  /* a regular file; one that is missing is the plugin's affair */
#define JCT_OPT_WRITE_FILE 64u /* a file to be written or made */
#define JCT_OPT_WRITE_DIR 128u /* a directory to be written in or made */

typedef struct jct_option {
  uint32_t size;
  uint32_t type;  /* JCT_OPT_* */
  uint32_t flags; /* JCT_OPT_LIVE | ... */
  uint32_t field_count;
  const char* name;         /* [a-z][a-z0-9_]* */
  const char* default_text; /* as an operator would write it, without quotes; null: none */
  const char* help;         /* one line, for --explain and the reference */
  int64_t min;              /* both inclusive, in the type's unit; min > max: unbounded */
  int64_t max;
  const char* const* choices;             /* ended by null; CHOICE only */
  const struct jct_option* const* fields; /* RECORDS only, field_count of them */
} jct_option;

/* ---- the host ------------------------------------------------------------------------------------------------------
 */

/* One per instance; alive as long as the process, so that a late callback may still ask its gate (loop.h, enter). */
typedef struct jct_host jct_host;
struct jct_host {
  uint32_t size;
  uint32_t abi_minor; /* the kernel's */
  /* [any] The table behind an id such as "junctor.net/1", or null. Tables live as long as the process. */
  const void* (*api)(const jct_host* host, const char* id);
};

/* A view of configuration: see config.h. */
typedef struct jct_config jct_config;
struct jct_config_api;

/* ---- the plugin ----------------------------------------------------------------------------------------------------
 */

/* Each worker loop calls the instance for its own sockets; without it an instance sits on its home loop alone. */
#define JCT_PLUGIN_PARALLEL 1u

/* The descriptor: constant, alive as long as the process. Every function pointer but create and destroy may be null. */
typedef struct jct_plugin {
  uint32_t size;
  uint32_t abi_minor;          /* JCT_ABI_MINOR it was compiled with */
  uint32_t abi_minor_needed;   /* the least it works with; loaded if <= the kernel's */
  uint32_t flags;              /* JCT_PLUGIN_* */
  const char* name;            /* the same as the file's: NAME.so */
  const char* version;         /* of the plugin, for people */
  const char* summary;         /* one line */
  const char* const* provides; /* service ids, ended by null: "relay/1" */
  const char* const* needs;    /* ended by null: "storage/1"; "?a/1" may be missing; "~a/1" too, found from start on */
  const jct_option* const* options;
  uint32_t option_count;
  uint32_t reserved;

  /* [control] Takes services and resources, no traffic. On failure *self stays null and destroy is not called. */
  jct_status (*create)(const jct_host* host, const jct_config* config, void** self, jct_error* error);
  /* [control] Opens listeners and timers. Their callbacks begin only after start has returned JCT_OK. */
  jct_status (*start)(void* self, jct_error* error);
  /* [home] May these new values be applied? Changes nothing. Null: every LIVE change is acceptable. */
  jct_status (*check)(void* self, const jct_config* candidate, jct_error* error);
  /* [home] Takes the new values; cannot refuse. config stays valid until the next apply or destroy. */
  void (*apply)(void* self, const jct_config* config);
  /* [home] Refuses new work; runs done (from [any]) when idle. The kernel waits drain_timeout at most. Null: idle. */
  void (*drain)(void* self, jct_task done);
  /* [control] No callback of this instance runs any more and none will come, tasks included. Give everything back. */
  void (*stop)(void* self);
  /* [control] The last call. Handles that are left are closed and logged against the plugin. */
  void (*destroy)(void* self);
  /* [control] Could create be given these values, here and now? Without an instance: asked by `junctord --check`,
   * before create and before a reload. Reads what it likes, makes nothing. A text that begins with an option's name, as
   * `path: ...`, `issuers[1]: ...` or `relay[0].key: ...`, is shown with the file and line of that option; lines of it
   * are faults of their own. Null: whatever the option table lets through. */
  jct_status (*verify)(const struct jct_config_api* api, const jct_config* config, jct_error* error);
} jct_plugin;

/* The one symbol that a plugin exports; no side effects. */
#define JCT_ENTRY_NAME "junctor_plugin_v1"
typedef const jct_plugin* (*jct_entry)(void);
JCT_EXPORT const jct_plugin* junctor_plugin_v1(void);

#ifdef __cplusplus
}
#endif
#endif
