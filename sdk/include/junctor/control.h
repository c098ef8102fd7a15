/* SPDX-License-Identifier: Apache-2.0
 * Commands for junctorctl: junctor.control/1. A plugin adds words to the control socket; the kernel carries the JSON.
 */
#ifndef JUNCTOR_CONTROL_H
#define JUNCTOR_CONTROL_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_CONTROL_API "junctor.control/1"

/* What a command answers with; usable until finish was called, exactly once, from any thread. */
typedef struct jct_reply {
  void* self;
  /* [any] json: one whole JSON value; an object with an array "rows" of flat objects is shown as a table. A negative
   * status with {"error": "..."} is a failure. */
  void (*finish)(void* self, jct_status status, jct_str json);
} jct_reply;

/* [home] args: a JSON object {"args": ["..."], ...}; the kernel refuses arguments that are no texts. Must see to it
 * that reply.finish is called within the kernel's control_timeout; later answers are discarded. */
typedef void (*jct_command_fn)(void* self, jct_str args, jct_reply reply);

typedef struct jct_control_api {
  uint32_t size;
  uint32_t reserved;
  /* [control] in create or start. name: one word ("peers"), or several with single spaces between ("peers approve"):
   * the command with the most leading words of what was typed has it, the rest are its args. So one plugin may hold
   * "peers" and another "peers approve". help: one line. JCT_E_EXISTS when it is taken. */
  jct_status (*command)(const jct_host* host, const char* name, const char* help, jct_command_fn fn, void* self);
} jct_control_api;

#ifdef __cplusplus
}
#endif
#endif
