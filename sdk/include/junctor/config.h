/* SPDX-License-Identifier: Apache-2.0
 * Reading an instance's checked configuration: junctor.config/1. Every declared option is there, with its default where
 * the operator gave none. */
#ifndef JUNCTOR_CONFIG_H
#define JUNCTOR_CONFIG_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_CONFIG_API "junctor.config/1"

/* A jct_config given to create or apply stays valid, with everything read from it, until the next apply or destroy; one
 * given to check until check returns. All functions are [any], answer JCT_E_NOT_FOUND for a name that was not declared
 * or an optional one without a value, JCT_E_ARG for another type or an index beyond the end. */
typedef struct jct_config_api {
  uint32_t size;
  uint32_t reserved;
  /* BOOL (0 or 1), INT, DURATION (ns), SIZE (bytes), RATE (bits a second). */
  jct_status (*get_int)(const jct_config* config, const char* name, int64_t* out);
  /* STRING, CHOICE, HOST, PATH (absolute), NETWORK (canonical), ADDRESS ("host:port", P resolved). */
  jct_status (*get_str)(const jct_config* config, const char* name, jct_str* out);
  /* Elements of a LIST or RECORDS option. */
  jct_status (*count)(const jct_config* config, const char* name, uint64_t* out);
  jct_status (*int_at)(const jct_config* config, const char* name, uint64_t index, int64_t* out);
  jct_status (*str_at)(const jct_config* config, const char* name, uint64_t index, jct_str* out);
  /* A record is a configuration of its own, valid as long as its parent. */
  jct_status (*record_at)(const jct_config* config, const char* name, uint64_t index, const jct_config** out);
  /* The instance's name, the table's in conf.d. */
  jct_str (*instance)(const jct_config* config);
  /* Kernel values that plugins share: "base_port" (int), "data_dir" (str). */
  jct_status (*kernel_int)(const jct_config* config, const char* name, int64_t* out);
  jct_status (*kernel_str)(const jct_config* config, const char* name, jct_str* out);
} jct_config_api;

#ifdef __cplusplus
}
#endif
#endif
