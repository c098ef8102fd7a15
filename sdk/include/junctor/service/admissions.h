/* SPDX-License-Identifier: Apache-2.0
 * admissions/1: which devices are admitted, decided by who has a record of each (accounts), so that a site has one
 * place to set it and one list of who waits. One provider; where there is one, auth_key leaves admission to it: its own
 * option has to be "open", and what junctorctl asks it about admission is answered here. */
#ifndef JUNCTOR_SERVICE_ADMISSIONS_H
#define JUNCTOR_SERVICE_ADMISSIONS_H

#include "../abi.h"
#include "../control.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An option "admission" is no choice of provider. */
#define JCT_ADMISSIONS_SERVICE "admissions/1"

typedef struct jct_admissions_service {
  uint32_t size;
  uint32_t reserved;
  /* [any] verb: "waiting", "approve" or "reject", as in "peers waiting". args and reply: as jct_command_fn has them. */
  void (*command)(void* self, jct_str verb, jct_str args, jct_reply reply);
} jct_admissions_service;

#ifdef __cplusplus
}
#endif
#endif
