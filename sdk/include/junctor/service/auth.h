/* SPDX-License-Identifier: Apache-2.0
 * auth/1: may this be done? Any number of providers, asked in file order; the first denial wins. A site's own rule is a
 * small plugin that provides this. */
#ifndef JUNCTOR_SERVICE_AUTH_H
#define JUNCTOR_SERVICE_AUTH_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_AUTH_SERVICE "auth/1"

#define JCT_AUTH_REGISTER 1u /* a device registers `id` */
#define JCT_AUTH_REACH 2u    /* may `id` be reached (asked with START, about the other side) */
#define JCT_AUTH_START 3u    /* someone at `address` asks for `id` */
#define JCT_AUTH_RELAY 4u    /* someone at `address` brings a side of a relay session */
#define JCT_AUTH_HTTP 5u     /* an API call */
#define JCT_AUTH_RENAME 6u   /* a device that is registered as `old_id` wants `id` */

/* Views, good until the answer is given. */
typedef struct jct_auth_request {
  uint32_t size;
  uint32_t kind; /* JCT_AUTH_*; a provider allows kinds that it does not know */
  jct_str id;
  jct_addr address;    /* the client's real one */
  uint32_t transport;  /* JCT_CHANNEL_* of signal.h */
  uint32_t conn_type;  /* protocol.md 3, ConnType */
  jct_str licence_key; /* as sent; empty where the message has none */
  jct_str token;
  jct_bytes uuid; /* REGISTER and RENAME: what the device claims to be; else empty */
  jct_bytes pk;
  jct_str old_id; /* RENAME */
} jct_auth_request;

/* Called exactly once, inline or later on the asking loop. reason: a stable word for logs ("wrong_key"), empty when
 * allowed; text: for the user, may be empty. Views, good for the call. Silence is a denial after the asker's timeout.
 * Some words of REGISTER and RENAME have a meaning for the client: "uuid_mismatch" (the id is another's), "id_reserved"
 * (RENAME: it is kept for another), "auth_unavailable" (try again soon); any other shows that it is not admitted. */
typedef struct jct_auth_done {
  void* self;
  void (*done)(void* self, jct_status verdict, jct_str reason, jct_str text); /* JCT_OK or JCT_E_DENIED */
  uint32_t loop;
  uint32_t reserved;
} jct_auth_done;

typedef struct jct_auth_service {
  uint32_t size;
  uint32_t reserved;
  /* [loop] Must not block. */
  void (*check)(void* self, const jct_auth_request* request, const jct_auth_done* done);
} jct_auth_service;

#ifdef __cplusplus
}
#endif
#endif
