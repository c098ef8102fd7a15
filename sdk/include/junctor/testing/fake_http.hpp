// SPDX-License-Identifier: Apache-2.0
// An http/1 for tests: call a route with a request, look at the answer. No socket, no parser.
//
//   FakeHost host;
//   FakeHttp http{host};                                  // before the plugin is made
//   PluginUnderTest plugin{host, junctor_plugin_v1()};
//   plugin.start();
//   const FakeExchange got = http.call({.method = "POST", .path = "/api/login?x=1", .body = "{}"});
//   CHECK(got.status() == 200);                           // 0: not answered yet; look again after host.advance()
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../http_text.hpp"
#include "../service/http.h"
#include "fake_host.hpp"

namespace junctor::testing {

struct FakeRequest {
  std::string method = "GET";
  std::string path = "/";  ///< with its query
  std::string body{};
  http::Headers headers{};            ///< names in lower case
  std::vector<std::string> pieces{};  ///< of the body, for routes that take pieces
  std::string client = "198.51.100.1:50001";
  uint32_t flags = 0;  ///< JCT_HTTP_TLS | ...
  uint32_t loop = JCT_NO_LOOP;
  std::string host = "rd.example.org";
  std::string scope{};  ///< of the listener that it came by; empty: the server's own
};

/// Both ends of one exchange. Shared by the fake and the test.
struct ExchangeRecord {
  FakeRequest asked;
  jct_handle handle = 0;
  uint32_t loop = 0;
  std::string path, query, body;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::vector<jct_http_field> parameter_fields, header_fields;
  jct_http_request request{};
  const jct_http_route* route = nullptr;
  void* context = nullptr;

  uint32_t status = 0;
  std::string answer;
  http::Headers headers;
  bool ended = false;  // answered, released, taken, or the stream's end was said
  bool gone = false;   // the client went
  bool body_waits = false;
  std::optional<jct_http_stream> stream;
  size_t room = SIZE_MAX;  // of a stream, before it answers JCT_E_AGAIN
  FakeStream taken;
};

class FakeExchange {
 public:
  explicit FakeExchange(std::shared_ptr<ExchangeRecord> record) : record_{std::move(record)} {}

  /// 0: not answered yet. A handler that gave up: 500.
  uint32_t status() const { return record_->status; }
  /// Of a stream: what has come so far.
  const std::string& body() const { return record_->answer; }
  /// name as the plugin wrote it; empty where there is none.
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : record_->headers) {
      if (key == name) return value;
    }
    return {};
  }
  const http::Headers& headers() const { return record_->headers; }
  bool finished() const { return record_->ended; }
  bool is_stream() const { return record_->stream.has_value(); }
  /// The connection, where the plugin took it.
  const FakeStream& connection() const { return record_->taken; }
  /// A stream's reader stops after so many more bytes.
  void stall_after(size_t bytes) const { record_->room = bytes; }
  const std::shared_ptr<ExchangeRecord>& record() const { return record_; }

 private:
  std::shared_ptr<ExchangeRecord> record_;
};

class FakeHttp {
 public:
  explicit FakeHttp(FakeHost& host, std::string instance = "http") : host_{host} {
    host.provide(JCT_HTTP_SERVICE, &table(), this, std::move(instance));
  }
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;

  /// Runs the route's handler and whatever follows from it at once. 404 and 405 as the server answers them.
  FakeExchange call(const FakeRequest& request) {
    const auto record = begin(request);
    host_.run_until_idle();
    give_pieces(record);
    host_.run_until_idle();
    return FakeExchange{record};
  }
  /// The client hangs up.
  void hang_up(const FakeExchange& exchange) {
    const auto record = exchange.record();
    host_.on_loop(record->loop, [&] { leave(*record); });
    host_.run_until_idle();
  }
  /// A stream's reader reads on.
  void unstall(const FakeExchange& exchange) {
    const auto record = exchange.record();
    record->room = SIZE_MAX;
    host_.on_loop(record->loop, [&] {
      if (record->stream && record->stream->on_writable != nullptr && !record->ended) {
        record->stream->on_writable(record->stream->self, record->handle);
      }
    });
    host_.run_until_idle();
  }

  /// "GET /api/users/{guid}" for each method of each route, and "/console -> /usr/share/console" for directories.
  std::vector<std::string> routes() const {
    std::vector<std::string> all;
    for (const auto& [handle, route] : routes_) {
      for (const auto& [bit, name] : kMethods) {
        if ((route->raw.methods & bit) != 0) all.push_back(name + (" " + route->pattern));
      }
    }
    for (const auto& [handle, directory] : directories_) all.push_back(directory.first + " -> " + directory.second);
    return all;
  }
  /// Scopes of connections that the plugin's own listeners have handed over; they are closed.
  const std::vector<std::string>& served() const { return served_; }
  bool has_route(const std::string& wanted) const {
    for (const std::string& one : routes()) {
      if (one == wanted) return true;
    }
    return false;
  }

