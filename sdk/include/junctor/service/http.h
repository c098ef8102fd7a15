/* SPDX-License-Identifier: Apache-2.0
 * http/1: routes on the site's HTTP server. One provider an instance; a user names the one it means with `http =
 * "NAME"`. The server has the sockets, TLS, heads, bodies, deadlines and bounds; a user has handlers that answer. */
#ifndef JUNCTOR_SERVICE_HTTP_H
#define JUNCTOR_SERVICE_HTTP_H

#include "../abi.h"
#include "../net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_HTTP_SERVICE "http/1"

/* Methods of a route. GET serves HEAD too: the answer goes without its body. OPTIONS and 405 are answered by the server
 * unless a route takes OPTIONS itself. */
#define JCT_HTTP_GET 1u
#define JCT_HTTP_POST 2u
#define JCT_HTTP_PUT 4u
#define JCT_HTTP_DELETE 8u
#define JCT_HTTP_PATCH 16u
#define JCT_HTTP_OPTIONS 32u
#define JCT_HTTP_HEAD 64u /* of a request; a route has it by GET */

/* Flags of a route. */
#define JCT_HTTP_ROUTE_DIRECT 1u    /* never through signalling; else whatever is below /api/ is served there too */
#define JCT_HTTP_ROUTE_CHALLENGE 2u /* served on listeners that else redirect to https (ACME's HTTP-01) */
#define JCT_HTTP_ROUTE_PIECES 4u    /* the body comes by on_body, piece by piece */
#define JCT_HTTP_ROUTE_PRIVATE 8u   /* its path is not written to the log (it carries a secret) */

/* Flags of a request. */
#define JCT_HTTP_TLS 1u       /* the client's own connection is TLS, here or at a trusted proxy */
#define JCT_HTTP_PROXIED 2u   /* `client` was named by a trusted proxy */
#define JCT_HTTP_SIGNAL 4u    /* it came through signalling (protocol.md 6.9), not on a connection of HTTP */
#define JCT_HTTP_ENCRYPTED 8u /* with JCT_HTTP_SIGNAL: inside secretbox */

/* A name and its value: of a header, a parameter. A value, frozen for the major. */
typedef struct jct_http_field {
  jct_str name;
  jct_str value;
} jct_http_field;

/* What a handler sees. Its views are good until the exchange is answered: by respond, release, the end of a stream, or
 * take. */
typedef struct jct_http_request {
  uint32_t size;
  uint32_t flags;                   /* JCT_HTTP_TLS | ... */
  uint32_t method;                  /* one JCT_HTTP_* */
  uint32_t loop;                    /* the exchange's */
  jct_addr client;                  /* the client's real address */
  jct_addr local;                   /* the address that was hit */
  jct_str path;                     /* as it came, without query and stripped prefix: "/api/users/7%20b" */
  jct_str query;                    /* as it came, without '?' */
  jct_str route;                    /* the pattern that took it */
  jct_str scheme;                   /* "http" or "https", as the client typed it */
  jct_str host;                     /* as the client named this site, with a port where it did; may be empty */
  const jct_http_field* parameters; /* of the pattern, percent-decoded; "*" has what a final * took */
  uint64_t parameter_count;
  const jct_http_field* headers; /* names in lower case, in the order of arrival */
  uint64_t header_count;
  jct_bytes body; /* whole; empty with JCT_HTTP_ROUTE_PIECES */
  jct_str prefix; /* what was stripped from the path in front: "" or "/rd" */
} jct_http_request;

/* The server adds Date, Content-Length, Connection and what it is told to (HSTS); it compresses large JSON where the
 * client can read that. Names and values with control characters are refused (JCT_E_ARG). */
typedef struct jct_http_response {
  uint32_t size;
  uint32_t status; /* 200 to 599; for take: 101 */
  const jct_http_field* headers;
  uint64_t header_count;
  jct_bytes body;
} jct_http_response;

/* How an answer that comes in pieces goes on. All [loop], the exchange's; never from inside a call on it. */
typedef struct jct_http_stream {
  uint32_t size;
  uint32_t reserved;
  void* self;
  /* stream_send has answered JCT_E_AGAIN and may be tried again. May be null. */
  void (*on_writable)(void* self, jct_handle exchange);
  /* The last call, exactly once: JCT_OK all was sent, else why not. */
  void (*on_close)(void* self, jct_handle exchange, jct_status reason);
} jct_http_stream;

