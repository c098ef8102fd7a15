// SPDX-License-Identifier: Apache-2.0
// Routes on the site's HTTP server (http/1) from C++.
//
//   http_.get("/api/users/{guid}", [this](http::Exchange exchange) {
//     find_user(exchange.param("guid"), [exchange](const User& user) { exchange.answer(http::json(text_of(user))); });
//   });
//
// A handler runs on the connection's loop: any worker loop. An exchange is copied as one likes, is answered once, from
// any thread and at any time, and answers 500 by itself where its last copy goes without. What it shows of the request
// stays good until it is answered.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http_text.hpp"
#include "net.hpp"
#include "plugin.hpp"
#include "service/http.h"
#include "services.hpp"

namespace junctor::http {

namespace detail {

/// What the exchanges of one instance share; outlives the instance with the last of them.
struct Site {
  Site(const Host& h, Service<jct_http_service> s) : host{&h}, gate{h.gate()}, service{std::move(s)} {}

  /// Calls the server, not at all once the instance is stopping: the server then ends its exchanges itself.
  template <class Fn>
  jct_status call(Fn&& fn) const {
    jct_status answer = JCT_E_CLOSED;
    const jct_status entered = gate.inside([&] { answer = fn(service.table, service.self); });
    return entered == JCT_OK ? answer : entered;
  }

  const Host* host;
  Gate gate;
  Service<jct_http_service> service;
  std::atomic<size_t> open{0};
  std::atomic<bool> draining{false};
  std::function<void()> idle;  ///< set before draining is
};

/// The response as C has it; views into the answer.
struct RawAnswer {
  explicit RawAnswer(const Answer& answer) {
    fields.reserve(answer.headers.size());
    for (const auto& [name, value] : answer.headers) fields.push_back({str(name), str(value)});
    raw = {sizeof raw, answer.status, fields.data(), fields.size(), bytes(answer.body)};
  }
  std::vector<jct_http_field> fields;
  jct_http_response raw{};
};

struct ExchangeState {
  ExchangeState(std::shared_ptr<Site> s, jct_handle h, const jct_http_request& r)
      : site{std::move(s)}, handle{h}, request{r} {
    site->open.fetch_add(1);
  }
  ExchangeState(const ExchangeState&) = delete;
  ExchangeState& operator=(const ExchangeState&) = delete;
  ~ExchangeState() {
    if (!ended.exchange(true)) {
      site->call([this](const jct_http_service& table, void* self) {
        table.release(self, handle);
        return jct_status{JCT_OK};
      });
    }
    if (site->open.fetch_sub(1) == 1 && site->draining.load()) site->gate.inside([this] { site->idle(); });
  }
  /// Ends it by `fn(table, self)`, once; JCT_E_CLOSED for all but the first.
  template <class Fn>
  jct_status end(Fn&& fn) {
    return ended.exchange(true) ? JCT_E_CLOSED : site->call(std::forward<Fn>(fn));
  }

  std::shared_ptr<Site> site;
  jct_handle handle;
  jct_http_request request;
  std::atomic<bool> ended{false};
  std::function<void()> gone;
  std::function<bool(std::string_view)> body;
};

/// What a stream calls; goes with its on_close.
struct OutputEvents {
  std::shared_ptr<Site> site;
  std::function<void()> writable;
  std::function<void(jct_status)> closed;
};

}  // namespace detail

/// An answer in pieces, of unknown length. Copies share it. The last copy's end without finish() cuts the answer off.
class Output {
 public:
  /// [any] JCT_E_AGAIN: nothing was taken; on_writable follows. JCT_E_CLOSED: nobody reads any more.
  jct_status send(std::string_view piece) const {
    const auto& state = *state_;
    return state.site->call(
        [&](const jct_http_service& table, void* self) { return table.stream_send(self, state.handle, bytes(piece)); });
  }
  /// [any] That was all.
  jct_status finish() const {
    auto& state = *state_;
    return state.end([&](const jct_http_service& table, void* self) { return table.stream_end(self, state.handle); });
  }

 private:
  friend class Exchange;
  explicit Output(std::shared_ptr<detail::ExchangeState> state) : state_{std::move(state)} {}
  std::shared_ptr<detail::ExchangeState> state_;
};

/// One request, until it is answered.
class Exchange {
 public:
  explicit Exchange(std::shared_ptr<detail::ExchangeState> state) : state_{std::move(state)} {}

