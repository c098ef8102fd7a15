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
#define JCT_AUTH_REACH 2u    /* may this asker reach `id`: each PunchHoleRequest and each RequestRelay, after START */
#define JCT_AUTH_START 3u    /* someone at `address` asks for `id`; not again for a relay after an accepted punch */
#define JCT_AUTH_RELAY 4u    /* someone at `address` brings a side of a relay session */
#define JCT_AUTH_HTTP 5u     /* an API call by `address`, by HTTP or signalling; answered at once: silence is a no */
#define JCT_AUTH_RENAME 6u   /* a device that is registered as `old_id` wants `id` */
#define JCT_AUTH_LIVE 7u     /* HealthCheck: `token` holds a connection while it has a session; must name its user */
/* Each id of an online query, where the site tells only whom it is allowed: may someone at `address`, who says that he
 * is `old_id`, see whether `id` is online? */
#define JCT_AUTH_SEE 8u
/* May what was allowed go on? Asked anew of everything that is there whenever `changes` has grown, and of a device that
 * comes back by heartbeat; so it is answered at once, from memory, and has no effect. By `session`:
 * empty: `id` is registered from `address` (REGISTER's rules), or, without an id, somebody there holds a connection;
 * `token`: of his HealthCheck, empty where there was none;
 * else a side of a relay session, or who waits for one: with `id` it is A's, who asked for that id (START's and REACH's
 * rules), without one B's. licence_key is empty here, and not to be asked for. */
#define JCT_AUTH_STAY 9u

#define JCT_AUTH_ID_UNSAID 0u  /* from askers that have not looked */
#define JCT_AUTH_ID_UNKNOWN 1u /* nobody has registered it */
#define JCT_AUTH_ID_KNOWN 2u   /* present or not: that is looked at after the answer */

/* Views, good until the answer is given. */
typedef struct jct_auth_request {
  uint32_t size;
  uint32_t kind; /* JCT_AUTH_*; a provider allows kinds that it does not know */
  jct_str id;
  jct_addr address;    /* the client's real one */
  uint32_t transport;  /* JCT_CHANNEL_* of signal.h */
  uint32_t conn_type;  /* protocol.md 3, ConnType */
  jct_str licence_key; /* as sent; empty where the message has none */
  /* As sent. REACH for a RequestRelay without one: that of the accepted PunchHoleRequest for the same id from the same
   * IP within two minutes (protocol.md 6.5); the same for switch_code. */
  jct_str token;
  jct_bytes uuid; /* REGISTER and RENAME: what the device claims to be; else empty */
  jct_bytes pk;
  jct_str old_id;      /* RENAME */
  jct_str switch_code; /* REACH: of a session that turns round */
  jct_str session;     /* REACH for a RequestRelay, RELAY, STAY: the uuid by which the two sides meet */
  uint32_t id_state;   /* REACH: JCT_AUTH_ID_* */
  uint32_t reserved;
} jct_auth_request;

#define JCT_AUTH_AS_UNKNOWN 1u /* a denial that A reads as "no such id"; the log has the reason */

/* What a provider has to say. Views, good for the call. Of several providers the first denial is taken as it is; else
 * each field from the first provider, in file order, that sets it (control_permissions: each permission by itself). */
typedef struct jct_auth_answer {
  uint32_t size;
  jct_status verdict; /* JCT_OK or JCT_E_DENIED */
  jct_str reason;     /* a denial's stable word for logs and counters ("wrong_key") */
  jct_str text; /* for the user; may be empty. Clients connect again by themselves unless it has one of the words of
                   http-api.md 7.3, so holepunch puts "Connection not allowed: " before one that has none */
  jct_str user; /* name of who has logged in: for logs and events, with denials too; empty: nobody */
  uint64_t control_permissions; /* REACH: ControlPermissions for B, two bits a permission; 0: none is sent */
  jct_str conn_audit_ref;       /* REACH: for B's ControlledContext; empty: none is sent */
  uint32_t feedback;            /* REACH: not 0 asks A for a HealthCheck connection (protocol.md 6.4 point 7) */
  uint32_t flags;               /* JCT_AUTH_AS_UNKNOWN */
} jct_auth_answer;

/* Exactly one of `done` and `answer` is called, exactly once, inline or later on the asking loop. Silence is a denial
 * after the asker's timeout. `done` is for who has nothing but a verdict to give. Some words of REGISTER and RENAME
 * have a meaning for the client: "uuid_mismatch" (the id is another's), "id_reserved" (RENAME: it is kept for another),
 * "auth_unavailable" (try again soon); any other shows that it is not admitted. */
typedef struct jct_auth_done {
  void* self;
  void (*done)(void* self, jct_status verdict, jct_str reason, jct_str text); /* JCT_OK or JCT_E_DENIED */
  uint32_t loop;
  uint32_t size; /* of this record; 0: it ends here */
  void (*answer)(void* self, const jct_auth_answer* answer);
} jct_auth_done;

typedef struct jct_auth_service {
  uint32_t size;
  uint32_t reserved;
  /* [loop] Must not block. */
  void (*check)(void* self, const jct_auth_request* request, const jct_auth_done* done);
  /* [any] May be null: its allowances are never taken back. A number that grows after each change by which something
   * that was allowed may be denied now; askers look at it several times a second, and ask STAY then. */
  uint64_t (*changes)(void* self);
} jct_auth_service;

#ifdef __cplusplus
}
#endif
#endif