typedef struct jct_http_route {
  uint32_t size;
  uint32_t methods; /* JCT_HTTP_GET | ... */
  uint32_t flags;   /* JCT_HTTP_ROUTE_* */
  uint32_t reserved;
  jct_str pattern;      /* "/api/ab/peers", "/api/users/{guid}", "/assets/" and a final star: anything below */
  jct_str owner;        /* the user's instance name: shown, and named where another wants the same */
  const jct_host* host; /* the user's */
  uint64_t body_max;    /* longer ones are answered 413; 0: the server's default */
  uint64_t deadline_ns; /* from the whole request to the answer's begin, else 504; 0: the server's default */
  void* self;
  /* [loop] The connection's: any worker loop. Must see to it that the exchange is answered, now or later. A negative
   * status is answered with 500. *context comes in as null; what it leaves is given to the three below. */
  jct_status (*on_request)(void* self, jct_handle exchange, const jct_http_request* request, void** context);
  /* [loop] With JCT_HTTP_ROUTE_PIECES: bytes of the body, after on_request; an empty piece is its end. JCT_E_AGAIN: it
   * took this one and wants no more until body_more. An answer before the end gives up the rest. */
  jct_status (*on_body)(void* context, jct_handle exchange, jct_bytes piece);
  /* [loop] The client has gone, or the deadline was reached, before the exchange was answered: nobody waits any more,
   * but it is to be answered or released all the same. Once at most; may be null. */
  void (*on_gone)(void* context, jct_handle exchange);
  /* [loop] The last call where *context was set: the exchange has been answered, or the route went. May be null. */
  void (*on_end)(void* context);
  /* Not empty: served on the owner's own listeners alone, on connections that `serve` was given with the same
   * words. The owner's name and a slash stand in front: "metrics/listen". */
  jct_str scope;
} jct_http_route;

/* A directory of files. A file has its type by its name, ETag, ranges; NAME.br and NAME.gz beside it are sent to
 * whoever can read them. Names that begin with a dot and what links lead out of it are not served. */
typedef struct jct_http_directory {
  uint32_t size;
  uint32_t flags; /* JCT_HTTP_ROUTE_* */
  jct_str prefix; /* "/" or "/console": with what is below */
  jct_str path;   /* absolute */
  jct_str owner;
  const jct_host* host;
  jct_str index;     /* of a directory: "index.html"; empty: none */
  jct_str fallback;  /* instead of what is not there (an application's own paths): "index.html"; empty: 404 */
  jct_str immutable; /* below it files never change their content: "assets/"; empty: none */
  const jct_http_field* headers; /* with each answer: Content-Security-Policy ... */
  uint64_t header_count;
} jct_http_directory;

typedef struct jct_http_service {
  uint32_t size;
  uint32_t reserved;
  /* [control] in start. JCT_E_EXISTS: another has one of its methods on this pattern (both are named in the log).
   * The same owner's instance that is replaced gives way: from now on its successor is called. JCT_E_ARG: a pattern
   * that cannot be. A literal segment wins over {a} parameter, that over a final *. */
  jct_status (*route)(void* self, const jct_http_route* route, jct_handle* out);
  jct_status (*directory)(void* self, const jct_http_directory* directory, jct_handle* out);
  /* [control] in stop, not before: until then it goes on answering, and a successor takes over without a gap.
   * Exchanges of it that are still open are answered with 503 and end here. */
  void (*unroute)(void* self, jct_handle route);

  /* ---- exchanges: each is ended exactly once, by respond, release, stream_end or take; then JCT_E_CLOSED
   * -------------
   */
  /* [any] Copies. */
  jct_status (*respond)(void* self, jct_handle exchange, const jct_http_response* response);
  /* [any] Gives up: 500, or whatever was streamed is cut off. */
  void (*release)(void* self, jct_handle exchange);
  /* [any] 1: nobody waits for the answer any more. */
  uint32_t (*gone)(void* self, jct_handle exchange);
  /* [loop] The exchange's. The handler that took JCT_E_AGAIN's pause wants more of the body. */
  jct_status (*body_more)(void* self, jct_handle exchange);

  /* [any] Begins an answer of unknown length; response->body is its first piece. Through signalling:
   * JCT_E_UNSUPPORTED. `events` is copied. */
  jct_status (*stream_begin)(void* self, jct_handle exchange, const jct_http_response* response,
                             const jct_http_stream* events);
  /* [any] Copies all of it or nothing: JCT_E_AGAIN above the high mark. */
  jct_status (*stream_send)(void* self, jct_handle exchange, jct_bytes piece);
  /* [any] That was all. on_close follows. */
  jct_status (*stream_end)(void* self, jct_handle exchange);

  /* [loop] The exchange's, GET without a body alone. Sends the head and hands the connection over with its unread
   * bytes: attach it before returning to the loop. It counts no more for this server. Through signalling:
   * JCT_E_UNSUPPORTED. */
  jct_status (*take)(void* self, jct_handle exchange, const jct_http_response* response, jct_handle* stream);

  /* [any] Where it listens: as listener_addresses of net.h. */
  jct_status (*addresses)(void* self, jct_addr* out, uint64_t capacity, uint64_t* count);

  /* [loop] A connection that came by a listener of the user's own: HTTP is spoken on it, with the routes of this scope
   * and no others. JCT_OK: it is the server's from now on. Else it stays with the caller: JCT_E_STATE (draining). */
  jct_status (*serve)(void* self, jct_handle stream, const jct_conn_info* info, jct_str scope);
} jct_http_service;

#ifdef __cplusplus
}
#endif
#endif
