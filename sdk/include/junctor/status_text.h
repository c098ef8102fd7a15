/* SPDX-License-Identifier: Apache-2.0
 * Statuses in words, for log lines and errors (in C++ also as junctor::status_text). */
#ifndef JUNCTOR_STATUS_TEXT_H
#define JUNCTOR_STATUS_TEXT_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [any] Never null; lives as long as the process. */
static inline const char* jct_status_text(jct_status status) {
  switch (status) {
    case JCT_OK:
      return "ok";
    case JCT_E_ARG:
      return "bad_argument";
    case JCT_E_THREAD:
      return "wrong_thread";
    case JCT_E_CLOSED:
      return "closed";
    case JCT_E_AGAIN:
      return "again";
    case JCT_E_LIMIT:
      return "limit";
    case JCT_E_NOT_FOUND:
      return "not_found";
    case JCT_E_EXISTS:
      return "exists";
    case JCT_E_STATE:
      return "wrong_state";
    case JCT_E_UNSUPPORTED:
      return "unsupported";
    case JCT_E_IO:
      return "io";
    case JCT_E_TIMEOUT:
      return "timeout";
    case JCT_E_DENIED:
      return "denied";
    case JCT_E_CONFIG:
      return "config";
    case JCT_E_FAULT:
      return "fault";
    case JCT_E_NO_MEMORY:
      return "no_memory";
    case JCT_E_RESET:
      return "reset";
    case JCT_E_MISMATCH:
      return "mismatch";
    case JCT_E_TRUNCATED:
      return "truncated";
    default:
      return "unknown";
  }
}

#ifdef __cplusplus
}
#endif
#endif