  // ---- the request [any], until it is answered ----
  uint32_t method() const { return request().method; }
  /// As it came: not decoded, without a query, and without the prefix that is stripped.
  std::string_view path() const { return view(request().path); }
  /// Of the pattern, decoded; empty where there is none. "*": what a final star took.
  std::string_view param(std::string_view name) const {
    for (uint64_t i = 0; i < request().parameter_count; ++i) {
      if (view(request().parameters[i].name) == name) return view(request().parameters[i].value);
    }
    return {};
  }
  std::string_view query_text() const { return view(request().query); }
  /// Decoded: "" for one that comes bare. The first of several.
  std::optional<std::string> query(std::string_view name) const { return form_value(query_text(), name); }
  std::vector<std::string> queries(std::string_view name) const { return form_values(query_text(), name); }
  /// name in lower case; the first of several; empty where there is none.
  std::string_view header(std::string_view name) const {
    for (uint64_t i = 0; i < request().header_count; ++i) {
      if (view(request().headers[i].name) == name) return view(request().headers[i].value);
    }
    return {};
  }
  /// Of "Authorization: Bearer TOKEN"; empty where there is none.
  std::string_view bearer() const { return bearer_of(header("authorization")); }
  /// Of all Cookie headers; empty where there is none.
  std::string_view cookie(std::string_view name) const {
    for (uint64_t i = 0; i < request().header_count; ++i) {
      if (view(request().headers[i].name) != "cookie") continue;
      if (const auto value = cookie_value(view(request().headers[i].value), name)) return *value;
    }
    return {};
  }
  std::string_view body() const { return view(request().body); }
  /// The client's real address.
  const jct_addr& client() const { return request().client; }
  const jct_addr& local() const { return request().local; }
  bool is_tls() const { return (request().flags & JCT_HTTP_TLS) != 0; }
  bool is_proxied() const { return (request().flags & JCT_HTTP_PROXIED) != 0; }
  /// It came through signalling (protocol.md 6.9).
  bool via_signalling() const { return (request().flags & JCT_HTTP_SIGNAL) != 0; }
  /// Nobody on the way could read it: TLS, or signalling's own encryption.
  bool is_private() const { return (request().flags & (JCT_HTTP_TLS | JCT_HTTP_ENCRYPTED)) != 0; }
  std::string_view scheme() const { return view(request().scheme); }
  std::string_view host_name() const { return view(request().host); }
  /// The site as this client calls it: "https://rd.example.org/rd"; empty where it has not said.
  std::string base_url() const {
    if (host_name().empty()) return {};
    return std::string{scheme()} + "://" + std::string{host_name()} + std::string{view(request().prefix)};
  }
  uint32_t loop() const { return request().loop; }
  const jct_http_request& request() const { return state_->request; }

  // ---- the answer ----
  /// [any] JCT_E_CLOSED where it has been answered before, or the instance is stopping.
  jct_status answer(const Answer& answer) const {
    const detail::RawAnswer raw{answer};
    return state_->end(
        [&](const jct_http_service& table, void* self) { return table.respond(self, state_->handle, &raw.raw); });
  }
  /// [any] Nobody waits for the answer any more; it is to be given all the same.
  bool is_gone() const {
    return state_->site->call([&](const jct_http_service& table, void* self) {
      return table.gone(self, state_->handle) != 0 ? JCT_E_CLOSED : JCT_OK;
    }) != JCT_OK;
  }
  /// In the handler: `fn` runs on the exchange's loop where the client goes, or the deadline comes, before the answer.
  void on_gone(std::function<void()> fn) const { state_->gone = std::move(fn); }
  /// In the handler of a route with JCT_HTTP_ROUTE_PIECES: `fn(piece)` for each of the body, "" at its end. False: no
  /// more until more_body().
  void on_body(std::function<bool(std::string_view)> fn) const { state_->body = std::move(fn); }
  /// [loop]
  jct_status more_body() const {
    return state_->site->call(
        [&](const jct_http_service& table, void* self) { return table.body_more(self, state_->handle); });
  }

