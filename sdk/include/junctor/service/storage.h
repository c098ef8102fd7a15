/* SPDX-License-Identifier: Apache-2.0
 * storage/1: durable peers, and key-value pairs by namespace for what other plugins keep. One provider. */
#ifndef JUNCTOR_SERVICE_STORAGE_H
#define JUNCTOR_SERVICE_STORAGE_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_STORAGE_SERVICE "storage/1"

/* A stored peer (protocol.md 7). Views; in a put they are copied, in an answer they are good for the callback. */
typedef struct jct_peer_record {
  uint32_t size;
  uint32_t reserved;
  jct_str id;
  jct_bytes uuid;
  jct_bytes pk;
  jct_str ip;         /* as text, never with a port; empty: not known */
  int64_t created_at; /* seconds since 1970; 0 in a put: now */
} jct_peer_record;

/* Where an answer goes: done is called exactly once, on worker loop `loop`, never inline. JCT_OK, JCT_E_NOT_FOUND,
 * JCT_E_EXISTS, JCT_E_MISMATCH, JCT_E_IO (nothing was stored; the log says why), JCT_E_LIMIT (the queue is full;
 * nothing was tried). Guard self with loop.h's enter: an answer may come while the asker is being stopped. */
typedef struct jct_peer_done {
  void* self;
  void (*done)(void* self, jct_status status, const jct_peer_record* record); /* record: null unless found */
  uint32_t loop;
  uint32_t reserved;
} jct_peer_done;

typedef struct jct_value_done {
  void* self;
  void (*done)(void* self, jct_status status, jct_bytes value);
  uint32_t loop;
  uint32_t reserved;
} jct_value_done;

/* A scan calls row for each record in order of id (key), on loop `loop`, then end once. A negative answer from row ends
 * the scan early (end follows, JCT_OK). */
typedef struct jct_peer_scan {
  void* self;
  jct_status (*row)(void* self, const jct_peer_record* record);
  void (*end)(void* self, jct_status status);
  uint32_t loop;
  uint32_t reserved;
} jct_peer_scan;

typedef struct jct_value_scan {
  void* self;
  jct_status (*row)(void* self, jct_str key, jct_bytes value);
  void (*end)(void* self, jct_status status);
  uint32_t loop;
  uint32_t reserved;
} jct_value_scan;

/* All [any]. Writes answer JCT_OK only when they are durable; reads see every write that was answered. */
typedef struct jct_storage_service {
  uint32_t size;
  uint32_t reserved;
  void (*peer_get)(void* self, jct_str id, const jct_peer_done* done);
  /* Inserts or replaces by id; guid, user, status, note and unknown info of an existing row are kept. */
  void (*peer_put)(void* self, const jct_peer_record* record, const jct_peer_done* done);
  /* Atomic. JCT_E_NOT_FOUND: no old id; JCT_E_MISMATCH: its uuid differs; JCT_E_EXISTS: the new id is taken. */
  void (*peer_rename)(void* self, jct_str old_id, jct_str new_id, jct_bytes uuid, const jct_peer_done* done);
  void (*peer_remove)(void* self, jct_str id, const jct_peer_done* done);
  /* At most limit records with an id greater than after. */
  void (*peer_scan)(void* self, jct_str after, uint64_t limit, const jct_peer_scan* scan);
  /* space: the asker's instance name. A key has at most 256 bytes, a value at most 1 MiB (JCT_E_ARG). */
  void (*value_get)(void* self, jct_str space, jct_str key, const jct_value_done* done);
  void (*value_put)(void* self, jct_str space, jct_str key, jct_bytes value, const jct_value_done* done);
  void (*value_remove)(void* self, jct_str space, jct_str key, const jct_value_done* done);
  void (*value_scan)(void* self, jct_str space, jct_str after, uint64_t limit, const jct_value_scan* scan);
} jct_storage_service;

#ifdef __cplusplus
}
#endif
#endif
