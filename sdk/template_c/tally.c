/* SPDX-License-Identifier: Apache-2.0
 * A plugin in plain C, to copy: counts the lines that come on a TCP port, answers each with the sum, and tells it by
 * `junctorctl tally`. It is not PARALLEL: all of it lives on the home loop, so nothing is guarded. */
#include <junctor/config.h>
#include <junctor/control.h>
#include <junctor/log.h>
#include <junctor/net.h>
#include <junctor/status_text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
  const jct_host* host;
  const jct_config_api* config;
  const jct_log_api* log;
  const jct_net_api* net;
  char prefix[64];
  jct_handle listener; /* 0: not open */
  uint64_t lines;
  uint64_t open; /* connections */
  jct_task done; /* run is set while it drains */
} tally;

static void read_config(tally* t, const jct_config* config) {
  jct_str prefix = {NULL, 0};
  t->config->get_str(config, "prefix", &prefix);
  snprintf(t->prefix, sizeof t->prefix, "%.*s", (int)prefix.size, prefix.data);
}

/* A drain is over when the last connection has gone. */
static void tell_idle(tally* t) {
  const jct_task done = t->done;
  if (done.run == NULL || t->open > 0) return;
  memset(&t->done, 0, sizeof t->done);
  done.run(done.self);
  done.drop(done.self);
}

/* [home] What is not consumed comes again, with more behind it. */
static jct_status on_data(void* self, jct_handle stream, jct_bytes data, uint64_t* consumed) {
  tally* t = self;
  char answer[96];
  const uint8_t* end = memchr(data.data, '\n', (size_t)data.size);
  if (end == NULL) { /* a line without an end would fill the buffer: it costs the connection */
    return data.size < 4096 ? JCT_OK : t->net->close(t->host, stream, 0);
  }
  *consumed = (uint64_t)(end - data.data) + 1;
  t->lines++;
  const int size = snprintf(answer, sizeof answer, "%s%llu\n", t->prefix, (unsigned long long)t->lines);
  const jct_bytes bytes = {(const uint8_t*)answer, (uint64_t)size};
  /* A peer that asks and does not read would fill our queue: JCT_E_AGAIN ends it, too. */
  return t->net->send(t->host, stream, bytes);
}

static void on_close(void* self, jct_handle stream, jct_status reason) {
  tally* t = self;
  (void)stream;
  (void)reason;
  t->open--;
  tell_idle(t);
}

static jct_status on_accept(void* self, jct_handle listener, jct_handle stream, const jct_conn_info* info) {
  static const jct_stream_events events = {sizeof(jct_stream_events), 0, on_data, NULL, NULL, on_close};
  tally* t = self;
  const jct_status status = t->net->attach(t->host, stream, &events, t);
  (void)listener;
  (void)info;
  if (status == JCT_OK) t->open++;
  return status;
}

/* [home] `junctorctl tally`. */
static void on_command(void* self, jct_str args, jct_reply reply) {
  const tally* t = self;
  char json[64];
  jct_str text = {json, 0};
  (void)args;
  text.size = (uint64_t)snprintf(json, sizeof json, "{\"lines\":%llu}", (unsigned long long)t->lines);
  reply.finish(reply.self, JCT_OK, text);
}

/* [control] Takes what it needs; no traffic yet. */
static jct_status create(const jct_host* host, const jct_config* config, void** self, jct_error* error) {
  const jct_control_api* control = host->api(host, JCT_CONTROL_API);
  tally* t = calloc(1, sizeof *t);
  if (t == NULL) return JCT_E_NO_MEMORY;
  t->host = host;
  t->config = host->api(host, JCT_CONFIG_API);
  t->log = host->api(host, JCT_LOG_API);
  t->net = host->api(host, JCT_NET_API);
  read_config(t, config);
  const jct_status status = control->command(host, "tally", "how many lines have come", on_command, t);
  if (status != JCT_OK) {
    snprintf(error->text, sizeof error->text, "the command \"tally\": %s", jct_status_text(status));
    free(t); /* destroy is not called where create has failed */
    return status;
  }
  *self = t;
  return JCT_OK;
}

/* [control] Opens the port. Connections come in once this has returned. */
static jct_status start(void* self, jct_error* error) {
  static const jct_listen_events events = {sizeof(jct_listen_events), 0, on_accept};
  tally* t = self;
  const jct_status status = t->net->listen(t->host, "listen", &events, t, &t->listener);
  if (status != JCT_OK) snprintf(error->text, sizeof error->text, "listen: %s", jct_status_text(status));
  return status;
}

/* [home] A reload with new LIVE values. */
static void apply(void* self, const jct_config* config) { read_config(self, config); }

/* [home] Refuses new work; the kernel waits drain_timeout at most. */
static void drain(void* self, jct_task done) {
  tally* t = self;
  t->net->close_listener(t->host, t->listener);
  t->listener = 0;
  t->done = done;
  tell_idle(t);
}

/* [control] Connections have ended, each with its on_close; nothing comes any more. */
static void stop(void* self) {
  tally* t = self;
  if (t->listener != 0) t->net->close_listener(t->host, t->listener);
}

static void destroy(void* self) {
  tally* t = self;
  if (t->done.drop != NULL) t->done.drop(t->done.self);
  free(t);
}

static const jct_option listen_option = {.size = sizeof(jct_option),
                                         .type = JCT_OPT_LISTENER,
                                         .name = "listen",
                                         .default_text = "127.0.0.1:P+11",
                                         .help = "where lines are counted"};
static const jct_option prefix_option = {.size = sizeof(jct_option),
                                         .type = JCT_OPT_STRING,
                                         .flags = JCT_OPT_LIVE,
                                         .name = "prefix",
                                         .default_text = "",
                                         .help = "stands before each answer"};
static const jct_option* const options[] = {&listen_option, &prefix_option};

static const jct_plugin plugin = {.size = sizeof(jct_plugin),
                                  .abi_minor = JCT_ABI_MINOR,
                                  .name = "tally",
                                  .version = "1.0.0",
                                  .summary = "counts lines",
                                  .options = options,
                                  .option_count = sizeof options / sizeof options[0],
                                  .create = create,
                                  .start = start,
                                  .apply = apply,
                                  .drain = drain,
                                  .stop = stop,
                                  .destroy = destroy};

const jct_plugin* junctor_plugin_v1(void) { return &plugin; }