  /// [any] Begins an answer in pieces. `writable` and `closed` run on the exchange's loop. Nothing where it cannot be
  /// (through signalling, or answered before).
  std::optional<Output> stream(const Answer& head, std::function<void()> writable = nullptr,
                               std::function<void(jct_status)> closed = nullptr) const {
    const detail::RawAnswer raw{head};
    auto events = std::make_unique<detail::OutputEvents>(
        detail::OutputEvents{state_->site, std::move(writable), std::move(closed)});
    const jct_http_stream told{sizeof told, 0, events.get(), &on_writable, &on_close};
    const jct_status status = state_->site->call([&](const jct_http_service& table, void* self) {
      return table.stream_begin(self, state_->handle, &raw.raw, &told);
    });
    if (status != JCT_OK) return std::nullopt;
    static_cast<void>(events.release());  // on_close has it
    return Output{state_};
  }

  /// [loop] Sends the head and takes the connection with its unread bytes: attach it before returning to the loop.
  /// Empty where it cannot be.
  Stream take(const Answer& head) const {
    const detail::RawAnswer raw{head};
    jct_handle stream = 0;
    const jct_status status = state_->end(
        [&](const jct_http_service& table, void* self) { return table.take(self, state_->handle, &raw.raw, &stream); });
    return status == JCT_OK ? Stream{*state_->site->host, stream} : Stream{};
  }

 private:
  static void on_writable(void* self, jct_handle) {
    auto* events = static_cast<detail::OutputEvents*>(self);
    events->site->gate.inside([&] {
      if (events->writable) events->writable();
    });
  }
  static void on_close(void* self, jct_handle, jct_status reason) {
    const std::unique_ptr<detail::OutputEvents> events{static_cast<detail::OutputEvents*>(self)};
    events->site->gate.inside([&] {
      if (events->closed) events->closed(reason);
    });
  }