 private:
  struct Route {
    jct_http_route raw;
    std::string pattern;
    std::string scope;
  };
  using Record = std::shared_ptr<ExchangeRecord>;
  using Parameters = std::vector<std::pair<std::string, std::string>>;

  static constexpr std::pair<uint32_t, const char*> kMethods[] = {
      {JCT_HTTP_GET, "GET"},     {JCT_HTTP_POST, "POST"},       {JCT_HTTP_PUT, "PUT"},  {JCT_HTTP_DELETE, "DELETE"},
      {JCT_HTTP_PATCH, "PATCH"}, {JCT_HTTP_OPTIONS, "OPTIONS"}, {JCT_HTTP_HEAD, "HEAD"}};

  // ---- matching ----
  static std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> all;
    while (!path.empty()) {
      path.remove_prefix(1);
      const size_t slash = path.find('/');
      all.emplace_back(path.substr(0, slash));
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
    }
    return all;
  }
  /// How well it fits: a letter a segment, 'a' literal, 'b' parameter, 'c' rest; the least in order wins. Empty: not.
  static std::string fit(const std::string& pattern, const std::vector<std::string>& path, Parameters* parameters) {
    const std::vector<std::string> wanted = segments(pattern);
    std::string fits;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == "*" && i + 1 == wanted.size()) {
        std::string rest;
        for (size_t j = i; j < path.size(); ++j) rest += (j == i ? "" : "/") + path[j];
        parameters->emplace_back("*", rest);
        return fits + 'c';
      }
      if (i >= path.size()) return {};
      if (wanted[i].size() > 2 && wanted[i].front() == '{') {
        if (path[i].empty()) return {};
        parameters->emplace_back(wanted[i].substr(1, wanted[i].size() - 2),
                                 http::percent_decoded(path[i]).value_or(path[i]));
        fits += 'b';
      } else if (wanted[i] == path[i]) {
        fits += 'a';
      } else {
        return {};
      }
    }
    return wanted.size() == path.size() ? fits : std::string{};
  }
  const Route* find(const std::string& scope, uint32_t method, const std::string& path, Parameters* parameters,
                    bool* other_method) const {
    const Route* best = nullptr;
    std::string best_fit;
    for (const auto& [handle, route] : routes_) {
      Parameters found;
      const std::string fits = fit(route->pattern, segments(path), &found);
      if (fits.empty() || route->scope != scope) continue;
      if ((route->raw.methods & method) == 0) {
        *other_method = true;
      } else if (best == nullptr || fits < best_fit) {
        best = route.get();
        best_fit = fits;
        *parameters = found;
      }
    }
    return best;
  }

  // ---- exchanges ----
  Record begin(const FakeRequest& request) {
    auto record = std::make_shared<ExchangeRecord>();
    record->asked = request;
    record->handle = ++last_;
    record->loop = request.loop == JCT_NO_LOOP ? host_.loops().home() : request.loop;
    const size_t mark = request.path.find('?');
    record->path = request.path.substr(0, mark);
    if (mark != std::string::npos) record->query = request.path.substr(mark + 1);
    uint32_t method = 0;
    for (const auto& [bit, name] : kMethods) method |= request.method == name ? bit : 0;
    bool other_method = false;
    const uint32_t looked_up = method == JCT_HTTP_HEAD ? JCT_HTTP_GET : method;
    const Route* route = find(request.scope, looked_up, record->path, &record->parameters, &other_method);
    if (route == nullptr) {
      record->status = other_method ? 405 : 404;
      record->ended = true;
      return record;
    }
    fill(*record, *route, method);
    open_[record->handle] = record;
    host_.on_loop(record->loop, [&] {
      const jct_status status =
          record->route->on_request(record->route->self, record->handle, &record->request, &record->context);
      if (status < 0) release(record->handle);
    });
    return record;
  }
  static void fill(ExchangeRecord& record, const Route& route, uint32_t method) {
    const FakeRequest& asked = record.asked;
    record.route = &route.raw;
    if ((route.raw.flags & JCT_HTTP_ROUTE_PIECES) == 0) record.body = asked.body;
    for (const auto& [name, value] : record.parameters) record.parameter_fields.push_back({str(name), str(value)});
    for (const auto& [name, value] : asked.headers) record.header_fields.push_back({str(name), str(value)});
    jct_http_request& request = record.request;
    request.size = sizeof request;
    request.flags = asked.flags;
    request.method = method;
    request.loop = record.loop;
    request.client = address(asked.client);
    request.local = address("192.0.2.1:21114");
    request.path = str(record.path);
    request.query = str(record.query);
    request.route = str(route.pattern);
    request.scheme = str((asked.flags & JCT_HTTP_TLS) != 0 ? "https" : "http");
    request.host = str(asked.host);
    request.parameters = record.parameter_fields.data();
    request.parameter_count = record.parameter_fields.size();
    request.headers = record.header_fields.data();
    request.header_count = record.header_fields.size();
    request.body = bytes(record.body);
  }
  void give_pieces(const Record& record) {
    if (record->route == nullptr || (record->route->flags & JCT_HTTP_ROUTE_PIECES) == 0) return;
    std::vector<std::string> pieces = std::exchange(record->asked.pieces, {});
    if (!record->asked.body.empty()) pieces.insert(pieces.begin(), std::exchange(record->asked.body, {}));
    pieces.emplace_back();
    for (const std::string& piece : pieces) {
      if (record->ended || record->gone) return;
      host_.on_loop(record->loop, [&] {
        const jct_status status = record->route->on_body(record->context, record->handle, bytes(piece));
        record->body_waits = status == JCT_E_AGAIN;
        if (status < 0 && status != JCT_E_AGAIN) release(record->handle);
      });
      host_.run_until_idle();
      if (record->body_waits) {
        host_.loops().breach("a piece of a body was not followed by body_more");
        return;
      }
    }
  }
  Record open(jct_handle exchange) const {
    const auto at = open_.find(exchange);
    return at == open_.end() ? nullptr : at->second;
  }
  void close(const Record& record) {
    record->ended = true;
    open_.erase(record->handle);
    if (record->context != nullptr && record->route->on_end != nullptr) {
      host_.loops().queue_last(record->loop,
                               [record] { record->route->on_end(std::exchange(record->context, nullptr)); });
    }
  }
  void tell_closed(const Record& record, jct_status reason) {
    host_.loops().queue_last(
        record->loop, [record, reason] { record->stream->on_close(record->stream->self, record->handle, reason); });
  }
  void leave(ExchangeRecord& record) {
    if (record.ended || std::exchange(record.gone, true)) return;
    const Record kept = open(record.handle);
    if (record.stream) return tell_closed(kept, JCT_E_RESET);
    if (record.context != nullptr && record.route->on_gone != nullptr) {
      record.route->on_gone(record.context, record.handle);
    }
  }

  // ---- the service ----
  jct_status route(const jct_http_route* raw, jct_handle* out) {
    if (const jct_status status = host_.loops().need_control("route"); status != JCT_OK) return status;
    const std::string pattern{view(raw->pattern)}, scope{view(raw->scope)};
    if (pattern.empty() || pattern.front() != '/' || raw->methods == 0) return JCT_E_ARG;
    for (const auto& [handle, known] : routes_) {
      if (known->pattern == pattern && known->scope == scope && (known->raw.methods & raw->methods) != 0)
        return JCT_E_EXISTS;
    }
    *out = ++last_;
    routes_[*out] = std::make_unique<Route>(Route{*raw, pattern, scope});
    return JCT_OK;
  }
  jct_status directory(const jct_http_directory* raw, jct_handle* out) {
    if (const jct_status status = host_.loops().need_control("directory"); status != JCT_OK) return status;
    *out = ++last_;
    directories_[*out] = {std::string{view(raw->prefix)}, std::string{view(raw->path)}};
    return JCT_OK;
  }
  void unroute(jct_handle handle) {
    for (auto at = open_.begin(); at != open_.end();) {
      const Record record = (at++)->second;
      const auto route = routes_.find(handle);
      if (route == routes_.end() || record->route != &route->second->raw) continue;
      if (record->status == 0) record->status = 503;
      // The route's memory goes with this call: its last calls come now.
      if (record->stream) record->stream->on_close(record->stream->self, record->handle, JCT_E_CLOSED);
      if (record->context != nullptr) record->route->on_end(std::exchange(record->context, nullptr));
      record->ended = true;
      open_.erase(record->handle);
    }
    routes_.erase(handle);
    directories_.erase(handle);
  }
  static void take_head(ExchangeRecord& record, const jct_http_response& response) {
    record.status = response.status;
    record.answer = view(response.body);
    for (uint64_t i = 0; i < response.header_count; ++i) {
      record.headers.emplace_back(view(response.headers[i].name), view(response.headers[i].value));
    }
  }
  jct_status respond(jct_handle exchange, const jct_http_response* response) {
    const Record record = open(exchange);
    if (!record || record->stream) return JCT_E_CLOSED;
    take_head(*record, *response);
    close(record);
    return JCT_OK;
  }
  void release(jct_handle exchange) {
    const Record record = open(exchange);
    if (!record) return;
    if (record->stream && !record->gone) tell_closed(record, JCT_E_CLOSED);
    if (record->status == 0) record->status = 500;
    close(record);
  }
  uint32_t is_gone(jct_handle exchange) const {
    const Record record = open(exchange);
    return !record || record->gone ? 1 : 0;
  }
  jct_status body_more(jct_handle exchange) {
    const Record record = open(exchange);
    if (!record) return JCT_E_CLOSED;
    record->body_waits = false;
    return JCT_OK;
  }
  jct_status stream_begin(jct_handle exchange, const jct_http_response* response, const jct_http_stream* events) {
    const Record record = open(exchange);
    if (!record || record->stream) return JCT_E_CLOSED;
    if ((record->asked.flags & JCT_HTTP_SIGNAL) != 0) return JCT_E_UNSUPPORTED;
    take_head(*record, *response);
    record->stream = *events;
    if (record->gone) tell_closed(record, JCT_E_RESET);
    return JCT_OK;
  }
  jct_status stream_send(jct_handle exchange, jct_bytes piece) {
    const Record record = open(exchange);
    if (!record || !record->stream || record->gone) return JCT_E_CLOSED;
    if (piece.size > record->room) return JCT_E_AGAIN;
    record->room -= piece.size;
    record->answer += view(piece);
    return JCT_OK;
  }
  jct_status stream_end(jct_handle exchange) {
    const Record record = open(exchange);
    if (!record || !record->stream) return JCT_E_CLOSED;
    if (!record->gone) tell_closed(record, JCT_OK);
    close(record);
    return JCT_OK;
  }
  jct_status take(jct_handle exchange, const jct_http_response* response, jct_handle* stream) {
    const Record record = open(exchange);
    if (!record) return JCT_E_CLOSED;
    if (const jct_status status = host_.loops().need_loop("take", record->loop); status != JCT_OK) return status;
    if ((record->asked.flags & JCT_HTTP_SIGNAL) != 0) return JCT_E_UNSUPPORTED;
    take_head(*record, *response);
    const uint32_t flags = (record->asked.flags & JCT_HTTP_TLS) != 0 ? JCT_CONN_TLS : 0;
    record->taken = host_.net().stand_alone({record->asked.client, record->loop, flags});
    *stream = record->taken.handle();
    close(record);
    return JCT_OK;
  }

  static FakeHttp& of(void* self) { return *static_cast<FakeHttp*>(self); }
  static const jct_http_service& table() {
    static constexpr jct_http_service kTable{
        sizeof(jct_http_service),
        0,
        [](void* s, const jct_http_route* route, jct_handle* out) { return of(s).route(route, out); },
        [](void* s, const jct_http_directory* d, jct_handle* out) { return of(s).directory(d, out); },
        [](void* s, jct_handle route) { of(s).unroute(route); },
        [](void* s, jct_handle e, const jct_http_response* response) { return of(s).respond(e, response); },
        [](void* s, jct_handle e) { of(s).release(e); },
        [](void* s, jct_handle e) { return of(s).is_gone(e); },
        [](void* s, jct_handle e) { return of(s).body_more(e); },
        [](void* s, jct_handle e, const jct_http_response* response, const jct_http_stream* events) {
          return of(s).stream_begin(e, response, events);
        },
        [](void* s, jct_handle e, jct_bytes piece) { return of(s).stream_send(e, piece); },
        [](void* s, jct_handle e) { return of(s).stream_end(e); },
        [](void* s, jct_handle e, const jct_http_response* response, jct_handle* stream) {
          return of(s).take(e, response, stream);
        },
        [](void*, jct_addr* out, uint64_t capacity, uint64_t* count) -> jct_status {
          *count = 1;
          if (capacity > 0) out[0] = address("192.0.2.1:21114");
          return JCT_OK;
        },
        [](void* s, jct_handle, const jct_conn_info*, jct_str scope) -> jct_status {
          of(s).served_.emplace_back(view(scope));
          return JCT_E_STATE;  // no socket is served here: call() asks its routes
        }};
    return kTable;
  }

  FakeHost& host_;
  jct_handle last_ = 5000;
  std::map<jct_handle, std::unique_ptr<Route>> routes_;
  std::map<jct_handle, std::pair<std::string, std::string>> directories_;
  std::map<jct_handle, Record> open_;
  std::vector<std::string> served_;
};

}  // namespace junctor::testing
