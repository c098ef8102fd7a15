/* SPDX-License-Identifier: Apache-2.0
 * Certificates for listeners, from whoever gets them issued: junctor.tls/1. Listeners with `tls = { acme = true }` show
 * them from their next connection on; no reload, and no connection is dropped. */
#ifndef JUNCTOR_TLS_H
#define JUNCTOR_TLS_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_TLS_API "junctor.tls/1"

/* A plugin that has certificates issued says so by providing this id, with any table: a listener with acme = true is a
 * fault of the configuration where nobody does. */
#define JCT_CERTIFICATES_SERVICE "certificates/1"

typedef struct jct_tls_api {
  uint32_t size;
  uint32_t reserved;
  /* [any] From create on. PEM: the certificate with its chain, and its key. One an instance: the next takes its place.
   * A client gets the one that has the name it asks for. What an instance has published goes with it. JCT_E_ARG, and
   * why: it does not serve; what was there stays. */
  jct_status (*publish)(const jct_host* host, jct_str chain, jct_str key, jct_error* error);
  /* [any] From start on. What an authority is shown that asks for acme-tls/1 and this name, in lower case (RFC 8737).
   */
  jct_status (*challenge)(const jct_host* host, jct_str name, jct_str certificate, jct_str key, jct_error* error);
  /* [any] */
  void (*end_challenge)(const jct_host* host, jct_str name);
} jct_tls_api;

#ifdef __cplusplus
}
#endif
#endif