  std::shared_ptr<detail::ExchangeState> state_;
};

using Handler = std::function<void(Exchange exchange)>;

struct RouteOptions {
  uint64_t body_max = 0;  ///< 0: the server's default
  Duration deadline{};    ///< 0: the server's default
  uint32_t flags = 0;     ///< JCT_HTTP_ROUTE_*
  std::string scope{};    ///< not empty: on connections alone that serve() was given with it
};

struct DirectoryOptions {
  std::string index = "index.html";
  std::string fallback{};   ///< instead of what is not there; empty: 404
  std::string immutable{};  ///< below it files never change: "assets/"
  Headers headers{};        ///< with each answer
  uint32_t flags = 0;       ///< JCT_HTTP_ROUTE_*
};

/// An instance's place on the HTTP server: its routes, which end with it. [control], in start, unless said otherwise.
class Server {
 public:
  /// In the constructor. Throws where there is no server.
  Server(const Host& host, const Config& config)
      : Server{host, config, Service<jct_http_service>::required(host, JCT_HTTP_SERVICE)} {}
  /// For needs with a question mark.
  static std::unique_ptr<Server> optional(const Host& host, const Config& config) {
    auto service = Service<jct_http_service>::optional(host, JCT_HTTP_SERVICE);
    if (!service) return nullptr;
    return std::unique_ptr<Server>{new Server{host, config, std::move(*service)}};
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() { close(); }

  void get(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    route(JCT_HTTP_GET, pattern, std::move(handler), options);
  }
  void post(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    route(JCT_HTTP_POST, pattern, std::move(handler), options);
  }
  void put(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    route(JCT_HTTP_PUT, pattern, std::move(handler), options);
  }
  void remove(std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    route(JCT_HTTP_DELETE, pattern, std::move(handler), options);
  }
  /// methods: JCT_HTTP_GET | ... Throws where another has it, and names that one.
  void route(uint32_t methods, std::string_view pattern, Handler handler, const RouteOptions& options = {}) {
    routes_.push_back(std::make_unique<Route>(Route{site_, std::move(handler), 0}));
    Route& made = *routes_.back();
    const std::string scope = full_scope(options.scope);
    const jct_http_route raw{sizeof raw,
                             methods,
                             options.flags,
                             0,
                             str(pattern),
                             str(owner_),
                             site_->host->raw(),
                             options.body_max,
                             static_cast<uint64_t>(options.deadline.count()),
                             &made,
                             &on_request,
                             &on_body,
                             &on_gone,
                             &on_end,
                             str(scope)};
    require(site_->service.table.route(site_->service.self, &raw, &made.handle), "route " + std::string{pattern});
  }
  void directory(std::string_view prefix, std::string_view path, const DirectoryOptions& options = {}) {
    std::vector<jct_http_field> fields;
    for (const auto& [name, value] : options.headers) fields.push_back({str(name), str(value)});
    const jct_http_directory raw{sizeof raw,         options.flags,         str(prefix),
                                 str(path),          str(owner_),           site_->host->raw(),
                                 str(options.index), str(options.fallback), str(options.immutable),
                                 fields.data(),      fields.size()};
    routes_.push_back(std::make_unique<Route>(Route{site_, nullptr, 0}));
    require(site_->service.table.directory(site_->service.self, &raw, &routes_.back()->handle),
            "directory " + std::string{prefix});
  }

  /// [loop] Speaks HTTP on a connection of the user's own listener, with the routes of this scope. Closes it where the
  /// server drains.
  void serve(Stream stream, const jct_conn_info& info, std::string_view scope) const {
    const auto& service = site_->service;
    if (service.table.serve == nullptr) return;
    if (service.table.serve(service.self, stream.handle(), &info, str(full_scope(scope))) == JCT_OK) {
      stream.release();
    }
  }

  /// In stop; the destructor does it too.
  void close() {
    for (const auto& route : std::exchange(routes_, {})) {
      if (route->handle != 0) site_->service.table.unroute(site_->service.self, route->handle);
    }
  }
  /// [home] In drain: `done` when no exchange is open. Routes go on until stop, so that a successor leaves no gap.
  void drain(Done done) {
    site_->idle = [done] { done(); };
    site_->draining.store(true);
    if (site_->open.load() == 0) done();
  }
  /// [any]
  size_t open_exchanges() const { return site_->open.load(); }
  /// [any] Where it listens.
  std::vector<jct_addr> addresses() const {
    const auto& service = site_->service;
    uint64_t count = 0;
    service.table.addresses(service.self, nullptr, 0, &count);
    std::vector<jct_addr> all(count);
    if (count > 0) service.table.addresses(service.self, all.data(), count, &count);
    all.resize(count < all.size() ? count : all.size());
    return all;
  }
  /// The server's instance name.
  const std::string& instance() const { return site_->service.instance; }

 private:
  struct Route {
    std::shared_ptr<detail::Site> site;
    Handler handler;
    jct_handle handle;
  };
  using StatePointer = std::shared_ptr<detail::ExchangeState>;

  Server(const Host& host, const Config& config, Service<jct_http_service> service)
      : site_{std::make_shared<detail::Site>(host, std::move(service))}, owner_{config.instance()} {}

  std::string full_scope(std::string_view scope) const {
    return scope.empty() ? std::string{} : owner_ + "/" + std::string{scope};
  }
  static jct_status on_request(void* self, jct_handle handle, const jct_http_request* request, void** context) {
    const auto* route = static_cast<const Route*>(self);
    return route->site->host->inside("http", [&] {
      auto state = std::make_shared<detail::ExchangeState>(route->site, handle, *request);
      route->handler(Exchange{state});
      if (!state->gone && !state->body) return;
      // Weak, where there is no body to wait for: the last copy's end must show, although the server keeps this one.
      auto kept = std::make_unique<Kept>(Kept{state->body ? state : nullptr, state});
      *context = kept.release();
    });
  }
  struct Kept {
    StatePointer state;
    std::weak_ptr<detail::ExchangeState> weak;
  };
  static jct_status on_body(void* context, jct_handle, jct_bytes piece) {
    if (context == nullptr) return JCT_E_ARG;  // the handler has not asked for it
    auto* kept = static_cast<Kept*>(context);
    const auto state = kept->weak.lock();
    if (!state) return JCT_E_CLOSED;
    bool more = true;
    const jct_status status = state->site->host->inside("http body", [&] { more = state->body(view(piece)); });
    if (piece.size == 0) {
      kept->state.reset();
      forget(*state);
    }
    return status == JCT_OK && !more ? JCT_E_AGAIN : status;
  }
  static void on_gone(void* context, jct_handle) {
    if (context == nullptr) return;
    const auto state = static_cast<Kept*>(context)->weak.lock();
    static_cast<Kept*>(context)->state.reset();
    if (!state) return;
    if (state->gone) state->site->host->inside("http", [&] { state->gone(); });
    forget(*state);
  }
  static void on_end(void* context) {
    const std::unique_ptr<Kept> kept{static_cast<Kept*>(context)};
    if (const auto state = kept->weak.lock()) forget(*state);
  }
  /// They may hold the exchange themselves.
  static void forget(detail::ExchangeState& state) {
    state.gone = nullptr;
    state.body = nullptr;
  }

  std::shared_ptr<detail::Site> site_;
  std::string owner_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace junctor::http
